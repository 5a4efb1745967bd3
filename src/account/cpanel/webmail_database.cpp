// A server may write to a database while it is copied. Its transactions are safe from a crash, so a copy of its file
// and its log taken at one moment is good; one that a checkpoint ran through is not, and SQLite may not notice. So the
// status of all files is looked at before and after. A Tree tells times in seconds: what was changed in the last two
// before the copying began may change again unseen, and is read twice.
#include "account/cpanel/webmail_database.hpp"

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "mailhaul/base/identity.hpp"
#include "mailhaul/io/sink.hpp"
#include "mailhaul/mail/digest.hpp"

namespace mailhaul::account::cpanel {
namespace {

constexpr std::string_view doing = "copying a database";
constexpr std::array<std::string_view, 3> endings{"", "-journal", "-wal"};
constexpr std::size_t count = endings.size();

using Statuses = std::array<io::Node, count>;

bool is_same(const Statuses& a, const Statuses& b) {
  for (std::size_t i = 0; i < count; ++i)
    if (a[i].kind != b[i].kind || a[i].size_octets != b[i].size_octets ||
        a[i].modified_seconds != b[i].modified_seconds)
      return false;
  return true;
}

/// One attempt at a copy.
struct Copy {
  Statuses before{};
  std::array<std::optional<ScratchFile>, count> files{};
  std::array<std::string, count> digests{};

  [[nodiscard]] bool is_whole() const {
    for (std::size_t i = 0; i < count; ++i)
      if (before[i].is_file() && !files[i]) return false;
    return true;
  }
  [[nodiscard]] DatabaseFiles take() { return {*std::move(files[0]), std::move(files[2]), std::move(files[1])}; }
};

class Visit {
 public:
  Visit(io::Tree& home, const ScratchRoom& room, const Clock& clock, const store::Renaming* renaming,
        const DatabaseVisitor& visitor)
      : home_(home), room_(room), clock_(clock), renaming_(renaming), visitor_(visitor) {}

  void run(const std::set<std::string>& paths) {
    take_quiet(paths);
    while (!left_.empty()) {
      const std::string path = *left_.begin();
      left_.erase(left_.begin());
      take_one(path);
    }
  }

 private:
  static constexpr int most_tries = 3;

  [[nodiscard]] Statuses look_at(const std::string& path) const {
    Statuses statuses;
    for (std::size_t i = 0; i < count; ++i) statuses[i] = home_.look_at(path + std::string(endings[i]));
    return statuses;
  }
  [[nodiscard]] bool is_young(const Statuses& statuses, std::int64_t now) const {
    constexpr std::int64_t trusted_age_seconds = 2;
    for (const io::Node& one : statuses)
      if (one.is_file() && one.modified_seconds > now - trusted_age_seconds) return true;
    return false;
  }
  [[nodiscard]] std::int64_t now() const {
    return std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count();
  }
  [[nodiscard]] Error error(Cause cause, const std::string& path, std::string_view reason) const {
    return Error(cause, Scope::message, doing).at(home_.place() + "/" + path).because(reason);
  }
  void check(const std::string& path, const Statuses& statuses) const {
    if (statuses[0].kind == io::NodeKind::missing) throw error(Cause::not_found, path, "it is not there");
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = path + std::string(endings[i]);
      if (statuses[i].kind == io::NodeKind::missing) continue;
      // Without its log it may be damaged, and is not what its owner last saw.
      if (!statuses[i].is_file()) throw error(Cause::refused, name, "it is no file");
      if (statuses[i].size_octets > room_.limit_octets)
        throw error(Cause::limit, name, "it is larger than " + std::to_string(room_.limit_octets) + " octets");
    }
  }

  /// Does this of one database; says what is wrong with it alone, and throws what is not.
  template <typename Work>
  void for_one(const std::string& path, const Work& work) {
    try {
      work();
    } catch (const Error& failed) {
      const bool is_full = failed.cause() == Cause::no_space || failed.cause() == Cause::quota;
      if (failed.scope() == Scope::run && !is_full) throw;
      Error said = failed;
      said.reaching(Scope::message);
      if (is_full) said.on(Side::none).hint("make room in the state directory");
      if (is_full || said.place().empty()) said.at(home_.place() + "/" + path);
      visitor_.fail(path, said);
    }
  }

