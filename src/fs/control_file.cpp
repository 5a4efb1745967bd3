#include "mailhaul/fs/control_file.hpp"

#include "mailhaul/fs/stand_in.hpp"
#include "refusal.hpp"
#include "temporary_name.hpp"

namespace mailhaul::fs {
namespace {

constexpr std::string_view reading = "reading a control file";
constexpr std::string_view writing = "writing a control file";

std::string place_of(const Directory& directory, const std::string& name) { return directory.place() + "/" + name; }

/// S8. False: somebody was faster.
bool replace(const Directory& directory, const std::string& name, NewFile& file, const Status& replaced) {
  auto stand_in = StandIn::link(directory, file, random_temporary_name(directory.entropy()), writing);
  return stand_in && stand_in->exchange(name, replaced);
}

}  // namespace

std::optional<ControlFile> read_control_file(const Directory& directory, const std::string& name,
                                             std::uint64_t limit_octets) {
  constexpr int tries = 3;  // S5
  for (int i = 0; i < tries; ++i) {
    const OpenResult opened = directory.open_file(name);
    if (opened.refusal == Refusal::missing) return std::nullopt;
    if (!opened.file) {
      throw Error(Cause::refused, Scope::folder, reading)
          .at(place_of(directory, name))
          .because(reason_of(opened.refusal))
          .on(directory.rules().side);
    }
    const File& file = *opened.file;
    const Status before = file.opened_as();
    if (before.size_octets > limit_octets) {
      throw Error(Cause::limit, Scope::folder, reading)
          .at(file.place())
          .because("it is larger than " + std::to_string(limit_octets) + " octets")
          .on(directory.rules().side);
    }
    ControlFile found;
    found.text.resize(static_cast<std::size_t>(before.size_octets));
    const std::size_t got = file.read_at(std::as_writable_bytes(std::span(found.text.data(), found.text.size())), 0);
    found.status = file.status_now();
    if (got == found.text.size() && is_unchanged(found.status, before)) return found;
  }
  throw Error(Cause::source_changed, Scope::folder, reading)
      .at(place_of(directory, name))
      .because("it changed while it was read")
      .on(directory.rules().side);
}

bool write_control_file(const Directory& directory, const std::string& name, const std::string& text,
                        const Birth& birth, const std::optional<Status>& replaced) {
  NewFile file = directory.create_file();
  file.append(as_bytes(text));
  file.dress(birth, std::nullopt);
  return place_file(directory, name, file, replaced);
}

bool place_file(const Directory& directory, const std::string& name, NewFile& file,
                const std::optional<Status>& replaced) {
  const bool durable = directory.rules().durability != Durability::none;
  if (durable) file.sync();
  const bool done =
      replaced ? replace(directory, name, file, *replaced) : file.link(directory, name) == LinkResult::done;
  if (!done) return false;
  file.close();
  if (durable) directory.sync();
  return true;
}

}  // namespace mailhaul::fs
