#include "judges/dovecot.hpp"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <sstream>
#include <stdexcept>

namespace mailhaul::judges {
namespace {

namespace stdfs = std::filesystem;
using black_box::read_file;
using black_box::write_file;

constexpr const char* doveadm_program = "/usr/bin/doveadm";
constexpr const char* imap_program = "/usr/lib/dovecot/imap";

std::string configuration(const std::string& directory) {
  return "base_dir = " + directory + "/run\nstate_dir = " + directory + "/run\nmail_home = " + directory +
         "/home\nlog_path = /dev/stderr\nssl = no\nprotocols =\nmail_uid = " + std::to_string(Dovecot::user) +
         "\nmail_gid = " + std::to_string(Dovecot::user) +
         "\nfirst_valid_uid = 1\nfirst_valid_gid = 0\nmail_fsync = never\ndefault_internal_user = root\n"
         "default_login_user = root\nmbox_read_locks = fcntl\nmbox_write_locks = fcntl\nmail_plugins = zlib\n"
         "namespace inbox {\n  inbox = yes\n  separator = /\n}\n";
}

/// Notes about a session's end are no complaints.
std::string without_notes(std::string_view log) {
  std::string rest;
  for (const std::string& line : black_box::lines_of(log))
    if (line.find("Info: ") == std::string::npos) rest += line + "\n";
  return rest;
}

std::string with_lf(std::string_view text) {
  std::string lines;
  lines.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text.substr(i, 2) != "\r\n") lines += text[i];
  return lines;
}

/// What `doveadm -f pager fetch` prints: lines "name: value", the text last, after its size; between messages FF LF.
class Records {
 public:
  explicit Records(std::string_view all) : rest_(all) {}
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  std::map<std::string, std::string> next() {
    std::map<std::string, std::string> fields;
    for (;;) {
      const std::string line = next_line();
      const std::size_t colon = line.find(':');
      if (colon == std::string::npos) throw std::runtime_error("doveadm fetch: no field: " + line);
      const std::string name = line.substr(0, colon);
      if (name == "text") break;
      fields[name] = colon + 2 <= line.size() ? line.substr(colon + 2) : "";
    }
    const std::size_t size = std::stoul(fields.at("size.physical"));
    if (size > rest_.size()) throw std::runtime_error("doveadm fetch: a text is cut short");
    fields["text"] = rest_.substr(0, size);
    rest_.remove_prefix(size);
    if (!rest_.empty() && rest_.substr(0, 2) != "\f\n")
      throw std::runtime_error("doveadm fetch: size.physical is wrong");
    rest_.remove_prefix(std::min<std::size_t>(rest_.size(), 2));
    return fields;
  }

 private:
  std::string next_line() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) throw std::runtime_error("doveadm fetch: no end of line");
    std::string line(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return line;
  }
  std::string_view rest_;
};

SeenMessage message_of(const std::map<std::string, std::string>& fields) {
  SeenMessage message;
  message.uid = static_cast<std::uint32_t>(std::stoul(fields.at("uid")));
  message.guid = fields.at("guid");
  message.pop3_uidl = fields.at("pop3.uidl");
  message.received = std::stoll(fields.at("date.received.unixtime"));
  message.text = with_lf(fields.at("text"));
  std::istringstream words(fields.at("flags"));
  for (std::string word; words >> word;) {
    if (word == "\\Recent") continue;
    (word.front() == '\\' ? message.flags : message.keywords).insert(word);
  }
  return message;
}

}  // namespace

std::string placed(std::string_view text, const std::string& directory) {
  std::string result;
  for (const char c : text) result += c == '@' ? directory : std::string(1, c);
  return result;
}

std::string Dovecot::why_not() {
  if (::geteuid() != 0) return "Dovecot judges as a user of its own, which only root can start";
  for (const char* program : {doveadm_program, imap_program})
    if (::access(program, X_OK) != 0) return std::string("there is no ") + program + " (scripts/bootstrap installs it)";
  return "";
}

