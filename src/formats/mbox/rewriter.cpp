#include "rewriter.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

#include "opening.hpp"
#include "walk.hpp"

namespace mailhaul::formats::mbox {
namespace {

using Outcome = store::Receipt::Outcome;

constexpr std::size_t copy_octets = 1024 * 1024;

constexpr const char* no_mbox = "it is no mbox for a mail server";

/// What is read by rules of its own would be read in another way once its octets move.
bool is_rewritable(const Opening& opening) {
  const SplitRules& rules = opening.rules;
  return opening.is_readable && !opening.compression && rules.begin == 0 && !rules.first_is_bare &&
         rules.decided.empty();
}

bool is_done(Outcome outcome) { return outcome == Outcome::done; }

}  // namespace

std::vector<Outcome> Rewriter::apply(WriteLock& lock, const FolderChanges& asked) {
  std::vector<Outcome> none(asked.changes().size(), Outcome::gone_or_changed);
  const fs::File& file = lock.file();
  std::vector<std::size_t> held = asked.holding(stamp_of(file.status_now(), mailbox_.context().clock));
  if (held.empty()) return none;
  RewritePlan plan;
  try {
    const Opening opening = look_for_mail(file, mailbox_.side(), reading_, Depth::whole);
    const SplitRules& rules = opening.rules;
    if (!is_rewritable(opening)) {
      refuse(no_mbox, std::vector<Outcome>(held.size(), Outcome::done));
      return none;
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(mailbox_.context().clock.now());
    plan = plan_rewrite(file, mailbox_.side(), rules, {mailbox_.context().host, now}, asked.changes(), std::move(held));
    const bool is_done = plan.edits.empty() || replace(lock, plan, rules);
    if (!is_done) return none;
  } catch (Error& error) {
    if (error.scope() == Scope::message) error.reaching(Scope::folder);
    if (error.cause() != Cause::unsupported && error.cause() != Cause::permission) throw;
    refuse(error.reason(), plan.outcomes);
    std::replace_if(plan.outcomes.begin(), plan.outcomes.end(), is_done, Outcome::gone_or_changed);
    return plan.outcomes.empty() ? none : plan.outcomes;
  }
  lost_lines_ += plan.lost_lines;
  lost_keywords_ += plan.lost_keywords;
  lost_mozilla_ += plan.lost_mozilla;
  return std::move(plan.outcomes);
}

bool Rewriter::cut_out(WriteLock& lock, std::uint64_t begin, std::uint64_t end) {
  const Opening opening = look_for_mail(lock.file(), mailbox_.side(), reading_, Depth::whole);
  if (!is_rewritable(opening)) {
    throw Error(Cause::unsupported, Scope::folder, "rewriting an mbox")
        .at(mailbox_.path())
        .because(no_mbox)
        .on(Side::target);
  }
  return replace(lock, plan_cut(lock.file(), mailbox_.side(), opening.rules, begin, end), opening.rules);
}

void Rewriter::refuse(std::string why, const std::vector<Outcome>& wanted) {
  refusal_ = std::move(why);
  refused_ += static_cast<std::uint64_t>(std::count_if(wanted.begin(), wanted.end(), is_done));
}

/// False: another program put a file in the mailbox's place.
bool Rewriter::replace(WriteLock& lock, const RewritePlan& plan, const SplitRules& rules) {
  const auto cannot = [&](const char* why) {
    return Error(Cause::unsupported, Scope::folder, "rewriting an mbox")
        .at(mailbox_.path())
        .because(why)
        .on(Side::target);
  };
  if (!refusal_.empty()) throw cannot(std::string(refusal_).c_str());
  const fs::Status old = lock.file().status_now();
  if (old.links != 1) throw cannot("it has another name (a hard link), which would stay the old file");
  const bool durable = mailbox_.durability() != fs::Durability::none;

  Stage stage(mailbox_.create());
  copy(lock, old.size_octets, plan.edits, stage);
  fs::NewFile& file = stage.file();
  file.dress({old.owner, old.permissions, 0}, std::nullopt);
  if (durable) file.sync();
  auto stand_in = mailbox_.link_beside(file, ReplacedFile::name_for(mailbox_, old, file.status_now().id));
  if (!stand_in) return false;
  fs::File now = file.take_file();
  if (!plan.is_in(now, mailbox_.side(), rules))
    throw cannot("its messages would be read in another way: a Content-Length that is wrong now would then lead "
                 "somewhere");
  // Who opens it as soon as it has the mailbox's name waits for us.
  if (!now.try_lock(fs::LockKind::exclusive)) return false;
  replaced_.reserve(replaced_.size() + 1);
  if (!mailbox_.exchange(*stand_in, old)) return false;
  replaced_.emplace_back(std::move(*stand_in), lock.replace(std::move(now)), old.size_octets);
  replaced_.back().file().unlock();
  if (durable) mailbox_.sync_directory();
  return true;
}

void Rewriter::copy(WriteLock& lock, std::uint64_t size_octets, const TextEdits& edits, Stage& stage) const {
  std::vector<std::byte> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(copy_octets, size_octets)));
  std::uint64_t at = 0;
  const auto copy_up_to = [&](std::uint64_t end) {
    while (at < end) {
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), end - at));
      if (lock.file().read_at(std::span(buffer).first(wanted), at) != wanted) {
        throw Error(Cause::source_changed, Scope::folder, "rewriting an mbox")
            .at(mailbox_.path())
            .because("it became shorter while it was read, though it is locked")
            .on(Side::target);
      }
      stage.write(Bytes(buffer).first(wanted));
      at += wanted;
      lock.keep();
    }
  };
  for (const TextEdit& edit : edits) {
    copy_up_to(edit.at);
    stage.write(edit.text);
    at = edit.at + edit.length;
  }
  copy_up_to(size_octets);
  stage.settle();
}

void Rewriter::settle() {
  for (ReplacedFile& file : replaced_) file.settle(mailbox_, lock_birth_);
  replaced_.clear();
}

void Rewriter::tell_findings() {
  const auto tell = [&](FindingKind kind, std::uint64_t& count, const std::string& text) {
    if (const std::uint64_t number = std::exchange(count, 0); number > 0)
      mailbox_.context().findings.add({kind, Weight::lost, mailbox_.folder().display(), mailbox_.path(), text, number});
  };
  tell(FindingKind::flags_differ, refused_, "changes of messages that stand there already were not made: " + refusal_);
  tell(FindingKind::flags_differ, lost_lines_,
       "messages whose header block has no place for flags and keywords: theirs stay as they are");
  tell(FindingKind::keyword, lost_keywords_, "messages that were to get a keyword that an mbox can't hold: left out");
  tell(FindingKind::flags_differ, lost_mozilla_,
       "messages with flags in X-Mozilla-Status or X-Mozilla-Keys, which are part of the mail: they stay");
}

}  // namespace mailhaul::formats::mbox
