#include "replaced_file.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "left_over_name.hpp"
#include "mailhaul/mail/postmark.hpp"
#include "staged_append.hpp"
#include "tail.hpp"

namespace mailhaul::formats::mbox {
namespace {

constexpr std::size_t block_octets = 64 * 1024;

/// What a name says.
struct Said {
  std::uint64_t old_inode = 0;
  std::uint64_t new_inode = 0;
  std::uint64_t octets = 0;
};

std::optional<Said> parse(const MailboxFile& mailbox, std::string_view name) {
  const auto numbers = numbers_in_left_over<3>(mailbox, fs::NewFile::temporary_prefix, name);
  if (!numbers) return std::nullopt;
  return Said{(*numbers)[0], (*numbers)[1], (*numbers)[2]};
}

/// Whether the mailbox ends in octets [begin, end) of `file`: a run was killed when it had put them there.
bool ends_in(const fs::File& mailbox, const fs::File& file, std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t size = mailbox.status_now().size_octets;
  if (size < end - begin) return false;
  std::vector<std::byte> ours(block_octets);
  std::vector<std::byte> theirs(block_octets);
  for (std::uint64_t at = begin; at < end;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block_octets, end - at));
    if (file.read_at(std::span(theirs).first(wanted), at) != wanted) return false;
    if (mailbox.read_at(std::span(ours).first(wanted), size - (end - at)) != wanted) return false;
    if (!std::equal(ours.begin(), ours.begin() + static_cast<std::ptrdiff_t>(wanted), theirs.begin())) return false;
    at += wanted;
  }
  return true;
}

/// The first octets behind `begin` without line ends, which ended what stands there now.
std::uint64_t without_line_ends(const fs::File& file, std::uint64_t begin, std::uint64_t end) {
  std::array<char, 64> octets{};
  while (begin < end) {
    const std::size_t got = file.read_at(std::as_writable_bytes(std::span(octets)), begin);
    const std::string_view text(octets.data(), got);
    const std::size_t skipped = std::min(text.find_first_not_of("\r\n"), text.size());
    begin += skipped;
    if (skipped == 0 || skipped < text.size()) break;
  }
  return std::min(begin, end);
}

bool begins_with_postmark(const fs::File& file, std::uint64_t begin) {
  std::array<char, mail::postmark_limit_octets> octets{};
  std::string_view line(octets.data(), file.read_at(std::as_writable_bytes(std::span(octets)), begin));
  line = line.substr(0, line.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return mail::parse_postmark(line).has_value();
}

void copy(const fs::File& file, std::uint64_t begin, std::uint64_t end, WriteLock& lock, Stage& stage) {
  std::vector<std::byte> block(block_octets);
  while (begin < end) {
    const auto wanted =
        std::span(block).first(static_cast<std::size_t>(std::min<std::uint64_t>(block_octets, end - begin)));
    const std::size_t got = file.read_at(wanted, begin);
    if (got == 0)
      throw Error(Cause::source_changed, Scope::folder, "rewriting an mbox")
          .because("the file that was replaced became shorter");
    stage.write(wanted.first(got));
    begin += got;
    lock.keep();
  }
  stage.settle();
}

}  // namespace

std::string ReplacedFile::name_for(const MailboxFile& mailbox, const fs::Status& old, const fs::FileId& now) {
  return left_over_name<3>(mailbox, fs::NewFile::temporary_prefix, {old.id.inode, now.inode, old.size_octets});
}

void ReplacedFile::take_over(const MailboxFile& mailbox, WriteLock& lock, std::uint64_t end) const {
  const std::uint64_t begin = without_line_ends(file_, size_octets_, end);
  if (begin == end || ends_in(lock.file(), file_, begin, end)) return;
  const bool is_mail = begins_with_postmark(file_, begin);
  Stage stage(mailbox.create());
  if (!is_mail) {
    // The rest of a message whose beginning was there already: kept as one of its own.
    const auto now = std::chrono::floor<std::chrono::seconds>(mailbox.context().clock.now());
    stage.write(mail::format_postmark("MAILER-DAEMON", now) + "\n\n");
  }
  copy(file_, begin, end, lock, stage);
  append_staged(mailbox, lock, stage);
  mailbox.tell(
      is_mail ? Weight::note : Weight::lost,
      is_mail ? "another program had the file open while it was rewritten, and delivered into it: moved over"
              : "another program wrote into the file, without its lock, while it was rewritten: what it wrote is the "
                "last message now, and may belong to one before");
}

void ReplacedFile::wait_and_settle(const MailboxFile& mailbox, const fs::Birth& lock_birth) {
  for (;;) {
    // All without waiting, or the order of another program's locks could make a deadlock.
    const bool grew = has_grown();
    std::optional<WriteLock> lock = grew ? WriteLock::take(mailbox, lock_birth) : std::nullopt;
    if (grew && !lock)
      throw Error(Cause::not_found, Scope::folder, "rewriting an mbox").because("there is no mailbox any more");
    if (file_.try_lock(fs::LockKind::exclusive)) {
      const std::uint64_t end = file_.status_now().size_octets;
      if (end > size_octets_ && !lock) {  // at this moment
        file_.unlock();
        continue;
      }
      if (end > size_octets_) take_over(mailbox, *lock, end);
      static_cast<void>(stand_in_.remove());
      lock.reset();
      mailbox.settle_directory();
      return;
    }
    lock.reset();
    if (!mailbox.context().lock_wait.pause(mailbox.context().clock))
      throw Error(Cause::locked, Scope::folder, "rewriting an mbox")
          .because("another program holds a lock on the file that was replaced");
  }
}

void ReplacedFile::settle(const MailboxFile& mailbox, const fs::Birth& lock_birth) {
  const std::string name = stand_in_.name();
  try {
    wait_and_settle(mailbox, lock_birth);
  } catch (const Error& error) {
    stand_in_.leave();
    bool grew = true;
    try {
      grew = has_grown();
    } catch (const Error&) {
      // Then it may have.
    }
    mailbox.tell(
        grew ? Weight::failed : Weight::note,
        "the file that it was before it was rewritten stays beside it as " + name +
            (grew ? ", with mail from octet " + std::to_string(size_octets_) + " on that is not in the mailbox yet"
                  : std::string()) +
            ", for the next run: " + error.reason());
  }
}

bool ReplacedFile::is_left_over(const MailboxFile& mailbox, const std::string& name) {
  return parse(mailbox, name).has_value();
}

void ReplacedFile::settle_left_over(const MailboxFile& mailbox, std::string name, const fs::Birth& lock_birth) {
  const auto said = parse(mailbox, name);
  if (!said) return;
  auto file = mailbox.open_beside(name);
  if (!file) return;
  const fs::FileId id = file->opened_as().id;
  if (id.inode != said->old_inode && id.inode != said->new_inode) {
    mailbox.tell(Weight::lost, "another program put a file in its place while it was rewritten, and " + name +
                                   " is that file: look at it");
    return;
  }
  fs::StandIn stand_in = mailbox.stand_in(std::move(name), id);
  if (id.inode != said->old_inode) return;  // never took its place: gone with the object
  ReplacedFile(std::move(stand_in), std::move(*file), said->octets).settle(mailbox, lock_birth);
}

}  // namespace mailhaul::formats::mbox
