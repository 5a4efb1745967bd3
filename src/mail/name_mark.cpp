#include "mailhaul/mail/name_mark.hpp"

#include <cstdint>

namespace mailhaul::mail {

/// FNV-1a. The attempt stands in front: names made to collide do so once, not in every attempt.
std::string name_mark(std::string_view name, unsigned attempt) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  const auto add = [&hash](unsigned char octet) { hash = (hash ^ octet) * 0x100000001b3U; };
  for (const char c : std::to_string(attempt) + ":") add(static_cast<unsigned char>(c));
  for (const char c : name) add(static_cast<unsigned char>(c));
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "-";
  for (int shift = 60; shift >= 0; shift -= 4) out += digits[hash >> static_cast<unsigned>(shift) & 0xfU];
  return out;
}

std::string name_mark(const FolderName& folder, unsigned attempt) {
  std::string whole;  // {"a/b"} is not {"a", "b"}
  for (const std::string& part : folder.parts()) whole += std::to_string(part.size()) + ":" + part;
  return name_mark(whole, attempt);
}

}  // namespace mailhaul::mail
