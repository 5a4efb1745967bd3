#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "mailhaul/mail/uid.hpp"

namespace mailhaul::formats::maildir {

inline constexpr const char* uid_list_name = "dovecot-uidlist";
/// Courier's; what is in it is a version 1 list.
inline constexpr const char* courier_uid_list_name = "courierimapuiddb";

/// The numbers of a folder's messages. maildir.md section 4:
///
///   list   = ( "3" 1*( SP field ) / "1" SP validity SP next ) LF *( record LF )
///   record = uid *( SP field ) SP ":" name      version 3; the octets of a name behind its first ':' mean nothing
///          / uid SP name                        version 1
///   field  = letter value                       no space in it; of a record only A-Z count
///
/// UIDs ascend. A server that meets a line which breaks these rules throws the list away, with every UID of the folder.
/// We keep what it says otherwise: a record that can't be taken is counted, its message gets a new number.
struct UidListHeader {
  mail::UidValidity validity{};
  /// Larger than every UID of the list: a server appends records and leaves the header as it was.
  mail::Uid next{};
  std::string guid{};   ///< of the mailbox, 32 hexadecimal digits; empty where there is none
  std::string other{};  ///< fields that nobody here knows, each with a space before it
};

struct UidRecord {
  mail::Uid uid{};
  std::string_view fields{};  ///< "Gabc P W12", for parse_fields
  std::string_view key{};     ///< base name
};

/// What the fields of a record say. `S` and `W`, sizes, are dropped: a server finds them out itself, and a wrong one
/// would make a message unreadable.
struct RecordFields {
  std::optional<std::string_view> guid{};       ///< unset: the key
  std::optional<std::string_view> pop3_uidl{};  ///< unset: the server's format; empty: the key
  std::optional<std::uint32_t> pop3_order{};
  std::string other{};
};
[[nodiscard]] RecordFields parse_fields(std::string_view fields);

/// Reads a list in pieces of any size, each record once and none stored. Linear, in constant memory.
class UidListParser {
 public:
  using Take = std::function<void(const UidRecord&)>;
  /// `any`: records are taken whatever UID stands before them.
  enum class Order { ascending, any };
  explicit UidListParser(Take take, Order order = Order::ascending) : take_(std::move(take)), order_(order) {}

  void write(std::string_view piece);
  /// After the last piece: a last line without its end counts.
  void finish();

  /// Nothing: no list at all, or one whose header can't be trusted. Whole after finish().
  [[nodiscard]] const std::optional<UidListHeader>& header() const { return header_; }
  [[nodiscard]] bool is_empty() const { return line_number_ == 0; }
  [[nodiscard]] std::uint64_t bad_lines() const { return bad_lines_; }
  /// Of the first bad line: "line 7: UIDs do not ascend".
  [[nodiscard]] const std::string& first_bad() const { return first_bad_; }

 private:
  void take_line(std::string_view line);
  void take_header(std::string_view line);
  void take_record(std::string_view line);
  void bad(std::string_view reason);

  Take take_;
  Order order_;
  std::string partial_;
  bool is_too_long_ = false;
  std::uint64_t line_number_ = 0;
  unsigned version_ = 0;
  std::optional<UidListHeader> header_{};
  std::uint32_t last_ = 0;
  std::uint64_t bad_lines_ = 0;
  std::string first_bad_{};
};

/// Builds a version 3 list.
class UidListText {
 public:
  /// In ascending order of UIDs. False, and nothing added: not above the last one, not a UID or one that leaves no room
  /// for others, or a key that no list can hold. Values that can't stand in a field are left out and counted.
  bool add(const mail::ServerIds& ids, std::string_view key);
  /// A record as a parser showed it, its fields unchanged; above the last one.
  void add_record(const UidRecord& record);
  [[nodiscard]] std::uint64_t values_left_out() const { return values_left_out_; }
  /// The whole list; `header.next` is raised above the last UID. Once.
  [[nodiscard]] std::string finish(const UidListHeader& header);

 private:
  void add_field(char letter, std::string_view value);

  std::string records_;
  std::uint32_t last_ = 0;
  std::uint64_t values_left_out_ = 0;
};

/// 4294967295 is none.
inline constexpr std::uint32_t largest_uid = 0xFFFF'FFFEU;

}  // namespace mailhaul::formats::maildir
