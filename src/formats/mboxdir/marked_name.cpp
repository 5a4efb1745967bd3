#include "formats/mboxdir/marked_name.hpp"

#include <optional>

#include "mailhaul/mail/name_mark.hpp"

namespace mailhaul::formats::mboxdir {
namespace {

constexpr std::size_t digits_of_hash = 6;

std::string_view word_of(Mark mark) { return mark == Mark::children ? "-sub-" : "-mail-"; }

std::string hash_of(std::string_view name) { return mail::name_mark(name).substr(1, digits_of_hash); }

/// One mark less; nothing when it has none.
std::optional<std::string_view> without_mark(std::string_view name, Mark mark) {
  const std::string_view word = word_of(mark);
  if (name.size() <= word.size() + digits_of_hash) return std::nullopt;
  const std::string_view base = name.substr(0, name.size() - word.size() - digits_of_hash);
  if (name.substr(base.size(), word.size()) != word) return std::nullopt;
  if (name.substr(base.size() + word.size()) != hash_of(base)) return std::nullopt;
  return base;
}

}  // namespace

std::string marked(std::string_view name, Mark mark) {
  return std::string(name) + std::string(word_of(mark)) + hash_of(name);
}

std::string_view unmarked(std::string_view name, Mark mark) {
  while (const auto base = without_mark(name, mark)) name = *base;
  return name;
}

bool is_marked(std::string_view name) {
  return without_mark(name, Mark::children).has_value() || without_mark(name, Mark::messages).has_value();
}

}  // namespace mailhaul::formats::mboxdir
