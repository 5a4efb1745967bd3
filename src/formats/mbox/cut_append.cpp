#include "cut_append.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "found_append.hpp"
#include "lock.hpp"
#include "mailhaul/mail/postmark.hpp"
#include "rewriter.hpp"
#include "splitter.hpp"
#include "staged_append.hpp"

namespace mailhaul::formats::mbox {
namespace {

constexpr std::size_t block_octets = 256 * 1024;

/// What a run was putting behind a mailbox: line ends, then what it had staged. Offsets are in this text.
class Appended {
 public:
  Appended(const fs::File& stage, std::uint64_t line_ends) : stage_(stage), line_ends_(line_ends) {}

  [[nodiscard]] std::uint64_t size_octets() const { return line_ends_ + stage_.status_now().size_octets; }
  [[nodiscard]] const fs::File& stage() const { return stage_; }
  [[nodiscard]] std::uint64_t first_message() const { return line_ends_; }
  [[nodiscard]] std::size_t read_at(std::span<std::byte> into, std::uint64_t offset) const {
    std::size_t filled = 0;
    for (; filled < into.size() && offset + filled < line_ends_; ++filled) into[filled] = std::byte{'\n'};
    if (filled == into.size()) return filled;
    return filled + stage_.read_at(into.subspan(filled), offset + filled - line_ends_);
  }

  struct Message {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };
  /// The one that the octet before `offset` is of; an empty one where that is of none.
  [[nodiscard]] Message message_before(std::uint64_t offset) const {
    const std::uint64_t size = size_octets();
    if (offset <= line_ends_) return {};
    Splitter splitter(stage_, Side::target, size - line_ends_);
    Message message{line_ends_, size};
    while (splitter.next()) {
      const std::uint64_t at = splitter.mark().offset + line_ends_;
      if (at >= offset) return {message.begin, at};
      message.begin = at;
    }
    return message;
  }

 private:
  const fs::File& stage_;
  std::uint64_t line_ends_;
};

enum class Mended {
  nothing,
  cut,       ///< something of a message was taken away
  in_doubt,  ///< a message may stand there without its end
};

class Mender {
 public:
  Mender(const MailboxFile& mailbox, WriteLock& lock, Rewriter& rewriter, Appended appended, std::uint64_t old_octets)
      : mailbox_(mailbox), lock_(lock), rewriter_(rewriter), appended_(appended), old_octets_(old_octets) {}

  /// In the file that was appended to, or in one that took its place since.
  [[nodiscard]] Mended mend(bool is_same_file) {
    const std::uint64_t size = lock_.file().status_now().size_octets;
    if (size <= old_octets_) return Mended::nothing;
    if (is_same_file) {
      const std::uint64_t there = size - old_octets_;
      const std::uint64_t same = octets_in_common(there);
      if (same == appended_.size_octets()) return Mended::nothing;
      if (same == there || is_blank(same, there)) return cut_end(same, there) ? Mended::cut : Mended::nothing;
      if (const auto mended = cut_before_delivered(same)) return *mended;
    }
    return cut_moved(is_same_file);
  }

 private:
  [[nodiscard]] std::uint64_t octets_in_common(std::uint64_t there) {
    const std::uint64_t most = std::min(there, appended_.size_octets());
    std::vector<std::byte> ours(block_octets);
    std::vector<std::byte> theirs(block_octets);
    for (std::uint64_t at = 0; at < most;) {
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block_octets, most - at));
      const std::size_t got = std::min(appended_.read_at(std::span(ours).first(wanted), at),
                                       lock_.file().read_at(std::span(theirs).first(wanted), old_octets_ + at));
      const auto end = ours.begin() + static_cast<std::ptrdiff_t>(got);
      const auto same = static_cast<std::size_t>(std::mismatch(ours.begin(), end, theirs.begin()).first - ours.begin());
      at += same;
      if (same < wanted) return at;
      lock_.keep();
    }
    return most;
  }