  static void copy(io::Source& content, ScratchFile& file, std::string& digest) {
    mail::Digester digester;
    for (Bytes piece = content.read(); !piece.empty(); piece = content.read()) {
      file.append(piece);
      digester.write(piece);
    }
    digest = digester.finish();
  }

  void finish(const std::string& path, Copy& whole) {
    act_as_runner();  // S9: what follows is no customer's
    CleanDatabase clean = clean_database(room_, whole.take(), renaming_);
    visitor_.take(path, clean);
  }

  /// Those that nobody has touched lately, in one go; the others are left.
  void take_quiet(const std::set<std::string>& paths) {
    const std::int64_t started = now();
    std::map<std::string, std::pair<std::string, std::size_t>> parts;  // path of a file: of which database, which part
    std::set<std::string> wanted;
    std::map<std::string, Copy> copies;
    for (const std::string& path : paths)
      for_one(path, [&] {
        const Statuses statuses = look_at(path);
        check(path, statuses);
        if (is_young(statuses, started)) {
          left_.insert(path);
          return;
        }
        copies[path].before = statuses;
        for (std::size_t i = 0; i < count; ++i)
          if (statuses[i].is_file()) {
            wanted.insert(path + std::string(endings[i]));
            parts[path + std::string(endings[i])] = {path, i};
          }
      });
    try {
      home_.visit(wanted, [&](const std::string& name, io::Source& content) {
        const auto& part = parts.at(name);
        const auto at = copies.find(part.first);
        if (at == copies.end()) return;  // it failed already
        bool is_done = true;
        for_one(part.first, [&] {
          ScratchFile file(room_);
          copy(content, file, at->second.digests[part.second]);
          at->second.files[part.second] = std::move(file);
          is_done = at->second.is_whole();
          if (!is_done) return;
          if (is_same(at->second.before, look_at(part.first)))
            finish(part.first, at->second);
          else
            left_.insert(part.first);
        });
        if (is_done) copies.erase(at);
      });
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
    }
    // What was there and did not come: it went meanwhile, or can't be read. Alone it shows which.
    for (const auto& copy : copies) left_.insert(copy.first);
  }

  void take_one(const std::string& path) {
    for_one(path, [&] {
      for (int i = 0; i < most_tries; ++i) {
        Copy attempt;
        attempt.before = look_at(path);
        check(path, attempt.before);
        const bool is_read_twice = is_young(attempt.before, now());
        read(path, attempt);
        const bool is_settled = attempt.is_whole() && (!is_read_twice || is_unchanged(path, attempt)) &&
                                is_same(attempt.before, look_at(path));
        if (is_settled) return finish(path, attempt);
      }
      throw error(Cause::source_changed, path, "it changes while it is read").hint("run the same command again");
    });
  }

  void read(const std::string& path, Copy& into) {
    home_.visit(names_of(path, into.before), [&](const std::string& name, io::Source& content) {
      const std::size_t i = part_of(path, name);
      into.files[i].emplace(room_);
      copy(content, *into.files[i], into.digests[i]);
    });
  }

  [[nodiscard]] bool is_unchanged(const std::string& path, const Copy& copy) const {
    bool is_equal = true;
    home_.visit(names_of(path, copy.before), [&](const std::string& name, io::Source& content) {
      mail::Digester digester;
      for (Bytes piece = content.read(); !piece.empty(); piece = content.read()) digester.write(piece);
      if (digester.finish() != copy.digests[part_of(path, name)]) is_equal = false;
    });
    return is_equal;
  }

  [[nodiscard]] static std::set<std::string> names_of(const std::string& path, const Statuses& statuses) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < count; ++i)
      if (statuses[i].is_file()) names.insert(path + std::string(endings[i]));
    return names;
  }
  [[nodiscard]] static std::size_t part_of(const std::string& path, const std::string& name) {
    std::size_t i = 0;
    while (i + 1 < count && name != path + std::string(endings[i])) ++i;
    return i;
  }

  io::Tree& home_;
  const ScratchRoom& room_;
  const Clock& clock_;
  const store::Renaming* renaming_;
  const DatabaseVisitor& visitor_;
  std::set<std::string> left_{};
};

}  // namespace

void visit_databases(io::Tree& home, const std::set<std::string>& paths, const ScratchRoom& room, const Clock& clock,
                     const store::Renaming* renaming, const DatabaseVisitor& visitor) {
  Visit(home, room, clock, renaming, visitor).run(paths);
}

}  // namespace mailhaul::account::cpanel
