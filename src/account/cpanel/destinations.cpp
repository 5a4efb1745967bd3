#include "account/cpanel/destinations.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"

namespace mailhaul::account::cpanel {
namespace {

using Kind = store::Destination::Kind;

constexpr std::string_view fail_word = ":fail:";
constexpr std::string_view defer_word = ":defer:";
constexpr std::string_view discard_word = ":blackhole:";
constexpr std::string_view include_word = ":include:";

bool begins_with(std::string_view text, std::string_view word) { return text.substr(0, word.size()) == word; }

/// Behind the quoted text that begins at `at`; the end where it is not closed.
std::size_t behind_quotes(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      return at + 1;
  }
  return text.size();
}

/// Behind the comment that begins at `at`; comments nest.
std::size_t behind_comment(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '(') {
      ++depth;
    } else if (text[at] == ')' && --depth == 0) {
      return at + 1;
    }
  }
  return text.size();
}

/// An item in single quotes ends where the next one stands before a comma or the end.
std::optional<std::size_t> behind_single_quotes(std::string_view text, std::size_t at) {
  const std::size_t closing = text.find('\'', at + 1);
  if (closing == std::string_view::npos) return std::nullopt;
  std::size_t next = closing + 1;
  while (next < text.size() && is_blank(text[next])) ++next;
  if (next < text.size() && text[next] != ',') return std::nullopt;
  return next;
}

/// The comma that ends the item which begins at `at`, or the end of the text.
std::size_t end_of_item(std::string_view text, std::size_t at) {
  if (text[at] == '\'')
    if (const auto end = behind_single_quotes(text, at)) return *end;
  bool in_brackets = false;
  while (at < text.size() && (text[at] != ',' || in_brackets)) {
    switch (text[at]) {
    case '\\': at += 2; break;
    case '"': at = behind_quotes(text, at); break;
    case '(': at = behind_comment(text, at); break;
    case '<':
    case '>':
      in_brackets = text[at] == '<';
      ++at;
      break;
    default: ++at;
    }
  }
  return std::min(at, text.size());
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

/// Without comments, and without a name before the address in angle brackets.
std::string bare_address(std::string_view item) {
  std::string out;
  for (std::size_t at = 0; at < item.size();) {
    if (item[at] == '(') {
      at = behind_comment(item, at);
    } else {
      const std::size_t end = item[at] == '"' ? behind_quotes(item, at) : at + 1;
      out += item.substr(at, end - at);
      at = end;
    }
  }
  std::string_view text = trimmed(out);
  if (!text.empty() && text.back() == '>') {
    const std::size_t open = text.rfind('<');
    if (open != std::string_view::npos) text = trimmed(text.substr(open + 1, text.size() - open - 2));
  }
  return std::string(text);
}

/// RFC 5322 3.2.3, and dots.
bool is_atom(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
  });
}

bool is_domain(std::string_view text) { return is_safe_domain(text) || is_safe_domain("host." + std::string(text)); }

/// Exim takes "/a/b@example.com" and "|a@example.com" as addresses.
bool is_address_after_all(std::string_view item) {
  const auto address = split_address(item);
  return address && is_atom(address->local_part) && is_domain(address->domain);
}

/// PROGRAM/autorespond ADDRESS DIRECTORY/.autorespond
std::optional<std::string> responder_of(std::string_view command) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < command.size() && words.size() < 4;) {
    std::size_t end = at;
    while (end < command.size() && !is_blank(command[end])) ++end;
    if (end > at) words.push_back(command.substr(at, end - at));
    at = end + 1;
  }
  const auto ends_with = [](std::string_view word, std::string_view end) {
    return word.size() >= end.size() && word.substr(word.size() - end.size()) == end;
  };
  if (words.size() != 3 || !ends_with(words[0], "/autorespond")) return std::nullopt;
  if (!words[2].empty() && words[2].back() == '/') words[2].remove_suffix(1);
  if (!ends_with(words[2], "/.autorespond")) return std::nullopt;
  const auto address = split_address(words[1]);
  if (!address || !is_safe_local_part(address->local_part) || !is_safe_domain(address->domain)) return std::nullopt;
  return std::string(words[1]);
}

