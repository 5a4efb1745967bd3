#include "temporary_name.hpp"

#include <array>
#include <cstddef>
#include <cstdio>

#include "mailhaul/fs/new_file.hpp"

namespace mailhaul::fs {
namespace {

constexpr std::size_t digit_count = 16;

}  // namespace

std::string random_temporary_name(Entropy& entropy) {
  std::array<char, digit_count + 1> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(entropy.number()));
  return std::string(NewFile::temporary_prefix) + digits.data();
}

bool is_random_temporary_name(std::string_view name) {
  constexpr std::string_view prefix = NewFile::temporary_prefix;
  return name.size() == prefix.size() + digit_count && name.starts_with(prefix) &&
         name.find_first_not_of("0123456789abcdef", prefix.size()) == std::string_view::npos;
}

}  // namespace mailhaul::fs
