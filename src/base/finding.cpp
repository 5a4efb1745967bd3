#include "mailhaul/base/finding.hpp"

namespace mailhaul {

const char* to_string(FindingKind kind) {
  switch (kind) {
  case FindingKind::special_file: return "special_file";
  case FindingKind::symlink: return "symlink";
  case FindingKind::foreign_owner: return "foreign_owner";
  case FindingKind::directory_in_cur: return "directory_in_cur";
  case FindingKind::odd_name: return "odd_name";
  case FindingKind::duplicate_name: return "duplicate_name";
  case FindingKind::unreadable: return "unreadable";
  case FindingKind::unlisted: return "unlisted";
  case FindingKind::sparse: return "sparse";
  case FindingKind::over_limit: return "over_limit";
  case FindingKind::changed: return "changed";
  case FindingKind::header_too_long: return "header_too_long";
  case FindingKind::odd_postmark: return "odd_postmark";
  case FindingKind::salvaged: return "salvaged";
  case FindingKind::expunged: return "expunged";
  case FindingKind::no_zone: return "no_zone";
  case FindingKind::no_date: return "no_date";
  case FindingKind::unquoted_lines: return "unquoted_lines";
  case FindingKind::quoted_lines: return "quoted_lines";
  case FindingKind::bad_content_length: return "bad_content_length";
  case FindingKind::keyword: return "keyword";
  case FindingKind::flag_letters: return "flag_letters";
  case FindingKind::folder_name: return "folder_name";
  case FindingKind::ignored_file: return "ignored_file";
  case FindingKind::flags_differ: return "flags_differ";
  case FindingKind::uid_list: return "uid_list";
  case FindingKind::no_memory: return "no_memory";
  case FindingKind::no_lock: return "no_lock";
  case FindingKind::wrong_size: return "wrong_size";
  case FindingKind::compression: return "compression";
  case FindingKind::lost_dates: return "lost_dates";
  case FindingKind::setting: return "setting";
  case FindingKind::mailbox: return "mailbox";
  case FindingKind::owner: return "owner";
  case FindingKind::security_label: return "security_label";
  case FindingKind::durability: return "durability";
  }
  return "";
}

const char* to_string(Weight weight) {
  switch (weight) {
  case Weight::note: return "note";
  case Weight::lost: return "lost";
  case Weight::failed: return "failed";
  }
  return "";
}

}  // namespace mailhaul
