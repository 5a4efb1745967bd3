#include "found_append.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/mail/store_headers.hpp"
#include "splitter.hpp"

namespace mailhaul::formats::mbox {
namespace {

constexpr std::size_t block_octets = 64 * 1024;

struct Staged {
  Mark mark;
  std::uint64_t header = 0;
  std::uint64_t body = 0;
  std::uint64_t end = 0;
};

std::uint64_t header_offset(const Splitter& splitter) { return splitter.body_offset() - splitter.header().size(); }

std::vector<Staged> messages_of(const fs::File& stage) {
  std::vector<Staged> messages;
  const std::uint64_t size = stage.status_now().size_octets;
  Splitter splitter(stage, Side::target, size);
  while (splitter.next()) {
    if (!messages.empty()) messages.back().end = splitter.mark().offset;
    messages.push_back({splitter.mark(), header_offset(splitter), splitter.body_offset(), size});
  }
  return messages;
}

bool is_same(const Mark& one, const Mark& other) {
  return one.sender == other.sender && one.civil == other.civil && one.zone == other.zone;
}

std::string_view without_line_ends(std::string_view text) { return text.substr(0, text.find_last_not_of("\r\n") + 1); }

/// One walk.
class Search {
 public:
  Search(WriteLock& lock, const fs::File& stage, std::uint64_t old_octets)
      : lock_(lock),
        stage_(stage),
        old_octets_(old_octets),
        size_(lock.file().status_now().size_octets),
        staged_(messages_of(stage)),
        ours_(block_octets),
        theirs_(block_octets) {}

  [[nodiscard]] FoundAppend run() {
    FoundAppend found;
    Splitter splitter(lock_.file(), Side::target, size_);
    while (found.whole < staged_.size() && splitter.next()) {
      lock_.keep();
      take(splitter, found);
      if (is_over_) return found;
    }
    end_at(size_, found);
    if (has_two_) found.cut.reset();
    found.is_doubtful = !found.cut && found.whole < staged_.size() && (found.whole == 0 || is_doubtful_ || has_two_);
    return found;
  }

 private:
  /// How a message there compares with a staged one.
  struct Compared {
    bool has_its_mark = false;
    bool is_whole = false;
    std::optional<std::uint64_t> same{};  ///< up to where in the mailbox, when header and text so far are the same
  };
  /// Octets of the mailbox that are a staged message's: where they end nothing else may stand but line ends.
  struct Open {
    std::uint64_t begin = 0;
    std::uint64_t same = 0;
    bool is_whole = false;
  };

  void take(Splitter& splitter, FoundAppend& found) {
    const std::uint64_t begin = splitter.mark().offset;
    const std::uint64_t line_end = header_offset(splitter);
    // Text that stands in a message and looks like a postmark, since the cut one's Content-Length leads nowhere.
    if (open_ && line_end <= open_->same) return;
    const bool follows = end_at(begin, found);
    if (begin < old_octets_) return;
    const Compared compared = compare(splitter, staged_[found.whole]);
    if (compared.is_whole) {
      ++found.whole;
      found.cut.reset();
      is_doubtful_ = has_two_ = false;
      open_ = {begin, *compared.same, true};
      return;
    }
    if (compared.same && (found.whole == 0 || follows)) {
      open_ = {begin, *compared.same, false};
      return;
    }
    is_doubtful_ = is_doubtful_ || compared.has_its_mark;
    // The ones between were removed by their owner; but all of it had been written.
    if (compare(splitter, staged_.back()).is_whole) {
      found = {};
      found.whole = staged_.size();
      is_over_ = true;
    }
  }

  /// Another message begins there, or the mailbox ends. True: it follows a whole one of ours.
  bool end_at(std::uint64_t end, FoundAppend& found) {
    if (!open_) return false;
    const Open open = *open_;
    open_.reset();
    if (!is_blank(open.same, end)) {
      is_doubtful_ = true;
      return false;
    }
    if (!open.is_whole) {
      has_two_ = found.cut.has_value();
      found.cut = {open.begin, end};
    }
    return open.is_whole;
  }

