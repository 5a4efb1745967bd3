#include "cli/mailboxes.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <iterator>
#include <map>
#include <optional>
#include <regex>
#include <sstream>

#include "cli/header_parts.hpp"
#include "cli/tree.hpp"

namespace mailhaul::black_box {
namespace {

std::map<char, std::string> keyword_letters(const std::string& directory) {
  std::map<char, std::string> names;
  if (!exists(directory + "/dovecot-keywords")) return names;
  std::istringstream in(read_file(directory + "/dovecot-keywords"));
  for (std::string line; std::getline(in, line);) {
    const std::size_t blank = line.find(' ');
    names[static_cast<char>('a' + std::stoi(line.substr(0, blank)))] = line.substr(blank + 1);
  }
  return names;
}

}  // namespace

std::vector<Mail> read_maildir(const std::string& directory) {
  const auto letters = keyword_letters(directory);
  std::vector<Mail> messages;
  for (const char* part : {"new", "cur"}) {
    for (const std::string& name : names_in(directory + "/" + part)) {
      if (name.front() == '.') continue;
      const std::string path = directory + "/" + part + "/" + name;
      Mail mail;
      mail.octets = read_file(path);
      mail.date = modified(path);
      std::set<char> flags;
      const std::size_t info = name.rfind(":2,");
      const std::string all =
          info == std::string::npos ? "" : name.substr(info + 3, name.find(',', info + 3) - info - 3);
      for (const char letter : all) {
        const auto keyword = letters.find(letter);
        if (letter >= 'A' && letter <= 'Z')
          flags.insert(letter);
        else
          mail.keywords.insert(keyword == letters.end() ? "unknown-" + std::to_string(letter - 'a') : keyword->second);
      }
      mail.flags.assign(flags.begin(), flags.end());
      mail.fresh = std::string_view(part) == "new" && flags.empty() && mail.keywords.empty();
      messages.push_back(std::move(mail));
    }
  }
  return messages;
}

void fill_maildir(const std::string& directory, const std::vector<Mail>& messages) {
  make_maildir(directory);
  std::map<std::string, char> letters;
  for (const Mail& mail : messages)
    for (const std::string& keyword : mail.keywords) letters.emplace(keyword, 'a');
  std::string keywords;
  int next = 0;
  for (auto& [name, letter] : letters) {
    letter = static_cast<char>('a' + next);
    keywords += std::to_string(next++) + " " + name + "\n";
  }
  if (!keywords.empty()) write_file(directory + "/dovecot-keywords", keywords);
  int count = 0;
  for (const Mail& mail : messages) {
    std::string name = std::to_string(mail.date) + ".M" + std::to_string(++count) + "P1.host";
    if (!mail.fresh) {
      name += ":2," + mail.flags;
      for (const std::string& keyword : mail.keywords) name += letters[keyword];
    }
    const std::string path = directory + (mail.fresh ? "/new/" : "/cur/") + name;
    write_file(path, mail.octets);
    set_modified(path, mail.date);
  }
}

Mail simple_mail(std::string_view name, std::int64_t date, std::size_t octets) {
  Mail mail;
  mail.octets = "From: alice@example.org\nTo: bob@example.org\nSubject: " + std::string(name) + "\nMessage-ID: <" +
                std::string(name) + "@example.org>\n\n";
  std::string body;
  while (body.size() < octets) body += "All work and no play makes " + std::string(name) + " a dull mail.\n";
  body.resize(octets);
  if (!body.empty()) body.back() = '\n';
  mail.octets += body;
  mail.date = date;
  return mail;
}

std::string without_store_parts(std::string_view octets) { return end_cut(without_store_headers(octets)); }

std::string folded(std::string_view octets) {
  const std::string text = without_store_parts(octets);
  std::string lines;
  lines.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text.compare(i, 2, "\r\n") != 0) lines += text[i];
  return end_cut(changed_lines(lines, [](const std::string& line) {
    return is_from_line(line) ? line.substr(line.find_first_not_of('>')) : line;
  }));
}

bool has_quoted_from(std::string_view octets) {
  bool found = false;
  static_cast<void>(changed_lines(octets, [&](const std::string& line) {
    found = found || (line.front() == '>' && is_from_line(line));
    return line;
  }));
  return found;
}

std::multiset<Mail> multiset_of(const std::vector<Mail>& messages, As as) {
  std::multiset<Mail> set;
  for (Mail mail : messages) {
    if (as != As::exact) {
      mail.octets = as == As::folded ? folded(mail.octets) : without_store_parts(mail.octets);
      // An mbox has no other word for a Maildir's P.
      if (mail.flags.find('P') != std::string::npos) mail.keywords.insert("$Forwarded");
    }
    set.insert(std::move(mail));
  }
  return set;
}

std::string difference(const std::vector<Mail>& wanted, const std::vector<Mail>& found, As as) {
  const auto a = multiset_of(wanted, as);
  const auto b = multiset_of(found, as);
  if (a == b) return "";
  std::vector<Mail> missing;
  std::vector<Mail> extra;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(missing));
  std::set_difference(b.begin(), b.end(), a.begin(), a.end(), std::back_inserter(extra));
  std::ostringstream text;
  text << missing.size() << " missing, " << extra.size() << " that should not be there\n";
  const auto tell = [&](const char* what, const std::vector<Mail>& mails) {
    for (std::size_t i = 0; i < std::min<std::size_t>(mails.size(), 3); ++i) {
      const Mail& mail = mails[i];
      text << what << ": flags=" << mail.flags << " date=" << mail.date << " fresh=" << mail.fresh << " keywords=";
      for (const std::string& keyword : mail.keywords) text << keyword << ",";
      text << " octets=" << mail.octets.size() << ": " << mail.octets.substr(0, 300) << " ... "
           << mail.octets.substr(mail.octets.size() - std::min<std::size_t>(mail.octets.size(), 80)) << "\n";
    }
  };
  tell("missing", missing);
  tell("extra", extra);
  return text.str();
}

}  // namespace mailhaul::black_box
