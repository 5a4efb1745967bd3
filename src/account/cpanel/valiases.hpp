#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account/text/problem.hpp"
#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::account::cpanel {

/// One key of /etc/valiases/DOMAIN and where its mail goes.
struct AliasEntry {
  std::string key{};      ///< as stored: "Info@Example.com", "info", "*"
  std::string address{};  ///< "info@example.com" or "*"
  store::Forwarder forwarder{};
  std::size_t first_line = 0;  ///< from 1
  std::size_t last_line = 0;
};

struct AliasFile {
  std::vector<AliasEntry> entries{};  ///< one an address, in the order of the file
  /// Keys of another domain: an alias file can't speak for it, and a line end smuggled into a form makes such lines.
  /// Seen and reported, not for carrying.
  std::vector<AliasEntry> foreign{};
  std::vector<Problem> problems{};
};

/// Reads the file as Exim's lsearch does (cpanel.md 1.4): a key ends at ':' or a blank and may be quoted; a line that
/// begins with a blank continues the one before; blank lines and those that begin with '#' are nobody's, even between
/// the two. The first of equal keys counts, but one with its domain before one without.
[[nodiscard]] AliasFile parse_valiases(std::string_view text, std::string_view domain);

/// Changes single keys of such a file; every line of other keys, comments and what nobody understands stay octet for
/// octet. A key that is changed has one line afterwards, in the place of its first one, else at the end. A key that has
/// the same destinations already is left as it is. Keys are compared without regard to case; "info" and
/// "info@example.com" are two, since a server may look for one only.
class AliasEditor {
 public:
  /// `responder_directory`: "/home/user/.autorespond". Error(refused, folder): no safe domain.
  AliasEditor(std::string_view text, std::string_view domain, std::string responder_directory);

  /// Error(refused, folder): the key is neither "*" nor a safe local part with or without this domain, or a destination
  /// can't be written (destinations.hpp); nothing is changed then.
  void set(std::string_view key, const store::Forwarder& forwarder);
  /// Does nothing where the key is not there. Error(refused, folder) as above.
  void remove(std::string_view key);

  [[nodiscard]] std::string text() const;

 private:
  struct Stored {
    std::vector<std::size_t> lines{};  ///< from 0, ascending: those of all entries with this key
    std::string key{};                 ///< as stored
    std::string data{};                ///< of the first, which counts
    std::size_t count = 0;
  };

  [[nodiscard]] std::string require_key(std::string_view key) const;

  std::string text_;
  std::string domain_;
  std::string responder_directory_;
  std::map<std::string, Stored> stored_{};                       ///< by the key in lower case
  std::map<std::string, std::optional<std::string>> changes_{};  ///< the new line; unset: removed
  std::vector<std::string> added_{};                             ///< keys, in the order of the calls
};

/// One change.
[[nodiscard]] std::string with_entry(std::string_view text, std::string_view domain, std::string_view key,
                                     const std::optional<store::Forwarder>& forwarder,
                                     const std::string& responder_directory);

}  // namespace mailhaul::account::cpanel
