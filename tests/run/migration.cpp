#include "run/migration.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "support/machine_clock.hpp"

namespace mailhaul::run {
namespace {

constexpr const char* source_root = "/old/mail";
constexpr const char* target_root = "/new/mail";
constexpr const char* quarantine = "Mailhaul-Removed/INBOX";
constexpr int messages = 50;
constexpr int of_them_sent = 12;

bool begins_with(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

/// In memory, since nothing here is about disks; the ledger syncs its file at each commit.
std::string new_state_directory() {
  const bool in_memory = std::filesystem::is_directory("/dev/shm");
  std::string path = (in_memory ? "/dev/shm" : std::filesystem::temp_directory_path().string()) + "/mailhaul-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("no directory for a ledger");
  return path;
}

bool is_store_header(std::string_view line) {
  for (const char* name :
       {"Status: ", "X-Status: ", "X-Keywords: ", "X-UID: ", "X-IMAP: ", "X-IMAPbase: ", "Content-Length: "})
    if (begins_with(line, name)) return true;
  return false;
}

}  // namespace

Migration::Migration(Kind source, Kind target, fs::Owner owner)
    : source_(source), target_(target), owner_(owner), state_(new_state_directory()) {
  machine.set_umask(077);
  for (const char* path : {"/old", "/new"}) machine.put_directory(path, owner_, 0700);
  for (std::size_t end = state_.find('/', 1);; end = state_.find('/', end + 1)) {
    machine.put_directory(state_.substr(0, end), {}, 0700);  // its locks are in memory, too
    if (end == std::string::npos) break;
  }
  kernel.when_sync_fails([this](support::Call call, int fd) {  // D3
    if (call == support::Call::sync_file_system)
      machine.lose_dirty_files(fd);
    else
      machine.lose_dirty_file(fd);
  });
  fill_source();
  wait();
}

Migration::~Migration() {
  std::error_code ignored;
  std::filesystem::remove_all(state_, ignored);
}

std::string Migration::text_of(const std::string& subject) {
  // One in many is longer than what is read and written at once.
  const bool is_long = subject.size() > 2 && subject.ends_with("-7");
  std::string text = "Subject: " + subject + "\n\n";
  for (std::size_t octets = 0; octets < (is_long ? 90'000U : 60U); octets += 20) text += "twenty octets a line\n";
  return text;
}

std::string Migration::flags_of(const std::string& subject) {
  if (begins_with(subject, "late") || subject == "own") return "";
  if (subject.ends_with("-3")) return "F";
  return subject.ends_with("-4") ? "" : "S";
}

std::string Migration::mbox_text(const std::string& subject, const std::string& flags) {
  std::string text = text_of(subject);
  std::string lines = flags.find('S') != std::string::npos ? "Status: RO\n" : "Status: O\n";
  if (flags.find('F') != std::string::npos) lines += "X-Status: F\n";
  text.insert(text.find('\n') + 1, lines);
  return "From a@b Thu Nov 29 22:33:52 2001\n" + text + "\n";
}

std::string Migration::path_of(const std::string& store, Kind kind, const std::string& folder) const {
  const bool is_inbox = folder == "INBOX";
  switch (kind) {
  case Kind::mbox: return is_inbox ? store : store + ".mailhaul-removed";
  case Kind::mboxdir: return store + "/" + (is_inbox ? "inbox" : folder);
  case Kind::maildir: break;
  }
  std::string name = folder;
  std::replace(name.begin(), name.end(), '/', '.');
  return is_inbox ? store : store + "/." + name;
}

std::string Migration::location(const std::string& store, Kind kind) {
  return std::string(kind == Kind::maildir ? "maildir:" : kind == Kind::mbox ? "mbox:" : "mboxdir:") + store;
}

void Migration::make_directory(const std::string& path) {
  if (!machine.exists(path)) machine.put_directory(path, owner_, 0700);
}

void Migration::put(const std::string& store, Kind kind, const std::string& folder,
                    const std::vector<std::string>& subjects) {
  const std::string path = path_of(store, kind, folder);
  if (kind != Kind::maildir) {
    if (kind == Kind::mboxdir) make_directory(store);
    std::string octets = machine.exists(path) ? machine.octets_of(path) : "";
    for (const std::string& subject : subjects) octets += mbox_text(subject, flags_of(subject));
    machine.put_file(path, octets, owner_, 0600);
    return;
  }
  for (const char* part : {"", "/cur", "/new", "/tmp"}) make_directory(path + part);
  for (const std::string& subject : subjects) {
    const std::string flags = flags_of(subject);
    const std::string base = "1000000000." + subject + ".host";
    machine.put_file(path + (flags.empty() ? "/new/" + base : "/cur/" + base + ":2," + flags), text_of(subject), owner_,
                     0600);
  }
}

void Migration::fill_source() {
  const int sent = has_two_folders() ? of_them_sent : 0;
  for (int i = 0; i < messages; ++i) {
    const bool is_sent = i >= messages - sent;
    const std::string folder = is_sent ? "Sent" : "INBOX";
    at_source_[folder].push_back((is_sent ? "sent-" : "message-") + std::to_string(i));
  }
  for (const auto& [folder, subjects] : at_source_) {
    put(source_root, source_, folder, subjects);
    for (const std::string& subject : subjects) stands(folder, subject);
  }
  if (source_ == Kind::maildir) machine.put_file(std::string(source_root) + "/subscriptions", "Sent\n", owner_, 0600);
}

void Migration::stands(const std::string& folder, const std::string& subject, std::optional<std::string> flags) {
  ++wanted_[folder + "|" + subject + "|" + flags.value_or(flags_of(subject))];
}

std::string Migration::file_of(const std::string& folder, const std::string& subject) const {
  for (const char* part : {"/cur/", "/new/"})
    for (const std::string& name : machine.names_in(folder + part))
      if (name.find("." + subject + ".") != std::string::npos) return folder + part + name;
  throw std::runtime_error("no " + subject + " in " + folder);
}

void Migration::rename(const std::string& from, const std::string& to) {
  machine.put_link(to, from);
  machine.remove(from);
}

void Migration::flag_at_source(const std::string& subject, const std::string& flags) {
  if (source_ == Kind::maildir) {
    const std::string path = path_of(source_root, source_, "INBOX");
    return rename(file_of(path, subject), path + "/cur/1000000000." + subject + ".host:2," + flags);
  }
  const std::string path = path_of(source_root, source_, "INBOX");
  std::string octets = machine.octets_of(path);
  const std::string old = mbox_text(subject, flags_of(subject));
  octets.replace(octets.find(old), old.size(), mbox_text(subject, flags));
  machine.put_file(path, octets, owner_, 0600);
}

void Migration::go_on() {
  deletes_ = true;
  const std::string inbox = path_of(source_root, source_, "INBOX");
  const auto take_away = [&](const std::string& subject) {
    if (source_ == Kind::maildir) return machine.remove(file_of(inbox, subject));
    std::string octets = machine.octets_of(inbox);
    const std::string old = mbox_text(subject, flags_of(subject));
    octets.erase(octets.find(old), old.size());
    machine.put_file(inbox, octets, owner_, 0600);
  };
  flag_at_source("message-10", "FS");
  take_away("message-6");
  if (has_two_folders()) {
    const std::string sent = path_of(source_root, source_, "Sent");
    if (source_ == Kind::maildir) {
      const std::string file = file_of(inbox, "message-5");
      rename(file, sent + "/cur/" + file.substr(file.rfind('/') + 1));
    } else {
      take_away("message-5");
      put(source_root, source_, "Sent", {"message-5"});
    }
  }
  put(source_root, source_, "INBOX", {"late-1", "late-2", "late-7", "late-8"});

  wanted_.clear();
  for (const auto& [folder, subjects] : at_source_)
    for (const std::string& subject : subjects) {
      if (subject == "message-1") continue;  // its user removes it at the target
      if (subject == "message-6") {
        stands(quarantine, subject);
      } else if (subject == "message-5" && has_two_folders()) {
        stands("Sent", subject);
      } else {
        stands(folder, subject, subject == "message-10" ? std::optional<std::string>("FS") : std::nullopt);
      }
    }
  for (const char* subject : {"late-1", "late-2", "late-7", "late-8", "own"}) stands("INBOX", subject);
  target_goes_on();
  wait();
}

void Migration::target_goes_on() {
  const std::string path = path_of(target_root, target_, "INBOX");
  if (target_ == Kind::maildir) {
    std::string gone;
    for (const auto& [file, octets] : machine.files())
      if (begins_with(file, path) && octets == text_of("message-1")) gone = file;
    machine.remove(gone);
    machine.put_file(path + "/new/1000000000.own.host", text_of("own"), owner_, 0600);
    return;
  }
  std::string octets = machine.octets_of(path);
  const std::size_t gone = octets.rfind("\nFrom ", octets.find("Subject: message-1\n")) + 1;
  octets.erase(gone, octets.find("\nFrom ", gone) + 1 - gone);
  octets += mbox_text("own", "");
  machine.put_file(path, octets, owner_, 0600);
}

bool Migration::may_be_doubled(std::string_view standing) const {
  if (target_ == Kind::maildir) return false;
  return standing.find("|message-5|") != std::string_view::npos ||
         standing.find("|message-6|") != std::string_view::npos;
}

Ended Migration::run() {
  const support::MachineClock clock(machine);
  const StopRequest stop;
  Request request;
  request.state_directory = state_;
  if (deletes_) request.options.removal = sync::Removal::quarantine;
  FindingLog findings(nullptr);
  sync::Observer observer;
  const Machine all{kernel, entropy_, clock, stop, "host.example", ++process_, {}, "", "", "/", "this boot"};
  try {
    const SyncReport report = run_sync(all, request, parse_location(location(source_root, source_)),
                                       parse_location(location(target_root, target_)), findings, observer);
    std::string text = report.verdict;
    if (report.outcome.error) text += std::string(" ") + report.outcome.error->what();
    for (const sync::FolderOutcome& folder : report.outcome.folders)
      if (folder.error) text += std::string(" ") + folder.error->what();
    std::string told;
    for (const auto& [kind, group] : findings.groups())
      for (const Finding& finding : group.kept) told += finding.text + "; ";
    return {report.status, text, told};
  } catch (const Error& error) {
    return {std::nullopt, error.what(), {}};
  }
}

Standing Migration::found() const {
  Standing found;
  cut_appends_ = 0;
  for (const char* folder : {"INBOX", "Sent", quarantine})
    target_ == Kind::maildir ? find_in_maildir(folder, found) : find_in_mbox(folder, found);
  return found;
}

std::string Migration::subject_of(const std::string& octets) const {
  constexpr std::string_view field = "Subject: ";
  if (!begins_with(octets, field)) return "foreign";
  std::string subject = octets.substr(field.size(), octets.find('\n') - field.size());
  return octets == text_of(subject) ? subject : "foreign";
}

void Migration::find_in_maildir(const std::string& folder, Standing& found) const {
  const std::string path = path_of(target_root, target_, folder);
  for (const char* part : {"/cur", "/new"}) {
    if (!machine.exists(path + part)) continue;
    for (const std::string& name : machine.names_in(path + part)) {
      const std::size_t info = name.find(":2,");
      const std::string flags = info == std::string::npos ? "" : name.substr(info + 3);
      ++found[folder + "|" + subject_of(machine.octets_of(path + part + "/" + name)) + "|" + flags];
    }
  }
}

void Migration::find_in_mbox(const std::string& folder, Standing& found) const {
  const std::string path = path_of(target_root, target_, folder);
  if ((target_ == Kind::mbox && folder == "Sent") || !machine.exists(path)) return;
  std::istringstream lines(machine.octets_of(path));
  std::string octets;
  std::string flags;
  bool in_head = false;
  bool begun = false;
  bool is_last = false;
  const auto ends = [&] {
    if (!begun) return;
    if (octets.find("DON'T DELETE THIS MESSAGE") != std::string::npos) return;  // no mail: it keeps numbers
    const bool is_whole = octets.ends_with("\n\n");
    if (is_whole) octets.pop_back();
    std::sort(flags.begin(), flags.end());
    const std::string subject = subject_of(octets);
    if (subject == "foreign" && is_last) {
      ++cut_appends_;
      return;
    }
    ++found[folder + "|" + subject + "|" + flags];
  };
  for (std::string line; std::getline(lines, line);) {
    if (begins_with(line, "From ")) {
      ends();
      begun = in_head = true;
      octets.clear();
      flags.clear();
      continue;
    }
    if (!begun) ++found[folder + "|foreign|"];
    if (line.empty()) in_head = false;
    if (in_head && begins_with(line, "Status: ") && line.find('R') != std::string::npos) flags += 'S';
    if (in_head && begins_with(line, "X-Status: "))
      for (const char letter : line.substr(10)) flags += letter == 'A' ? 'R' : letter;
    if (!in_head || !is_store_header(line)) octets += line + "\n";
  }
  is_last = true;
  ends();
}

std::vector<std::string> Migration::left_overs() const {
  std::vector<std::string> all;
  for (const auto& [path, octets] : machine.files()) {
    if (!begins_with(path, "/new/")) continue;
    const bool is_in_tmp = target_ == Kind::maildir && path.find("/tmp/") != std::string::npos;
    if (is_in_tmp || path.find("mailhaul-tmp") != std::string::npos) all.push_back(path);
  }
  return all;
}

}  // namespace mailhaul::run
