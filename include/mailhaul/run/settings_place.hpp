#pragma once

#include <string>
#include <string_view>

namespace mailhaul::run {

/// Kinds of files that hold the settings of accounts for one kind of server (targets.md).
enum class SettingsKind { dovecot, postfix, modoboa, json };
[[nodiscard]] std::string_view to_string(SettingsKind kind);

/// `--settings KIND:PATH`. Of modoboa and json the path is one file, of the others a directory.
struct SettingsPlace {
  SettingsKind kind{};
  std::string path{};
};
[[nodiscard]] bool is_one_file(SettingsKind kind);

/// Whether the text begins as such a place does.
[[nodiscard]] bool names_settings_place(std::string_view text);
/// Error(usage): an unknown kind (the known ones are named), or no path.
[[nodiscard]] SettingsPlace parse_settings_place(std::string_view text);
/// As an operator would type it. Not escaped.
[[nodiscard]] std::string display(const SettingsPlace& place);

}  // namespace mailhaul::run
