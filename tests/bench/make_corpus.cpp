// make_corpus DIR MESSAGES SEED: mail for scripts/bench, the same for the same seed, in three forms.
//
//   DIR/maildir        a Maildir++ with the folders below
//   DIR/mbox/FOLDER    the same messages, an mbox (rd) per folder
//   DIR/pieces/FOLDER  "offset length name" a line: where each message lies in that mbox, for the floor program
//
// Sizes are log-normal: median about 8 KiB, mean about 55 KiB, at most 10 MiB. Small mail is text, large mail an
// attachment in base64, as it is in life.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;

struct Share {
  std::string_view folder;
  unsigned percent;
};
constexpr std::array folders{Share{"INBOX", 35}, Share{"Archive", 25}, Share{"Lists", 20}, Share{"Sent", 12},
                             Share{"Work", 8}};

constexpr std::array words{
    "the"sv,      "server"sv,  "moves"sv, "on"sv,       "Monday"sv,  "please"sv,   "find"sv,
    "attached"sv, "minutes"sv, "of"sv,    "our"sv,      "meeting"sv, "and"sv,      "invoice"sv,
    "number"sv,   "regards"sv, "to"sv,    "question"sv, "about"sv,   "delivery"sv, "gr\xc3\xbc\xc3\x9f"sv};

constexpr std::size_t most_octets = std::size_t{10} << 20U;

class Mail {
 public:
  explicit Mail(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
  std::string_view word() { return words[below(words.size())]; }

  /// A whole message; `date` is when it was sent.
  std::string next(std::time_t date) {
    const auto wanted = std::min(static_cast<std::size_t>(size_(random_)), most_octets);
    std::string text = header(date);
    if (wanted > 32U << 10U) {
      text += "Content-Type: multipart/mixed; boundary=\"=_part\"\n\n--=_part\nContent-Type: text/plain\n\n";
      add_text(text, text.size() + 2000);
      text += "--=_part\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n";
      add_base64(text, wanted);
      text += "--=_part--\n";
    } else {
      text += "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n";
      add_text(text, wanted);
    }
    return text;
  }

 private:
  std::string hexadecimal() {
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(random_()));
    return digits.data();
  }

  std::string header(std::time_t date) {
    std::array<char, 64> when{};
    std::tm parts{};
    std::strftime(when.data(), when.size(), "%a, %d %b %Y %H:%M:%S +0000", gmtime_r(&date, &parts));
    const std::string sender = "user" + std::to_string(below(400)) + "@example.org";
    std::string text = "Return-Path: <" + sender + ">\nDelivered-To: bob@example.com\n";
    for (std::size_t hops = 2 + below(4); hops > 0; --hops) {
      text += "Received: from mx" + std::to_string(below(90)) + ".example.net (mx.example.net [192.0.2." +
              std::to_string(below(250)) + "])\n\tby mail.example.com (Postfix) with ESMTPS id " + hexadecimal() +
              "\n\tfor <bob@example.com>; " + when.data() + "\n";
    }
    text += "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=mail;\n\tbh=" + hexadecimal() + hexadecimal() + "=;\n";
    text += std::string("Date: ") + when.data() + "\nFrom: User <" + sender + ">\nTo: Bob <bob@example.com>\nSubject:";
    for (std::size_t left = 2 + below(8); left > 0; --left) text.append(" ").append(word());
    text += "\nMessage-ID: <" + hexadecimal() + "." + hexadecimal() + "@example.org>\nMIME-Version: 1.0\n";
    return text;
  }

  void add_text(std::string& text, std::size_t until) {
    while (text.size() < until) {
      if (below(400) == 0) text += "From here on it is about something else\n";
      const std::size_t end = text.size() + 60 + below(12);
      while (text.size() < end) text.append(word()).append(" ");
      text.back() = '\n';
    }
  }

  void add_base64(std::string& text, std::size_t until) {
    constexpr auto letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"sv;
    while (text.size() < until) {
      for (int column = 0; column < 76; column += 4) {
        const std::uint64_t bits = random_();
        for (unsigned i = 0; i < 4; ++i) text += letters[bits >> (i * 6U) & 63U];
      }
      text += '\n';
    }
  }