  /// After a power cut a file may have its length and lack its octets.
  [[nodiscard]] bool is_blank(std::uint64_t begin, std::uint64_t end) {
    std::vector<std::byte> block(block_octets);
    while (begin < end) {
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block_octets, end - begin));
      const std::size_t got = lock_.file().read_at(std::span(block).first(wanted), old_octets_ + begin);
      const auto is_nul = [](std::byte octet) { return octet == std::byte{}; };
      if (got != wanted || !std::all_of(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(got), is_nul))
        return false;
      begin += got;
      lock_.keep();
    }
    return true;
  }

  /// The mailbox ends in the first `same` octets, and nothing up to `there`.
  [[nodiscard]] bool cut_end(std::uint64_t same, std::uint64_t there) {
    const Appended::Message message = appended_.message_before(same);
    if (message.end == same && same == there) return false;
    const auto rest = only_line_ends(same, message.end);
    const bool is_whole = message.end == same || rest;
    // With the line ends that came before the first: they are ours too.
    const std::uint64_t begin = message.begin == appended_.first_message() ? 0 : message.begin;
    const fs::File& file = lock_.file();
    file.truncate(old_octets_ + (is_whole ? same : begin));
    if (rest) file.write_at(as_bytes(*rest), old_octets_ + same);  // readers look for its end
    if (mailbox_.durability() != fs::Durability::none) file.sync();
    return !is_whole;
  }

  [[nodiscard]] std::optional<std::string> only_line_ends(std::uint64_t begin, std::uint64_t end) const {
    constexpr std::size_t most = 4;  // of the message, and behind it
    if (begin <= appended_.first_message() || begin >= end || end - begin > most) return std::nullopt;
    std::array<char, most> octets{};
    const std::string_view rest(
        octets.data(),
        appended_.read_at(std::as_writable_bytes(std::span(octets)).first(static_cast<std::size_t>(end - begin)),
                          begin));
    if (rest.find_first_not_of("\r\n") != std::string_view::npos) return std::nullopt;
    return std::string(rest);
  }

  /// From there on something else stands: mail that an agent delivered behind the cut. Nothing: no mail begins there.
  [[nodiscard]] std::optional<Mended> cut_before_delivered(std::uint64_t same) {
    const auto delivered = postmark_near(same);
    if (!delivered) return std::nullopt;
    const std::uint64_t end = std::min(*delivered, same);
    const Appended::Message message = appended_.message_before(end);
    if (message.end <= end) return message.end > 0 || *delivered == 0 ? std::optional(Mended::nothing) : std::nullopt;
    if (only_line_ends(end, message.end) && stands_at_line_start(*delivered)) return Mended::nothing;
    cut_out(old_octets_ + message.begin, old_octets_ + *delivered);
    return Mended::cut;
  }

  void cut_out(std::uint64_t begin, std::uint64_t end) {
    const bool is_done = rewriter_.cut_out(lock_, begin, end);
    if (!is_done) throw Error(Cause::locked, Scope::folder, "mending an mbox").because("another program replaced it");
  }

  /// Its octets are not those that were put there: a server has changed lines of the headers, or moved it.
  [[nodiscard]] Mended cut_moved(bool is_same_file) {
    const FoundAppend found = find_append(lock_, appended_.stage(), old_octets_);
    const fs::File& file = lock_.file();
    if (!found.cut) {
      const bool may_stand = found.is_doubtful && (is_same_file || found.whole > 0);
      return may_stand ? Mended::in_doubt : Mended::nothing;
    }
    if (found.cut->end == file.status_now().size_octets) {
      file.truncate(found.cut->begin);
      if (mailbox_.durability() != fs::Durability::none) file.sync();
    } else {
      cut_out(found.cut->begin, found.cut->end);
    }
    return Mended::cut;
  }

  [[nodiscard]] bool stands_at_line_start(std::uint64_t offset) const {
    std::array<std::byte, 1> before{};
    return lock_.file().read_at(before, old_octets_ + offset - 1) == 1 && before.front() == std::byte{'\n'};
  }

  /// Where a postmark begins that is not of ours: behind line ends of the agent's; or before `same`, where the agent
  /// began with the very octets that the message would have gone on with, and nothing needs to stand before it. Then
  /// its line goes on behind `same`: a whole line before it is ours, whatever a sender wrote into it.
  [[nodiscard]] std::optional<std::uint64_t> postmark_near(std::uint64_t same) const {
    const std::uint64_t begin = same - std::min<std::uint64_t>(same, mail::postmark_limit_octets);
    std::array<char, 2 * mail::postmark_limit_octets> octets{};
    const std::size_t got = lock_.file().read_at(std::as_writable_bytes(std::span(octets)), old_octets_ + begin);
    const std::string_view text(octets.data(), got);
    const auto here = static_cast<std::size_t>(same - begin);
    const auto is_postmark = [&](std::size_t at) {
      std::string_view line = text.substr(at);
      line = line.substr(0, line.find('\n'));
      if (line.ends_with('\r')) line.remove_suffix(1);
      return mail::parse_postmark(line).has_value();
    };
    const std::size_t behind = text.find_first_not_of("\r\n", here);
    if (behind != std::string_view::npos && is_postmark(behind)) return begin + behind;
    const std::size_t line = text.substr(0, here).rfind('\n') + 1;  // 0: there is none
    for (std::size_t at = here; at-- > line;)
      if (text.substr(at).starts_with("From ") && is_postmark(at)) return begin + at;
    return std::nullopt;
  }

  const MailboxFile& mailbox_;
  WriteLock& lock_;
  Rewriter& rewriter_;
  Appended appended_;
  std::uint64_t old_octets_;
};

