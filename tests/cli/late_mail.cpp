#include "cli/late_mail.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "cli/tree.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

constexpr std::int64_t first_date = 1'000'000'000;
constexpr int inbox_messages = 42;
constexpr int sent_messages = 8;
constexpr int stragglers = 8;

/// Their dates, and with them their base names, are those of no other kind.
std::vector<Mail> mails(const std::string& name, int count, const std::string& flags) {
  const std::int64_t date = first_date + 1000 * static_cast<std::int64_t>(name.size());
  std::vector<Mail> all;
  for (int i = 0; i < count; ++i) {
    Mail mail = simple_mail(name + "-" + std::to_string(i), date + i, 40 + 100 * static_cast<std::size_t>(i % 5));
    mail.flags = flags;
    all.push_back(std::move(mail));
  }
  return all;
}
std::vector<Mail> inbox() { return mails("message", inbox_messages, "S"); }
std::vector<Mail> sent() { return mails("sent", sent_messages, "S"); }
/// The last one is the first one again: delivered twice, so there are two.
std::vector<Mail> late() {
  std::vector<Mail> all = mails("straggler", stragglers, "");
  all.push_back(all.front());
  return all;
}

std::string subject_line(const std::string& subject) { return "Subject: " + subject + "\n"; }

std::string file_of(const std::string& folder, const std::string& subject) {
  for (const char* part : {"/cur/", "/new/"})
    for (const std::string& name : names_in(folder + part))
      if (read_file(folder + part + name).find(subject_line(subject)) != std::string::npos) return folder + part + name;
  throw std::runtime_error("no " + subject + " in " + folder);
}
std::string name_in(const std::string& path) { return stdfs::path(path).filename().string(); }
std::string base_in(const std::string& path) { return name_in(path).substr(0, name_in(path).find(':')); }

void flag(const std::string& folder, const std::string& subject, const std::string& flags) {
  const std::string file = file_of(folder, subject);
  stdfs::rename(file, folder + "/cur/" + base_in(file) + ":2," + flags);
}

void deliver(const std::string& folder, const Mail& mail, const std::string& name) {
  write_file(folder + "/new/" + name, mail.octets);
  set_modified(folder + "/new/" + name, mail.date);
}

void number(const std::string& folder) {
  std::string list = "3 V1234567 N" + std::to_string(names_in(folder + "/cur").size() + 1) + "\n";
  int uid = 0;
  for (const std::string& name : names_in(folder + "/cur"))
    list += std::to_string(++uid) + " :" + name.substr(0, name.find(':')) + "\n";
  write_file(folder + "/dovecot-uidlist", list);
}

std::string flags_of(const std::string& subject) {
  if (subject == "message-0") return "F";   // at the target
  if (subject == "message-3") return "RS";  // at the source
  if (subject == "message-9") return "";    // at the source
  return subject.starts_with("straggler") || subject == "own" ? "" : "S";
}

}  // namespace

std::string_view name_of(Between between) {
  switch (between) {
  case Between::maildirs: return "Maildirs";
  case Between::mbox_and_maildir: return "MboxAndMaildir";
  case Between::maildir_and_mbox: return "MaildirAndMbox";
  case Between::maildir_and_mboxdir: return "MaildirAndMboxdir";
  }
  return "";
}

std::string shown(const Standing& message) {
  return message.folder + " flags=" + message.flags + " octets=" + std::to_string(message.octets.size()) + ": " +
         message.octets.substr(0, 120);
}

LateMail::LateMail(std::string directory, Between between) : directory_(std::move(directory)), between_(between) {
  stdfs::create_directories(directory_);
  if (between_ == Between::mbox_and_maildir) {
    write_file(source_path(), mbox_of(inbox()));
    return;
  }
  fill_maildir(source_path(), inbox());
  number(source_path());
  if (between_ == Between::maildir_and_mbox) return;
  fill_maildir(source_path() + "/.Sent", sent());
  number(source_path() + "/.Sent");
}

std::string LateMail::source() const {
  return (between_ == Between::mbox_and_maildir ? "mbox:" : "maildir:") + source_path();
}
std::string LateMail::target() const {
  if (between_ == Between::maildir_and_mbox) return "mbox:" + target_path();
  return (between_ == Between::maildir_and_mboxdir ? "mboxdir:" : "maildir:") + target_path();
}
bool LateMail::to_maildir() const { return between_ == Between::maildirs || between_ == Between::mbox_and_maildir; }

std::string LateMail::folder_path(const std::string& store, const std::string& folder) const {
  const bool is_inbox = folder == "INBOX";
  if (folder == quarantine)
    return store + (between_ == Between::maildir_and_mboxdir ? "/Mailhaul-Removed/INBOX" : "/.Mailhaul-Removed.INBOX");
  if (store == target_path() && between_ == Between::maildir_and_mboxdir)
    return store + (is_inbox ? "/inbox" : "/Sent");
  return is_inbox ? store : store + "/." + folder;
}

