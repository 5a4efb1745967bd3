#include "left_over_name.hpp"

#include <charconv>

#include "mailhaul/mail/name_mark.hpp"

namespace mailhaul::formats::mbox {
namespace {

std::string mark_of(const MailboxFile& mailbox) {
  return mail::name_mark(fs::split_operator_path(mailbox.path()).name);
}

}  // namespace

std::string left_over_name_of(const MailboxFile& mailbox, std::string_view beginning,
                              std::span<const std::uint64_t> numbers) {
  std::string name(beginning);
  for (const std::uint64_t& number : numbers) {
    if (&number != numbers.data()) name += '-';
    name += std::to_string(number);
  }
  return name + mark_of(mailbox);
}

std::string_view mark_in_left_over(std::string_view name) {
  constexpr std::size_t mark_octets = 17;
  constexpr std::size_t longest_name_octets = 128;  // five numbers of 20 digits, and what stands round them
  if (name.ends_with(unlisted_end)) name.remove_suffix(unlisted_end.size());
  if (name.size() <= mark_octets || name.size() > longest_name_octets) return {};
  name.remove_prefix(name.size() - mark_octets);
  return name.starts_with('-') ? name : std::string_view();
}

bool read_left_over_name(const MailboxFile& mailbox, std::string_view beginning, std::string_view name,
                         std::span<std::uint64_t> numbers) {
  const std::string mark = mark_of(mailbox);
  if (name.size() < beginning.size() + mark.size() || !name.starts_with(beginning) || !name.ends_with(mark))
    return false;
  name.remove_prefix(beginning.size());
  name.remove_suffix(mark.size());
  for (std::uint64_t& number : numbers) {
    if (&number != numbers.data()) {
      if (!name.starts_with('-')) return false;
      name.remove_prefix(1);
    }
    const auto [stopped, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc{}) return false;
    name.remove_prefix(static_cast<std::size_t>(stopped - name.data()));
  }
  return name.empty();
}

}  // namespace mailhaul::formats::mbox
