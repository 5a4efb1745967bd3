#include "account/cpanel/file_writer.hpp"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "account/cpanel/opaque_files.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/fs/control_file.hpp"

namespace mailhaul::account::cpanel {
namespace {

using store::SettingResult;

constexpr std::string_view doing = "writing a file of an account";

/// What the name of a file says must be a place of mail: a source could name any other (".ssh/authorized_keys").
bool may_be_written(const std::string& path) {
  const HomePathKind kind = classify_home_path(path).kind;
  return kind == HomePathKind::opaque || kind == HomePathKind::database;
}

std::string place_of(const EditedFiles::Spot& spot) { return spot.directory.place() + '/' + spot.name; }

/// Nothing: it is not there. Error(refused): it is no file that could be replaced.
std::optional<fs::Status> replaceable(const EditedFiles::Spot& spot) {
  const fs::OpenResult opened = spot.directory.open_file(spot.name);
  if (opened.file) return opened.file->opened_as();
  if (opened.refusal == fs::Refusal::missing) return std::nullopt;
  throw Error(Cause::refused, Scope::folder, doing)
      .at(place_of(spot))
      .because("a link, a directory or somebody else's file is in its place");
}

/// What SQLite would play back into a new database though it is of the old one: it may not be left, and what is in it
/// may not be lost.
void require_at_rest(const EditedFiles::Spot& spot) {
  for (const char* const ending : {"-wal", "-journal"}) {
    const auto status = spot.directory.look_at(spot.name + ending);
    if (!status || status->size_octets == 0) continue;
    throw Error(Cause::locked, Scope::folder, doing)
        .at(place_of(spot))
        .because("the webmail's database is in use: " + spot.name + ending + " is beside it")
        .hint("run the same command again when the mailbox's owner has left the webmail");
  }
}

}  // namespace

void FileWriter::take(const std::string& path, io::Source& content) {
  const EditedFiles::Spot spot = target_.home.make_spot(path);
  const std::optional<fs::Status> replaced = replaceable(spot);
  fs::NewFile file = spot.directory.create_file();
  for (Bytes piece = content.read(); !piece.empty(); piece = content.read()) file.append(piece);
  const FileStyle style = target_.home.style_of(path);
  file.dress(replaced ? birth_in_place_of(*replaced, style) : style.birth, std::nullopt);
  if (classify_home_path(path).kind == HomePathKind::database) require_at_rest(spot);
  if (!fs::place_file(spot.directory, spot.name, file, replaced)) throw changed_meanwhile(place_of(spot));
  target_.home.sweep(spot);
}

void FileWriter::take_away(const std::string& path) {
  const auto spot = target_.home.find_spot(path);
  const std::optional<fs::Status> there = spot ? replaceable(*spot) : std::nullopt;
  if (!there) return;
  if (classify_home_path(path).kind == HomePathKind::database) require_at_rest(*spot);
  if (!spot->directory.remove(spot->name, there->id)) throw changed_meanwhile(place_of(*spot));
  if (is_durable(spot->directory)) spot->directory.sync();
}

void FileWriter::write(std::span<const NumberedChange> changes, store::AccountSource& files, bool is_dry,
                       std::vector<SettingResult>& results) {
  const auto fail = [&results](std::size_t number, const Error& error) {
    if (error.scope() == Scope::run) throw;
    results[number] = not_carried(error.reason(), error.what_to_do());
  };
  std::map<store::SettingId, std::vector<NumberedChange>> wanted;
  std::set<store::SettingId> ids;
  for (const NumberedChange& change : changes) {
    const std::string& path = change.change.id.name;
    if (!may_be_written(path)) {
      results[change.number] = not_carried("it is in no place of mail in a home");
    } else if (is_dry) {
      results[change.number] = written(classify_home_path(path).remark);
    } else if (change.change.value) {
      ids.insert(change.change.source);
      wanted[change.change.source].push_back(change);
      results[change.number] =
          not_carried("the source's file can't be read, or is gone meanwhile", "run the same command again");
    } else {
      try {
        take_away(path);
        results[change.number] = written();
      } catch (const Error& error) {
        fail(change.number, error);
      }
    }
  }
  if (ids.empty()) return;
  try {
    files.visit_files(ids, [&](const store::SettingId& id, io::Source& content) {
      const auto found = wanted.find(id);
      if (found == wanted.end()) return;
      // A source is read once; that two settings have one source is nobody's doing.
      const NumberedChange change = found->second.front();
      try {
        take(change.change.id.name, content);
        results[change.number] = written(classify_home_path(change.change.id.name).remark);
      } catch (const Error& error) {
        fail(change.number, error);
      }
    });
  } catch (const Error& error) {
    if (error.scope() == Scope::run) throw;
    // Those that were not taken say so already.
  }
}

}  // namespace mailhaul::account::cpanel
