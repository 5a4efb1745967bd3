#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "account/cpanel/scratch_file.hpp"
#include "mailhaul/io/source.hpp"
#include "mailhaul/store/renaming.hpp"

namespace mailhaul::account::cpanel {

/// The files of an SQLite database as they were found together.
struct DatabaseFiles {
  ScratchFile database;
  std::optional<ScratchFile> write_ahead_log{};   ///< NAME-wal
  std::optional<ScratchFile> rollback_journal{};  ///< NAME-journal
};

/// A database in one file, with nothing beside it, that has passed SQLite's checks.
class CleanDatabase {
 public:
  CleanDatabase(ScratchFile file, std::vector<std::string> changes);

  [[nodiscard]] std::uint64_t octets() const { return file_.size_octets(); }
  /// Equal when the content is, wherever the server had it: in the file or still in its log. What SQLite counts in the
  /// header at each write is no content.
  [[nodiscard]] const std::string& digest() const { return digest_; }
  /// From its beginning; as often as one likes. This object must outlive it.
  [[nodiscard]] std::unique_ptr<io::Source> content() const { return file_.content(); }
  /// "users.username: bob@old.example -> bob@new.example", each once. Not escaped.
  [[nodiscard]] const std::vector<std::string>& changes() const { return changes_; }

 private:
  ScratchFile file_;
  std::string digest_{};
  std::vector<std::string> changes_;
};

/// Brings what is in the log into the database and copies that by SQLite's backup interface; `renaming` (may be null)
/// is done to Roundcube's users and identities before. Not in WAL mode afterwards.
///
/// The files are taken for hostile: no trigger, view, virtual table or function of theirs is run, and work and memory
/// are limited. Error of scope message without a place: damaged (no database, or SQLite's check fails), limit, or what
/// the room gave (no_space, …).
[[nodiscard]] CleanDatabase clean_database(const ScratchRoom& room, DatabaseFiles files,
                                           const store::Renaming* renaming);

}  // namespace mailhaul::account::cpanel
