#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "mailhaul/io/tree.hpp"

namespace mailhaul::account::cpanel {

/// Where the parts of an account are: its home, and what the server keeps of it elsewhere.
struct AccountPlaces {
  /// live: below the root of a machine; archive: beside `homedir` in what pkgacct makes (cpanel.md section 3).
  enum class Form : std::uint8_t { live, archive };

  io::Tree& home;
  io::Tree* server = nullptr;  ///< null: not known, only the home is
  Form form = Form::live;
  std::string user{};       ///< empty: not known
  std::string home_path{};  ///< "/home/bob", as the account's own files say it
  /// Domains of which a live server's files are the account's, beside those that its lists name; unset: none.
  std::function<bool(const std::string& domain)> serves_too{};

  /// Paths in `server`.
  [[nodiscard]] std::string aliases(const std::string& domain) const { return alias_directory() + '/' + domain; }
  [[nodiscard]] std::string alias_directory() const { return is_live() ? "etc/valiases" : "va"; }
  [[nodiscard]] std::string domain_aliases(const std::string& domain) const {
    return (is_live() ? "etc/vdomainaliases/" : "vad/") + domain;
  }
  [[nodiscard]] std::string domain_filter(const std::string& domain) const {
    return (is_live() ? "etc/vfilters/" : "vf/") + domain;
  }
  [[nodiscard]] std::string account_file() const { return (is_live() ? "var/cpanel/users/" : "cp/") + user; }
  [[nodiscard]] std::string user_data_main() const {
    return is_live() ? "var/cpanel/userdata/" + user + "/main" : "userdata/main";
  }
  [[nodiscard]] bool is_live() const { return form == Form::live; }
};

/// Of files that are read whole (S13).
inline constexpr std::uint64_t control_file_limit = std::uint64_t{4} << 20U;
/// Of lists of destinations, which may be long, and of the server's own lists of all domains.
inline constexpr std::uint64_t list_file_limit = std::uint64_t{64} << 20U;

}  // namespace mailhaul::account::cpanel
