#include <algorithm>
#include <array>
#include <ctime>
#include <map>
#include <optional>
#include <regex>
#include <stdexcept>

#include "cli/header_parts.hpp"
#include "cli/mailboxes.hpp"
#include "cli/tree.hpp"

namespace mailhaul::black_box {
namespace {

constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";

int number(const std::string& digits) { return digits.empty() ? 0 : std::stoi(digits); }

/// Date of a postmark line without its line end (mbox.md section 2); nothing when it is none.
std::optional<std::int64_t> postmark_date(const std::string& line) {
  static const std::string sender = R"(^From (?:"(?:[^"\\]|\\.)*")?[^ \r]* +)";
  static const std::string month = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\\?\\?\\?)";
  static const std::regex asctime(
      sender + R"([^ ][\s\S]{3})" + month +
          R"(  ?(\d\d?) (\d\d):(\d\d)(?::(\d\d))? (?:(?!\d{4})([^ \r]+) )?(\d{4})(?: ([+-]\d{4}))?)",
      std::regex::icase | std::regex::optimize);
  static const std::regex rfc822(sender + R"([^ ][\s\S]{3} (\d\d?) )" + month +
                                     R"( (\d{4}).(\d\d):(\d\d)(?::(\d\d))?(?: ([+-]\d{4}))?)",
                                 std::regex::icase | std::regex::optimize);
  if (line.compare(0, 5, "From ") != 0) return std::nullopt;
  const std::string text = line.substr(0, 300);  // std::regex recurses
  std::smatch m;
  std::tm when{};
  std::string zone;
  std::string name;
  if (std::regex_search(text, m, asctime)) {
    name = m[1];
    when.tm_mday = number(m[2]);
    when.tm_hour = number(m[3]);
    when.tm_min = number(m[4]);
    when.tm_sec = number(m[5]);
    when.tm_year = number(m[7]) - 1900;
    zone = m[8].matched ? m[8].str() : m[6].str();
  } else if (std::regex_search(text, m, rfc822)) {
    when.tm_mday = number(m[1]);
    name = m[2];
    when.tm_year = number(m[3]) - 1900;
    when.tm_hour = number(m[4]);
    when.tm_min = number(m[5]);
    when.tm_sec = number(m[6]);
    zone = m[7];
  } else {
    return std::nullopt;
  }
  when.tm_mday = std::max(when.tm_mday, 1);
  name[0] = static_cast<char>(name[0] >= 'a' ? name[0] - 32 : name[0]);
  for (std::size_t i = 1; i < name.size(); ++i)
    name[i] = static_cast<char>(name[i] <= 'Z' && name[i] >= 'A' ? name[i] + 32 : name[i]);
  const std::size_t at = months.find(name);
  when.tm_mon = at == std::string_view::npos ? 0 : static_cast<int>(at / 3);
  std::int64_t instant = ::timegm(&when);
  static const std::regex numeric(R"([+-]\d{4})");
  if (std::regex_match(zone, numeric)) {
    const int east = number(zone.substr(1, 2)) * 3600 + number(zone.substr(3, 2)) * 60;
    instant -= zone[0] == '-' ? -east : east;
  }
  return instant;
}

std::optional<std::int64_t> postmark_at(const std::string& text, std::size_t at) {
  if (at >= text.size() || text.compare(at, 5, "From ") != 0) return std::nullopt;
  std::string line = first_line(std::string_view(text).substr(at));
  if (line.back() != '\n') return std::nullopt;
  line.pop_back();
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return postmark_date(line);
}

/// Where the message whose text begins at `begin` ends: at a postmark or the end. `trusted`: Content-Length says so.
std::size_t end_of_message(const std::string& text, std::size_t begin, bool& trusted) {
  std::size_t at = begin;
  bool first = true;
  std::optional<std::size_t> length;
  for (; at < text.size(); first = false) {
    if (!first && postmark_at(text, at)) return at;
    const std::string line = first_line(std::string_view(text).substr(at));
    at += line.size();
    if (line == "\n" || line == "\r\n") break;
    static const std::regex field(R"(content-length[ \t]*:[ \t]*(\d{1,18})\s*)", std::regex::icase);
    std::smatch m;
    const bool is_folded = at < text.size() && (text[at] == ' ' || text[at] == '\t');  // then it is no number
    if (!length && !is_folded && line.size() < 200 && std::regex_match(line, m, field)) length = std::stoull(m[1]);
  }
  const std::size_t body = at;
  if (length && *length <= text.size() - body) {
    std::size_t target = body + *length;
    if (target == text.size() && target > body) return trusted = true, target;
    if (text[target] == '\r') ++target;
    if (target < text.size() && text[target] == '\n' && (target + 1 == text.size() || postmark_at(text, target + 1)))
      return trusted = true, target + 1;
  }
  if (body != begin && postmark_at(text, body)) return body;
  for (std::size_t mark = text.find("\nFrom ", body); mark != std::string::npos; mark = text.find("\nFrom ", mark + 1))
    if (postmark_at(text, mark + 1)) return mark + 1;
  return text.size();
}

std::string unquoted(std::string_view text, Quoting quoting) {
  const std::size_t most = quoting == Quoting::rd ? std::string::npos : quoting == Quoting::o ? 1 : 0;
  return changed_lines(text, [most](const std::string& line) {
    return line.front() == '>' && is_from_line(line, most) ? line.substr(1) : line;
  });
}

std::string quoted(std::string_view text, Written variant) {
  if (variant == Written::cl2) return std::string(text);
  const std::size_t most = variant == Written::rd ? std::string::npos : 0;
  return changed_lines(text, [most](const std::string& line) { return is_from_line(line, most) ? ">" + line : line; });
}

void read_store_fields(const Parts& parts, Mail& mail) {
  std::set<char> flags;
  bool old = false;
  for (const Field& field : parts.fields) {
    for (const char c : field.value) {
      if (field.name == "status" && c == 'R') flags.insert('S');
      if (field.name == "status" && c == 'r') flags.insert('R');
      if (field.name == "status" && c == 'O') old = true;
      if (field.name == "x-status" && c == 'A') flags.insert('R');
      if (field.name == "x-status" && c == 'F') flags.insert('F');
      if (field.name == "x-status" && c == 'T') flags.insert('D');
      if (field.name == "x-status" && c == 'D') flags.insert('T');
    }
    if (field.name != "x-keywords") continue;
    for (const std::string& word : words_of(field.value)) {
      if (word == "$Forwarded") flags.insert('P');
      mail.keywords.insert(word);
    }
  }
  mail.flags.assign(flags.begin(), flags.end());
  mail.fresh = !old && mail.flags.empty() && mail.keywords.empty();
}

}  // namespace

