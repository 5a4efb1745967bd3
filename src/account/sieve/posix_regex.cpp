#include "account/sieve/posix_regex.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "mailhaul/account/address.hpp"
#include "mailhaul/base/escape.hpp"

// regex       = branch *( "|" branch )
// branch      = 1*( atom [ quantifier ] )
// atom        = "(" [ "?:" ] regex ")" / "[" class "]" / "\" escape / "." / "^" / "$" / octet
// quantifier  = "*" / "+" / "?" / "{" n [ "," [ m ] ] "}", followed by neither "?" nor "+"
namespace mailhaul::account::sieve {
namespace {

constexpr std::size_t limit_octets = 2000;
constexpr unsigned nesting_limit = 20;
/// regcomp(3) unrolls repetitions, and those within one another multiply.
constexpr std::uint64_t repeat_limit = 500;

struct Refused {
  std::string reason;
};

constexpr std::string_view special = "\\^$.|()*+?{}[]";

std::string literal(char c) {
  return special.find(c) == std::string_view::npos ? std::string(1, c) : std::string{'\\', c};
}

/// What stands between "[" and "]", of ASCII.
class OctetSet {
 public:
  void add(char c) { octets_.set(static_cast<unsigned char>(c)); }
  void add_range(char first, char last) {
    if (first > last) throw Refused{"a range that ends before it begins"};
    if (first < ' ') throw Refused{"a range of control characters"};
    for (std::size_t c = static_cast<unsigned char>(first); c <= static_cast<unsigned char>(last); ++c) octets_.set(c);
  }
  void add_class(std::string_view name) {
    if (names_.find(name) == std::string::npos) names_ += name;
  }
  /// In brackets, with "]", "^" and "-" where they mean themselves.
  [[nodiscard]] std::string text(bool is_negated) const {
    std::string inside = has(']') ? "]" : "";
    inside += names_;
    for (int c = 0; c < 128; ++c) {
      if (!is_ordinary(c)) continue;
      int last = c;
      while (is_ordinary(last + 1)) ++last;
      inside += static_cast<char>(c);
      if (last > c + 1) inside += '-';
      if (last > c) inside += static_cast<char>(last);
      c = last;
    }
    if (has('[')) inside += '[';
    if (has('^')) inside += '^';
    if (has('-')) inside += '-';
    if (inside.empty()) throw Refused{"an empty set"};
    if (!is_negated && inside == "^") return "\\^";
    if (!is_negated && inside == "^-") return "[-^]";
    return (is_negated ? "[^" : "[") + inside + ']';
  }

 private:
  [[nodiscard]] bool has(char c) const { return octets_.test(static_cast<unsigned char>(c)); }
  [[nodiscard]] bool is_ordinary(int c) const {
    return c < 128 && octets_.test(static_cast<std::size_t>(c)) &&
           std::string_view("]^-[").find(static_cast<char>(c)) == std::string_view::npos;
  }

  std::bitset<128> octets_;
  std::string names_;
};

struct Piece {
  std::string text{};
  bool matches_empty = false;
  bool is_anchor = false;
  std::uint64_t repeats = 1;  ///< how many times regcomp() writes its longest part
};

class Translation {
 public:
  explicit Translation(std::string_view text) : rest_(text) {}

  Piece all() {
    Piece piece = alternatives(0);
    if (!rest_.empty()) throw Refused{"a \")\" too many"};
    return piece;
  }

