#include "account/cpanel/keyed_lines.hpp"

#include <optional>
#include <set>
#include <utility>

#include "account/cpanel/text_lines.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account::cpanel {
namespace {

constexpr std::size_t longest_local_part = 64;

/// Why there can be no mailbox of this name; empty: there can.
std::string_view objection(std::string_view local_part) {
  if (local_part.empty()) return "the line has no local part";
  if (local_part == "." || local_part == "..") return "the local part is a directory of every system";
  if (local_part.find('/') != std::string_view::npos) return "the local part has a '/'";
  if (has_control_octet(local_part)) return "the local part has a control octet";
  if (local_part.size() > longest_local_part) return "the local part is longer than 64 octets";
  // How hashes and their marks begin: a line that has lost its name.
  if (std::string_view("$*!").find(local_part.front()) != std::string_view::npos)
    return "what stands for the local part is a password's hash or a mark of one";
  return {};
}

std::vector<std::size_t> lines_of(std::string_view text, std::string_view local_part) {
  std::vector<std::size_t> out;
  const std::vector<TextLine> lines = text_lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines[i].content;
    if (line.size() > local_part.size() && line[local_part.size()] == ':' &&
        line.substr(0, local_part.size()) == local_part)
      out.push_back(i);
  }
  return out;
}

void require_safe(std::string_view local_part) {
  if (is_safe_local_part(local_part)) return;
  throw Error(Cause::refused, Scope::folder, "writing a line of an account")
      .at(local_part)
      .because("the local part has more than letters, digits and ._+- in it, or is none");
}

}  // namespace

KeyedLines parse_keyed_lines(std::string_view text) {
  KeyedLines out;
  std::set<std::string, std::less<>> seen;
  std::size_t number = 0;
  // What is no name may be a password's hash, so nothing of such a line is told but its number.
  for (const TextLine& line : text_lines(text)) {
    ++number;
    if (trimmed(line.content).empty() || line.content.front() == '#') continue;
    const std::size_t colon = line.content.find(':');
    if (colon == std::string_view::npos) {
      out.problems.push_back({Weight::lost, number, {}, "the line has no ':' and is passed over"});
      continue;
    }
    const std::string_view local_part = line.content.substr(0, colon);
    if (const std::string_view why = objection(local_part); !why.empty()) {
      out.problems.push_back({Weight::lost, number, {}, std::string(why) + ": passed over"});
      continue;
    }
    if (!seen.emplace(local_part).second) {
      out.problems.push_back({Weight::note, number, std::string(local_part), "a second line: the first one counts"});
      continue;
    }
    out.lines.push_back({number, std::string(local_part), std::string(line.content.substr(colon + 1))});
  }
  return out;
}

std::vector<std::string> split_fields(std::string_view rest) {
  std::vector<std::string> out;
  while (true) {
    const std::size_t colon = rest.find(':');
    out.emplace_back(rest.substr(0, colon));
    if (colon == std::string_view::npos) return out;
    rest.remove_prefix(colon + 1);
  }
}

std::string with_line(std::string_view text, std::string_view local_part, const std::vector<std::string>& fields) {
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
  LineEdits edits;
  for (const std::size_t number : lines_of(text, local_part))
    edits.changed.emplace(number, edits.changed.empty() ? std::optional(line) : std::nullopt);
  if (edits.changed.empty()) edits.added.push_back(line);
  return edited(text, edits);
}

std::string without_line(std::string_view text, std::string_view local_part) {
  require_safe(local_part);
  LineEdits edits;
  for (const std::size_t number : lines_of(text, local_part)) edits.changed.emplace(number, std::nullopt);
  return edited(text, edits);
}

}  // namespace mailhaul::account::cpanel
