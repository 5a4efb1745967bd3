#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mailbox_file.hpp"

namespace mailhaul::formats::mbox {

/// What a name of ours begins with that stands beside a mailbox for a while and that no server shall list.
inline constexpr std::string_view hidden_beginning = ".mailhaul-tmp-";
/// And what it ends in.
inline constexpr std::string_view unlisted_end = ".lock";

/// A name beside a mailbox that says what a later run must know when this one is killed:
///
///   name = beginning number *("-" number) mark-of-the-mailbox
[[nodiscard]] std::string left_over_name_of(const MailboxFile& mailbox, std::string_view beginning,
                                            std::span<const std::uint64_t> numbers);
/// False: it does not begin so, or is none, of this mailbox, with that many numbers.
[[nodiscard]] bool read_left_over_name(const MailboxFile& mailbox, std::string_view beginning, std::string_view name,
                                       std::span<std::uint64_t> numbers);

/// What such a name ends in: mail::name_mark() of the mailbox's. Empty: it is no such name.
[[nodiscard]] std::string_view mark_in_left_over(std::string_view name);

template <std::size_t count>
[[nodiscard]] std::string left_over_name(const MailboxFile& mailbox, std::string_view beginning,
                                         const std::array<std::uint64_t, count>& numbers) {
  return left_over_name_of(mailbox, beginning, numbers);
}
template <std::size_t count>
[[nodiscard]] std::optional<std::array<std::uint64_t, count>>
numbers_in_left_over(const MailboxFile& mailbox, std::string_view beginning, std::string_view name) {
  std::array<std::uint64_t, count> numbers{};
  if (!read_left_over_name(mailbox, beginning, name, numbers)) return std::nullopt;
  return numbers;
}

}  // namespace mailhaul::formats::mbox
