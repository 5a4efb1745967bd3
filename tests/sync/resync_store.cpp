#include "sync/resync_store.hpp"

namespace mailhaul::sync {
namespace {

constexpr unsigned flag_bits = 6;

}  // namespace

store::FolderRef folder_ref(const std::string& folder) {
  return folder == "INBOX" ? store::FolderRef{} : store::FolderRef{"", mail::FolderName({folder})};
}

model::Marks marks_of(mail::FlagSet flags, const mail::KeywordSet& keywords) {
  model::Marks marks = flags.bits();
  for (std::size_t i = 0; i < history_keywords.size(); ++i)
    if (keywords.has(history_keywords[i])) marks |= 1U << (flag_bits + i);
  return marks;
}

mail::FlagSet flags_of(model::Marks marks) { return mail::FlagSet::from_bits(marks); }

mail::KeywordSet keywords_of(model::Marks marks) {
  mail::KeywordSet set;
  for (std::size_t i = 0; i < history_keywords.size(); ++i)
    if ((marks >> (flag_bits + i) & 1U) != 0) set.add(history_keywords[i]);
  return set;
}

std::string text_of(const std::string& octets) {
  const std::string field = "Subject: ";
  const std::size_t begin = octets.find(field) + field.size();
  return octets.substr(begin, octets.find('\n', begin) - begin);
}

}  // namespace mailhaul::sync
