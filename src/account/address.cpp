#include "mailhaul/account/address.hpp"

#include <algorithm>

namespace mailhaul::account {

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

namespace {

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

}  // namespace

bool is_safe_local_part(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text != "." && text != ".." &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_letter_or_digit(c) || std::string_view("._+-").find(c) != std::string_view::npos;
         });
}

bool is_safe_domain(std::string_view text) {
  if (text.size() > 253) return false;
  std::size_t labels = 0;
  for (std::size_t begin = 0; begin <= text.size(); ++labels) {
    const std::size_t end = std::min(text.find('.', begin), text.size());
    if (!is_label(text.substr(begin, end - begin))) return false;
    begin = end + 1;
  }
  return labels > 1;
}

std::optional<Address> split_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size()) return std::nullopt;
  return Address{std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
}

bool is_safe_address(std::string_view text) {
  const auto address = split_address(text);
  if (!address || text.size() > 254 || address->local_part.size() > 64) return false;
  const std::string& local_part = address->local_part;
  const bool is_of_atoms = std::all_of(local_part.begin(), local_part.end(), [](char c) {
    return is_letter_or_digit(c) || std::string_view("!$%&'*+-=?^_`{}~.").find(c) != std::string_view::npos;
  });
  return is_of_atoms && local_part.front() != '-' && local_part.front() != '\'' && local_part.front() != '.' &&
         local_part.back() != '.' && local_part.find("..") == std::string::npos && is_safe_domain(address->domain);
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string without_detail(std::string_view address) {
  std::string plain = lower_case(address);
  const std::size_t at = plain.rfind('@');
  const std::size_t plus = plain.find('+');
  if (at != std::string::npos && plus != std::string::npos && plus > 0 && plus < at) plain.erase(plus, at - plus);
  return plain;
}

}  // namespace mailhaul::account
