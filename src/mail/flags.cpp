#include "mailhaul/mail/flags.hpp"

namespace mailhaul::mail {
namespace {

std::string_view name_of(Flag flag) {
  switch (flag) {
  case Flag::seen: return "\\Seen";
  case Flag::answered: return "\\Answered";
  case Flag::flagged: return "\\Flagged";
  case Flag::deleted: return "\\Deleted";
  case Flag::draft: return "\\Draft";
  case Flag::passed: return "Passed";
  }
  return {};
}

}  // namespace

std::string to_string(FlagSet flags) {
  std::string text;
  for (const Flag flag : all_flags) {
    if (!flags.has(flag)) continue;
    if (!text.empty()) text += ' ';
    text += name_of(flag);
  }
  return text;
}

}  // namespace mailhaul::mail