std::vector<Mail> read_mbox(const std::string& path, std::optional<Quoting> quoting) {
  const std::string text = read_file(path);
  std::vector<Mail> messages;
  for (std::size_t at = 0; at < text.size();) {
    const auto date = postmark_at(text, at);
    if (!date) throw std::runtime_error("no postmark at octet " + std::to_string(at) + " of " + path);
    const std::size_t begin = at + first_line(std::string_view(text).substr(at)).size();
    bool trusted = false;
    const std::size_t end = end_of_message(text, begin, trusted);
    // The separator's line end; one more or less at the very end is nobody's business (mbox.md, converter, 3).
    const std::string whole = end_cut(text.substr(begin, end - begin)) + (end > begin ? "\n" : "");
    const Parts parts = parts_of(whole);
    const bool pseudo =
        at == 0 && std::any_of(parts.fields.begin(), parts.fields.end(), [](const Field& field) {
          return field.name == "x-imap" && !words_of(field.value).empty() && number(words_of(field.value).front()) != 0;
        });
    at = end;
    if (pseudo) continue;
    Mail mail;
    mail.date = *date;
    read_store_fields(parts, mail);
    mail.octets = unquoted(without_store_headers(whole), quoting.value_or(trusted ? Quoting::none : Quoting::rd));
    messages.push_back(std::move(mail));
  }
  return messages;
}

std::string postmark_of(std::int64_t date) {
  const std::time_t time = date;
  std::tm when{};
  ::gmtime_r(&time, &when);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "%a %b %d %H:%M:%S %Y +0000", &when);
  return std::string("From alice@example.org  ") + text.data();
}

std::string mbox_of(const std::vector<Mail>& messages, Written variant) {
  static const std::map<char, char> x_status{{'R', 'A'}, {'F', 'F'}, {'D', 'T'}, {'T', 'D'}};
  std::string file;
  for (const Mail& mail : messages) {
    const Parts parts = parts_of(mail.octets);
    std::string header;
    for (const Field& field : parts.fields) header += field.whole;
    if (!header.empty() && header.back() != '\n') header += "\n";
    const bool crlf = header.size() > 1 && header[header.size() - 2] == '\r';
    const std::string eol = crlf ? "\r\n" : "\n";
    std::string ours;
    if (!mail.fresh) ours += "Status: " + std::string(mail.flags.find('S') != std::string::npos ? "RO" : "O") + eol;
    std::string more;
    for (const auto& [maildir, mbox] : x_status)
      if (mail.flags.find(maildir) != std::string::npos) more += mbox;
    if (!more.empty()) ours += "X-Status: " + more + eol;
    std::string names;
    for (const std::string& keyword : mail.keywords) names += " " + keyword;
    if (mail.flags.find('P') != std::string::npos && mail.keywords.count("$Forwarded") == 0) names += " $Forwarded";
    if (!names.empty()) ours += "X-Keywords:" + names + eol;
    std::string blank_and_body = quoted(parts.rest, variant);
    if (blank_and_body.empty() || blank_and_body.back() != '\n') blank_and_body += "\n";
    const std::size_t blank = first_line(blank_and_body).size();
    if (variant == Written::cl || variant == Written::cl2)
      ours += "Content-Length: " + std::to_string(blank_and_body.size() - blank) + eol;
    file += postmark_of(mail.date) + "\n" + quoted(header, variant) + ours + blank_and_body + "\n";
  }
  return file;
}

}  // namespace mailhaul::black_box