 private:
  [[nodiscard]] bool begins(std::string_view text) const { return rest_.starts_with(text); }
  bool take(std::string_view text) {
    if (!begins(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  char next() {
    if (rest_.empty()) throw Refused{"it ends too early"};
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  Piece alternatives(unsigned depth) {
    if (depth > nesting_limit) throw Refused{"too many brackets in one another"};
    Piece out = branch(depth);
    while (take("|")) {
      const Piece other = branch(depth);
      out.text += '|' + other.text;
      out.matches_empty = out.matches_empty || other.matches_empty;
      out.repeats += other.repeats;
      if (out.repeats > limit_octets) throw Refused{"it repeats too much"};
    }
    return out;
  }

  Piece branch(unsigned depth) {
    Piece out;
    out.matches_empty = true;
    out.repeats = 0;
    while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
      const Piece piece = quantified(atom(depth));
      out.text += piece.text;
      out.matches_empty = out.matches_empty && piece.matches_empty;
      out.repeats += piece.repeats;
      if (out.repeats > limit_octets) throw Refused{"it repeats too much"};
    }
    if (out.text.empty()) throw Refused{"an alternative with nothing in it"};
    return out;
  }

  Piece quantified(Piece piece) {
    std::string quantifier;
    std::uint64_t least = 1;
    std::uint64_t most = 1;
    if (take("*")) {
      quantifier = "*";
      least = 0;
    } else if (take("?")) {
      quantifier = "?";
      least = 0;
    } else if (take("+")) {
      quantifier = "+";
    } else if (begins("{") && is_bounds()) {
      quantifier = bounds(least, most);
    } else {
      return piece;
    }
    if (piece.is_anchor) throw Refused{"something is repeated that can't be"};
    if (begins("?") || begins("+") || begins("*") || (begins("{") && is_bounds()))
      throw Refused{"a lazy or possessive quantifier"};
    // A character of several octets: else its last one alone would be repeated.
    if (piece.text.size() > 1 && static_cast<unsigned char>(piece.text.front()) >= 0x80)
      piece.text = '(' + piece.text + ')';
    piece.text += quantifier;
    piece.matches_empty = piece.matches_empty || least == 0;
    piece.repeats *= std::max(most, least);
    if (piece.repeats > repeat_limit && most > 1) throw Refused{"it repeats too much"};
    return piece;
  }

  /// "{2}", "{2,}", "{2,5}"; any other "{" means itself in PCRE.
  [[nodiscard]] bool is_bounds() const {
    const std::size_t end = rest_.find('}');
    if (end == std::string_view::npos || end < 2) return false;
    const std::string_view inside = rest_.substr(1, end - 1);
    return inside.front() != ',' && inside.find_first_not_of("0123456789,") == std::string_view::npos &&
           std::count(inside.begin(), inside.end(), ',') <= 1;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      value = value * 10 + static_cast<std::uint64_t>(next() - '0');
      if (value > 255) throw Refused{"it repeats too much"};
    }
    return value;
  }
  std::string bounds(std::uint64_t& least, std::uint64_t& most) {
    next();
    least = most = number();
    std::string out = '{' + std::to_string(least);
    if (take(",")) {
      out += ',';
      if (!begins("}")) {
        most = number();
        out += std::to_string(most);
      }
    }
    next();
    if (most < least) throw Refused{"a repetition that ends before it begins"};
    return out + '}';
  }

  Piece atom(unsigned depth) {
    if (take("(")) return group(depth);
    if (take("[")) return {set(), false, false, 1};
    if (take("^")) return {"^", true, true, 1};
    if (take("$")) return {"$", true, true, 1};
    if (take(".")) return {".", false, false, 1};
    if (take("\\")) return escape();
    const std::size_t length = utf8_sequence_length(rest_);
    const char c = rest_.front();
    if (c == '*' || c == '+' || c == '?' || (c == '{' && is_bounds())) throw Refused{"a repetition of nothing"};
    if (length > 1) {
      Piece out{std::string(rest_.substr(0, length)), false, false, 1};
      rest_.remove_prefix(length);
      return out;
    }
    return {literal(next()), false, false, 1};
  }

  Piece group(unsigned depth) {
    if (take("?:")) {
      // Sieve's ERE has no other groups, and the ones that are counted here are never asked for.
    } else if (begins("?") || begins("*")) {
      throw Refused{"\"(?\", which POSIX does not have"};
    }
    Piece inside = alternatives(depth + 1);
    if (!take(")")) throw Refused{"a \"(\" that is not closed"};
    return {'(' + inside.text + ')', inside.matches_empty, false, std::max<std::uint64_t>(inside.repeats, 1)};
  }

  Piece escape() {
    const char c = next();
    switch (c) {
    case 'd': return {"[0-9]", false, false, 1};
    case 'D': return {"[^0-9]", false, false, 1};
    case 'w': return {"[[:alnum:]_]", false, false, 1};
    case 'W': return {"[^[:alnum:]_]", false, false, 1};
    case 's': return {"[[:space:]]", false, false, 1};
    case 'S': return {"[^[:space:]]", false, false, 1};
    case 'h': return {"[[:blank:]]", false, false, 1};
    case 't': return {"\t", false, false, 1};
    case 'A': return {"^", true, true, 1};
    case 'Z':
    case 'z': return {"$", true, true, 1};
    case 'x': return {literal(hex()), false, false, 1};
    default: break;
    }
    if (is_letter_or_digit(c) || static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f) {
      // A blank is the one octet of those that means itself.
      if (c == ' ') return {" ", false, false, 1};
      throw Refused{std::string("\"\\") + (is_letter_or_digit(c) ? std::string(1, c) : std::string("?")) +
                    "\", which POSIX does not have"};
    }
    return {literal(c), false, false, 1};
  }

  char hex() {
    int value = 0;
    for (int i = 0; i < 2; ++i) {
      const char c = next();
      constexpr std::string_view digits = "0123456789abcdef";
      const std::size_t at = digits.find(lower_case(std::string_view(&c, 1)));
      if (at == std::string_view::npos) throw Refused{"\"\\x\" without two digits"};
      value = value * 16 + static_cast<int>(at);
    }
    if (value < 0x20 || value >= 0x7f) throw Refused{"\"\\x\" of what is not printable ASCII"};
    return static_cast<char>(value);
  }

  std::string set() {
    const bool is_negated = take("^");
    OctetSet octets;
    bool is_first = true;
    while (is_first || !begins("]")) {
      is_first = false;
      if (begins("[:")) {
        octets.add_class(posix_class());
        continue;
      }
      if (begins("[.") || begins("[=")) throw Refused{"a collating element"};
      const auto first = member(octets);
      if (!first) continue;
      if (begins("-") && rest_.size() > 1 && rest_[1] != ']') {
        next();
        const auto last = member(octets);
        if (!last) throw Refused{"a range that ends with a class"};
        octets.add_range(*first, *last);
      } else {
        octets.add(*first);
      }
    }
    next();
    return octets.text(is_negated);
  }

  std::string_view posix_class() {
    static constexpr std::array<std::string_view, 12> classes{"[:alnum:]", "[:alpha:]", "[:blank:]", "[:cntrl:]",
                                                              "[:digit:]", "[:graph:]", "[:lower:]", "[:print:]",
                                                              "[:punct:]", "[:space:]", "[:upper:]", "[:xdigit:]"};
    for (const std::string_view name : classes)
      if (take(name)) return name;
    throw Refused{"a class that POSIX does not have"};
  }

  /// One octet of a set; nothing where it was a class, which is in `octets` now.
  std::optional<char> member(OctetSet& octets) {
    const char c = next();
    if (static_cast<unsigned char>(c) >= 0x80) throw Refused{"a character beyond ASCII in a set"};
    if (c != '\\') return c;
    const char escaped = next();
    switch (escaped) {
    case 'd': octets.add_range('0', '9'); return std::nullopt;
    case 'w':
      octets.add_class("[:alnum:]");
      octets.add('_');
      return std::nullopt;
    case 's': octets.add_class("[:space:]"); return std::nullopt;
    case 'h': octets.add_class("[:blank:]"); return std::nullopt;
    case 't': return '\t';
    case 'x': return hex();
    default: break;
    }
    if (is_letter_or_digit(escaped) || static_cast<unsigned char>(escaped) >= 0x7f)
      throw Refused{"an escape in a set that POSIX does not have"};
    return escaped;
  }

  std::string_view rest_;
};

std::string without_exim_quoting(std::string_view text) {
  std::string out;
  bool is_verbatim = false;
  while (!text.empty()) {
    if (text.starts_with("\\N")) {
      is_verbatim = !is_verbatim;
      text.remove_prefix(2);
    } else if (!is_verbatim && text.starts_with("\\\\\\\\")) {
      out += '\\';
      text.remove_prefix(4);
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

PosixRegex posix_regex(std::string_view pcre) {
  if (pcre.size() > limit_octets) return {std::nullopt, "it is too long", false};
  const std::string text = without_exim_quoting(pcre);
  if (text.empty()) return {"", "", true};
  try {
    Piece piece = Translation(text).all();
    return {std::move(piece.text), "", piece.matches_empty};
  } catch (const Refused& refused) {
    return {std::nullopt, refused.reason, false};
  }
}

std::string escaped_for_regex(std::string_view text) {
  std::string out;
  for (const char c : text) out += literal(c);
  return out;
}

}  // namespace mailhaul::account::sieve