  [[nodiscard]] Compared compare(const Splitter& splitter, const Staged& staged) {
    Compared compared;
    compared.has_its_mark = is_same(splitter.mark(), staged.mark);
    if (!compared.has_its_mark) return compared;
    const std::string header = mail::strip_store_headers(splitter.header());
    const std::string wanted = mail::strip_store_headers(header_of(staged));
    std::uint64_t body = splitter.body_offset();
    const std::string_view fields = without_line_ends(header);
    if (header != wanted && fields == without_line_ends(wanted)) {
      // The empty line behind a header is the separator where a line that looks like a postmark comes next.
      while (body < size_ && header.size() + body - splitter.body_offset() < wanted.size() && is_line_end(body)) ++body;
    } else if (header != wanted) {
      if (wanted.starts_with(fields)) compared.same = body;  // a server ends a header that had no end
      return compared;
    }
    const std::uint64_t same = octets_in_common(body, staged.body, staged.end);
    compared.is_whole = is_line_ends(staged.body + same, staged.end);
    compared.same = body + same;
    return compared;
  }

  [[nodiscard]] std::string header_of(const Staged& staged) const {
    std::string header(static_cast<std::size_t>(staged.body - staged.header), '\0');
    header.resize(stage_.read_at(std::as_writable_bytes(std::span(header)), staged.header));
    return header;
  }

  [[nodiscard]] bool is_line_end(std::uint64_t offset) const {
    std::array<std::byte, 1> octet{};
    return lock_.file().read_at(octet, offset) == 1 && (octet[0] == std::byte{'\n'} || octet[0] == std::byte{'\r'});
  }

  [[nodiscard]] std::uint64_t octets_in_common(std::uint64_t there, std::uint64_t begin, std::uint64_t end) {
    std::uint64_t same = 0;
    while (begin + same < end) {
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block_octets, end - begin - same));
      const std::size_t got = std::min(stage_.read_at(std::span(ours_).first(wanted), begin + same),
                                       lock_.file().read_at(std::span(theirs_).first(wanted), there + same));
      const auto last = ours_.begin() + static_cast<std::ptrdiff_t>(got);
      const auto equal =
          static_cast<std::size_t>(std::mismatch(ours_.begin(), last, theirs_.begin()).first - ours_.begin());
      same += equal;
      if (equal < wanted) break;
      lock_.keep();
    }
    return same;
  }

  [[nodiscard]] bool is_line_ends(std::uint64_t begin, std::uint64_t end) const {
    constexpr std::size_t most = 4;  // of the message, and behind it
    if (end - begin > most) return false;
    std::string octets(static_cast<std::size_t>(end - begin), '\0');
    octets.resize(stage_.read_at(std::as_writable_bytes(std::span(octets)), begin));
    return octets.find_first_not_of("\r\n") == std::string::npos;
  }

  /// Nobody's mail: line ends, and what a power cut leaves.
  [[nodiscard]] bool is_blank(std::uint64_t begin, std::uint64_t end) {
    while (begin < end) {
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(block_octets, end - begin));
      const std::size_t got = lock_.file().read_at(std::span(theirs_).first(wanted), begin);
      const std::string_view text = as_text(Bytes(theirs_).first(got));
      if (got != wanted || text.find_first_not_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
        return false;
      begin += got;
      lock_.keep();
    }
    return true;
  }

  WriteLock& lock_;
  const fs::File& stage_;
  std::uint64_t old_octets_;
  std::uint64_t size_;
  std::vector<Staged> staged_;
  std::vector<std::byte> ours_;
  std::vector<std::byte> theirs_;
  std::optional<Open> open_{};
  bool is_doubtful_ = false;
  bool has_two_ = false;  ///< that could be the cut one
  bool is_over_ = false;
};

}  // namespace

FoundAppend find_append(WriteLock& lock, const fs::File& stage, std::uint64_t old_octets) {
  return Search(lock, stage, old_octets).run();
}

}  // namespace mailhaul::formats::mbox
