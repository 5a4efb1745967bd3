#include "formats/archive/stored_file.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "formats/archive/part_names.hpp"
#include "formats/named_file.hpp"

namespace mailhaul::formats::archive {
namespace {

constexpr std::string_view opening = "opening an archive";
/// Each is held open.
constexpr std::size_t most_parts = 512;

}  // namespace

StoredFile StoredFile::open(Context& context, const std::string& path, const fs::Rules& rules) {
  const fs::ParentAndName at = fs::split_operator_path(path);
  const auto fail = [&](Cause cause, const std::string& place) {
    return Error(cause, Scope::run, opening).at(place).on(rules.side);
  };
  const auto directory = fs::Directory::find_root(context.kernel, context.entropy, at.parent, rules);
  if (!directory) throw fail(Cause::not_found, path).because(ENOENT);
  const auto open_one = [&](const std::string& name) {
    const std::string place = directory->place() + "/" + name;
    fs::OpenResult opened;
    try {
      opened = allowing_owner(*directory, name, context.kernel.user()).open_file(name);
    } catch (Error& error) {
      throw error.reaching(Scope::run);
    }
    if (opened.refusal == fs::Refusal::missing) throw fail(Cause::not_found, place).because(ENOENT);
    if (opened.refusal != fs::Refusal::none)
      throw fail(Cause::refused, place).because(reason_of(opened.refusal)).hint(hint_of(opened.refusal));
    return std::move(*opened.file);
  };

  StoredFile out(path, rules.side);
  const auto as_part = parse_part_name(at.name);
  if (!as_part && directory->look_at(at.name)) {
    out.add(open_one(at.name));
    return out;
  }
  std::vector<std::string> names;
  directory->list([&](const fs::Entry& entry) { names.push_back(entry.name); });
  const PartSet parts = order_parts(names, as_part ? as_part->archive : at.name);
  if (parts.names.empty()) throw fail(Cause::not_found, path).because(ENOENT);
  if (!parts.fault.empty()) throw fail(Cause::not_found, path).because(parts.fault);
  if (parts.names.size() > most_parts)
    throw fail(Cause::limit, path).because("it has more than " + std::to_string(most_parts) + " parts");
  for (const std::string& name : parts.names) out.add(open_one(name));
  return out;
}

void StoredFile::add(fs::File file) {
  const std::uint64_t begin = size_octets_;
  size_octets_ += file.opened_as().size_octets;
  parts_.push_back({std::move(file), begin});
}

std::size_t StoredFile::read_at(std::span<std::byte> into, std::uint64_t offset) const {
  std::size_t got = 0;
  auto part = std::upper_bound(parts_.begin(), parts_.end(), offset,
                               [](std::uint64_t at, const Part& one) { return at < one.begin; });
  if (part != parts_.begin()) --part;
  for (; part != parts_.end() && got < into.size(); ++part) {
    const std::uint64_t from = offset + got - part->begin;
    const std::uint64_t size = part->file.opened_as().size_octets;
    if (from >= size) continue;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size() - got, size - from));
    const std::size_t read = part->file.read_at(into.subspan(got, wanted), from);
    got += read;
    if (read < wanted) {
      throw Error(Cause::source_changed, Scope::run, "reading an archive")
          .at(part->file.place())
          .because("the file became shorter while it was read")
          .hint("run the same command again")
          .on(side_);
    }
  }
  return got;
}

bool StoredFile::is_unchanged() const {
  return std::all_of(parts_.begin(), parts_.end(),
                     [](const Part& part) { return fs::is_unchanged(part.file.status_now(), part.file.opened_as()); });
}

std::string StoredFile::token() const {
  std::string out;
  for (const Part& part : parts_) {
    const fs::Status& status = part.file.opened_as();
    if (!out.empty()) out += ' ';
    out += std::to_string(status.id.device) + ":" + std::to_string(status.id.inode) + ":" +
           std::to_string(status.size_octets) + ":" + std::to_string(status.modified.time_since_epoch().count());
  }
  return out;
}

fs::FileTime StoredFile::modified() const {
  fs::FileTime latest{fs::FileTime::min()};
  for (const Part& part : parts_) latest = std::max(latest, part.file.opened_as().modified);
  return latest;
}

}  // namespace mailhaul::formats::archive