void LateMail::happens() {
  source_happens();
  to_maildir() ? maildir_target_happens() : mbox_target_happens();
  const bool has_sent = between_ == Between::maildirs || between_ == Between::maildir_and_mboxdir;
  const auto stands = [&](const std::string& folder, const Mail& mail) {
    const std::string subject = mail.octets.substr(mail.octets.find("Subject: ") + 9);
    wanted_.insert({folder, without_store_parts(mail.octets), flags_of(subject.substr(0, subject.find('\n')))});
  };
  for (int i = 0; i < inbox_messages; ++i) {
    const Mail mail = inbox()[static_cast<std::size_t>(i)];
    const bool is_filed = i == 2 && between_ == Between::maildirs;
    const bool is_moved = i == 5 && has_sent;
    if (i == 1) continue;  // its user removed it at the target
    if (!is_filed && !is_moved) stands("INBOX", mail);
    if (is_filed || is_moved) stands("Sent", mail);
  }
  for (const Mail& mail : late()) stands("INBOX", mail);
  stands("INBOX", simple_mail("own"));
  if (!has_sent) return;
  for (const Mail& mail : sent()) stands("Sent", mail);
}

void LateMail::is_deleted_too() {
  const auto set_aside = [&](std::size_t i) {
    const Standing removed{"INBOX", without_store_parts(inbox()[i].octets), "S"};
    if (wanted_.erase(removed) != 1) throw std::runtime_error("not wanted: " + shown(removed));
    wanted_.insert({quarantine, removed.octets, removed.flags});
  };
  set_aside(6);
}

void LateMail::source_happens() {
  if (between_ == Between::mbox_and_maildir) {
    std::vector<Mail> all = inbox();
    for (const int i : {3, 9}) all[static_cast<std::size_t>(i)].flags = flags_of("message-" + std::to_string(i));
    all.erase(all.begin() + 6);
    for (const Mail& mail : late()) all.push_back(mail);
    return write_file(source_path(), mbox_of(all));
  }
  flag(source_path(), "message-3", "RS");
  flag(source_path(), "message-9", "");
  stdfs::remove(file_of(source_path(), "message-6"));
  int count = 0;
  for (const Mail& mail : late()) deliver(source_path(), mail, "1100000000.M" + std::to_string(++count) + "P2.late");
  if (between_ == Between::maildir_and_mbox) return;
  const std::string moved = file_of(source_path(), "message-5");
  stdfs::rename(moved, source_path() + "/.Sent/cur/" + name_in(moved));
}

void LateMail::maildir_target_happens() {
  flag(target_path(), "message-0", "F");
  const std::string gone = file_of(target_path(), "message-1");
  removed_.insert(base_in(gone));
  stdfs::remove(gone);
  deliver(target_path(), simple_mail("own"), "1100000000.M1P3.own");
  if (between_ != Between::maildirs) return;
  const std::string filed = file_of(target_path(), "message-2");
  removed_.insert(base_in(filed));
  stdfs::rename(filed, target_path() + "/.Sent/cur/" + name_in(filed));
}

/// As text: what else stands in the file, the numbers above all, stays as it is.
void LateMail::mbox_target_happens() {
  const std::string path = folder_path(target_path(), "INBOX");
  std::string text = read_file(path);
  const std::size_t gone = text.rfind("\nFrom ", text.find(subject_line("message-1"))) + 1;
  text.erase(gone, text.find("\nFrom ", gone) + 1 - gone);
  // message-0: Seen no more, but flagged.
  const std::size_t status = text.find("\nStatus: ");
  if (status == std::string::npos || status > text.find(subject_line("message-2")))
    throw std::runtime_error("no Status in the first message");
  text.replace(status, text.find('\n', status + 1) - status, "\nStatus: O\nX-Status: F");
  text += mbox_of({simple_mail("own")});
  write_file(path, text);
}

bool LateMail::is_carried(const std::string& octets) const {
  return between_ == Between::maildir_and_mboxdir && octets == without_store_parts(inbox()[5].octets);
}

std::multiset<Standing> LateMail::found() const {
  std::multiset<Standing> all;
  for (const char* folder : {"INBOX", "Sent", quarantine}) {
    const std::string path = folder_path(target_path(), folder);
    if (!exists(path)) continue;
    for (const Mail& mail : to_maildir() ? read_maildir(path) : read_mbox(path))
      all.insert({folder, without_store_parts(mail.octets), mail.flags});
  }
  return all;
}

bool LateMail::has_file(const std::string& folder, const std::string& handle) const {
  const std::string path = folder_path(target_path(), folder);
  for (const char* part : {"/cur", "/new"})
    for (const std::string& name : names_in(path + part))
      if (name.substr(0, name.find(':')) == handle.substr(0, handle.find(':'))) return true;
  return false;
}

std::vector<std::string> LateMail::numbered() const {
  std::vector<std::string> lines;
  for (const char* folder : {"INBOX", "Sent"}) {
    const std::string path = folder_path(target_path(), folder) + "/dovecot-uidlist";
    if (!to_maildir() || !exists(path)) continue;
    std::string text = read_file(path);
    for (std::size_t end = 0; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
      // Of the header only the UIDVALIDITY.
      const std::string line = text.substr(0, end);
      lines.push_back(std::string(folder) + " " + (line.starts_with("3 V") ? line.substr(0, line.find(' ', 2)) : line));
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace mailhaul::black_box
