#include "lock.hpp"

#include <string>
#include <utility>

namespace mailhaul::formats::mbox {
namespace {

class Patience {
 public:
  Patience(const MailboxFile& mailbox, Scope scope) : mailbox_(mailbox), scope_(scope) {}

  void wait_for(const std::string& held) {
    if (mailbox_.context().lock_wait.pause(mailbox_.context().clock)) return;
    throw Error(Cause::locked, scope_, "locking an mbox")
        .at(mailbox_.path())
        .because("another program holds " + held)
        .hint("run the same command again when it is done")
        .on(mailbox_.side());
  }

 private:
  const MailboxFile& mailbox_;
  Scope scope_;
};

std::string dotlock_name(const MailboxFile& mailbox) { return mailbox.path() + ".lock"; }
std::string replacing_name(const MailboxFile& mailbox) {
  return mailbox.path() + " busy, putting new files in its place";
}
std::string fcntl_name(const MailboxFile& mailbox) { return "an fcntl lock on " + mailbox.path(); }

}  // namespace

std::optional<fs::File> open_locked(const MailboxFile& mailbox) {
  Patience patience(mailbox, mailbox.scope());
  for (;;) {
    auto file = mailbox.open();
    if (!file) return std::nullopt;
    if (mailbox.dotlock_is_held()) {
      patience.wait_for(dotlock_name(mailbox));
    } else if (!file->try_lock(fs::LockKind::shared)) {
      patience.wait_for(fcntl_name(mailbox));
    } else if (!mailbox.is_still(*file)) {
      patience.wait_for(replacing_name(mailbox));
    } else {
      return file;
    }
  }
}

std::optional<WriteLock> WriteLock::take(const MailboxFile& mailbox, const fs::Birth& birth) {
  Patience patience(mailbox, Scope::folder);
  for (;;) {
    std::string held = dotlock_name(mailbox);
    if (auto dotlock = mailbox.try_dotlock(birth)) {
      auto file = mailbox.open_for_update();
      if (!file) return std::nullopt;
      if (file->try_lock(fs::LockKind::exclusive)) {
        // Between open and lock another program may have put a new file in its place; ours would be a lost one.
        if (mailbox.is_still(*file)) return WriteLock(std::move(*dotlock), std::move(*file));
      }
      held = fcntl_name(mailbox);
    }
    patience.wait_for(held);
  }
}

}  // namespace mailhaul::formats::mbox
