#include "account/sieve/filter_action.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "account/sieve/mail_address.hpp"
#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/mail/modified_utf7.hpp"

namespace mailhaul::account::sieve {
namespace {

/// Pigeonhole ends a run at the fifth redirect, and at the 33rd action (sieve_max_redirects, sieve_max_actions).
constexpr unsigned redirect_limit = 4;
constexpr std::size_t action_limit = 32;

struct Refused {
  std::string reason;
};

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

/// The variables that are the mailbox's own name, filled in.
std::string with_own_name(std::string_view text, const MailboxRules& rules) {
  std::string out(text);
  const auto own = split_address(rules.address);
  if (!own) return out;
  for (const std::string_view name : {"$local_part", "${local_part}"}) replace_all(out, name, own->local_part);
  for (const std::string_view name : {"$domain", "${domain}"}) replace_all(out, name, own->domain);
  return out;
}

/// The path without what leads to the mail of the mailbox, "" that place itself; nothing where it is another's.
std::optional<std::string> below_own_mail(std::string_view path, const MailboxRules& rules, const Options& options) {
  const auto own = split_address(rules.address);
  if (!own) return std::nullopt;
  const std::string place = "/mail/" + own->domain + '/' + own->local_part;
  std::size_t at = 0;
  for (const std::string_view home : {"$home", "${home}"})
    if (path.starts_with(home)) at = home.size();
  if (at == 0 && !options.mail_home.empty() && path.starts_with(options.mail_home)) at = options.mail_home.size();
  if (at == 0 && options.mail_home.empty()) at = std::min(path.find(place), path.size());
  if (!path.substr(at).starts_with(place)) return std::nullopt;
  const std::string_view rest = path.substr(at + place.size());
  if (!rest.empty() && rest.front() != '/') return std::nullopt;
  return std::string(rest);
}

/// ".Work.2024" as a name in UTF-8, levels separated by '.'.
std::string folder_of(std::string_view directory) {
  std::string name(directory.substr(1));
  if (const auto decoded = mail::from_modified_utf7(name)) name = *decoded;
  const bool has_empty_level = name.front() == '.' || name.back() == '.' || name.find("..") != std::string::npos;
  if (has_empty_level || !is_plain_text(name) || name.find_first_of("/\n\t") != std::string::npos)
    throw Refused{"\"" + one_line(directory) + "\" is no name of a folder"};
  return name;
}

class Lines {
 public:
  Lines(const MailboxRules& rules, const Options& options, ActionLines& out)
      : rules_(rules), options_(options), out_(out) {}

  void take(const store::FilterAction& action) {
    std::string_view word = trimmed(action.action);
    constexpr std::string_view unseen = "unseen ";
    const bool is_copy = word.starts_with(unseen);
    if (is_copy) word = trimmed(word.substr(unseen.size()));
    if (word == "save") return save(action.destination, is_copy);
    if (word == "deliver") return deliver(action.destination, is_copy);
    if (word == "fail") return fail(action.destination);
    if (word == "discard") return discard();
    if (word == "finish") return finish();
    if (word == "pipe")
      throw Refused{"it gives mail to the program \"" + one_line(action.destination) + "\", which a script can't"};
    throw Refused{"its action \"" + one_line(action.action) + "\" is not known here"};
  }

 private:
  void line(std::string text) { out_.lines.push_back(std::move(text)); }

  void discard() {
    line("discard;");
    out_.delivers = true;
  }

  void finish() { out_.stops = true; }

  void keep() {
    line("keep;");
    out_.delivers = true;
  }

  void file_into(std::string_view folder, bool is_copy) {
    out_.needs.extensions.insert({"fileinto", "mailbox"});
    if (is_copy) out_.needs.extensions.insert("copy");
    line("fileinto " + std::string(is_copy ? ":copy " : "") + ":create " +
         quoted(folder_at_target(folder, options_), out_.needs) + ';');
    out_.delivers = out_.delivers || !is_copy;
  }

  void save(const std::string& destination, bool is_copy) {
    std::string path = with_own_name(trimmed(destination), rules_);
    path.erase(std::unique(path.begin(), path.end(), [](char a, char b) { return a == '/' && b == '/'; }), path.end());
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    if (path == "/dev/null") {
      if (!is_copy) discard();
      return;
    }
    // "/.Work": a folder of the mailbox that has the filter.
    const auto own = path.starts_with("/.") ? std::optional(path) : below_own_mail(path, rules_, options_);
    if (own && own->empty()) return is_copy ? void() : keep();
    if (!own || own->size() < 3 || (*own)[1] != '.' || own->find('/', 1) != std::string::npos)
      throw Refused{"it saves to \"" + one_line(destination) + "\", which is no folder of this mailbox"};
    file_into(folder_of(own->substr(1)), is_copy);
  }

