#include "account/sieve/scripts.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "account/text/result.hpp"
#include "mailhaul/account/sieve/script.hpp"

namespace mailhaul::account::sieve {
namespace {

constexpr std::string_view script_name = "sieve/mailhaul.sieve";
constexpr std::string_view link_name = ".dovecot.sieve";

std::string script_in(const std::string& home) { return home + '/' + std::string(script_name); }
std::string link_in(const std::string& home) { return home + '/' + std::string(link_name); }

/// What two texts are together; one that says the same as the other is said once.
void add(std::string& text, const std::string& more) {
  if (more.empty() || text == more) return;
  if (!text.empty()) text += "; ";
  text += more;
}

}  // namespace

Scripts::Scripts(std::optional<fs::Directory> root, std::string shown_as, const fs::Birth& birth)
    : files_(std::move(root), shown_as, EditedFiles::Missing::is_made,
             [birth](const std::string& /*path*/) {
               return FileStyle{birth, false, false};
             }),
      shown_as_(std::move(shown_as)) {}

Sections Scripts::sections(const std::string& home) {
  return read_sections(files_.text(script_in(home), script_limit_octets).value_or(""));
}

store::SettingResult Scripts::plan(const std::string& home, const SectionChange& change, std::size_t number) {
  const std::string path = script_in(home);
  const std::string before = files_.text(path, script_limit_octets).value_or("");
  const Sections there = read_sections(before);
  const auto section =
      std::find_if(there.list.begin(), there.list.end(), [&](const Section& one) { return one.name == change.name; });
  if (section != there.list.end() && !section->is_as_written)
    return not_carried("its part of the script was changed by hand",
                       "change \"" + change.name + "\" in " + shown_as_ + path +
                           " by hand, or take that part away and run the same command again");
  const auto after = with_sections(before, {change});
  if (!after)
    return not_carried("the script is not as this program writes it",
                       "move " + shown_as_ + path + " away and run the same command again");
  if (after->size() > script_limit_octets)
    return not_carried("it would make the script longer than the server takes, which is 1 MB",
                       "make " + shown_as_ + path + " shorter");
  files_.plan(path, after->empty() ? std::nullopt : std::optional(*after), number);
  planned_[home].insert(number);
  if (change.text.empty() || link_of(home) != Link::others) return written();
  return approximated("another script is the one that is run",
                      "include or activate " + shown_as_ + path + " beside " + shown_as_ + link_in(home));
}

Scripts::Link Scripts::link_of(const std::string& home) const {
  const auto spot = files_.find_spot(link_in(home));
  if (!spot || !spot->directory.look_at(spot->name)) return Link::missing;
  return spot->directory.link_text(spot->name) == script_name ? Link::ours : Link::others;
}

bool Scripts::make_link(const std::string& home) const {
  const EditedFiles::Spot spot = files_.make_spot(link_in(home));
  if (spot.directory.make_symlink(spot.name, std::string(script_name)) == fs::LinkResult::exists) return false;
  if (is_durable(spot.directory)) spot.directory.sync();
  return true;
}

void Scripts::remove_link(const std::string& home) const {
  if (link_of(home) != Link::ours) return;
  const auto spot = files_.find_spot(link_in(home));
  const auto status = spot ? spot->directory.look_at(spot->name) : std::nullopt;
  // Somebody was faster: then it is theirs.
  if (!status || !spot->directory.remove(spot->name, status->id)) return;
  if (is_durable(spot->directory)) spot->directory.sync();
}

std::vector<EditedFiles::Failure> Scripts::commit() {
  std::set<std::string> made;
  std::vector<EditedFiles::Failure> failures;
  for (const auto& [home, changes] : planned_) {
    const auto planned = files_.planned().find(script_in(home));
    if (planned == files_.planned().end()) continue;
    try {
      if (!planned->second)
        remove_link(home);
      else if (make_link(home))
        made.insert(home);
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      failures.push_back(
          {link_in(home), changes, shown_as_ + link_in(home) + ": " + error.reason(), error.what_to_do()});
      // A script that is there and is not run would look to the next run as if all were done.
      files_.drop(script_in(home));
    }
  }
  for (EditedFiles::Failure& failure : files_.commit()) {
    for (const std::string& home : made)
      if (failure.path == script_in(home)) remove_link(home);
    failures.push_back(std::move(failure));
  }
  planned_.clear();
  return failures;
}

store::SettingResult combined(store::SettingResult first, const store::SettingResult& second) {
  using Outcome = store::SettingResult::Outcome;
  if (second.outcome == Outcome::not_carried) return second;
  if (first.outcome == Outcome::written) first.outcome = second.outcome;
  add(first.text, second.text);
  add(first.what_to_do, second.what_to_do);
  return first;
}

}  // namespace mailhaul::account::sieve
