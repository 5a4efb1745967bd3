#include "judges/real_mail.hpp"

#include <array>
#include <filesystem>

namespace mailhaul::judges {
namespace {

struct Folder {
  const char* name;  ///< in modified UTF-7
  int messages;
  const char* expunged;  ///< a set of UIDs; empty: none
};
/// Grüße/Ünï, Jürgen & Söhne, 日本語, Work/2024/Q1, Archive/2023: names that every form can have.
constexpr std::array folders{
    Folder{"INBOX", 12, "2,5"},
    Folder{"Sent Items", 3, ""},
    Folder{"Gr&APwA3w-e/&ANw-n&AO8-", 4, "1"},
    Folder{"J&APw-rgen &- S&APY-hne", 2, ""},
    Folder{"&ZeVnLIqe-", 2, "2"},
    Folder{"Work/2024/Q1", 3, ""},
    Folder{"Archive/2023", 1, ""},
    Folder{"Emptied", 2, "1:2"},
    Folder{"Never used", 0, ""},
};
constexpr std::array subscribed{"INBOX", "Sent Items", "Gr&APwA3w-e/&ANw-n&AO8-", "Work/2024/Q1", "&ZeVnLIqe-"};

constexpr std::array flag_sets{"",
                               "\\Seen",
                               "\\Seen \\Answered",
                               "\\Flagged",
                               "\\Draft",
                               "\\Deleted \\Seen",
                               "\\Seen $Forwarded",
                               "\\Seen $Junk work",
                               "work todo",
                               "\\Answered \\Flagged \\Seen \\Draft"};
constexpr std::array dates{"05-Jan-2002 10:00:00 +0300", "14-Feb-2003 00:00:00 +0000", "31-Dec-1999 23:59:59 -0800",
                           "29-Feb-2024 12:34:56 +0530", "01-Jul-2019 02:30:00 +0200", "25-Nov-2026 08:00:01 +0000"};

/// Bodies that converters get wrong; mail clients send CRLF.
std::string body(int kind) {
  switch (kind % 12) {
  case 0: return "Plain text.\r\n";
  case 1: return "Quoted:\r\n\r\n>From bob@example.org, who wrote\r\nFrom here on nobody knows.\r\n>>From twice\r\n";
  case 2:
    return "A postmark:\r\n\r\nFrom bob@example.org Thu Nov 29 22:33:52 2001\r\nSubject: not a message\r\n\r\nbye\r\n";
  case 3: return "no line end at the end";
  case 4: return "several at the end\r\n\r\n\r\n";
  case 5: return "";
  case 6: return "8 bit: gr\xc3\xbc\xc3\x9f, Latin-1 gr\xfc\xdf\r\n";
  case 7: return "a long line: " + std::string(100'000, 'x') + "\r\nand an end\r\n";
  case 8: {
    std::string text;
    for (int i = 0; i < 6'000; ++i) text += "Line " + std::to_string(i) + " of a message larger than any buffer.\r\n";
    return text;
  }
  case 9: return "Status: RO\r\nContent-Length: 12\r\nX-UID: 7\r\n\r\nheaders in a body\r\n";
  case 10: return "\r\n\r\nFrom the start\r\n.\r\n..\r\n";
  default: return "=E4=F6=FC\r\n--\x20\r\nalice\r\n";
  }
}

std::string message(const std::string& folder, int number, int kind) {
  const std::string id = folder + "-" + std::to_string(number);
  std::string id_without_blanks;
  for (const char c : id) id_without_blanks += c == ' ' || c == '&' || c == '/' ? '.' : c;
  return "Return-Path: <bounce@example.net>\r\nReceived: from mx.example.org (mx.example.org [192.0.2.1])\r\n\tby "
         "example.net; Thu, 29 Nov 2001 22:33:52 +0100\r\nFrom: =?utf-8?q?J=C3=BCrgen?= <juergen@example.org>\r\nTo: "
         "alice@example.net\r\nSubject: " +
         id + "\r\nMessage-ID: <" + id_without_blanks +
         "@example.org>\r\nDate: Thu, 29 Nov 2001 21:33:50 +0000\r\n\r\n" + body(kind);
}

}  // namespace

void make_real_mail(const Dovecot& dovecot, const Form& form, const std::string& directory, Parents parents) {
  std::filesystem::create_directories(directory);
  if (form.needs_parent) {
    std::filesystem::create_directory(directory + "/mail");
    black_box::write_file(directory + "/inbox", "");
  }
  black_box::give_tree(directory, Dovecot::user);
  ImapSession client = dovecot.imap(form, directory);
  std::size_t kind = 0;
  const auto fill = [&](const Folder& folder) {
    const std::string name = folder.name;
    if (name != "INBOX") client.command("CREATE \"" + name + "\"");
    for (int number = 1; number <= folder.messages; ++number, ++kind)
      client.append(name, flag_sets[kind % flag_sets.size()], dates[kind % dates.size()],
                    message(name, number, static_cast<int>(kind)));
    if (*folder.expunged == '\0') return;
    client.command("SELECT \"" + name + "\"");
    client.command(std::string("UID STORE ") + folder.expunged + " +FLAGS.SILENT (\\Deleted)");
    client.command(std::string("UID EXPUNGE ") + folder.expunged);
    client.command("UNSELECT");  // CLOSE would expunge all that is \\Deleted
  };
  for (const Folder& folder : folders) fill(folder);
  if (parents == Parents::with_mail) {
    fill({"Lists", 2, ""});
    fill({"Lists/mailhaul", 2, "1"});
  }
  for (const char* name : subscribed) client.command(std::string("SUBSCRIBE \"") + name + "\"");
}

}  // namespace mailhaul::judges
