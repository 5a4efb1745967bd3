#include "mailhaul/account/sieve/section.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <utility>

#include "mailhaul/account/address.hpp"
#include "mailhaul/mail/digest.hpp"

namespace mailhaul::account::sieve {
namespace {

constexpr std::string_view mark = "# mailhaul: ";
constexpr std::string_view begin_mark = "# mailhaul: begin ";
constexpr std::string_view end_mark = "# mailhaul: end ";
constexpr std::string_view require_begin = "require [";
constexpr std::string_view require_end = "]; # mailhaul";

constexpr std::array<std::string_view, 4> order{autoresponder_section, account_filters_section, own_filters_section,
                                                spam_box_section};

std::size_t rank(std::string_view name) {
  return static_cast<std::size_t>(std::find(order.begin(), order.end(), name) - order.begin());
}

std::string_view without_line_end(std::string_view line) {
  if (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

bool is_section_name(std::string_view name) {
  return !name.empty() && name.size() <= 40 &&
         std::all_of(name.begin(), name.end(), [](char c) { return c == '-' || (c >= 'a' && c <= 'z'); });
}

/// Such a name can stand in a string and in a marker.
bool is_extension_name(std::string_view name) {
  return !name.empty() && name.size() <= 60 && std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter_or_digit(c) || c == '-' || c == '.' || c == ';' || c == '_';
  });
}

std::string digest_of_text(std::string_view text) {
  if (text.find('\r') == std::string_view::npos) return mail::digest_of(text);
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') plain += text[i];
  return mail::digest_of(plain);
}

/// The first word of the text, which is shortened to what comes behind it and its blank.
std::string_view next_word(std::string_view& text, char separator) {
  const std::string_view word = text.substr(0, std::min(text.find(separator), text.size()));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

/// A piece of a script: a section with its markers, our line that requires, or what others wrote.
struct Piece {
  enum class Kind { other, require, section };
  Kind kind = Kind::other;
  std::string text{};  ///< of a section without its markers
  std::string name{};
  std::string digest{};
  std::set<std::string> extensions{};
  std::string begin_line{};  ///< of a section; of a line that requires: all of it
  std::string end_line{};
};

struct Pieces {
  std::vector<Piece> list{};
  bool is_broken = false;
};

/// Splits line by line.
class Splitter {
 public:
  Pieces all(std::string_view script) && {
    while (!script.empty() && !pieces_.is_broken) {
      const std::size_t end = script.find('\n');
      const std::string_view line = script.substr(0, end == std::string_view::npos ? script.size() : end + 1);
      script.remove_prefix(line.size());
      take(line);
    }
    if (is_open_) pieces_.is_broken = true;
    return std::move(pieces_);
  }

 private:
  void take(std::string_view line) {
    const std::string_view content = without_line_end(line);
    if (content.starts_with(begin_mark)) return begin(line, content.substr(begin_mark.size()));
    if (content.starts_with(end_mark)) return end(line, content.substr(end_mark.size()));
    if (is_open_) {
      pieces_.list.back().text += line;
    } else if (!has_require_ && require(line, content)) {
      has_require_ = true;
    } else {
      if (pieces_.list.empty() || pieces_.list.back().kind != Piece::Kind::other) pieces_.list.emplace_back();
      pieces_.list.back().text += line;
    }
  }

  void begin(std::string_view line, std::string_view words) {
    Piece piece;
    piece.kind = Piece::Kind::section;
    piece.begin_line = line;
    piece.name = next_word(words, ' ');
    piece.digest = next_word(words, ' ');
    while (!words.empty()) {
      const std::string_view extension = next_word(words, ',');
      if (is_extension_name(extension)) piece.extensions.emplace(extension);
    }
    pieces_.is_broken = is_open_ || !is_section_name(piece.name) || !names_.insert(piece.name).second;
    is_open_ = true;
    pieces_.list.push_back(std::move(piece));
  }

  void end(std::string_view line, std::string_view name) {
    pieces_.is_broken = !is_open_ || pieces_.list.back().name != name;
    if (is_open_) pieces_.list.back().end_line = line;
    is_open_ = false;
  }

  /// Takes the line when it is the one of ours that requires.
  bool require(std::string_view line, std::string_view content) {
    if (!content.starts_with(require_begin) || content.size() < require_begin.size() + require_end.size() ||
        !content.ends_with(require_end))
      return false;
    content.remove_prefix(require_begin.size());
    content.remove_suffix(require_end.size());
    Piece piece;
    piece.kind = Piece::Kind::require;
    piece.begin_line = line;
    while (!content.empty()) {
      std::string_view word = next_word(content, ',');
      while (word.starts_with(" ")) word.remove_prefix(1);
      while (!word.empty() && word.back() == ' ') word.remove_suffix(1);
      if (word.size() < 2 || word.front() != '"' || word.back() != '"') return false;
      word = word.substr(1, word.size() - 2);
      if (!is_extension_name(word)) return false;
      piece.extensions.emplace(word);
    }
    pieces_.list.push_back(std::move(piece));
    return true;
  }

  Pieces pieces_;
  std::set<std::string, std::less<>> names_;
  bool is_open_ = false;
  bool has_require_ = false;
};

bool is_section(const Piece& piece) { return piece.kind == Piece::Kind::section; }

ScriptForm form_of(std::string_view script, const Pieces& pieces) {
  if (script.empty()) return ScriptForm::empty;
  if (pieces.is_broken) return ScriptForm::broken;
  return std::any_of(pieces.list.begin(), pieces.list.end(), is_section) ? ScriptForm::ours : ScriptForm::others;
}

/// What all sections need.
std::set<std::string> needed(const std::vector<Piece>& pieces) {
  std::set<std::string> all;
  for (const Piece& piece : pieces)
    if (is_section(piece)) all.insert(piece.extensions.begin(), piece.extensions.end());
  return all;
}

std::string joined(const std::set<std::string>& names, std::string_view around, std::string_view between) {
  std::string out;
  for (const std::string& name : names) {
    if (!out.empty()) out += between;
    out.append(around).append(name).append(around);
  }
  return out;
}

std::string require_line(const std::set<std::string>& extensions) {
  if (extensions.empty()) return {};
  return std::string(require_begin) + joined(extensions, "\"", ", ") + std::string(require_end) + '\n';
}

Piece section_of(const SectionChange& to) {
  Piece piece{Piece::Kind::section, to.text, to.name, digest_of_text(to.text), to.extensions, {}, {}};
  piece.begin_line = std::string(begin_mark) + piece.name + ' ' + piece.digest;
  if (!to.extensions.empty()) piece.begin_line += ' ' + joined(to.extensions, "", ",");
  piece.begin_line += '\n';
  piece.end_line = std::string(end_mark) + piece.name + '\n';
  return piece;
}

[[maybe_unused]] bool is_whole_lines_without_marks(std::string_view text) {
  return text.back() == '\n' && !text.starts_with(mark) &&
         text.find('\n' + std::string(mark)) == std::string_view::npos;
}

void change(std::vector<Piece>& pieces, const SectionChange& to) {
  const auto old = std::find_if(pieces.begin(), pieces.end(),
                                [&](const Piece& piece) { return is_section(piece) && piece.name == to.name; });
  if (to.text.empty()) {
    if (old != pieces.end()) pieces.erase(old);
    return;
  }
  assert(is_section_name(to.name) && is_whole_lines_without_marks(to.text));
  if (old != pieces.end()) {
    *old = section_of(to);
    return;
  }
  // Behind the last one that comes before it, else before the first one.
  auto at = pieces.end();
  for (auto it = pieces.begin(); it != pieces.end(); ++it) {
    if (!is_section(*it)) continue;
    if (rank(it->name) <= rank(to.name))
      at = it + 1;
    else if (at == pieces.end())
      at = it;
  }
  pieces.insert(at, section_of(to));
}

void set_require(std::vector<Piece>& pieces, const std::set<std::string>& needed_before) {
  std::set<std::string> all = needed(pieces);
  const auto old =
      std::find_if(pieces.begin(), pieces.end(), [](const Piece& piece) { return piece.kind == Piece::Kind::require; });
  if (old == pieces.end()) {
    Piece piece;
    piece.kind = Piece::Kind::require;
    piece.begin_line = require_line(all);
    pieces.insert(pieces.begin(), std::move(piece));
    return;
  }
  for (const std::string& extension : old->extensions)
    if (needed_before.count(extension) == 0) all.insert(extension);
  if (all != old->extensions) old->begin_line = require_line(all);
}

/// The last line of a script may lack its end.
void append(std::string& script, std::string_view lines) {
  if (!script.empty() && script.back() != '\n' && !lines.empty()) script += '\n';
  script += lines;
}

}  // namespace

Sections read_sections(std::string_view script) {
  Pieces pieces = Splitter().all(script);
  Sections out;
  out.form = form_of(script, pieces);
  if (out.form != ScriptForm::ours) return out;
  for (Piece& piece : pieces.list) {
    if (!is_section(piece)) continue;
    const bool is_as_written = piece.digest == digest_of_text(piece.text);
    out.list.push_back({std::move(piece.name), std::move(piece.text), std::move(piece.extensions), is_as_written});
  }
  return out;
}

std::optional<std::string> with_sections(std::string_view script, const std::vector<SectionChange>& changes) {
  Pieces pieces = Splitter().all(script);
  const ScriptForm form = form_of(script, pieces);
  if (form != ScriptForm::empty && form != ScriptForm::ours) return std::nullopt;
  const std::set<std::string> before = needed(pieces.list);
  for (const SectionChange& to : changes) change(pieces.list, to);
  set_require(pieces.list, before);
  if (std::all_of(pieces.list.begin(), pieces.list.end(),
                  [](const Piece& piece) { return piece.kind == Piece::Kind::require; }))
    return std::string();
  std::string out;
  for (const Piece& piece : pieces.list) {
    append(out, piece.begin_line);
    append(out, piece.text);
    append(out, piece.end_line);
  }
  return out;
}

}  // namespace mailhaul::account::sieve
