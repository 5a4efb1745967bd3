#include "left_over_name.hpp"

#include <charconv>

#include "mailhaul/fs/new_file.hpp"
#include "mailhaul/mail/name_mark.hpp"

namespace mailhaul::formats::mbox {
namespace {

std::string mark_of(const MailboxFile& mailbox) {
  return mail::name_mark(fs::split_operator_path(mailbox.path()).name);
}

}  // namespace

std::string left_over_name_of(const MailboxFile& mailbox, std::string_view kind,
                              std::span<const std::uint64_t> numbers) {
  std::string name = fs::NewFile::temporary_prefix;
  name += kind;
  for (const std::uint64_t& number : numbers) {
    if (&number != numbers.data()) name += '-';
    name += std::to_string(number);
  }
  return name + mark_of(mailbox);
}

bool read_left_over_name(const MailboxFile& mailbox, std::string_view kind, std::string_view name,
                         std::span<std::uint64_t> numbers) {
  const std::string mark = mark_of(mailbox);
  const std::string begin = fs::NewFile::temporary_prefix + std::string(kind);
  if (name.size() < begin.size() + mark.size() || !name.starts_with(begin) || !name.ends_with(mark)) return false;
  name.remove_prefix(begin.size());
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
