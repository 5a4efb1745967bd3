#include "formats/maildir/courier_keywords.hpp"

#include "formats/dovecot/acl_file.hpp"
#include "fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  const fuzz::Input input(data, size,
                          {"$Work\n", "\n\n", "1.a:0 1\n", ":", " ", "65535", "owner ", "\"user=", " lr\n"});

  const auto list = formats::maildir::parse_courier_keywords(
      input.text, [&input](std::string_view base) { return (base.size() + input.seed) % 4 != 0; }, 100);
  fuzz::require(list.messages.size() <= 100, "messages are bounded");
  fuzz::require(list.names.size() <= formats::maildir::CourierKeywordList::most_names, "names are bounded");
  for (const auto& [key, indexes] : list.messages) {
    fuzz::require(!key.empty() && key.find_first_of(":\n") == std::string::npos, "a key is a base name");
    for (const std::uint16_t index : indexes) fuzz::require(index < list.names.size(), "an index has a name");
  }

  const store::Acl acl = formats::dovecot::parse_acl(input.text);
  fuzz::require(formats::dovecot::parse_acl(formats::dovecot::acl_text(acl)) == acl, "a list that was written is read");
  std::size_t untranslated = 0;
  for (const store::AclEntry& entry : formats::dovecot::parse_courier_acl(input.text, untranslated))
    fuzz::require(entry.rights.find_first_not_of("lrwstipekxa") == std::string::npos, "rights are Dovecot's");
  return 0;
}