class ListParser {
 public:
  explicit ListParser(std::string_view text) : text_(text) {}

  DestinationList parse() {
    std::size_t at = 0;
    while (true) {
      while (at < text_.size() && (is_blank(text_[at]) || text_[at] == ',')) ++at;
      if (at == text_.size() || text_[at] == '#') break;
      std::string_view item = text_.substr(at);
      if (begins_with(item, fail_word) || begins_with(item, defer_word)) {
        take_to_the_end(item);
        break;
      }
      const std::size_t end = end_of_item(text_, at);
      item = trimmed(text_.substr(at, end - at));
      at = end;
      const bool is_quoted = item.size() > 1 && item.front() == '"' && item.back() == '"';
      if (is_quoted) item = trimmed(item.substr(1, item.size() - 2));
      if (begins_with(item, fail_word) || begins_with(item, defer_word)) {
        take_to_the_end(item);
        if (!trimmed(text_.substr(at)).empty()) remark("what stands behind `:fail:` or `:defer:` is not carried");
        break;
      }
      take(item, is_quoted);
    }
    if (discards_ && out_.to.size() > 1) remark("`:blackhole:` leaves the other destinations no mail");
    return std::move(out_);
  }

 private:
  void remark(std::string text) { out_.remarks.push_back(std::move(text)); }
  void add(Kind kind, std::string_view text) { out_.to.push_back({kind, std::string(text)}); }

  void take_to_the_end(std::string_view item) {
    if (!out_.to.empty()) remark("`:fail:` or `:defer:` leaves the other destinations no mail");
    if (begins_with(item, fail_word))
      add(Kind::fail, trimmed(item.substr(fail_word.size())));
    else
      add(Kind::unknown, item);
  }

  void take(std::string_view item, bool is_quoted) {
    if (item.empty()) return;
    if (!is_quoted && item.size() > 2 && item.front() == '\'' && item.back() == '\'') {
      item = trimmed(item.substr(1, item.size() - 2));
      remark("a destination is in single quotes, which not every server takes off");
      if (item.empty()) return;
    }
    if (begins_with(item, discard_word)) {
      discards_ = true;
      add(Kind::discard, {});
    } else if (begins_with(item, include_word)) {
      add(Kind::include, trimmed(item.substr(include_word.size())));
    } else if (item == "/dev/null") {
      add(Kind::discard, item);
    } else if (item.front() == '|' || item.front() == '/') {
      take_path(item, is_quoted);
    } else {
      take_address(item);
    }
  }

  void take_path(std::string_view item, bool is_quoted) {
    const std::string text = is_quoted ? unescaped(item) : std::string(item);
    if (is_address_after_all(item)) {
      remark("the server takes '" + text + "' as an address");
      add(Kind::unknown, text);
      return;
    }
    if (text.front() == '/') {
      add(Kind::file, text);
      return;
    }
    const std::string_view command = trimmed(std::string_view(text).substr(1));
    if (command.empty()) {
      add(Kind::unknown, text);
    } else if (const auto responder = responder_of(command)) {
      add(Kind::responder, *responder);
    } else {
      add(Kind::pipe, command);
      if (command.find("/mailman/mail/") != std::string_view::npos)
        remark("a mailing list of Mailman: the line is carried, the list is not");
    }
  }

  void take_address(std::string_view item) {
    const std::string text = bare_address(item);
    if (text.empty()) return;
    const bool is_plain = text.front() != '\\' && text.front() != ':' && !has_control_octet(text);
    const bool has_blank = text.front() != '"' && std::any_of(text.begin(), text.end(), is_blank);
    if (is_plain && !has_blank && split_address(text))
      add(Kind::address, text);
    else if (is_safe_local_part(text))
      add(Kind::user, text);
    else
      add(Kind::unknown, item);
  }

  std::string_view text_;
  DestinationList out_{};
  bool discards_ = false;
};

}  // namespace

DestinationList parse_destinations(std::string_view text) { return ListParser(text).parse(); }

}  // namespace mailhaul::account::cpanel
