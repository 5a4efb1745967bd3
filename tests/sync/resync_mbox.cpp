#include "sync/resync_mbox.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "mailhaul/formats/mboxdir/mboxdir.hpp"

namespace mailhaul::sync {
namespace {

bool begins_with(const std::string& line, const std::string& begin) { return line.rfind(begin, 0) == 0; }

/// The value of a field, "" where there is none.
std::string field(const std::vector<std::string>& message, const std::string& name) {
  for (const std::string& line : message) {
    if (line == "\n") break;
    if (begins_with(line, name + ": ")) return line.substr(name.size() + 2, line.size() - name.size() - 3);
  }
  return "";
}

}  // namespace

std::unique_ptr<store::MessageSource> UsedMboxes::open_source(formats::Context& context) {
  if (!has_folders()) return formats::mbox::open_source(context, root(), rules(Side::source), {});
  return formats::mboxdir::open_source(context, root(), rules(Side::source), {}, {});
}

std::unique_ptr<store::MessageStore> UsedMboxes::open_target(formats::Context& context) {
  if (!has_folders()) return formats::mbox::open_store(context, root(), rules(Side::target), {birth(), {}, {}});
  formats::mboxdir::TargetOptions options;
  options.files.birth = birth();
  return formats::mboxdir::open_store(context, root(), rules(Side::target), options);
}

std::filesystem::path UsedMboxes::file(const std::string& folder) const {
  if (!has_folders()) return folder == "INBOX" ? root() : root() / folder;
  return root() / (folder == "INBOX" ? "inbox" : folder);
}

bool UsedMboxes::has_folder(const std::string& folder) const { return std::filesystem::exists(file(folder)); }

void UsedMboxes::make_folder(const std::string& folder) {
  std::filesystem::create_directories(has_folders() ? root() : root().parent_path());
  std::ofstream(file(folder), std::ios::app);
}

std::vector<UsedMboxes::Lines> UsedMboxes::read(const std::string& folder) const {
  std::vector<Lines> messages;
  std::istringstream lines(octets_of(file(folder)));
  for (std::string line; std::getline(lines, line);) {
    if (begins_with(line, "From ")) messages.emplace_back();
    if (messages.empty()) throw std::logic_error("text before the first postmark: " + line);
    messages.back().push_back(line + "\n");
  }
  return messages;
}

void UsedMboxes::rewrite(const std::string& folder, const std::vector<Lines>& messages) const {
  std::string octets;
  for (const Lines& message : messages)
    for (const std::string& line : message) octets += line;
  write(file(folder), octets);
}

std::string UsedMboxes::text(const Lines& message) { return field(message, "Subject"); }

model::Marks UsedMboxes::marks(const Lines& message) {
  mail::FlagSet flags;
  if (field(message, "Status").find('R') != std::string::npos) flags.add(mail::Flag::seen);
  for (const char letter : field(message, "X-Status"))
    for (const mail::FlagLetter& one : mail::x_status_letters)
      if (one.letter == letter) flags.add(one.flag);
  mail::KeywordSet keywords;
  std::istringstream names(field(message, "X-Keywords"));
  for (std::string name; names >> name;) keywords.add(name);
  return sync::marks_of(flags, keywords);
}

void UsedMboxes::set_marks(Lines& message, model::Marks marks) {
  const auto head_end = std::find(message.begin(), message.end(), "\n");
  const auto kept = std::remove_if(message.begin(), head_end, [](const std::string& line) {
    return begins_with(line, "Status: ") || begins_with(line, "X-Status: ") || begins_with(line, "X-Keywords: ");
  });
  const auto end = message.erase(kept, head_end);
  Lines lines;
  lines.push_back(flags_of(marks).has(mail::Flag::seen) ? "Status: RO\n" : "Status: O\n");
  std::string letters;
  for (const mail::FlagLetter& one : mail::x_status_letters)
    if (flags_of(marks).has(one.flag)) letters += one.letter;
  if (!letters.empty()) lines.push_back("X-Status: " + letters + "\n");
  std::string names;
  for (const std::string& name : keywords_of(marks)) names += " " + name;
  if (!names.empty()) lines.push_back("X-Keywords:" + names + "\n");
  message.insert(end, lines.begin(), lines.end());
}

std::vector<UsedMboxes::Lines>::iterator UsedMboxes::find(std::vector<Lines>& messages, const std::string& text) {
  const auto found =
      std::find_if(messages.begin(), messages.end(), [&](const Lines& one) { return UsedMboxes::text(one) == text; });
  if (found == messages.end()) throw std::logic_error("no such message");
  return found;
}

std::vector<SeenMessage> UsedMboxes::seen(const std::string& folder) const {
  std::vector<SeenMessage> all;
  if (!has_folder(folder)) return all;
  for (const Lines& message : read(folder)) {
    if (begins_with(text(message), "DON'T DELETE THIS MESSAGE")) continue;  // no mail: it keeps numbers
    all.push_back({text(message), marks(message), 0});
  }
  return all;
}

void UsedMboxes::deliver(const std::string& folder, const std::string& text, model::Marks marks) {
  make_folder(folder);
  std::istringstream lines(mail_text(text));
  Lines message{"From a@b Thu Nov 29 22:33:52 2001\n"};
  for (std::string line; std::getline(lines, line);) message.push_back(line + "\n");
  message.emplace_back("\n");
  if (marks != 0) set_marks(message, marks);
  std::ofstream out(file(folder), std::ios::app | std::ios::binary);
  for (const std::string& line : message) out << line;
}

void UsedMboxes::mark(const std::string& folder, const std::string& text, model::Marks marks) {
  auto messages = read(folder);
  set_marks(*find(messages, text), marks);
  rewrite(folder, messages);
}

void UsedMboxes::erase(const std::string& folder, const std::string& text) {
  auto messages = read(folder);
  messages.erase(find(messages, text));
  rewrite(folder, messages);
}

void UsedMboxes::move(const std::string& from, const std::string& to, const std::string& text) {
  auto messages = read(from);
  deliver(to, text, marks(*find(messages, text)));
  erase(from, text);
}

void UsedMboxes::remove_folder(const std::string& folder) {
  if (!has_folder(folder)) return;
  if (folder == "INBOX")
    rewrite(folder, {});
  else
    std::filesystem::remove(file(folder));
}

}  // namespace mailhaul::sync
