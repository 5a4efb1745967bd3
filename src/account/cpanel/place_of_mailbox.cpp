#include "account/cpanel/place_of_mailbox.hpp"

namespace mailhaul::account::cpanel {
namespace {

const char* why_not_maildir(MailboxPlace::Format format) {
  switch (format) {
  case MailboxPlace::Format::maildir: return "";
  case MailboxPlace::Format::mdbox: return "it is an mdbox, which this version neither reads nor writes";
  case MailboxPlace::Format::converting: return "it is being converted to another format";
  case MailboxPlace::Format::unknown: return "it has a format that this version does not know";
  }
  return "";
}

}  // namespace

MailPlace place_at(const std::string& name, const std::string& path) {
  MailPlace place;
  place.name = name;
  place.path = path;
  place.tree.layout = formats::maildir::Layout::maildir_plus_plus;
  place.tree.among_mailboxes = path == "mail" || path == "mail/archive";
  return place;
}

MailPlace place_of(const MailboxPlace& mailbox) {
  MailPlace place = place_at(mailbox.name, mailbox.path);
  place.is_there = mailbox.has_directory();
  place.not_maildir = why_not_maildir(mailbox.format);
  place.tree.utf8 = mailbox.has_utf8_names;
  return place;
}

}  // namespace mailhaul::account::cpanel
