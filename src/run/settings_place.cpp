#include "mailhaul/run/settings_place.hpp"

#include <array>
#include <optional>

#include "mailhaul/base/error.hpp"

namespace mailhaul::run {
namespace {

struct Row {
  SettingsKind kind;
  std::string_view name;
  bool is_one_file;
};
constexpr std::array<Row, 4> rows{{{SettingsKind::dovecot, "dovecot", false},
                                   {SettingsKind::postfix, "postfix", false},
                                   {SettingsKind::modoboa, "modoboa", true},
                                   {SettingsKind::json, "json", true}}};

const Row& row_of(SettingsKind kind) {
  for (const Row& row : rows)
    if (row.kind == kind) return row;
  return rows.front();
}

std::optional<SettingsKind> kind_of(std::string_view text) {
  const std::string_view name = text.substr(0, text.find(':'));
  if (name.size() == text.size()) return std::nullopt;
  for (const Row& row : rows)
    if (row.name == name) return row.kind;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(SettingsKind kind) { return row_of(kind).name; }

bool is_one_file(SettingsKind kind) { return row_of(kind).is_one_file; }

bool names_settings_place(std::string_view text) { return kind_of(text).has_value(); }

SettingsPlace parse_settings_place(std::string_view text) {
  const auto kind = kind_of(text);
  const auto bad = [&](const char* reason) {
    return Error(Cause::usage, Scope::run, "reading --settings")
        .at(text)
        .because(reason)
        .hint("dovecot:DIR, postfix:DIR, modoboa:FILE.csv or json:FILE");
  };
  if (!kind) throw bad("it names no kind of settings that this version knows");
  std::string path(text.substr(to_string(*kind).size() + 1));
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  if (path.empty()) throw bad("the path is empty");
  if (path.find('\0') != std::string::npos) throw bad("it holds a NUL octet");
  return {*kind, std::move(path)};
}

std::string display(const SettingsPlace& place) { return std::string(to_string(place.kind)) + ':' + place.path; }

}  // namespace mailhaul::run
