#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "formats/archive/tar_stream.hpp"
#include "mailhaul/formats/archive/member.hpp"
#include "mailhaul/io/compression.hpp"

namespace mailhaul::formats::archive {

/// A member as its tar says. Views until the next one.
struct Head {
  std::string_view name{};
  std::string_view link_target{};  ///< of links of both kinds
  MemberKind kind = MemberKind::special;
  std::uint64_t size_octets = 0;
  std::int64_t modified_seconds = 0;
  std::uint32_t mode = 0;     ///< 07777 bits
  std::int64_t owner = 0;     ///< its uid
  std::uint64_t data_at = 0;  ///< where its content begins in the stream
  bool has_holes = false;     ///< a sparse file: its content is not one piece of the stream
  /// S13: it says to be far larger than what is stored of it.
  bool is_hollow = false;
};

/// The only place that speaks to libarchive (S12): it is asked for the tar formats alone, and only to read. It never
/// sees a path of ours, only the octets of a stream.
///
/// Names come as their octets: in the C locale, which the program never leaves, libarchive can't convert what is not
/// ASCII and so leaves it as it was. One thread.
class Reader {
 public:
  /// `stream` is lent.
  Reader(TarStream& stream, io::StreamPlace place);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// Passes over what is left of the member's content. Error(damaged, message): it is not whole.
  void pass_over();
  /// Goes to the next member; false behind the end mark. Error of scope message: damaged, when the archive is cut short
  /// or can't go on; not_a_store, when it is no tar at all; or what the stream said. There is nothing behind it.
  [[nodiscard]] bool next();
  [[nodiscard]] const Head& head() const { return head_; }
  /// The next piece of the member's content, holes as zeros; empty at its end. Error of scope message.
  [[nodiscard]] Bytes read();
  /// An error was thrown: nothing more can be read.
  [[nodiscard]] bool has_failed() const { return has_failed_; }
  /// After the end: there is more in the stream than the zeros that fill its last record.
  [[nodiscard]] bool has_more_behind() const { return has_more_behind_; }

 private:
  struct Library;
  [[noreturn]] void fail(bool is_about_content);
  void read_to_the_end(std::uint64_t mark_at);

  std::unique_ptr<Library> library_;
  Head head_{};
  bool has_failed_ = false;
  bool has_more_behind_ = false;
  bool has_member_ = false;
  std::uint64_t members_ = 0;
};

}  // namespace mailhaul::formats::archive
