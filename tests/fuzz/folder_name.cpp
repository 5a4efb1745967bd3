#include "mailhaul/mail/folder_name.hpp"

#include "fuzz/fuzz_input.hpp"
#include "mailhaul/mail/modified_utf7.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  const std::string_view text(reinterpret_cast<const char*>(data), size);

  if (const auto utf8 = mail::from_modified_utf7(text))
    fuzz::require(mail::to_modified_utf7(*utf8) == text, "only the canonical spelling is taken");
  if (const auto encoded = mail::to_modified_utf7(text))
    fuzz::require(mail::from_modified_utf7(*encoded) == text, "what was encoded is decoded");

  const mail::DecodedLevel level = mail::decode_level(text);
  fuzz::require(mail::to_modified_utf7(level.utf8).has_value(), "a decoded level is UTF-8");
  fuzz::require(level.utf8.empty() == text.empty(), "a level with a name keeps one");

  if (const auto name = mail::FolderName::from_display(text)) {
    fuzz::require(mail::FolderName::from_display(name->display()) == *name, "a name is read as it is shown");
    for (const std::string& part : name->parts()) fuzz::require(!part.empty(), "no level is empty");
  }
  return 0;
}
