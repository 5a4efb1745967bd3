#include "sync/resync_maildir.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "mailhaul/formats/maildir/maildir.hpp"

namespace mailhaul::sync {
namespace {

constexpr const char* info_mark = ":2,";

std::string base_of(const std::filesystem::path& file) {
  const std::string name = file.filename();
  return name.substr(0, name.find(info_mark));
}

}  // namespace

std::unique_ptr<store::MessageSource> UsedMaildir::open_source(formats::Context& context) {
  return formats::maildir::open_source(context, root(), rules(Side::source));
}

std::unique_ptr<store::MessageStore> UsedMaildir::open_target(formats::Context& context) {
  formats::maildir::TargetOptions options;
  options.birth = birth();
  return formats::maildir::open_store(context, root(), rules(Side::target), options);
}

UsedMaildir::Path UsedMaildir::directory(const std::string& folder) const {
  return folder == "INBOX" ? root() : root() / ("." + folder);
}

bool UsedMaildir::has_folder(const std::string& folder) const {
  return std::filesystem::is_directory(directory(folder) / "cur");
}

void UsedMaildir::make_folder(const std::string& folder) {
  for (const char* part : {"cur", "new", "tmp"}) std::filesystem::create_directories(directory(folder) / part);
  if (folder != "INBOX") make_folder("INBOX");
}

std::vector<UsedMaildir::Path> UsedMaildir::files(const std::string& folder) const {
  std::vector<Path> all;
  for (const char* part : {"new", "cur"}) {
    const Path place = directory(folder) / part;
    if (!std::filesystem::is_directory(place)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(place)) all.push_back(entry.path());
  }
  std::sort(all.begin(), all.end(), [](const Path& a, const Path& b) { return a.filename() < b.filename(); });
  return all;
}

UsedMaildir::Path UsedMaildir::file(const std::string& folder, const std::string& text) const {
  for (const Path& one : files(folder))
    if (text_of(octets_of(one)) == text) return one;
  throw std::logic_error("no such message");
}

std::vector<std::string> UsedMaildir::keyword_names(const std::string& folder) const {
  std::vector<std::string> names;
  std::ifstream lines(directory(folder) / "dovecot-keywords");
  std::size_t number = 0;
  std::string name;
  while (lines >> number >> name) {
    names.resize(std::max(names.size(), number + 1));
    names[number] = name;
  }
  return names;
}

model::Marks UsedMaildir::marks_of_file(const std::string& folder, const Path& file) const {
  const std::string name = file.filename();
  const std::size_t begin = name.find(info_mark);
  if (begin == std::string::npos) return 0;
  const auto names = keyword_names(folder);
  mail::FlagSet flags;
  mail::KeywordSet keywords;
  for (const char letter : name.substr(begin + 3)) {
    for (const mail::FlagLetter& one : mail::maildir_letters)
      if (one.letter == letter) flags.add(one.flag);
    if (letter < 'a' || letter > 'z') continue;
    const auto number = static_cast<std::size_t>(letter - 'a');
    keywords.add(number < names.size() && !names[number].empty() ? names[number] : "nameless");
  }
  return sync::marks_of(flags, keywords);
}

std::string UsedMaildir::info(const std::string& folder, model::Marks marks) const {
  std::string letters;
  for (const mail::FlagLetter& one : mail::maildir_letters)
    if (flags_of(marks).has(one.flag)) letters += one.letter;
  std::vector<std::string> names = keyword_names(folder);
  std::string keywords;
  for (const std::string& name : keywords_of(marks)) {
    const auto found = std::find(names.begin(), names.end(), name);
    keywords += static_cast<char>('a' + (found - names.begin()));
    if (found != names.end()) continue;
    std::ofstream(directory(folder) / "dovecot-keywords", std::ios::app) << names.size() << " " << name << "\n";
    names.push_back(name);
  }
  std::sort(keywords.begin(), keywords.end());
  return info_mark + letters + keywords;
}

std::vector<SeenMessage> UsedMaildir::seen(const std::string& folder) const {
  std::vector<SeenMessage> all;
  for (const Path& one : files(folder)) {
    const std::uint64_t identity = identities_.try_emplace(base_of(one), identities_.size() + 1).first->second;
    all.push_back({text_of(octets_of(one)), marks_of_file(folder, one), identity});
  }
  return all;
}

void UsedMaildir::deliver(const std::string& folder, const std::string& text, model::Marks marks) {
  make_folder(folder);
  const std::uint64_t number = next_number();
  const std::string base = std::to_string(1'000'000'000 + number) + "." + root().filename().string();
  // As it is delivered, or as a server has seen it.
  const bool is_new = marks == 0 && number % 2 == 0;
  write(directory(folder) / (is_new ? "new/" + base : "cur/" + base + info(folder, marks)), mail_text(text));
}

void UsedMaildir::mark(const std::string& folder, const std::string& text, model::Marks marks) {
  const Path from = file(folder, text);
  std::filesystem::rename(from, directory(folder) / "cur" / (base_of(from) + info(folder, marks)));
}

void UsedMaildir::erase(const std::string& folder, const std::string& text) {
  std::filesystem::remove(file(folder, text));
}

void UsedMaildir::move(const std::string& from, const std::string& to, const std::string& text) {
  const Path old = file(from, text);
  const model::Marks marks = marks_of_file(from, old);
  // Servers copy and give a new name; others rename.
  if (next_number() % 2 == 0) {
    deliver(to, text, marks);
    std::filesystem::remove(old);
    return;
  }
  make_folder(to);
  std::filesystem::rename(old, directory(to) / "cur" / (base_of(old) + info(to, marks)));
}

void UsedMaildir::remove_folder(const std::string& folder) {
  if (folder != "INBOX") {
    std::filesystem::remove_all(directory(folder));
    return;
  }
  for (const Path& one : files(folder)) std::filesystem::remove(one);
}

}  // namespace mailhaul::sync
