#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/store/account_settings.hpp"

/// Responders: `~/.autorespond/ADDR` (headers, a blank line, the body) and what says when it answers, `ADDR.json` or
/// the older `ADDR.conf` in YAML (cpanel.md 1.3).
///
///   {"interval":24,"start":1700000000,"stop":1700600000}
///
/// `interval` is in hours, 0 answers every message; start and stop are seconds since 1970, where 0, null and absent all
/// mean no bound. Numbers may be strings.
namespace mailhaul::account::cpanel {

/// What a name in `~/.autorespond` stands for.
struct ResponderFileName {
  enum class Kind : std::uint8_t { other, text, json, conf };
  Kind kind = Kind::other;
  std::string address{};  ///< empty: other
};
/// A lock, a history, an editor's copy: `other`. A name is an address only when it ends in a domain.
[[nodiscard]] ResponderFileName responder_file_name(std::string_view name);
/// The text of a responder, not what lies beside it.
[[nodiscard]] bool is_responder_name(std::string_view name);

/// The files of one address; nothing where there is no such file.
struct ResponderFiles {
  std::optional<std::string> text{};
  std::optional<std::string> json{};
  std::optional<std::string> conf{};
};

struct ReadResponder {
  store::Responder value{};
  std::vector<std::string> problems{};  ///< one sentence each; the value is what could be read
};

/// `json` is asked before `conf`, and where it can be read `conf` is not asked at all. `is_active` is the caller's to
/// know: it is said in valiases.
[[nodiscard]] ReadResponder read_responder(const ResponderFiles& files, bool is_active);

/// What to write. Where `original` and `schedule` still say the same they come back octet for octet; where a header's
/// value alone is another, all other octets stay. `conf` is never written. Line ends in a header become a space.
[[nodiscard]] ResponderFiles responder_files(const store::Responder& value);

}  // namespace mailhaul::account::cpanel
