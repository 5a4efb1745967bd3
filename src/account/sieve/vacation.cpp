#include "account/sieve/vacation.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <optional>
#include <utility>

#include "account/sieve/charset.hpp"
#include "account/sieve/mail_address.hpp"
#include "account/sieve/sender_text.hpp"
#include "account/text/result.hpp"
#include "mailhaul/account/address.hpp"

namespace mailhaul::account::sieve {
namespace {

constexpr std::int64_t last_second = 253'402'300'799;  ///< of the year 9999: texts are compared
constexpr std::uint32_t days_limit = 365;

/// What cPanel fills into a text, and from where it comes here.
struct Macro {
  std::string_view macro;
  std::string_view variable;
  std::string_view test;  ///< sets ${1}
};
constexpr std::array<Macro, 3> macros{{{"%subject%", "mailhaul_subject", "header :matches \"Subject\" \"*\""},
                                       {"%email%", "mailhaul_email", "address :matches \"From\" \"*\""},
                                       {"%from%", "mailhaul_from", "header :matches \"From\" \"*\""}}};

std::string iso8601(std::int64_t second) {
  const std::chrono::sys_seconds time{std::chrono::seconds(second)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d+00:00", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

std::string date_test(std::string_view relation, std::int64_t second) {
  return "currentdate :zone \"+0000\" :value \"" + std::string(relation) + "\" \"iso8601\" \"" + iso8601(second) + '"';
}

/// Without what a string can't hold; CRLF and CR as LF.
std::string plain(std::string_view text, bool& has_lost) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\r') {
      if (i + 1 == text.size() || text[i + 1] != '\n') out += '\n';
    } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == '\x7f') {
      has_lost = true;
    } else {
      out += c;
    }
  }
  return out;
}

class Vacation {
 public:
  Vacation(const MailboxRules& rules, const Options& options, const std::vector<std::string>& refusing_tests,
           const Needs& refusing_needs)
      : rules_(rules),
        options_(options),
        responder_(*rules.responder),
        refusing_tests_(refusing_tests),
        refusing_needs_(refusing_needs) {}

  Part part() {
    Part out;
    out.id = {rules_.address, store::SettingKind::responder, ""};
    out.section = autoresponder_section;
    if (!responder_.has_text) {
      out.result = not_carried("there is no text to answer with",
                               "write one on the new server, or take the forwarder to the responder away");
      return out;
    }
    out.text = "# Autoresponder - source interval " + interval() + '\n';
    if (responder_.stop && *responder_.stop <= options_.now) {
      out.text += "# expired " + iso8601(std::clamp<std::int64_t>(*responder_.stop, 0, last_second)) + '\n';
      return out;
    }
    const std::string script = command();
    if (is_lost_) {
      out.text.clear();
      out.result =
          not_carried("its text is in the charset \"" + one_line(responder_.charset) + "\", which can't be read here",
                      "save it in UTF-8 at the source, or write it anew on the new server");
      return out;
    }
    if (!responder_.is_active) {
      out.text += "# switched off\n" + commented_out(variables() + script);
      return out;
    }
    out.text += prelude_for(needs_) + variables() + script;
    out.extensions = needs_.extensions;
    differ("mail that names none of the mailbox's addresses in To or Cc is not answered");
    out.result = approximated(std::move(differences_));
    return out;
  }

 private:
  void differ(std::string_view how) {
    if (!differences_.empty()) differences_ += "; ";
    differences_ += how;
  }

  [[nodiscard]] std::string interval() const {
    if (!responder_.interval_hours) return "not said";
    return *responder_.interval_hours == 0 ? "none" : std::to_string(*responder_.interval_hours) + " h";
  }

  [[nodiscard]] std::string_view header(std::string_view name) const {
    for (const auto& [key, value] : responder_.headers)
      if (lower_case(key) == name) return value;
    return {};
  }

  /// In UTF-8, fit for a string.
  std::string text_of(std::string_view octets) {
    const Utf8Text text = as_utf8(octets, responder_.charset);
    if (text.is_guess && !has_guessed_)
      differ("the text is not in the charset that it names, and taken for what is likely");
    has_guessed_ = has_guessed_ || text.is_guess;
    is_lost_ = is_lost_ || text.is_lost;
    bool has_lost = false;
    std::string out = plain(text.text, has_lost);
    if (has_lost && !has_lost_) differ("control characters in it are left out");
    has_lost_ = has_lost_ || has_lost;
    return out;
  }

  std::string header_text(std::string_view name) {
    std::string out = text_of(header(name));
    std::replace(out.begin(), out.end(), '\n', ' ');
    std::replace(out.begin(), out.end(), '\t', ' ');
    return out;
  }