  void deliver(const std::string& destination, bool is_copy) {
    std::string list = with_own_name(destination, rules_);
    // "$local_part+Folder"@$domain
    list.erase(std::remove(list.begin(), list.end(), '"'), list.end());
    if (trimmed(list).empty()) throw Refused{"it delivers to nobody"};
    std::string_view rest = list;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      deliver_to(trimmed(rest.substr(0, end)), is_copy);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  void deliver_to(std::string_view address, bool is_copy) {
    if (lower_case(address) == lower_case(rules_.address)) return is_copy ? void() : keep();
    if (const auto folder = own_folder(address)) return file_into(*folder, is_copy);
    if (address.find('$') != std::string_view::npos)
      throw Refused{"it delivers to \"" + one_line(address) + "\", where Exim would fill in a variable"};
    if (!is_mail_address(address)) throw Refused{"it delivers to \"" + one_line(address) + "\", which is no address"};
    if (is_copy) out_.needs.extensions.insert("copy");
    line("redirect " + std::string(is_copy ? ":copy " : "") + quoted(address, out_.needs) + ';');
    out_.delivers = out_.delivers || !is_copy;
    if (++out_.redirects > redirect_limit)
      throw Refused{"it has more than 4 addresses, and the server ends a script at the fifth"};
  }

  /// Folder of "info+Folder@example.com" at info@example.com.
  [[nodiscard]] std::optional<std::string> own_folder(std::string_view address) const {
    const auto to = split_address(address);
    const auto own = split_address(rules_.address);
    if (!to || !own || lower_case(to->domain) != lower_case(own->domain)) return std::nullopt;
    const std::string head = lower_case(own->local_part) + '+';
    if (!lower_case(to->local_part).starts_with(head) || to->local_part.size() == head.size()) return std::nullopt;
    return folder_of('.' + to->local_part.substr(head.size()));
  }

  void fail(const std::string& destination) {
    std::string text(trimmed(destination));
    if (!is_plain_text(text)) throw Refused{"the text that it refuses with is not UTF-8, or has control characters"};
    if (text.empty()) text = "This message is not accepted.";
    out_.needs.extensions.insert("reject");
    line("reject " + quoted(text, out_.needs) + ';');
    out_.refuses = true;
  }

  const MailboxRules& rules_;
  const Options& options_;
  ActionLines& out_;
};

/// Sieve does nothing beside a refusal: that is an error of the whole run.
void refuse_alone(ActionLines& out) {
  const auto refusal = std::find_if(out.lines.begin(), out.lines.end(),
                                    [](const std::string& line) { return line.starts_with("reject "); });
  const std::string line = *refusal;
  if (out.lines.size() > 1) {
    out.differences.emplace_back("a message that is refused is neither filed nor forwarded as well");
    out.needs.extensions = {"reject"};
    if (out.needs.dollar) out.needs.extensions.insert("variables");
    out.redirects = 0;
  }
  out.lines = {line};
  out.delivers = false;
  out.stops = true;
}

}  // namespace

std::string folder_at_target(std::string_view name, const Options& options) {
  std::string out(name);
  // The longest name that is renamed: a folder below another may have its own.
  for (std::string_view above = name;;) {
    const auto found = options.folders.find(std::string(above));
    if (found != options.folders.end()) {
      out = found->second + std::string(name.substr(above.size()));
      break;
    }
    const std::size_t dot = above.rfind('.');
    if (dot == std::string_view::npos) break;
    above = above.substr(0, dot);
  }
  if (out != "INBOX") out = options.inbox_prefix + out;
  std::replace(out.begin(), out.end(), '.', options.separator);
  return out;
}

ActionLines action_lines(const std::vector<store::FilterAction>& actions, const MailboxRules& rules,
                         const Options& options) {
  ActionLines out;
  try {
    Lines lines(rules, options, out);
    for (const store::FilterAction& action : actions) {
      // Exim does nothing behind it.
      if (out.stops) break;
      lines.take(action);
    }
    if (out.refuses) refuse_alone(out);
    if (out.stops) out.lines.emplace_back("stop;");
    if (out.lines.size() > action_limit)
      throw Refused{"it has more than 32 actions, and the server ends a script there"};
  } catch (const Refused& refused) {
    out = {};
    out.refusal = refused.reason;
  }
  return out;
}

}  // namespace mailhaul::account::sieve
