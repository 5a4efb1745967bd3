#include "account/dovecot/users_file.hpp"
#include "account/modoboa/import_file.hpp"
#include "account/postfix/map_text.hpp"
#include "fuzz/fuzz_input.hpp"
#include "mailhaul/account/json/settings.hpp"
#include "mailhaul/account/sieve/section.hpp"
#include "mailhaul/base/csv.hpp"
#include "mailhaul/base/error.hpp"

// Files of other servers that settings go into: whatever stands there, what is not asked for stays as it is.

namespace {

using namespace mailhaul;

void edit_users(const std::string& text) {
  using account::dovecot::UsersFile;
  fuzz::require(UsersFile(text).text() == text, "a file of users that nobody changes stays");
  UsersFile file(text);
  account::dovecot::UserLine line;
  line.user = "new@fuzz.example";
  line.password = "{CRYPT}x";
  file.set(line);
  const std::string with = file.text();
  fuzz::require(UsersFile(with).find(line.user) != nullptr, "a user that is written is read");
  UsersFile again(with);
  again.remove(line.user);
  fuzz::require(UsersFile(again.text()).find(line.user) == nullptr || UsersFile(text).find(line.user) != nullptr,
                "a user that is removed is gone");
}

void edit_maps(const std::string& text) {
  using namespace account::postfix;
  fuzz::require(with_rows(text, {}) == text, "a map that nobody changes stays");
  const std::string with = with_rows(text, {{"new@fuzz.example", "to@fuzz.example"}});
  auto expected = map_values(text);
  expected["new@fuzz.example"] = "to@fuzz.example";
  fuzz::require(map_values(with) == expected, "one row changes, and no other");
}

void edit_script(const std::string& text) {
  using namespace account::sieve;
  // What the sections need is required, whatever stood there; after that nothing changes any more.
  const auto same = with_sections(text, {});
  fuzz::require(!same || with_sections(*same, {}) == same, "a script that nobody changes stays");
  const auto with = with_sections(text, {{"fuzz", "keep;\n", {}}});
  if (!with) return;
  bool is_there = false;
  for (const Section& section : read_sections(*with).list) is_there = is_there || section.name == "fuzz";
  fuzz::require(is_there, "a section that is written is read");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size,
                          {"new@fuzz.example", ":", " ", "\n", "\r\n", "#", "\"", ";", "account;", "alias;", "domain;",
                           "# mailhaul: begin fuzz ", "# mailhaul: end fuzz\n", "require [\"x\"]; # mailhaul\n",
                           "{\"mailhaul_settings\": 1, \"settings\": [", "\t", "@fuzz.example", "{CRYPT}"});
  edit_users(input.text);
  edit_maps(input.text);
  edit_script(input.text);
  const auto import = account::modoboa::parse_import(input.text);
  const std::string rows = account::modoboa::with_changes(import, {});
  const bool is_same =
      rows == input.text || "\xef\xbb\xbf" + rows == input.text;  // a mark of UTF-8 hides the first row
  fuzz::require(is_same || !import.problem.empty(), "rows that nobody changes stay");
  (void)parse_csv(input.text, ';');
  try {
    const auto bundle = account::json::from_bundle(input.text);
    fuzz::require(account::json::to_bundle(account::json::from_bundle(account::json::to_bundle(bundle))) ==
                      account::json::to_bundle(bundle),
                  "a bundle comes back as it was");
  } catch (const Error& error) {
    fuzz::require(error.cause() == Cause::damaged, "only damaged");
  }
  return 0;
}
