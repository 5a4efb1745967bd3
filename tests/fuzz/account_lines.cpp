#include "account/cpanel/passwd_file.hpp"
#include "account/cpanel/quota_list.hpp"
#include "account/cpanel/shadow_file.hpp"
#include "account/text/keyed_lines.hpp"
#include "fuzz/fuzz_input.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/base/error.hpp"

namespace {

using namespace mailhaul;
using namespace mailhaul::account;
using namespace mailhaul::account::cpanel;

/// All lines but those of `local_part`, as they are.
std::string others(const std::string& text, const std::string& local_part) {
  return account::is_safe_local_part(local_part) ? without_line(text, local_part) : text;
}

void edit(const std::string& text, const std::string& local_part, const std::vector<std::string>& fields) {
  if (!account::is_safe_local_part(local_part)) return;
  const std::string edited = with_line(text, local_part, fields);
  fuzz::require(with_line(edited, local_part, fields) == edited, "a second edit changes nothing");
  std::string before = others(text, local_part);
  const std::string after = others(edited, local_part);
  fuzz::require(after.compare(0, before.size(), before) == 0 && after.size() - before.size() <= 2,
                "the others stay, but for an end of the last line");
  fuzz::require(without_line(after, local_part) == after, "what is removed is gone");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Input input(data, size,
                          {"al:", "sal:", ":", "\n", "\r\n", "*LOCKED*", "!!", "!", "$6$a$b",
                           ":17073::::::", "x:1:1::/h:", "unlimited", "..:", "#", "*"});
  for (const PasswdRecord& record : parse_passwd(input.text).records) {
    fuzz::require(!record.local_part.empty() && record.local_part.find('/') == std::string::npos,
                  "a local part is one component");
    if (record.home.empty() || record.home[0] != '/' || record.home.find_first_of("\r\t") != std::string::npos)
      continue;
    try {
      edit(input.text, record.local_part, passwd_fields(1, 2, record.home));
    } catch (const Error& error) {
      fuzz::require(error.cause() == Cause::refused, "only refused");
    }
  }
  for (const ShadowRecord& record : parse_shadow(input.text).records) {
    try {
      const std::vector<std::string> fields = shadow_fields(record.password, record.suspension);
      edit(input.text, record.local_part, fields);
      const ShadowFile again = parse_shadow(with_line("", "al", fields));
      fuzz::require(again.records.size() == 1, "a line is written");
      fuzz::require(again.records[0].password.hash == record.password.hash &&
                        again.records[0].password.changed_day == record.password.changed_day &&
                        again.records[0].suspension.account == record.suspension.account &&
                        again.records[0].suspension.login == record.suspension.login,
                    "what is written is read again");
    } catch (const Error& error) {
      fuzz::require(error.cause() == Cause::refused, "only refused");
    }
  }
  for (const QuotaRecord& record : parse_quota_list(input.text).records)
    edit(input.text, record.local_part, quota_fields(record.quota));
  return 0;
}
