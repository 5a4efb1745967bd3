#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mailhaul/formats/mbox/mbox.hpp"
#include "mailhaul/mail/from_quoting.hpp"
#include "mailhaul/mail/store_header_filter.hpp"
#include "mailhaul/mail/store_headers.hpp"
#include "mailhaul/store/store.hpp"
#include "stage.hpp"

namespace mailhaul::formats::mbox {

/// What was changed to make messages fit; counted for committed ones only.
struct WriteCounts {
  std::uint64_t quoted_lines = 0;
  std::uint64_t lost_keywords = 0;  ///< messages with a keyword that no mbox header can hold
  std::uint64_t lost_letters = 0;   ///< messages with what only the name of a Maildir file can say
  std::uint64_t lost_uidls = 0;     ///< messages with a POP3 UIDL of their own
  std::uint64_t lost_uids = 0;      ///< messages with a UID, in a variant that has none
  std::uint64_t lost_lines = 0;     ///< messages with no place for flags and keywords
};

/// What the writer of a folder lends to the one message that is written.
class MessageHome {
 public:
  MessageHome() = default;
  MessageHome(const MessageHome&) = delete;
  MessageHome& operator=(const MessageHome&) = delete;
  virtual ~MessageHome() = default;

  /// UID and, in the first message, the base, where this file carries them (mbox.md section 5). False: it has no room
  /// for a keyword, which was taken out.
  virtual bool number(const store::MessageInfo& info, mail::StoreHeaders& headers) = 0;
  /// The lines with them, and where in the stage they stand.
  virtual void numbered(std::string_view lines, std::uint64_t offset) = 0;
  /// The message stands complete in the stage, from `offset` on.
  virtual void committed(std::uint64_t offset, const WriteCounts& counts) = 0;
  /// The message's writer is gone without a commit.
  virtual void closed() noexcept = 0;
};

/// Writes one message into a stage as an mbox of the given variant has it:
///
///   message   = postmark-line header store-lines empty-line body LF
///
/// The seven headers of a store are taken off first: they may be forged (mbox.md "must do" 6). Ours stand before the
/// empty line, with the line end that the message uses. A text without an empty line is all header.
///
/// Quoting covers the header too, since a text may begin with "From ". In cl2 nothing is quoted, but a Content-Length
/// protects bodies only: a postmark inside the header block must gain a '>' there all the same.
class MessageAppender final : public store::MessageWriter {
 public:
  /// `fallback_date` where the message has none.
  MessageAppender(MessageHome& home, Stage& stage, Variant variant, const store::MessageInfo& info,
                  mail::InternalDate fallback_date);
  ~MessageAppender() override;

  void write(Bytes octets) override;
  void commit() override;

 private:
  [[nodiscard]] mail::StoreHeaders store_headers();
  void write_postmark(std::string_view header);
  void write_lines(std::string_view eol, bool with_length);
  void write_header(std::string_view header);
  void write_text_without_empty_line();
  void write_long_header();
  void write_fields(std::string_view fields);
  void begin_body(mail::FromQuoting quoting);

  MessageHome& home_;
  Stage& stage_;
  Variant variant_;
  store::MessageInfo info_;
  mail::InternalDate date_;
  std::uint64_t offset_;
  std::string header_{};
  std::size_t header_scanned_ = 0;
  bool in_body_ = false;
  mail::QuotingSink header_quoting_;
  mail::QuotingSink body_quoting_;
  mail::QuotingSink safe_quoting_;
  mail::QuotingSink* body_ = nullptr;
  std::optional<mail::StoreHeaderFilter> rest_of_header_{};  ///< of a header block over its bound
  std::uint64_t body_at_ = 0;
  std::optional<std::uint64_t> length_at_{};
  WriteCounts counts_{};
  bool committed_ = false;
};

}  // namespace mailhaul::formats::mbox
