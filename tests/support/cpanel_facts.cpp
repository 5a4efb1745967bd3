#include "support/cpanel_facts.hpp"

#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <tuple>

namespace mailhaul::support {
namespace {

namespace files = std::filesystem;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Not a link to one.
bool is_real_directory(const std::string& path) { return files::is_directory(files::symlink_status(path)); }

/// Base name to UID; "" to UIDVALIDITY.
std::map<std::string, std::uint32_t> uids_of(const std::string& directory) {
  std::map<std::string, std::uint32_t> uids;
  if (!files::exists(directory + "/dovecot-uidlist")) return uids;
  for (const std::string& line : lines_of(inflated_content(directory + "/dovecot-uidlist"))) {
    if (uids.empty()) {
      uids[""] = static_cast<std::uint32_t>(std::stoul(line.substr(line.find(" V") + 2)));
      continue;
    }
    const std::size_t colon = line.find(':');
    const std::string name = line.substr(colon + 1, line.find(':', colon + 1) - colon - 1);
    uids[name] = static_cast<std::uint32_t>(std::stoul(line));
  }
  return uids;
}

std::map<char, std::string> keywords_of(const std::string& directory) {
  std::map<char, std::string> keywords;
  if (!files::exists(directory + "/dovecot-keywords")) return keywords;
  for (const std::string& line : lines_of(inflated_content(directory + "/dovecot-keywords")))
    keywords[static_cast<char>('a' + std::stoi(line))] = line.substr(line.find(' ') + 1);
  return keywords;
}

std::string shown(const ExpectedMessage& message) {
  std::string text =
      std::to_string(message.mail.octets.size()) + " octets, flags \"" + message.mail.flags + "\", keywords";
  for (const std::string& keyword : message.mail.keywords) text += ' ' + keyword;
  return text + ", date " + std::to_string(message.mail.date) + (message.mail.fresh ? ", fresh" : "") + ", UID " +
         std::to_string(message.uid) + " (" + message.path + ')';
}

bool is_before(const ExpectedMessage& a, const ExpectedMessage& b) {
  return std::tie(a.mail, a.uid) < std::tie(b.mail, b.uid);
}

void compare_folder(const ExpectedFolder& wanted, const std::string& directory, Uids uids,
                    std::vector<std::string>& out) {
  std::vector<ExpectedMessage> found = read_cpanel_folder(directory);
  std::vector<ExpectedMessage> missing = wanted.messages;
  std::sort(missing.begin(), missing.end(), is_before);
  // Those with a UID first: one without may be any of its twins.
  std::stable_partition(missing.begin(), missing.end(), [](const ExpectedMessage& m) { return m.uid != 0; });
  for (const ExpectedMessage& message : missing) {
    const auto same = std::find_if(found.begin(), found.end(), [&](const ExpectedMessage& other) {
      return other.mail == message.mail && (uids == Uids::ignored || message.uid == 0 || other.uid == message.uid);
    });
    if (same != found.end())
      found.erase(same);
    else
      out.push_back(directory + ": missing: " + shown(message));
  }
  for (const ExpectedMessage& message : found) out.push_back(directory + ": too many: " + shown(message));
  if (uids == Uids::ignored) return;
  const std::uint32_t validity = uids_of(directory)[""];
  if (validity != wanted.uid_validity)
    out.push_back(directory + ": UIDVALIDITY " + std::to_string(validity) + ", not " +
                  std::to_string(wanted.uid_validity));
}

void compare_mailbox(const ExpectedMailbox& wanted, const std::string& root, Uids uids, std::vector<std::string>& out) {
  std::set<std::string> known;
  for (const ExpectedFolder& folder : wanted.folders) {
    std::vector<std::string> there;
    for (const std::string& spelling : folder.spellings) {
      const std::string directory = spelling.empty() ? root : root + '/' + spelling;
      if (is_real_directory(directory + "/cur")) there.push_back(directory);
    }
    known.insert(there.begin(), there.end());
    if (there.size() == 1)
      compare_folder(folder, there.front(), uids, out);
    else
      out.push_back(root + ": the folder \"" + folder.name + "\" is there " + std::to_string(there.size()) + " times");
  }
  for (const files::directory_entry& entry : files::directory_iterator(root)) {
    const std::string path = entry.path();
    if (is_real_directory(path) && is_real_directory(path + "/cur") &&
        entry.path().filename().string().front() == '.' && !known.contains(path))
      out.push_back(path + ": nobody expects this folder");
  }
}

bool is_said(const store::SettingValue& value) {
  if (const auto* quota = std::get_if<store::Quota>(&value)) return quota->octets != 0;
  if (std::get_if<store::Suspension>(&value) != nullptr)
    return store::comparable(value) != store::comparable(store::Suspension{});
  if (std::get_if<store::Spam>(&value) != nullptr) return store::comparable(value) != store::comparable(store::Spam{});
  return true;
}

std::map<store::SettingId, store::SettingValue> said(const std::vector<store::Setting>& settings,
                                                     std::vector<std::string>& out) {
  std::map<store::SettingId, store::SettingValue> all;
  for (const store::Setting& setting : settings)
    if (is_said(setting.value) && !all.emplace(setting.id, setting.value).second)
      out.push_back("twice: " + setting.id.owner + ' ' + std::string(store::to_string(setting.id.kind)) + ' ' +
                    setting.id.name);
  return all;
}

}  // namespace

std::string inflated_content(const std::string& path) {
  const gzFile in = ::gzopen(path.c_str(), "rb");  // sees by itself whether it is gzip
  if (in == nullptr) throw std::runtime_error("can't open " + path);
  std::string text;
  char buffer[65536];
  for (int got = 0; (got = ::gzread(in, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  ::gzclose(in);
  return text;
}

std::vector<ExpectedMessage> read_cpanel_folder(const std::string& directory) {
  const std::map<std::string, std::uint32_t> uids = uids_of(directory);
  std::map<char, std::string> keywords = keywords_of(directory);
  std::vector<ExpectedMessage> found;
  for (const std::string part : {"cur", "new"}) {
    for (const files::directory_entry& entry : files::directory_iterator(directory + '/' + part)) {
      if (!files::is_regular_file(entry.symlink_status())) continue;
      const std::string name = entry.path().filename();
      struct stat status {};
      if (::lstat(entry.path().c_str(), &status) != 0) throw std::runtime_error("lstat " + entry.path().string());
      ExpectedMessage message;
      message.path = part + '/' + name;
      message.mail.octets = inflated_content(entry.path());
      message.mail.date = status.st_mtime;
      message.mail.fresh = part == "new";
      const std::size_t info = name.find(":2,");
      for (const char letter : info == std::string::npos ? std::string() : name.substr(info + 3)) {
        if (letter >= 'A' && letter <= 'Z') message.mail.flags += letter;
        if (letter >= 'a' && letter <= 'z') message.mail.keywords.insert(keywords[letter]);
      }
      const auto uid = uids.find(name.substr(0, name.find(':')));
      if (uid != uids.end()) message.uid = uid->second;
      found.push_back(std::move(message));
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return found;
}

std::vector<std::string> mail_differences(const AccountFacts& facts, const std::string& home, Uids uids) {
  std::vector<std::string> out;
  std::set<std::string> known;
  for (const auto& entry : facts.mailboxes) {
    const ExpectedMailbox& mailbox = entry.second;
    known.insert(mailbox.path);
    if (!mailbox.has_directory || mailbox.format == ExpectedMailbox::Format::mdbox) continue;
    const std::string root = home + '/' + mailbox.path;
    if (is_real_directory(root))
      compare_mailbox(mailbox, root, uids, out);
    else
      out.push_back(entry.first + ": has no mailbox");
  }
  // A link that is a mailbox would have doubled one.
  for (const files::directory_entry& domain : files::directory_iterator(home + "/mail")) {
    const std::string name = domain.path().filename();
    if (!is_real_directory(domain.path()) || name.front() == '.' || name == "cur" || name == "new" || name == "tmp" ||
        name == "virtual")
      continue;
    for (const files::directory_entry& box : files::directory_iterator(domain.path()))
      if (is_real_directory(box.path()) && !known.contains("mail/" + name + '/' + box.path().filename().string()))
        out.push_back(box.path().string() + ": nobody expects this mailbox");
  }
  return out;
}

std::vector<std::string> setting_differences(const std::vector<store::Setting>& wanted,
                                             const std::vector<store::Setting>& found) {
  std::vector<std::string> out;
  const auto left = said(wanted, out);
  auto right = said(found, out);
  for (const auto& entry : left) {
    const std::string name =
        entry.first.owner + ' ' + std::string(store::to_string(entry.first.kind)) + ' ' + entry.first.name;
    const auto other = right.find(entry.first);
    if (other == right.end()) {
      out.push_back("missing: " + name + ": " + store::summary(entry.second));
      continue;
    }
    if (store::comparable(entry.second) != store::comparable(other->second))
      out.push_back(name + ": " + store::summary(other->second) + ", not " + store::summary(entry.second));
    right.erase(other);
  }
  for (const auto& entry : right)
    out.push_back("too many: " + entry.first.owner + ' ' + std::string(store::to_string(entry.first.kind)) + ' ' +
                  entry.first.name + ": " + store::summary(entry.second));
  return out;
}

std::vector<std::string> poisoned_files(const std::string& directory) {
  std::vector<std::string> out;
  for (const files::directory_entry& entry : files::recursive_directory_iterator(directory))
    if (files::is_regular_file(entry.symlink_status()) &&
        inflated_content(entry.path()).find(AccountFacts::poison) != std::string::npos)
      out.push_back(entry.path());
  return out;
}

}  // namespace mailhaul::support
