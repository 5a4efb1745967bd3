#include "account/text/keyed_lines.hpp"

#include <set>
#include <utility>

#include "account/text/keyed_lines_editor.hpp"
#include "account/text/text_lines.hpp"

namespace mailhaul::account {
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
  KeyedLinesEditor editor{std::string(text)};
  editor.set(local_part, fields);
  return editor.text();
}

std::string without_line(std::string_view text, std::string_view local_part) {
  KeyedLinesEditor editor{std::string(text)};
  editor.remove(local_part);
  return editor.text();
}

}  // namespace mailhaul::account
