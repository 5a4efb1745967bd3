#include "formats/mboxdir/names.hpp"

#include <algorithm>
#include <array>

#include "formats/mbox/left_over_name.hpp"
#include "formats/mboxdir/marked_name.hpp"
#include "mailhaul/fs/new_file.hpp"
#include "mailhaul/mail/header_block.hpp"
#include "mailhaul/mail/modified_utf7.hpp"

namespace mailhaul::formats::mboxdir {
namespace {

constexpr std::array<std::string_view, 2> passed_over_suffixes{".lock", ".msf"};

struct Suffix {
  io::Compression compression;
  std::string_view text;
};
constexpr std::array compression_suffixes{
    Suffix{io::Compression::gzip, ".gz"},
    Suffix{io::Compression::bzip2, ".bz2"},
    Suffix{io::Compression::zstd, ".zst"},
    Suffix{io::Compression::xz, ".xz"},
};

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

bool is_passed_over_by_beginning(std::string_view name) {
  return name.empty() || name.front() == '.' || is_temporary(name);
}

bool is_passed_over_by_end(std::string_view name) {
  return std::any_of(passed_over_suffixes.begin(), passed_over_suffixes.end(),
                     [&](std::string_view suffix) { return ends_with(name, suffix); });
}

bool is_passed_over(std::string_view name) { return is_passed_over_by_beginning(name) || is_passed_over_by_end(name); }

bool is_temporary(std::string_view name) {
  return name.starts_with(fs::NewFile::temporary_prefix) || name.starts_with(mbox::hidden_beginning);
}

bool can_hide_mail(std::string_view name) { return !is_temporary(name) && name != ".imap"; }

std::optional<std::string> name_of_level(std::string_view utf8) {
  auto name = mail::to_modified_utf7(utf8);
  if (!name || is_passed_over(*name) || is_marked(*name) || name->size() > longest_name_octets) return std::nullopt;
  if (name->find('/') != std::string::npos || name->find('\0') != std::string::npos) return std::nullopt;
  return name;
}

bool is_inbox_name(std::string_view name) { return mail::equal_without_case(name, "INBOX"); }

bool has_mbox_suffix(std::string_view name) { return name.size() > mbox_suffix.size() && ends_with(name, mbox_suffix); }

std::string_view without_compression_suffix(std::string_view name, std::optional<io::Compression> compression) {
  for (const Suffix& suffix : compression_suffixes)
    if (suffix.compression == compression && name.size() > suffix.text.size() && ends_with(name, suffix.text))
      return name.substr(0, name.size() - suffix.text.size());
  return name;
}

}  // namespace mailhaul::formats::mboxdir
