#include "account/text/edited_files.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "account/text/keyed_lines.hpp"
#include "account/text/text_lines.hpp"
#include "mailhaul/fs/left_overs.hpp"

// A customer may put another file, or a link, in the place of each of these at any time. So nothing is written over:
// what is new is made without a name, and the two change places (S8); what comes back must be what was read.

namespace mailhaul::account {
namespace {

constexpr std::string_view doing = "writing a file of an account";

/// In the days before shadow files the hash stood in passwd; and a line that nobody understands may be one.
bool has_hash(const std::string& path, const std::string& text) {
  constexpr std::string_view ending = "/passwd";
  if (path.size() < ending.size() || path.compare(path.size() - ending.size(), ending.size(), ending) != 0)
    return false;
  const KeyedLines file = parse_keyed_lines(text);
  for (const KeyedLine& line : file.lines)
    if (split_fields(line.rest).front().size() > 1) return true;
  const std::vector<TextLine> lines = text_lines(text);
  return std::any_of(file.problems.begin(), file.problems.end(), [&lines](const Problem& problem) {
    return problem.weight == Weight::lost && trimmed(lines[problem.line - 1].content).find(' ') == std::string::npos;
  });
}

}  // namespace

Error changed_meanwhile(const std::string& place) {
  return Error(Cause::source_changed, Scope::folder, doing)
      .at(place)
      .because("it changed meanwhile")
      .hint("run the same command again");
}

std::optional<EditedFiles::Spot> EditedFiles::find_spot(const std::string& path) const {
  if (!root_) return std::nullopt;
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return Spot{*root_, path};
  auto directory = root_->find_directory(path.substr(0, slash));
  if (!directory) return std::nullopt;
  Spot spot{std::move(*directory), path.substr(slash + 1)};
  if (!files_of_) return spot;
  // In a directory of root's the account's own file, and nobody else's.
  const auto status = spot.directory.look_at(spot.name);
  if (status && status->owner.uid == *files_of_) spot.directory = spot.directory.with_owner(*files_of_);
  return spot;
}

EditedFiles::Spot EditedFiles::make_spot(const std::string& path) const {
  if (auto spot = find_spot(path)) return std::move(*spot);
  if (directories_ == Missing::is_refused)
    throw Error(Cause::not_found, Scope::folder, doing)
        .at(shown_as_ + path)
        .because("its directory is not there")
        .hint("is this a cPanel server, and --dst-root its root?");
  fs::Directory at = root_.value();
  for (std::size_t begin = 0;;) {
    const std::size_t slash = path.find('/', begin);
    const std::string name = path.substr(begin, slash == std::string::npos ? slash : slash - begin);
    if (slash == std::string::npos) return {std::move(at), name};
    std::optional<fs::Directory> below = at.find_directory(name);
    if (!below) {
      below = at.make_directory(name, style_(path.substr(0, slash)).birth);
      if (is_durable(at)) at.sync();  // D1
    }
    at = std::move(*below);
    begin = slash + 1;
  }
}

std::optional<std::string> EditedFiles::text(const std::string& path, std::uint64_t limit_octets) {
  if (const auto planned = planned_.find(path); planned != planned_.end()) return planned->second;
  auto known = known_.find(path);
  if (known == known_.end()) {
    Known found;
    try {
      const std::optional<Spot> spot = find_spot(path);
      if (spot) found.before = fs::read_control_file(spot->directory, spot->name, limit_octets);
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      // For all changes of it: half of them would make a file that nobody asked for.
      found.unreadable = error;
    }
    known = known_.emplace(path, std::move(found)).first;
  }
  if (known->second.unreadable) throw *known->second.unreadable;
  const auto& before = known->second.before;
  return before ? std::optional(before->text) : std::nullopt;
}

void EditedFiles::plan(const std::string& path, std::optional<std::string> text, std::size_t change) {
  plan(path, std::move(text), std::set<std::size_t>{change});
}

void EditedFiles::plan(const std::string& path, std::optional<std::string> text, const std::set<std::size_t>& changes) {
  Known& known = known_.at(path);
  known.users.insert(changes.begin(), changes.end());
  if (text == (known.before ? std::optional(known.before->text) : std::nullopt))
    planned_.erase(path);
  else
    planned_[path] = std::move(text);
}

void EditedFiles::write(const std::string& path, const Known& known, const std::optional<std::string>& text) {
  const FileStyle style = style_(path);
  const Spot spot = make_spot(path);
  const auto& [directory, name] = spot;
  if (!text) {
    const std::optional<fs::Status> now = directory.look_at(name);
    if (!now) return;
    if (!fs::is_unchanged(*now, known.before->status) || !directory.remove(name, now->id))
      throw changed_meanwhile(shown_as_ + path);
    if (is_durable(directory)) directory.sync();
    return;
  }
  fs::Birth birth = style.birth;
  std::optional<fs::Status> replaced;
  if (known.before) {
    replaced = known.before->status;
    birth = birth_in_place_of(*replaced, style);
    const std::string backup = name + std::string(backup_ending);
    if (style.has_backup && !directory.look_at(backup)) {
      fs::Birth own = birth;
      if (style.is_secret) own.file_mode &= 0600U;
      // Somebody was faster: then there is one.
      static_cast<void>(fs::write_control_file(directory, backup, known.before->text, own, std::nullopt));
    }
  }
  if (!fs::write_control_file(directory, name, *text, birth, replaced)) throw changed_meanwhile(shown_as_ + path);
  sweep(spot);
}

void EditedFiles::sweep(const Spot& written) {
  if (!swept_.insert(written.directory.opened_as().id).second) return;
  try {
    // What was just written says what time it is there.
    if (const auto now = written.directory.look_at(written.name))
      fs::remove_left_overs(written.directory, now->changed);
  } catch (const Error& error) {
    if (error.scope() == Scope::run) throw;
    // What was to be written is; the rest is for the next run.
  }
}

void EditedFiles::note(const std::string& path, const Known& known, const std::optional<std::string>& text) {
  const auto noted = changes_.find(path);
  store::FileChange change;
  if (noted != changes_.end())
    change = noted->second;
  else
    change.before = known.before ? known.before->text : std::string();
  change.path = shown_as_ + path;
  change.after = text.value_or("");
  change.is_secret = style_(path).is_secret || has_hash(path, change.before) || has_hash(path, change.after);
  changes_[path] = std::move(change);
}

std::vector<EditedFiles::Failure> EditedFiles::commit() {
  std::vector<Failure> failures;
  for (const auto& [path, text] : planned_) {
    const Known& known = known_.at(path);
    try {
      write(path, known, text);
      note(path, known, text);
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      failures.push_back({path, known.users, shown_as_ + path + ": " + error.reason(), error.what_to_do()});
    }
  }
  planned_.clear();
  known_.clear();
  return failures;
}

void EditedFiles::keep_as_preview() {
  std::erase_if(known_, [](const auto& known) { return known.second.unreadable.has_value(); });
  changes_.clear();
  for (const auto& [path, text] : planned_) note(path, known_.at(path), text);
}

}  // namespace mailhaul::account
