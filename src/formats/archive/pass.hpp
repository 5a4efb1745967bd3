#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/archive/member_name.hpp"
#include "formats/archive/reader.hpp"
#include "formats/archive/stored_file.hpp"
#include "formats/archive/tar_stream.hpp"
#include "mailhaul/formats/archive/archive.hpp"

namespace mailhaul::formats::archive {

/// Goes through all members in storage order, once. A tar that is a member of it, called `homedir.tar`, is gone
/// through in its place: its members stand in a directory `homedir` beside where it stood. One thread.
class Pass {
 public:
  /// `file` is lent, and `points`, where those of a gzip stream are noted: by who lists all members, for whom a plain
  /// tar is read ahead.
  Pass(const StoredFile& file, std::optional<io::Compression> compression, const Limits& limits,
       io::GzipPoints* points = nullptr);
  ~Pass();

  /// Goes to the next member; false behind the last one that can be read: see damage().
  [[nodiscard]] bool next();
  /// Counts all members of both tars; the n-th is the same in every pass over an unchanged file.
  [[nodiscard]] std::uint32_t number() const { return number_; }
  [[nodiscard]] const Head& head() const { return current().head(); }
  /// Where its content begins in the octets of the archive.
  [[nodiscard]] std::uint64_t data_at() const { return head().data_at + (inner_ ? inner_at_ : 0); }
  /// Where its name leads. With a fault there are no components.
  [[nodiscard]] const std::vector<std::string_view>& components() const { return components_; }
  [[nodiscard]] NameFault fault() const { return fault_; }
  /// The same for the target of a hard link.
  [[nodiscard]] NameFault split_target(std::vector<std::string_view>& components) const;
  /// A piece of its content; empty at its end. Error of scope message.
  [[nodiscard]] Bytes read();

  /// The first damage that was met: what is behind it could not be read, or not all of it.
  [[nodiscard]] const std::optional<Error>& damage() const { return damage_; }
  /// The members whose content is not whole; at most one a tar.
  [[nodiscard]] const std::vector<std::uint32_t>& cut() const { return cut_; }
  /// There are octets behind an end mark.
  [[nodiscard]] bool has_more_behind() const { return has_more_behind_; }

 private:
  class Inside;
  [[nodiscard]] Reader& current() { return inner_ ? *inner_ : *outer_; }
  [[nodiscard]] const Reader& current() const { return inner_ ? *inner_ : *outer_; }
  [[nodiscard]] bool step();
  [[nodiscard]] bool go_on(Reader& reader);
  void leave_inner();
  [[nodiscard]] NameFault split(std::string_view name, std::vector<std::string_view>& components) const;
  [[nodiscard]] bool is_home_tar() const;
  void enter_home_tar();
  void note_damage(const Error& error, bool is_inside_content);

  const StoredFile& file_;
  bool is_plain_;
  std::unique_ptr<TarStream> stream_;
  std::unique_ptr<Reader> outer_;
  std::uint64_t inner_at_ = 0;  ///< where the inner tar begins
  std::unique_ptr<TarStream> inner_stream_;
  std::unique_ptr<Reader> inner_;
  std::vector<std::string> above_inner_{};  ///< components of what the inner tar's members stand in
  std::vector<std::string_view> components_{};
  NameFault fault_ = NameFault::none;
  std::uint32_t next_number_ = 0;
  std::uint32_t number_ = 0;
  std::optional<Error> damage_{};
  std::vector<std::uint32_t> cut_{};
  const Reader* shown_ = nullptr;  ///< whose member was shown last
  bool has_more_behind_ = false;
  bool has_ended_ = false;
};

}  // namespace mailhaul::formats::archive
