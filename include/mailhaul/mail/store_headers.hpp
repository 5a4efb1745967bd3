#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/mail/flags.hpp"
#include "mailhaul/mail/keyword.hpp"
#include "mailhaul/mail/uid.hpp"

namespace mailhaul::mail {

/// Content-Length, Status, X-IMAP, X-IMAPbase, X-Keywords, X-Status, X-UID: made by mbox stores, no part of a message
/// (mbox.md section 5). Any case.
[[nodiscard]] bool is_store_header(std::string_view name);

/// X-IMAPbase / X-IMAP: `<uidvalidity> <last uid>[ keyword…]`.
struct ImapBase {
  UidValidity uid_validity{};
  Uid last_uid{};
  std::vector<std::string> keywords{};
  std::size_t left_out = 0;      ///< names over a limit, which were not read
  std::size_t spare_octets = 0;  ///< of blanks behind them when it is written, for names that come later
};
[[nodiscard]] std::optional<ImapBase> parse_imap_base(std::string_view value);

/// No more keywords of one message are read or written, and no longer ones (S13): a header of a million names must not
/// cost more than one of ten.
inline constexpr std::size_t keywords_limit = 100;
inline constexpr std::size_t keyword_limit_octets = 255;
/// The same for the names in a base; with their blanks. With the keywords of a message they must fit a header block
/// beside what a message brings.
inline constexpr std::size_t base_keywords_limit = 1000;
inline constexpr std::size_t base_keywords_limit_octets = 32 * 1024;

/// How much of a base is taken.
class BaseRoom {
 public:
  /// False when there is no room for that name too; then nothing is taken for it.
  bool take(std::string_view name);

 private:
  std::size_t names_ = 0;
  std::size_t octets_ = 0;
};

/// What the seven headers of one mbox message say. `P` of a Maildir name and the keyword `$Forwarded` of IMAP clients
/// are the same fact, and an mbox has no letter for it: so Flag::passed is written as `$Forwarded`, and `$Forwarded` is
/// read as both, since Dovecot's clients see only the keyword and other programs only the letter. Of headers that stand
/// there twice all letters and keywords count, but only the first good number, as with Dovecot.
struct StoreHeaders {
  FlagSet flags{};
  KeywordSet keywords{};
  bool keywords_left_out = false;                 ///< there were more, or longer ones, than are read
  bool old = false;                               ///< `O` in Status: not \Recent
  std::optional<std::uint64_t> content_length{};  ///< only digits; else unset
  std::optional<Uid> uid{};
  std::optional<ImapBase> base{};
  bool pseudo = false;           ///< X-IMAP with a non-zero UIDVALIDITY: no mail (section 5)
  bool uid_before_base = false;  ///< X-UID, but no X-IMAPbase above it: not valid in message 1 (rule 1)
};
[[nodiscard]] StoreHeaders parse_store_headers(std::string_view header_block);

/// The header block without the seven; every other octet stays.
[[nodiscard]] std::string strip_store_headers(std::string_view header_block);

/// The lines to put before the empty line, in Dovecot's order (section 5, rule 5): X-IMAPbase, X-UID, Status, X-Status,
/// X-Keywords, Content-Length. Only what there is to say is written; names that are no IMAP atoms can't be said
/// (is_keyword). With `pseudo` the base is called X-IMAP. The UID is padded to a width of 10, `content_length` with
/// blanks to one of 20, so that they can be filled in later; `eol` is "\n" or "\r\n".
struct StoreHeaderLines {
  std::string text;
  std::optional<std::size_t> content_length_at{};  ///< offset of the padded number in `text`
};
[[nodiscard]] StoreHeaderLines format_store_headers(const StoreHeaders& headers, std::string_view eol);

/// `number` as it stands at content_length_at: left-aligned, 20 wide.
[[nodiscard]] std::string padded_length(std::uint64_t number);
/// The value of X-UID: left-aligned, 10 wide. "0" is no UID.
[[nodiscard]] std::string padded_uid(Uid uid);

}  // namespace mailhaul::mail
