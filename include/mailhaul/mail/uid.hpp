#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace mailhaul::mail {

/// RFC 9051 2.3.1.1: 1 .. 2^32-1, ascending in a folder.
struct Uid {
  std::uint32_t value = 0;
  auto operator<=>(const Uid&) const = default;
};

/// The largest next UID that a copy of a folder may begin with: a million behind it are free. No server comes near it
/// by itself. One that has no UID left for the next message can't open the folder any more: Dovecot 2.3.19 panics on a
/// list with N4294967295, and on N4294967294 and two messages that are not in it.
inline constexpr Uid largest_next_uid{0xFFFF'FFFFU - (1U << 20U)};
[[nodiscard]] constexpr bool has_room(Uid next) { return next.value != 0 && next <= largest_next_uid; }

/// The generation of a folder's UIDs; never 0.
struct UidValidity {
  std::uint32_t value = 0;
  auto operator<=>(const UidValidity&) const = default;
};

/// What servers call one message, where the store knows it.
struct ServerIds {
  std::optional<Uid> uid{};
  std::string guid{};
  std::string pop3_uidl{};                    ///< empty: what the server makes of UIDVALIDITY and UID
  std::optional<std::uint32_t> pop3_order{};  ///< place among the messages that POP3 shows, where it is not by UID
  std::string list_fields{};  ///< Maildir: fields of its record in the UID list that nobody here knows, " Xabc"
  bool operator==(const ServerIds&) const = default;
};

}  // namespace mailhaul::mail