CutAppend settle(const MailboxFile& mailbox, const std::string& name, const StagedAppend::Said& said,
                 const fs::Birth& lock_birth) {
  if (!mailbox.open_own_beside(name)) return CutAppend::not_ours;  // forged ones cost no lock
  Rewriter rewriter(mailbox, lock_birth, {});                      // settles what it replaced when the lock is gone
  auto lock = WriteLock::take(mailbox, lock_birth);
  // Only now: a run that lives takes its name away before it gives the lock back.
  const auto stage = lock ? mailbox.open_own_beside(name) : std::nullopt;
  if (!stage) return CutAppend::settled;
  const fs::FileId id = stage->opened_as().id;
  if (id.inode != said.own_inode) return CutAppend::not_ours;  // not what we named so
  const std::uint64_t mailbox_inode = lock->file().opened_as().id.inode;
  const Mended mended = Mender(mailbox, *lock, rewriter, Appended(*stage, said.line_ends), said.mailbox_octets)
                            .mend(mailbox_inode == said.mailbox_inode);
  static_cast<void>(mailbox.stand_in(name, id).remove());
  lock.reset();
  mailbox.settle_directory();
  if (mended == Mended::cut)
    mailbox.tell(Weight::note,
                 "a run was stopped while it appended: the message that it left without its end is removed");
  if (mended == Mended::in_doubt)
    mailbox.tell(
        Weight::lost,
        "a run was stopped while it appended, and another program has changed the mailbox since: look whether the "
        "message at octet " +
            std::to_string(said.mailbox_octets) + " or one behind it is without its end");
  return CutAppend::settled;
}

}  // namespace

CutAppend settle_cut_append(const MailboxFile& mailbox, const std::string& name, const fs::Birth& lock_birth) {
  const auto said = StagedAppend::read(mailbox, name);
  if (!said) return CutAppend::not_ours;
  try {
    return settle(mailbox, name, *said, lock_birth);
  } catch (const Error& error) {
    if (error.cause() == Cause::stopped) throw;
    if (error.cause() == Cause::locked) return CutAppend::locked;
    mailbox.tell(Weight::lost, "a run was stopped while it appended, so the message at octet " +
                                   std::to_string(said->mailbox_octets) +
                                   " or one behind it may be without its end; it was not removed, and " + name +
                                   " stays for the next run: " + error.reason());
    return CutAppend::settled;
  }
}

}  // namespace mailhaul::formats::mbox
