#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

/// Strings and comments of a Sieve script (RFC 5228 2.3, 2.4.2) made of what customers wrote: nothing of it can end
/// them, or look like one of our marker lines.
namespace mailhaul::account::sieve {

/// What a text needs so that it compiles.
struct Needs {
  std::set<std::string> extensions{};
  /// A string holds "${" as it is, and is written "${mailhaul_dollar}{": needs_prelude() sets that variable. So a text
  /// means the same whether or not another section of the script requires "variables".
  bool dollar = false;

  void add(const Needs& other);
};

/// What stands before the text because of `needs`; sets what that in turn needs.
[[nodiscard]] std::string prelude_for(Needs& needs);

/// No octets that a string can't hold or that nobody means: C0 but tab and LF, DEL, what is not UTF-8.
[[nodiscard]] bool is_plain_text(std::string_view text);

/// The text in quotes. It has to be plain text.
[[nodiscard]] std::string quoted(std::string_view text, Needs& needs);
/// The same without the quotes, for a string that is put together of several pieces; none but the first may begin a
/// line of it.
[[nodiscard]] std::string quoted_piece(std::string_view text, Needs& needs);
/// One string, or several in brackets.
[[nodiscard]] std::string quoted_list(const std::vector<std::string>& texts, Needs& needs);

/// `\`, `*` and `?` mean themselves in a pattern of ":matches".
[[nodiscard]] std::string escaped_for_matches(std::string_view text);

/// On one line, and not too long, for a comment or a report; any octets.
[[nodiscard]] std::string one_line(std::string_view text);

/// Each line behind "#   ". The text has neither CR nor NUL.
[[nodiscard]] std::string commented_out(std::string_view script);

}  // namespace mailhaul::account::sieve
