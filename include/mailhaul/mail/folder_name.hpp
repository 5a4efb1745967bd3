#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::mail {

/// A folder's name as decoded UTF-8 parts ("Work", "2024"). Separators and encodings belong to layouts.
/// `INBOX` alone (any case) is the inbox. A part is never empty; it may hold '.', and in theory '/'.
class FolderName {
 public:
  FolderName() = default;  ///< INBOX
  explicit FolderName(std::vector<std::string> parts);
  /// "Work/2024" as an operator types it; "inbox" becomes INBOX. Nothing when a level is empty or not UTF-8.
  [[nodiscard]] static std::optional<FolderName> from_display(std::string_view text);

  [[nodiscard]] const std::vector<std::string>& parts() const { return parts_; }
  [[nodiscard]] bool is_inbox() const;
  /// Parts joined by '/'; not escaped for output.
  [[nodiscard]] std::string display() const;
  auto operator<=>(const FolderName&) const = default;
  bool operator==(const FolderName&) const = default;

 private:
  std::vector<std::string> parts_{"INBOX"};
};

/// How a name on disk was read.
enum class NameEncoding { modified_utf7, utf8, latin1 };

struct DecodedLevel {
  std::string utf8;
  NameEncoding encoding = NameEncoding::modified_utf7;
};

/// One level as found on disk: modified UTF-7, else UTF-8, else Latin-1 (maildir.md section 9, "Import").
[[nodiscard]] DecodedLevel decode_level(std::string_view on_disk);

}  // namespace mailhaul::mail