  /// In quotes, with what cPanel fills in taken from variables.
  std::string with_macros(std::string_view text) {
    std::string out = "\"";
    while (!text.empty()) {
      std::size_t at = text.size();
      const Macro* next = nullptr;
      for (const Macro& macro : macros) {
        const std::size_t found = text.find(macro.macro);
        if (found >= at) continue;
        at = found;
        next = &macro;
      }
      out += quoted_piece(text.substr(0, at), needs_);
      if (next == nullptr) break;
      out += "${" + std::string(next->variable) + '}';
      used_[static_cast<std::size_t>(next - macros.data())] = true;
      needs_.extensions.insert("variables");
      text.remove_prefix(at + next->macro.size());
    }
    return out + '"';
  }

  [[nodiscard]] std::string variables() const {
    std::string out;
    for (std::size_t i = 0; i < macros.size(); ++i)
      if (used_[i])
        out += "if " + std::string(macros[i].test) + " { set \"" + std::string(macros[i].variable) + "\" \"${1}\"; }\n";
    return out;
  }

  std::string command() {
    std::vector<std::string> tests{"not header :contains \"X-Spam-Flag\" \"YES\""};
    if (responder_.start && *responder_.start > 0)
      tests.push_back(date_test("ge", std::min(*responder_.start, last_second)));
    if (responder_.stop && *responder_.stop <= last_second) tests.push_back(date_test("lt", *responder_.stop));
    if (tests.size() > 1) needs_.extensions.insert({"date", "relational"});
    for (const std::string& test : refusing_tests_) tests.push_back("not " + test);
    needs_.add(refusing_needs_);
    std::string out = "if ";
    if (tests.size() > 1) out += "allof (\n    ";
    for (std::size_t i = 0; i < tests.size(); ++i) out += (i == 0 ? "" : ",\n    ") + tests[i];
    if (tests.size() > 1) out += "\n)";
    return out + " {\n    vacation" + period() + " :handle \"mailhaul-autorespond\"" + subject() + sender() +
           addresses() + reply() + ";\n}\n";
  }

  std::string period() {
    needs_.extensions.insert("vacation");
    const std::uint32_t hours = responder_.interval_hours.value_or(0);
    // Whole days need no extension that somebody must have switched on.
    const bool is_in_days = hours > 0 && hours % 24 == 0;
    if (options_.has_vacation_seconds && responder_.interval_hours && !is_in_days && hours <= days_limit * 24) {
      needs_.extensions.insert(std::string(vacation_seconds));
      return " :seconds " + std::to_string(hours * 3600);
    }
    const std::uint32_t days = std::clamp<std::uint32_t>(hours / 24 + (hours % 24 == 0 ? 0 : 1), 1, days_limit);
    if (!responder_.interval_hours || std::uint64_t{days} * 24 != hours)
      differ("each sender is answered once in " + std::string(days == 1 ? "a day" : std::to_string(days) + " days") +
             (hours == 0 ? ", not each message" : ", not in " + std::to_string(hours) + " hours"));
    return " :days " + std::to_string(days);
  }

  std::string subject() {
    const std::string text = header_text("subject");
    return text.empty() ? "" : " :subject " + with_macros(text);
  }

  std::string sender() {
    const std::string text = header_text("from");
    if (text.empty()) return {};
    if (const auto sender = sender_text(text)) return " :from " + quoted(*sender, needs_);
    differ("its From is no address that a script can name: answers come from the mailbox's own");
    return {};
  }

  /// A server that finds none of them in To and Cc answers nothing.
  std::string addresses() {
    std::vector<std::string> all;
    const auto add = [&](const std::string& address) {
      if (is_mail_address(address) && std::find(all.begin(), all.end(), address) == all.end()) all.push_back(address);
    };
    add(rules_.address);
    for (const std::string& address : rules_.addresses) add(address);
    if (all.empty()) return {};
    std::string out;
    for (const std::string& address : all) out += (out.empty() ? " :addresses [" : ", ") + quoted(address, needs_);
    return out + ']';
  }

  std::string reply() {
    std::string text = text_of(responder_.body);
    const std::string type = lower_case(header("content-type"));
    const bool is_html = type.find("text/html") != std::string::npos;
    if (!type.empty() && !is_html && type.find("text/plain") == std::string::npos)
      differ("its type of content is neither plain text nor HTML: it is sent as plain text");
    if (text.find("%from%") != std::string::npos || header("subject").find("%from%") != std::string_view::npos)
      differ("%from% is the whole From of who is answered, not the name alone");
    if (!is_html) return "\n        " + with_macros(text);
    text.insert(0, "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n");
    return " :mime\n        " + with_macros(text);
  }

  const MailboxRules& rules_;
  const Options& options_;
  const store::Responder& responder_;
  const std::vector<std::string>& refusing_tests_;
  const Needs& refusing_needs_;
  Needs needs_;
  std::array<bool, macros.size()> used_{};
  std::string differences_;
  bool has_guessed_ = false;
  bool has_lost_ = false;
  bool is_lost_ = false;  ///< a text can't be read
};

}  // namespace

Part vacation_part(const MailboxRules& rules, const Options& options, const std::vector<std::string>& refusing_tests,
                   const Needs& refusing_needs) {
  return Vacation(rules, options, refusing_tests, refusing_needs).part();
}

}  // namespace mailhaul::account::sieve
