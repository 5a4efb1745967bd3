#include "cli/write_order.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace mailhaul::black_box {
namespace {

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }
std::string name_in(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool is_unnamed(const std::string& path) { return name_in(path).starts_with("#"); }

bool is_ledger(const std::string& path) { return name_in(path).find(".ledger") != std::string::npos; }

/// "19</tmp/T/cur>", "19</tmp/T/#12>(deleted)", "AT_FDCWD</tmp>".
std::string path_in(const std::string& argument) {
  const std::size_t begin = argument.find('<');
  const std::size_t end = argument.rfind('>');
  if (begin == std::string::npos || end == std::string::npos || end < begin) return "";
  return argument.substr(begin + 1, end - begin - 1);
}

/// A quoted name; strace's escapes stay as they are, in all that is compared.
std::string text_in(const std::string& argument) {
  if (argument.size() < 2 || argument.front() != '"') return "";
  return argument.substr(1, argument.rfind('"') - 1);
}

/// What a name in a directory leads to.
std::string joined(const std::string& directory, const std::string& name) {
  if (name.starts_with("/")) return name;
  return path_in(directory) + "/" + name;
}

/// The arguments of "call(…) = 0": commas in quotes, in <> and in {} do not part them.
std::vector<std::string> arguments_of(std::string_view text) {
  std::vector<std::string> all(1);
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') {
      all.back() += c;
      if (++i < text.size()) all.back() += text[i];
      continue;
    }
    if (c == '"') quoted = !quoted;
    if (!quoted) {
      if (c == '<' || c == '{' || c == '[') ++depth;
      if (c == '>' || c == '}' || c == ']') --depth;
      if (c == ',' && depth == 0) {
        all.emplace_back();
        if (i + 1 < text.size() && text[i + 1] == ' ') ++i;
        continue;
      }
    }
    all.back() += c;
  }
  return all;
}

}  // namespace

bool WriteOrder::is_target(const std::string& path) const {
  if (!path.starts_with(target_)) return false;
  return path.size() == target_.size() || path[target_.size()] == '/' || path[target_.size()] == '.';
}

/// Locks and what is staged say nothing to a reader of mail.
bool WriteOrder::counts(const std::string& path) {
  const std::string name = name_in(path);
  return !name.ends_with(".lock") && name.find("mailhaul-") == std::string::npos;
}

void WriteOrder::read(std::string_view log) {
  std::map<std::string, std::string> unfinished;  // by thread
  while (!log.empty()) {
    const std::size_t end = std::min(log.find('\n'), log.size());
    std::string line(log.substr(0, end));
    log.remove_prefix(std::min(end + 1, log.size()));
    ++line_;
    const std::size_t space = line.find(' ');
    if (space == std::string::npos) continue;
    const std::string thread = line.substr(0, space);
    line.erase(0, line.find_first_not_of(' ', space));
    constexpr std::string_view cut = " <unfinished ...>";
    if (line.ends_with(cut)) {
      unfinished[thread] = line.substr(0, line.size() - cut.size());
      continue;
    }
    if (line.starts_with("<... ")) {
      constexpr std::string_view resumed = " resumed>";
      line = unfinished[thread] + line.substr(line.find(resumed) + resumed.size());
    }
    const std::size_t open = line.find('(');
    const std::size_t answer = line.rfind(") ");
    const std::size_t equals = line.find("= ", answer);
    if (open == std::string::npos || answer == std::string::npos || equals == std::string::npos) continue;
    if (line[equals + 2] == '-') continue;  // it failed
    read_call(line.substr(0, open), arguments_of(std::string_view(line).substr(open + 1, answer - open - 1)), line_);
  }
}

void WriteOrder::read_call(std::string_view name, const std::vector<std::string>& arguments, std::size_t line) {
  if (name == "write" || name == "pwrite64" || name == "ftruncate") return wrote(now(path_in(arguments.at(0))));
  if (name == "fsync" || name == "fdatasync") return synced(now(path_in(arguments.at(0))), line);
  if (name ==
      "syncfs") {  // of all that the run writes, but for what lies on another file system: the test sees to that
    unsynced_octets_.clear();
    unsynced_names_.clear();
    return;
  }
  if (name == "mkdirat") {
    const std::string path = joined(arguments.at(0), text_in(arguments.at(1)));
    if (is_target(path)) unsynced_names_[path] = line;
    return;
  }
  const std::string to = arguments.size() > 3 ? joined(arguments[2], text_in(arguments[3])) : "";
  if (name == "linkat") {
    const std::string from = text_in(arguments.at(1));
    const bool by_descriptor = from.empty() || from.starts_with("/proc/self/fd");
    if (!from.empty() && by_descriptor) throw std::runtime_error("linked through /proc: " + from);
    return named(by_descriptor ? path_in(arguments.at(0)) : joined(arguments.at(0), from), to, line);
  }
  if (name != "renameat2" && name != "renameat") return;
  const std::string from = joined(arguments.at(0), text_in(arguments.at(1)));
  if (arguments.size() > 4 && arguments[4].find("EXCHANGE") != std::string::npos) return exchanged(from, to);
  named(from, to, line);
  unsynced_octets_.erase(from);
}

/// Of a file that was made without a name and has one now; else itself.
std::string WriteOrder::now(const std::string& path) const {
  const auto named = named_.find(path);
  return named == named_.end() ? path : named->second;
}

void WriteOrder::wrote(const std::string& path) {
  if (!is_target(path)) return;
  unsynced_octets_[path] = line_;
  if (!is_unnamed(path) && counts(path)) ++writes_in_place_;
}

void WriteOrder::synced(const std::string& path, std::size_t line) {
  if (is_ledger(path)) return check(line);
  unsynced_octets_.erase(path);
  std::erase_if(unsynced_names_, [&](const auto& one) { return parent_of(one.first) == path; });
}

void WriteOrder::named(const std::string& from, const std::string& to, std::size_t line) {
  if (!is_target(to)) return;
  unsynced_names_[to] = line;
  if (is_unnamed(from)) named_[from] = to;
  if (const auto octets = unsynced_octets_.find(from); octets != unsynced_octets_.end()) {
    unsynced_octets_[to] = octets->second;
    unsynced_octets_.erase(from);
    if (counts(to))
      violations_.push_back("line " + std::to_string(line) + ": " + to + " gets its name before its octets are synced");
  }
  if (counts(to)) ++names_given_;
}

void WriteOrder::exchanged(const std::string& one, const std::string& other) {
  if (!is_target(other)) return;
  const bool is_synced = unsynced_octets_.count(one) == 0;
  if (!is_synced)
    violations_.push_back("line " + std::to_string(line_) + ": " + other +
                          " gets its name before its octets are synced");
  unsynced_names_[other] = line_;
  ++names_given_;
}

void WriteOrder::check(std::size_t line) {
  ++ledger_syncs_;
  const std::string when = "line " + std::to_string(line) + ": the ledger is synced, and ";
  for (const auto& [path, since] : unsynced_octets_)
    if (!is_unnamed(path) && counts(path))
      violations_.push_back(when + "what line " + std::to_string(since) + " wrote to " + path + " is not");
  for (const auto& [path, since] : unsynced_names_) {
    if (!counts(path)) continue;
    violations_.push_back(when + "the name that line " + std::to_string(since) + " gave is not: " + path);
  }
}

}  // namespace mailhaul::black_box
