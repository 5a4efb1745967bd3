#include "account/text/keyed_lines_editor.hpp"

#include <utility>

#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account {
namespace {

void require_safe(std::string_view local_part) {
  if (is_safe_local_part(local_part)) return;
  throw Error(Cause::refused, Scope::folder, "writing a line of an account")
      .at(local_part)
      .because("the local part has more than letters, digits and ._+- in it, or is none");
}

}  // namespace

KeyedLinesEditor::KeyedLinesEditor(std::string text) : text_(std::move(text)) {
  const std::vector<TextLine> lines = text_lines(text_);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t colon = lines[i].content.find(':');
    if (colon != std::string_view::npos) stored_[std::string(lines[i].content.substr(0, colon))].push_back(i);
  }
}

void KeyedLinesEditor::set(std::string_view local_part, const std::vector<std::string>& fields) {
  require_safe(local_part);
  std::string line(local_part);
  for (const std::string& field : fields) {
    if (has_control_octet(field) || field.find(':') != std::string::npos)
      throw Error(Cause::refused, Scope::folder, "writing a line of an account")
          .at(local_part)
          .because("a field has a ':' or a control octet");
    line += ':';
    line += field;
  }
  if (fields.empty()) line += ':';
  const bool is_new = changes_.insert_or_assign(std::string(local_part), std::move(line)).second;
  if (is_new && stored_.count(local_part) == 0) added_.emplace_back(local_part);
}

void KeyedLinesEditor::remove(std::string_view local_part) {
  require_safe(local_part);
  const bool is_new = changes_.insert_or_assign(std::string(local_part), std::nullopt).second;
  if (is_new && stored_.count(local_part) == 0) added_.emplace_back(local_part);
}

std::string KeyedLinesEditor::text() const {
  LineEdits edits;
  for (const auto& [local_part, line] : changes_) {
    const auto stored = stored_.find(local_part);
    if (stored == stored_.end()) continue;
    for (const std::size_t number : stored->second) edits.changed[number] = std::nullopt;
    edits.changed[stored->second.front()] = line;
  }
  for (const std::string& local_part : added_)
    if (const auto& line = changes_.at(local_part)) edits.added.push_back(*line);
  return edited(text_, edits);
}

}  // namespace mailhaul::account