  std::mt19937_64 random_;
  std::lognormal_distribution<double> size_{9.01, 1.95};
};

std::string with_from_quoted(std::string_view text) {
  std::string result;
  result.reserve(text.size() + 64);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    if (const std::size_t mark = line.find_first_not_of('>'); mark != std::string_view::npos)
      if (line.substr(mark, 5) == "From ") result += '>';
    result += line;
    text.remove_prefix(end);
  }
  return result;
}

void write_file(const std::string& path, std::string_view text, std::time_t date) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) throw std::runtime_error("can't make " + path);
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put <= 0) throw std::runtime_error("can't write " + path);
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  const std::array<timespec, 2> times{timespec{date, 0}, timespec{date, 0}};
  if (::futimens(fd, times.data()) != 0 || ::close(fd) != 0) throw std::runtime_error("can't finish " + path);
}

class FolderForms {
 public:
  FolderForms(const std::string& directory, std::string_view folder) {
    const bool is_inbox = folder == "INBOX";
    maildir_ = directory + "/maildir" + (is_inbox ? "" : "/." + std::string(folder));
    for (const char* part : {"cur", "new", "tmp"}) std::filesystem::create_directories(maildir_ + "/" + part);
    if (!is_inbox) write_file(maildir_ + "/maildirfolder", "", 0);
    for (const char* form : {"mbox", "pieces"}) std::filesystem::create_directories(directory + "/" + form);
    mbox_.open(directory + "/mbox/" + std::string(folder));
    pieces_.open(directory + "/pieces/" + std::string(folder));
  }

  void add(const std::string& text, std::time_t date, std::size_t number, std::string_view flags) {
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    const std::string name = std::to_string(date) + ".M" + std::to_string(number) +
                             "P4711.mail,S=" + std::to_string(text.size()) +
                             ",W=" + std::to_string(text.size() + lines) + ":2," + std::string(flags);
    write_file(maildir_ + "/cur/" + name, text, date);
    std::array<char, 64> when{};
    std::tm parts{};
    std::strftime(when.data(), when.size(), "%a %b %e %H:%M:%S %Y", gmtime_r(&date, &parts));
    std::string head = std::string("From user@example.org ") + when.data() +
                       "\nStatus: " + (flags.find('S') == std::string_view::npos ? "O" : "RO") + "\n";
    if (flags.find('F') != std::string_view::npos) head += "X-Status: F\n";
    const std::string body = with_from_quoted(text);
    mbox_ << head << body << '\n';
    offset_ += head.size();
    pieces_ << offset_ << ' ' << body.size() << ' ' << name << '\n';
    offset_ += body.size() + 1;
  }

  void close() {
    mbox_.close();
    pieces_.close();
    if (!mbox_ || !pieces_) throw std::runtime_error("can't write an mbox");
  }

 private:
  std::string maildir_;
  std::ofstream mbox_{};
  std::ofstream pieces_{};
  std::size_t offset_ = 0;
};

void make(const std::string& directory, std::size_t messages, std::uint64_t seed) {
  constexpr std::time_t first_date = 1'700'000'000;
  constexpr std::array flags{"S"sv, "S"sv, "S"sv, "FS"sv, ""sv};
  Mail mail(seed);
  std::size_t number = 0;
  for (const Share& share : folders) {
    FolderForms forms(directory, share.folder);
    for (std::size_t left = messages * share.percent / 100; left > 0; --left) {
      const std::time_t date = first_date + static_cast<std::time_t>(++number) * 977;
      forms.add(mail.next(date), date, number, flags[mail.below(flags.size())]);
    }
    forms.close();
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: make_corpus DIR MESSAGES SEED\n";
    return 64;
  }
  try {
    make(argv[1], std::stoul(argv[2]), std::stoul(argv[3]));
  } catch (const std::exception& error) {
    std::cerr << "make_corpus: " << error.what() << '\n';
    return 1;
  }
}