Dovecot::Dovecot() {
  for (const char* name : {"run", "home"}) {
    stdfs::create_directory(in(name));
    black_box::give_tree(in(name), user);
  }
  write_file(in("dovecot.conf"), configuration(dir_.path()));
  write_file(in("imap.log"), "");
}

std::vector<std::string> Dovecot::words_for(const Form& form, const std::string& directory) const {
  std::vector<std::string> words{"-c", in("dovecot.conf"), "-o", "mail_location=" + placed(form.dovecot, directory)};
  if (!form.save.empty()) words.insert(words.end(), {"-o", std::string(form.save)});
  return words;
}

std::string Dovecot::doveadm(const Form& form, const std::string& directory, std::vector<std::string> words,
                             std::string& complaints) const {
  const std::vector<std::string> front = words_for(form, directory);
  words.insert(words.begin(), front.begin(), front.end());
  black_box::How how;
  how.program = doveadm_program;
  how.whole_environment = true;
  how.environment = {{"PATH", "/usr/bin:/bin"}, {"USER", "judge"}, {"HOME", in("home")}};
  const black_box::Result result = black_box::run(words, how);
  complaints += without_notes(result.err);
  if (result.status != 0) complaints += "doveadm: exit status " + std::to_string(result.status) + "\n";
  return result.out;
}

View Dovecot::view(const Form& form, const std::string& directory) {
  const std::string copy = in("view" + std::to_string(++views_));
  black_box::copy_tree(directory, copy);
  black_box::give_tree(copy, user);
  View view;
  const std::string status = doveadm(
      form, copy, {"-f", "tab", "mailbox", "status", "uidvalidity uidnext guid messages", "*"}, view.complaints);
  bool is_heading = true;
  std::map<std::string, std::size_t> counts;
  for (const std::string& line : black_box::lines_of(status)) {
    // Whatever order is asked for: mailbox, messages, uidnext, uidvalidity, guid.
    std::istringstream columns(line);
    std::string name, messages, next, validity, guid;
    for (std::string* column : {&name, &messages, &next, &validity, &guid}) std::getline(columns, *column, '\t');
    if (is_heading) {
      if (line != "mailbox\tmessages\tuidnext\tuidvalidity\tguid") throw std::runtime_error("doveadm status: " + line);
      is_heading = false;
      continue;
    }
    view.folders[name] = {
        static_cast<std::uint32_t>(std::stoul(validity)), static_cast<std::uint32_t>(std::stoul(next)), guid, {}};
    counts[name] = std::stoul(messages);
  }
  const std::string all =
      doveadm(form, copy,
              {"-f", "pager", "fetch", "mailbox uid guid flags date.received.unixtime pop3.uidl size.physical text",
               "mailbox", "*"},
              view.complaints);
  for (Records records(all); !records.at_end();) {
    const auto fields = records.next();
    view.folders.at(fields.at("mailbox")).messages.push_back(message_of(fields));
  }
  for (const auto& [name, count] : counts)
    if (view.folders[name].messages.size() != count) view.complaints += name + ": not all messages can be read\n";
  for (const std::string& name : black_box::lines_of(doveadm(form, copy, {"mailbox", "list", "-s"}, view.complaints)))
    view.subscriptions.insert(name);
  stdfs::remove_all(copy);
  return view;
}

ImapSession Dovecot::imap(const Form& form, const std::string& directory) const {
  std::vector<std::string> words{imap_program};
  const std::vector<std::string> more = words_for(form, directory);
  words.insert(words.end(), more.begin(), more.end());
  return {std::move(words), {"PATH=/usr/bin:/bin", "USER=judge", "HOME=" + in("home"), "TZ=UTC"}, in("imap.log")};
}

std::string Dovecot::imap_complaints() const { return without_notes(read_file(in("imap.log"))); }

}  // namespace mailhaul::judges
