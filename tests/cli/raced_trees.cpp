#include "cli/raced_trees.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/mailboxes.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

constexpr uid_t stranger = 54322;
constexpr int messages_a_folder = 24;
constexpr int swapped_messages = 3;

/// A message whose begin and end can be found in any format.
Mail message(int number) {
  Mail mail = simple_mail("message-" + std::to_string(number) + ";", 1'000'000'000 + number);
  mail.octets += std::string(static_cast<std::size_t>(500 + 97 * number % 9000), 'x') + "\nend-of-message-" +
                 std::to_string(number) + ";\n";
  return mail;
}

std::vector<Mail> folder(int first) {
  std::vector<Mail> mails;
  for (int i = first; i < first + messages_a_folder; ++i) mails.push_back(message(i));
  return mails;
}

std::string name_of(int place, int number) {
  return std::to_string(1'000'000'000 + number) + ".M" + std::to_string(place) + "P1.host:2,";
}

/// Numbers behind each `before` in `text`: "message-7".
void collect(const std::string& text, const std::string& before, std::multiset<std::string>& found) {
  for (std::size_t at = text.find(before); at != std::string::npos; at = text.find(before, at + 1)) {
    const std::size_t begin = at + before.size();
    const std::size_t end = text.find(';', begin);
    if (end != std::string::npos) found.insert("message-" + text.substr(begin, end - begin));
  }
}

std::vector<Entry> without_atimes(std::vector<Entry> entries) {
  for (Entry& entry : entries) entry.accessed_ns = 0;
  return entries;
}

}  // namespace

std::string_view to_string(Swap swap) {
  switch (swap) {
  case Swap::directory_symlink: return "directory/symlink";
  case Swap::file_symlink: return "file/symlink";
  case Swap::file_fifo: return "file/FIFO";
  case Swap::file_directory: return "file/directory";
  case Swap::file_hard_link: return "file/hard link";
  }
  return "?";
}

RacedTrees::RacedTrees(std::string base, Swap swap) : base_(std::move(base)), swap_(swap) {
  for (int i = 1; i <= 2 * messages_a_folder; ++i) messages_.insert("message-" + std::to_string(i));
  fill_maildir(at("quiet"), folder(1));
  fill_maildir(at("quiet/.Sub"), folder(1 + messages_a_folder));
  fill_maildir(at("quiet-inbox"), folder(1));
  for (const char* tree : {"quiet", "quiet-inbox"}) give_tree(at(tree), stranger);
  rebuild_outside();
}

void RacedTrees::rebuild_outside() {
  stdfs::remove_all(at("outside"));
  for (const std::string tree : {"outside/secret", "outside/foreign"}) {
    const std::string text(raced_secret);
    std::vector<Mail> mails;
    for (int i = 0; i < 5; ++i) mails.push_back(simple_mail(text + std::to_string(i), 900'000'000 + i));
    fill_maildir(at(tree), mails);
    // What each kind of file would be read as.
    write_file(at(tree + "/mbox"), mbox_of(mails));
    write_file(at(tree + "/subscriptions"), text + "\n");
    write_file(at(tree + "/dovecot-keywords"), "0 " + text + "\n");
    write_file(at(tree + "/dovecot-uidlist"), "3 V1 N9 G" + text + "\n1 :" + text + "\n");
    stdfs::permissions(at(tree), stdfs::perms::owner_all);
  }
  give_tree(at("outside/foreign"), stranger);
  rebuild();  // hard links of what is outside
  outside_ = without_atimes(snapshot(at("outside")));
}

Exchanger::Pair RacedTrees::swapped(const std::string& place, const std::string& beyond) {
  std::string name = place;
  for (char& c : name)
    if (c == '/') c = '_';
  const std::string stash = at("home/stash/" + name);
  switch (swap_) {
  case Swap::directory_symlink:
  case Swap::file_symlink: stdfs::create_symlink(at(beyond), stash); break;
  case Swap::file_fifo: make_fifo(stash); break;
  case Swap::file_directory:
    stdfs::create_directory(stash);
    write_file(stash + "/below", "a file of the owner's");
    break;
  case Swap::file_hard_link:
    if (::link(at(beyond).c_str(), stash.c_str()) != 0)
      throw std::system_error(errno, std::generic_category(), "linking " + stash);
    break;
  }
  return {at("home/" + place), stash};
}

void RacedTrees::rebuild() {
  stdfs::remove_all(at("home"));
  stdfs::create_directories(at("home/stash"));
  make_sources();
  make_targets();
  // Not through the hard links: what is outside must stay whose it is.
  give_tree(at("home/M"), racing_owner);
  for (const char* tree : {"home/B", "home/T", "home/C"}) give_tree(at(tree), racing_owner);
  for (const std::string& name : names_in(at("home/stash")))
    if (swap_ != Swap::file_hard_link) give_tree(at("home/stash/" + name), racing_owner);
  for (const char* directory : {"home", "home/stash"})
    if (::chown(at(directory).c_str(), racing_owner, racing_owner) != 0)
      throw std::system_error(errno, std::generic_category(), "chown");
}

void RacedTrees::make_sources() {
  fill_maildir(at("home/M"), folder(1));
  fill_maildir(at("home/M/.Sub"), folder(1 + messages_a_folder));
  write_file(at("home/M/subscriptions"), "Sub\n");
  write_file(at("home/M/dovecot-keywords"), "0 work\n");
  write_file(at("home/M/dovecot-uidlist"),
             "3 V1 N2 G00\n1 :" + name_of(5, 5).substr(0, name_of(5, 5).find(':')) + "\n");
  stdfs::create_directories(at("home/B/Work"));
  write_file(at("home/B/inbox"), mbox_of(folder(1)));
  write_file(at("home/B/Work/Sub"), mbox_of(folder(1 + messages_a_folder)));

  maildir_pairs_.clear();
  mboxdir_pairs_.clear();
  root_pair_.clear();
  swapped_messages_.clear();
  if (takes_directories()) {
    maildir_pairs_ = {swapped("M/cur", "outside/secret/cur"), swapped("M/.Sub", "outside/secret"),
                      swapped("M/.Sub/cur", "outside/secret/cur")};
    mboxdir_pairs_ = {swapped("B/Work", "outside/secret")};
    root_pair_ = {swapped("M", "outside/secret")};
    return;
  }
  for (int i = 1; i <= swapped_messages; ++i) {
    maildir_pairs_.push_back(
        swapped("M/cur/" + name_of(7 * i, 7 * i), "outside/secret/cur/" + names_in(at("outside/secret/cur"))[0]));
    swapped_messages_.insert("message-" + std::to_string(7 * i));
  }
  for (const std::string name : {"subscriptions", "dovecot-keywords", "dovecot-uidlist"})
    maildir_pairs_.push_back(swapped("M/" + name, "outside/secret/" + name));
  mboxdir_pairs_ = {swapped("B/inbox", "outside/secret/mbox"), swapped("B/Work/Sub", "outside/secret/mbox")};
}

void RacedTrees::make_targets() {
  fill_maildir(at("home/T"), {simple_mail("own", 1)});
  fill_maildir(at("home/T/.Sub"), {simple_mail("own", 2)});
  write_file(at("home/T/subscriptions"), "Own\n");
  write_file(at("home/T/dovecot-keywords"), "0 own\n");
  write_file(at("home/T/dovecot-uidlist"), "3 V1 N2 G00\n");
  stdfs::create_directories(at("home/C/Work"));
  write_file(at("home/C/inbox"), mbox_of({simple_mail("own", 1)}));
  write_file(at("home/C/Sub"), mbox_of({simple_mail("own", 2)}));
  write_file(at("home/C/Work/Sub"), mbox_of({simple_mail("own", 3)}));

  if (takes_directories()) {
    target_maildir_pairs_ = {swapped("T/cur", "outside/foreign/cur"), swapped("T/new", "outside/foreign/new"),
                             swapped("T/tmp", "outside/foreign/tmp"), swapped("T/.Sub", "outside/foreign")};
    target_mboxdir_pairs_ = {swapped("C/Work", "outside/foreign")};
    return;
  }
  target_maildir_pairs_.clear();
  for (const std::string name : {"subscriptions", "dovecot-keywords", "dovecot-uidlist"})
    target_maildir_pairs_.push_back(swapped("T/" + name, "outside/foreign/" + name));
  target_maildir_pairs_.push_back(swapped("T/cur/" + names_in(at("home/T/cur"))[0],
                                          "outside/foreign/cur/" + names_in(at("outside/foreign/cur"))[0]));
  target_mboxdir_pairs_ = {swapped("C/inbox", "outside/foreign/mbox"), swapped("C/Sub", "outside/foreign/mbox")};
}

std::vector<RacedJob> RacedTrees::source_jobs(const std::string& fresh) const {
  std::set<std::string> untouched = messages_;
  for (const std::string& one : swapped_messages_) untouched.erase(one);
  const std::set<std::string> none;
  std::vector<RacedJob> jobs{
      {"maildir:" + at("home/M"), "maildir:" + fresh, false, maildir_pairs_, untouched},
      {"maildir:" + at("home/M"), "mboxdir:" + fresh, false, maildir_pairs_, untouched},
      {"mboxdir:" + at("home/B"), "maildir:" + fresh, false, mboxdir_pairs_, takes_directories() ? messages_ : none}};
  if (takes_directories())
    jobs.push_back({"maildir:" + at("home/M"), "maildir:" + fresh, false, root_pair_, untouched});
  else
    jobs.push_back({"mbox:" + at("home/B/inbox"), "maildir:" + fresh, false, mboxdir_pairs_, none});
  return jobs;
}

std::vector<RacedJob> RacedTrees::target_jobs() const {
  std::vector<RacedJob> jobs{
      {"maildir:" + at("quiet"), "maildir:" + at("home/T"), true, target_maildir_pairs_, messages_},
      {"maildir:" + at("quiet"), "mboxdir:" + at("home/C"), true, target_mboxdir_pairs_, messages_}};
  if (takes_directories()) return jobs;
  std::set<std::string> in_inbox;
  for (int i = 1; i <= messages_a_folder; ++i) in_inbox.insert("message-" + std::to_string(i));
  jobs.push_back({"maildir:" + at("quiet-inbox"), "mbox:" + at("home/C/inbox"), true, target_mboxdir_pairs_, in_inbox});
  return jobs;
}

std::string RacedTrees::changes_outside() const {
  return difference(outside_, without_atimes(snapshot(at("outside"))));
}

RacedTrees::Found RacedTrees::look(const std::string& root) const {
  Found found;
  std::set<std::uint64_t> beyond;
  for (const Entry& entry : outside_) beyond.insert(entry.inode);
  std::multiset<std::string> begun;
  std::multiset<std::string> ended;
  for (const Entry& entry : snapshot(root)) {
    if (entry.path.find(raced_secret) != std::string::npos) found.secret = true;
    if (entry.kind != 'f' || beyond.count(entry.inode) > 0) continue;
    const std::string text = read_file(entry.path.empty() ? root : root + "/" + entry.path);
    if (text.find(raced_secret) != std::string::npos) found.secret = true;
    if (("/" + entry.path).find("/tmp/") != std::string::npos) continue;
    collect(text, "Subject: message-", begun);
    collect(text, "end-of-message-", ended);
  }
  found.messages.insert(ended.begin(), ended.end());
  for (const std::string& one : begun)
    if (begun.count(one) != ended.count(one)) found.cut.push_back(one);
  return found;
}

}  // namespace mailhaul::black_box
