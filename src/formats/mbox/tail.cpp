#include "tail.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "mailhaul/mail/postmark.hpp"
#include "mailhaul/mail/store_headers.hpp"
#include "splitter.hpp"

namespace mailhaul::formats::mbox {
namespace {

constexpr std::size_t copy_octets = 1024 * 1024;

void copy(const MailboxFile& mailbox, WriteLock& lock, std::uint64_t at, std::uint64_t octets, const ReadAt& read) {
  std::vector<std::byte> buffer(std::min<std::uint64_t>(copy_octets, octets));
  for (std::uint64_t done = 0; done < octets;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), octets - done));
    const std::size_t got = read(std::span(buffer).first(wanted), done);
    if (got != wanted) {
      throw Error(Cause::io_error, Scope::run, "reading back staged messages")
          .at(mailbox.path())
          .because("fewer octets came back than were written")
          .on(Side::target);
    }
    lock.file().write_at(Bytes(buffer).first(got), at + done);
    done += got;
    lock.keep();
  }
}

/// D6: the old length again. When even that fails the operator must know, since half a message is visible. The sync
/// goes through another descriptor: one whose sync failed has nothing true left to say (D3).
void cut_back(const MailboxFile& mailbox, const fs::File& file, std::uint64_t size_octets, std::uint64_t longest,
              const Error& reason) {
  std::string why;
  try {
    if (file.status_now().size_octets > longest) {
      why = "another program has written behind them meanwhile";
    } else {
      file.truncate(size_octets);
      if (mailbox.durability() == fs::Durability::none) return;
      const auto again = mailbox.open_for_update();
      if (again && again->opened_as().id == file.opened_as().id) again->sync();
      return;
    }
  } catch (const Error& second) {
    why = second.reason();
  }
  throw Error(reason.cause(), Scope::run, "appending to an mbox")
      .at(mailbox.path())
      .because(reason.reason() + "; the octets written so far could not be taken away again: " + why)
      .hint("look at the file from octet " + std::to_string(size_octets) + " on: the message there may be incomplete")
      .on(Side::target);
}

}  // namespace

/// Without an empty line our postmark would be glued to the last message's text; with one too many a Content-Length of
/// that message would no longer lead to its end.
std::string_view repair_of_tail(const MailboxFile& mailbox, const fs::File& file) {
  const std::uint64_t size = file.status_now().size_octets;
  if (size == 0) return "";
  std::array<std::byte, 2> tail{};
  const std::size_t tail_octets = file.read_at(tail, size < tail.size() ? 0 : size - tail.size());
  const std::string_view last = as_text(Bytes(tail).first(tail_octets));
  if (last == "\n\n") return "";
  // Whole mailboxes end in an empty line, so this walk is rare.
  Splitter splitter(file, Side::target, size);
  std::uint64_t length_ends = 0;  // of the last message; 0: no Content-Length of it holds
  while (splitter.next()) {
    length_ends = 0;
    if (!splitter.length_holds()) continue;
    const auto length = mail::parse_store_headers(splitter.header()).content_length;
    if (length) length_ends = splitter.body_offset() + *length;
  }
  const bool ended = last.back() == '\n';
  if (!ended) {
    std::array<char, mail::postmark_limit_octets> end{};
    const std::uint64_t from = size < end.size() ? 0 : size - end.size();
    const std::size_t got = file.read_at(std::as_writable_bytes(std::span(end)), from);
    std::string_view line(end.data(), got);
    line.remove_prefix(line.rfind('\n') + 1);
    if (mail::parse_postmark(line))
      throw Error(Cause::unsupported, Scope::folder, "appending to an mbox")
          .at(mailbox.path())
          .because("it ends in the middle of a postmark line, so a program was cut off while it wrote")
          .hint("look at its last line, and end or remove it")
          .on(Side::target);
  }
  if (length_ends != 0) return length_ends == size ? "\n" : "";
  return ended ? "\n" : "\n\n";
}

std::uint64_t append_octets(const MailboxFile& mailbox, WriteLock& lock, std::string_view before, std::uint64_t octets,
                            const ReadAt& read) {
  const fs::File& file = lock.file();
  const std::uint64_t old_size = file.status_now().size_octets;
  const std::uint64_t at = old_size + before.size();
  try {
    if (!before.empty()) file.write_at(as_bytes(before), old_size);
    copy(mailbox, lock, at, octets, read);
    if (mailbox.durability() != fs::Durability::none) file.sync();
  } catch (const Error& error) {
    cut_back(mailbox, file, old_size, at + octets, error);
    throw;
  }
  return at;
}

}  // namespace mailhaul::formats::mbox
