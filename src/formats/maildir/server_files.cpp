#include "formats/maildir/server_files.hpp"

#include <algorithm>
#include <array>

#include "mailhaul/fs/new_file.hpp"

namespace mailhaul::formats::maildir {

namespace {

bool begins_with(std::string_view name, std::string_view beginning) {
  return name.substr(0, beginning.size()) == beginning;
}

}  // namespace

bool is_mail_file(std::string_view name) {
  constexpr std::array beginnings{std::string_view("dovecot"),
                                  std::string_view(".dovecot"),
                                  std::string_view("maildirfolder"),
                                  std::string_view("maildirsize"),
                                  std::string_view("courier"),
                                  std::string_view("subscriptions"),
                                  std::string_view("shared-"),
                                  std::string_view("sqwebmail-"),
                                  std::string_view("temp."),
                                  std::string_view(".temp."),
                                  std::string_view(fs::NewFile::temporary_prefix)};
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return begins_with(name, beginning); });
}

bool is_mail_directory(std::string_view name) {
  return name == "courierimapkeywords" || name == "courierimaphieracl" || name == "sieve";
}

bool is_folder_index_file(std::string_view name) {
  return name == "dovecot.index" || begins_with(name, "dovecot.index.");
}

bool is_index_file(std::string_view name) {
  return is_folder_index_file(name) || begins_with(name, "dovecot.list.index") ||
         begins_with(name, "dovecot.mailbox.log");
}

std::optional<std::uint32_t> validity_in_index(Bytes beginning) {
  // dbox.md section 5: the major version, whether it is little-endian, the UIDVALIDITY.
  constexpr std::size_t major_at = 0;
  constexpr std::size_t flags_at = 12;
  constexpr std::size_t validity_at = 24;
  constexpr auto major = std::byte{7};
  constexpr auto little_endian = std::byte{1};
  if (beginning.size() < index_beginning_octets || beginning[major_at] != major) return std::nullopt;
  if ((beginning[flags_at] & little_endian) == std::byte{0}) return std::nullopt;
  std::uint32_t validity = 0;
  for (std::size_t i = 0; i < sizeof(validity); ++i)
    validity |= std::to_integer<std::uint32_t>(beginning[validity_at + i]) << (8 * i);
  return validity == 0 ? std::nullopt : std::optional(validity);
}

}  // namespace mailhaul::formats::maildir
