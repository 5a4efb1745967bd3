#include "left_overs.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "cut_append.hpp"
#include "left_over_name.hpp"
#include "replaced_file.hpp"
#include "staged_append.hpp"

namespace mailhaul::formats::mbox {
namespace {

/// A run keeps one for each batch in which it changed flags, until the folder is done. The owner of a mailbox can make
/// names like these, so a run ends with it all the same (A16).
constexpr std::size_t most_replaced = 64;

/// Ends with Error(stopped) when the run shall: nothing here is done between messages.
void check_stop(const MailboxFile& mailbox) { mailbox.context().clock.sleep(std::chrono::milliseconds{0}); }

std::string met(const MailboxFile& mailbox, const std::string& name) { return mailbox.path() + '\0' + name; }

}  // namespace

std::vector<std::string> LeftOvers::names_beside(const MailboxFile& mailbox) {
  try {
    if (!mailbox.look()) return {};  // nothing stands in for what is not there
    std::vector<std::string> names = mailbox.names_beginning_with(hidden_beginning);
    for (std::string& name : mailbox.names_beginning_with(fs::NewFile::temporary_prefix))
      names.push_back(std::move(name));
    return names;
  } catch (const Error& error) {
    mailbox.tell(Weight::note, "what a killed run may have left beside it was not looked for: " + error.reason());
    return {};
  }
}

void LeftOvers::settle(const MailboxFile& mailbox, std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) met_.insert(met(mailbox, name));
  // First: a cut end would hide what was moved over already.
  settle_cut(mailbox, names);
  if (locked_.count(mailbox.path()) > 0)
    return mailbox.tell(
        Weight::lost,
        "a run was stopped while it appended, so a message may be without its end; another program holds the "
        "mailbox's lock, so it was not looked for");
  settle_replaced(mailbox, names);
}

void LeftOvers::settle_later(const MailboxFile& mailbox, const std::vector<std::string>& names) {
  std::vector<std::string> later;
  std::copy_if(names.begin(), names.end(), std::back_inserter(later),
               [&](const std::string& name) { return met_.count(met(mailbox, name)) == 0; });
  settle_replaced(mailbox, later);
}

void LeftOvers::before_append(const MailboxFile& mailbox) {
  if (!has_begun_) {
    settle(mailbox, names_beside(mailbox));
    has_begun_ = true;
  } else if (locked_.count(mailbox.path()) > 0) {
    settle_cut(mailbox, names_beside(mailbox));
  }
  if (locked_.count(mailbox.path()) > 0)
    throw Error(Cause::locked, Scope::folder, "appending to an mbox")
        .at(mailbox.path())
        .because("a run was stopped while it appended, and what it left can't be looked at while another program holds "
                 "the mailbox's lock")
        .hint("run the same command again when it is done")
        .on(Side::target);
}

/// A run leaves one and then ends; more of them are older, and of the runner's own account alone. So it is the last.
void LeftOvers::settle_cut(const MailboxFile& mailbox, const std::vector<std::string>& names) {
  locked_.erase(mailbox.path());
  std::vector<std::pair<std::uint64_t, std::string>> appends;
  for (const std::string& name : names)
    if (const auto said = StagedAppend::read(mailbox, name)) appends.emplace_back(said->mailbox_octets, name);
  std::sort(appends.rbegin(), appends.rend());
  for (const auto& [octets, name] : appends) {
    check_stop(mailbox);
    const CutAppend is = settle_cut_append(mailbox, name, lock_birth_);
    if (is == CutAppend::not_ours) continue;
    if (is == CutAppend::locked) locked_.insert(mailbox.path());
    return;
  }
}

void LeftOvers::settle_replaced(const MailboxFile& mailbox, const std::vector<std::string>& names) const {
  std::size_t settled = 0;
  for (const std::string& name : names) {
    if (!ReplacedFile::is_left_over(mailbox, name)) continue;
    check_stop(mailbox);
    if (++settled > most_replaced)
      return mailbox.tell(
          Weight::note,
          "more than " + std::to_string(most_replaced) +
              " files that it was before it was rewritten stand beside it: the others are for the next run");
    try {
      ReplacedFile::settle_left_over(mailbox, name, lock_birth_);
    } catch (const Error& error) {
      if (error.cause() == Cause::stopped) throw;
      mailbox.tell(Weight::lost, "what a killed run left as " + name + " was not looked at: " + error.reason());
    }
  }
}

}  // namespace mailhaul::formats::mbox
