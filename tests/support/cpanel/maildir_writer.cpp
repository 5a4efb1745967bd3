#include "support/cpanel/maildir_writer.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <stdexcept>

namespace mailhaul::support::cpanel {
namespace {

using namespace std::string_literals;

constexpr mode_t directory_mode = 0751;
constexpr mode_t file_mode = 0640;

struct Named {
  Folders from;  ///< the least mailbox that has it
  const char* name;
  const char* modified_utf7;
  const char* utf8;
};

// Spelled out, so that no encoder of the program has a say.
constexpr std::array folders{
    Named{Folders::few, "Sent", ".Sent", ".Sent"},
    Named{Folders::few, "Entw\xc3\xbcrfe", ".Entw&APw-rfe", ".Entw\xc3\xbcrfe"},
    Named{Folders::many, "Work/R&D", ".Work.R&-D", ".Work.R&D"},
    Named{Folders::many, "Archive/2024", ".Archive.2024", ".Archive.2024"},
    Named{Folders::many, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", ".&ZeVnLIqe-",
          ".\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e"},
    Named{Folders::many, "spam", ".spam", ".spam"},
    Named{Folders::many, "with blanks ~ and 100%", ".with blanks ~ and 100%", ".with blanks ~ and 100%"},
};

std::string gzipped(std::string_view octets) {
  constexpr int gzip_window = 15 + 16;
  z_stream stream{};
  if (::deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("deflateInit2");
  std::string out(::deflateBound(&stream, static_cast<uLong>(octets.size())), '\0');
  std::string in(octets);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("deflate");
  return out;
}

/// As a name of a level stands in `subscriptions` of version 2: "Work\tR&-D".
std::string subscription_of(const std::string& on_disk, char separator) {
  std::string name = on_disk.substr(1);
  std::replace(name.begin(), name.end(), '.', separator);
  return name;
}

}  // namespace

std::string MaildirWriter::base_name(std::int64_t date, std::string_view octets) {
  std::size_t with_crlf = octets.size();
  for (std::size_t i = 0; i < octets.size(); ++i)
    if (octets[i] == '\n' && (i == 0 || octets[i - 1] != '\r')) ++with_crlf;
  return std::to_string(date) + ".M" + std::to_string(next_name_++) +
         "P4711.server.example.net,S=" + std::to_string(octets.size()) + ",W=" + std::to_string(with_crlf);
}

void MaildirWriter::make_directory(const std::string& path_in_home, bool is_inbox) {
  for (const char* part : {"cur", "new", "tmp"})
    writer_.directory(writer_.in_home(path_in_home + '/' + part), directory_mode);
  if (!is_inbox) writer_.file(writer_.in_home(path_in_home + "/maildirfolder"), "", file_mode);
}

ExpectedFolder& MaildirWriter::folder(ExpectedMailbox& mailbox, const std::string& name, const std::string& on_disk,
                                      bool all_gzipped) {
  ExpectedFolder folder;
  folder.name = name;
  folder.path = on_disk.empty() ? mailbox.path : mailbox.path + '/' + on_disk;
  folder.spellings = {on_disk};
  folder.uid_validity = next_validity_++;
  make_directory(folder.path, on_disk.empty());

  std::map<std::string, char> letters;
  std::string records;
  std::uint32_t next_uid = 1;
  std::size_t number = 0;
  for (PlainMessage& mail : messages_.take(writer_.plan().messages_a_folder)) {
    ExpectedMessage message;
    message.is_gzipped = writer_.plan().gzip && (all_gzipped || number % 3 == 1);
    const std::string base = base_name(mail.date, mail.octets);
    std::string info;
    if (!mail.fresh) {
      info = ":2," + mail.flags;
      std::string slots;
      for (const std::string& keyword : mail.keywords)
        slots += letters.emplace(keyword, static_cast<char>('a' + letters.size())).first->second;
      std::sort(slots.begin(), slots.end());
      info += slots;
    }
    message.path = folder.path + (mail.fresh ? "/new/" : "/cur/") + base + info;
    writer_.file(writer_.in_home(message.path), message.is_gzipped ? gzipped(mail.octets) : mail.octets, file_mode);
    writer_.modified(writer_.in_home(message.path), mail.date);
    // What has just arrived in the inbox, nobody has numbered yet.
    if (!mail.fresh || !on_disk.empty()) {
      message.uid = next_uid;
      next_uid += 1 + static_cast<std::uint32_t>(writer_.below(3));
      records += std::to_string(message.uid) + (number % 4 == 0 ? " Pold-" + std::to_string(message.uid) : ""s) + " :" +
                 base + info + '\n';
    }
    message.mail = std::move(mail);
    folder.messages.push_back(std::move(message));
    ++number;
  }
  // Of a file that is gone again, and at the end, as Dovecot appends.
  records += std::to_string(next_uid) + " :1.M0P0.gone\n";
  char guid[33];
  std::snprintf(guid, sizeof guid, "%032x", folder.uid_validity);
  writer_.file(writer_.in_home(folder.path + "/dovecot-uidlist"),
               "3 V" + std::to_string(folder.uid_validity) + " N" + std::to_string(next_uid + 1) + " G" + guid + '\n' +
                   records,
               file_mode);
  if (!letters.empty()) {
    std::map<char, std::string> keywords;
    for (const auto& entry : letters) keywords.emplace(entry.second, entry.first);
    std::string text;
    for (const auto& entry : keywords) text += std::to_string(entry.first - 'a') + ' ' + entry.second + '\n';
    writer_.file(writer_.in_home(folder.path + "/dovecot-keywords"), text, file_mode);
  }
  for (const char* name_of_cache : {"dovecot.index", "dovecot.index.cache", "dovecot.index.log"})
    if (writer_.below(2) == 0) writer_.cache(folder.path + '/' + name_of_cache, file_mode);
  mailbox.folders.push_back(std::move(folder));
  return mailbox.folders.back();
}

void MaildirWriter::write(const MaildirPlan& plan, ExpectedMailbox& mailbox) {
  mailbox.path = plan.path;
  mailbox.names_are_utf8 = plan.names == FolderNames::utf8;
  folder(mailbox, "INBOX", "", plan.all_gzipped).is_subscribed = true;

  // Half of the mailboxes have the old form, with dots.
  const bool is_old_form = writer_.below(2) == 0;
  std::string subscriptions = is_old_form ? "" : "V\t2\n\n";
  subscriptions += "INBOX\n";
  for (const Named& named : folders) {
    if (named.from > plan.folders) continue;
    const std::string on_disk = mailbox.names_are_utf8 ? named.utf8 : named.modified_utf7;
    ExpectedFolder& made = folder(mailbox, named.name, on_disk, plan.all_gzipped);
    made.spellings = {named.modified_utf7, named.utf8};
    made.is_subscribed = writer_.below(4) != 0;
    if (made.is_subscribed) subscriptions += subscription_of(on_disk, is_old_form ? '.' : '\t') + '\n';
  }
  if (plan.folders != Folders::inbox) {
    subscriptions += "Gone\n";
    mailbox.dangling_subscriptions.insert("Gone");
    writer_.file(writer_.in_home(plan.path + "/subscriptions"), subscriptions, file_mode);
  } else {
    mailbox.folders.front().is_subscribed = false;
  }

  if (plan.folders == Folders::many) {
    // IMAP COPY makes hard links (maildir_copy_with_hardlinks): one inode in two folders of the account.
    ExpectedFolder& inbox = mailbox.folders.front();
    ExpectedFolder& archive = *std::find_if(mailbox.folders.begin(), mailbox.folders.end(),
                                            [](const ExpectedFolder& f) { return f.name == "Archive/2024"; });
    ExpectedMessage copy = inbox.messages.front();
    const std::string existing = writer_.in_home(copy.path);
    copy.uid = 0;
    copy.mail.fresh = false;
    copy.mail.flags = "S";
    copy.mail.keywords.clear();
    copy.path = archive.path + "/cur/" + std::to_string(copy.mail.date) + ".M" + std::to_string(next_name_++) +
                "P4711.server.example.net,S=" + std::to_string(copy.mail.octets.size()) + ":2,S";
    writer_.hard_link(writer_.in_home(copy.path), existing);
    archive.messages.push_back(std::move(copy));
  }
  uid_validity(mailbox);
  writer_.cache(plan.path + "/maildirsize", 0600);
  writer_.cache(plan.path + "/dovecot.list.index", file_mode);
  writer_.cache(plan.path + "/dovecot-quota", file_mode);
}

void MaildirWriter::uid_validity(const ExpectedMailbox& mailbox) {
  char text[9];
  std::snprintf(text, sizeof text, "%08x", next_validity_);
  writer_.file(writer_.in_home(mailbox.path + "/dovecot-uidvalidity"), text, file_mode);
  writer_.file(writer_.in_home(mailbox.path + "/dovecot-uidvalidity." + text), "", 0444);
}

std::string MaildirWriter::everyday(std::size_t number) {
  // Log-normal by twelve dice: a median of about 3 KiB, now and then hundreds.
  double sum = -6.0;
  for (int i = 0; i < 12; ++i) sum += static_cast<double>(writer_.below(1000)) / 1000.0;
  const auto wanted = std::min(static_cast<std::size_t>(std::exp(8.0 + 1.3 * sum)), std::size_t{1} << 20U);
  std::string text = "From: someone" + std::to_string(number % 97) + "@other.example\nTo: " + writer_.plan().user +
                     "@" + writer_.plan().main_domain + "\nSubject: message " + std::to_string(number) +
                     "\nMessage-ID: <" + std::to_string(number) + "@other.example>\n\n";
  while (text.size() < wanted) {
    std::string line;
    while (line.size() < 60) {
      for (std::size_t letters = 2 + writer_.below(7); letters > 0; --letters)
        line += static_cast<char>('a' + writer_.below(26));
      line += ' ';
    }
    line.back() = '\n';
    // Text comes again in life as well, so that it compresses like mail.
    for (std::size_t times = 1 + writer_.below(4); times > 0; --times) text += line;
  }
  return text;
}

void MaildirWriter::bulk(ExpectedMailbox& mailbox, std::size_t count) {
  constexpr std::array names{"", ".Sent"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string path = i == 0 ? mailbox.path : mailbox.path + '/' + names[i];
    const std::size_t share = i == 0 ? count - count / 3 : count / 3;
    make_directory(path, i == 0);
    std::string records;
    for (std::size_t number = 1; number <= share; ++number) {
      const std::string octets = everyday(number);
      const std::int64_t date = 1'600'000'000 + static_cast<std::int64_t>(number) * 60;
      const std::string name = base_name(date, octets) + ":2,S";
      const std::string place = writer_.in_home(path + "/cur/" + name);
      writer_.file(place, octets, file_mode);
      writer_.modified(place, date);
      records += std::to_string(number) + " :" + name + '\n';
    }
    const std::uint32_t validity = next_validity_++;
    writer_.file(writer_.in_home(path + "/dovecot-uidlist"),
                 "3 V" + std::to_string(validity) + " N" + std::to_string(share + 1) + " G" + std::string(22, '0') +
                     std::to_string(validity) + '\n' + records,
                 file_mode);
    mailbox.bulk_messages += share;
  }
}

}  // namespace mailhaul::support::cpanel
