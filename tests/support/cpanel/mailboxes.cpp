#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>

#include "support/cpanel/account_writer.hpp"
#include "support/cpanel/maildir_writer.hpp"

namespace mailhaul::support::cpanel {
namespace {

using namespace std::string_literals;
using store::SettingKind;

enum class Special { none, many_folders, utf8, gzip, stale_mdbox, mdbox, outgoing_suspended, held };

/// One mailbox of etc/D and mail/D, in whatever state.
struct Box {
  std::string local_part{};
  bool has_directory = true;
  bool has_login = true;
  bool has_password = true;
  std::string scheme = "6";     ///< of the hash; empty: there is none behind the mark
  std::string mark{};           ///< before it
  std::optional<int> day{};     ///< of the last change; unset: the line ends behind the hash
  const char* quota = nullptr;  ///< text of its line; nullptr: it has none
  std::uint64_t quota_octets = 0;
  Special special = Special::none;
};

constexpr int some_day = 17073;

std::vector<Box> boxes_of_main(const AccountPlan& plan) {
  std::vector<Box> boxes{
      {"info", true, true, true, "6", "", some_day, "262144000", 262'144'000, Special::many_folders},
      {"bob", true, true, true, "6", "", some_day, "5368709120", 5'368'709'120, Special::none},
      // Who looks for `al` by substring gets what is sal's (cpanel.md section 7).
      {"sal", true, true, true, "6", "", some_day, "1000", 1'000, Special::none},
      {"al", true, true, true, "1", "", std::nullopt, "2000", 2'000, Special::none},
      {"a.b", true, true, true, "5", "", some_day, nullptr, 0, Special::none},
      {"axb", true, true, true, "6", "", some_day, "3000", 3'000, Special::none},
      {"Upper.Case", true, true, true, "6", "", some_day, "0", 0, Special::none},
      {"plus+tag", true, true, true, "6", "", some_day, "unlimited", 0, Special::none},
      {"under_score-1", true, true, true, "6", "", some_day, "", 0, Special::gzip},
      {"newcomer", false, true, true, "6", "", some_day, "4000", 4'000, Special::none},
      {"nologin", true, false, true, "6", "", some_day, "5000", 5'000, Special::none},
      {"noshadow", true, true, false, "", "", std::nullopt, nullptr, 0, Special::none},
      {"orphan", true, false, false, "", "", std::nullopt, nullptr, 0, Special::none},
      {"suspended", true, true, true, "6", "!!", some_day, nullptr, 0, Special::none},
      {"suspended1", true, true, true, "6", "!", some_day, nullptr, 0, Special::none},
      {"nopassword", true, true, true, "", "!!", some_day, nullptr, 0, Special::none},
      {"muted", true, true, true, "6", "", some_day, nullptr, 0, Special::none},  // incoming; see write_filters
      {"outgoing", true, true, true, "6", "", some_day, nullptr, 0, Special::outgoing_suspended},
      {"held", true, true, true, "6", "", some_day, nullptr, 0, Special::held},
      {"stale", true, true, true, "6", "", some_day, nullptr, 0, Special::stale_mdbox},
  };
  if (plan.utf8_folders) boxes[1].special = Special::utf8;
  if (plan.mdbox) boxes.push_back({"dbox", true, true, true, "6", "", some_day, nullptr, 0, Special::mdbox});
  return boxes;
}

class MailboxesWriter {
 public:
  explicit MailboxesWriter(AccountWriter& writer) : writer_(writer), maildirs_(writer) {}

  void write() {
    const AccountPlan& plan = writer_.plan();
    system_mailbox();
    std::vector<Box> boxes = boxes_of_main(plan);
    for (std::size_t i = 1; i <= plan.bulk_mailboxes; ++i) {
      Box box;
      box.local_part = "user" + std::to_string(i);
      box.day = some_day;
      boxes.push_back(std::move(box));
    }
    domain(plan.main_domain, boxes);
    domain(plan.addon_domain, {Box{"web", true, true, true, "6", "", some_day, "123456", 123'456, Special::none},
                               Box{"info", true, true, true, "6", "", some_day, nullptr, 0, Special::none}});
    domain(plan.parked_domain, {Box{"post", false, true, true, "6", "", some_day, nullptr, 0, Special::none}});
    domain(writer_.sub_domain(), {Box{"orders", true, true, true, "6", "", some_day, nullptr, 0, Special::none}});
    archive();
    links();
    writer_.file("etc/outgoing_mail_suspended_users", "somebody\n" + outgoing_, 0640, Whose::server);
    writer_.file("etc/outgoing_mail_hold_users", held_, 0640, Whose::server);
    // What lies in `mail` and is no mailbox.
    writer_.file(writer_.in_home("mail/virtual/" + plan.user + "/spam/dovecot.index"), AccountFacts::poison, 0640);
    writer_.directory(writer_.in_home("mail/.mailbox_format.cpanel"), 0751);
    writer_.file(writer_.in_home("mail/.nfs000000000001"), AccountFacts::poison, 0640);
  }

 private:
  ExpectedMailbox& mailbox(const std::string& name, const std::string& path) {
    ExpectedMailbox& made = writer_.facts().mailboxes[name];
    made.name = name;
    made.path = path;
    return made;
  }

  void system_mailbox() {
    ExpectedMailbox& box = mailbox(writer_.plan().user, "mail");
    maildirs_.write({"mail", FolderNames::modified_utf7, Folders::few, false}, box);
    // The owner's folder, whatever it looks like.
    maildirs_.folder(box, "example_com", ".example_com", false);
    writer_.file(writer_.in_home("mail/mailbox_format.cpanel"), "maildir", 0640);
  }

  void domain(const std::string& name, const std::vector<Box>& boxes) {
    std::string passwd;
    std::string shadow;
    std::string quota;
    for (const Box& box : boxes) {
      const std::string address = box.local_part + '@' + name;
      ExpectedMailbox& made = mailbox(address, "mail/" + name + '/' + box.local_part);
      made.has_directory = box.has_directory;
      made.has_login = box.has_login;
      made.has_password = box.has_password;
      writer_.expect(SettingKind::mailbox, address, "",
                     store::MailboxState{box.has_directory, box.has_login, box.has_password});
      if (box.has_login)
        passwd += box.local_part + ":x:" + std::to_string(writer_.uid()) + ':' + std::to_string(writer_.gid()) +
                  "::" + writer_.plan().home + '/' + made.path + ":/usr/local/cpanel/bin/noshell\n";
      if (box.has_password) shadow += shadow_line(box, address);
      if (box.quota != nullptr) {
        quota += box.local_part + ':' + box.quota + '\n';
        writer_.expect(SettingKind::quota, address, "", store::Quota{box.quota_octets});
      }
      if (box.has_directory) mail(box, name, made);
    }
    const std::string etc = writer_.in_home("etc/" + name);
    writer_.directory(etc, 0750, Whose::user_and_mail);
    writer_.file(etc + "/passwd", passwd, 0640, Whose::user_and_mail);
    writer_.file(etc + "/shadow", shadow, 0640, Whose::user_and_mail);
    if (!quota.empty()) writer_.file(etc + "/quota", quota, 0640, Whose::user_and_mail);
    writer_.directory(etc + "/@pwcache", 0700);
    for (const Box& box : boxes)
      if (box.has_login && box.has_password) writer_.cache("etc/" + name + "/@pwcache/" + box.local_part, 0600);
    writer_.file(etc + "/shadow.lock", "", 0600);
  }

  std::string shadow_line(const Box& box, const std::string& address) {
    const std::string hash = box.scheme.empty() ? "" : writer_.hash(box.scheme);
    store::Password password{hash, std::nullopt};
    if (box.day) password.changed_day = *box.day;
    writer_.expect(SettingKind::password, address, "", password);
    store::Suspension suspension;
    suspension.login = !hash.empty() && !box.mark.empty();
    suspension.outgoing = box.special == Special::outgoing_suspended;
    suspension.held = box.special == Special::held;
    suspension.incoming = box.local_part == "muted";
    writer_.expect(SettingKind::suspension, address, "", suspension);
    if (suspension.outgoing) outgoing_ += address + '\n';
    if (suspension.held) held_ += address + '\n';
    // The mark of a suspended account is at both ends of the line, not of the hash.
    const char* const locked = writer_.plan().suspended ? "*LOCKED*" : "";
    return box.local_part + ':' + locked + box.mark + hash +
           (box.day ? ':' + std::to_string(*box.day) + "::::::" : ""s) + locked + '\n';
  }

  void mail(const Box& box, const std::string& domain, ExpectedMailbox& made) {
    const AccountPlan& plan = writer_.plan();
    const auto is = [&](Special special) { return box.special == special; };
    if (is(Special::mdbox)) return mdbox(made);
    maildirs_.write({made.path, is(Special::utf8) ? FolderNames::utf8 : FolderNames::modified_utf7,
                     is(Special::many_folders) || is(Special::utf8) ? Folders::many
                     : is(Special::none)                            ? Folders::few
                                                                    : Folders::inbox,
                     is(Special::gzip)},
                    made);
    if (is(Special::stale_mdbox)) stale_mdbox(made);
    if (is(Special::many_folders))
      writer_.file(writer_.in_home(made.path + "/mailbox_format.cpanel"), "maildir\n", 0640);
    if (domain == plan.main_domain && box.local_part.starts_with("user") && plan.bulk_mailboxes > 0) {
      const std::size_t number = std::stoul(box.local_part.substr(4));
      maildirs_.bulk(made, plan.bulk_messages / plan.bulk_mailboxes +
                               (number <= plan.bulk_messages % plan.bulk_mailboxes ? 1 : 0));
    }
  }

  /// Was converted once; the old format's files stayed behind.
  void stale_mdbox(const ExpectedMailbox& made) {
    writer_.file(writer_.in_home(made.path + "/mailbox_format.cpanel"), "maildir", 0640);
    writer_.file(writer_.in_home(made.path + "/storage/m.1"), AccountFacts::poison, 0640);
    writer_.file(writer_.in_home(made.path + "/storage/dovecot.map.index"), AccountFacts::poison, 0640);
    writer_.file(writer_.in_home(made.path + "/mailboxes/INBOX/dbox-Mails/dovecot.index"), AccountFacts::poison, 0640);
  }

  void mdbox(ExpectedMailbox& made) {
    made.format = ExpectedMailbox::Format::mdbox;
    writer_.file(writer_.in_home(made.path + "/mailbox_format.cpanel"), "mdbox", 0640);
    writer_.file(writer_.in_home(made.path + "/storage/m.1"), "\1\2M1e C65f0a7c1\n", 0640);
    writer_.file(writer_.in_home(made.path + "/mailboxes/INBOX/dbox-Mails/dovecot.index.log"), "", 0640);
    writer_.file(writer_.in_home(made.path + "/cur/1.M1P1.stale:2,S"), AccountFacts::poison, 0640);
    writer_.remark(made.path, "its format is not read");
  }

  /// The e-mail archive of the main domain.
  void archive() {
    const std::string name = "archive/" + writer_.plan().main_domain;
    ExpectedMailbox& box = mailbox(name, "mail/archive/" + writer_.plan().main_domain);
    box.format = ExpectedMailbox::Format::archive;
    box.has_login = box.has_password = false;
    maildirs_.folder(box, "incoming/2026-01-01", ".incoming.2026-01-01", false);
    maildirs_.folder(box, "outgoing/2026-01-02", ".outgoing.2026-01-02", false);
  }

  /// Both families, in both spellings; the last two lead nowhere, since their mailbox was deleted.
  void links() {
    const std::string home = writer_.plan().home;
    bool is_absolute = false;
    std::vector<std::tuple<std::string, std::string>> led;
    for (const auto& entry : writer_.facts().mailboxes)
      if (entry.second.has_directory && entry.second.has_login &&
          entry.second.format == ExpectedMailbox::Format::maildir && entry.first.find('@') != std::string::npos)
        led.emplace_back(entry.first, entry.second.path);
    led.emplace_back("deleted@" + writer_.plan().main_domain, "mail/" + writer_.plan().main_domain + "/deleted");
    for (const auto& [name, path] : led) {
      std::string dotless = '.' + name;
      std::replace(dotless.begin() + 1, dotless.end(), '.', '_');
      const std::string& whole = path;
      for (const std::string& link : {dotless, name}) {
        const std::string target = is_absolute ? home + '/' + whole : whole.substr(5);
        writer_.symlink(writer_.in_home("mail/" + link), target);
        writer_.facts().derived_links.insert("mail/" + link);
        is_absolute = !is_absolute;
      }
      if (writer_.below(2) == 0) is_absolute = !is_absolute;
    }
  }

  AccountWriter& writer_;
  MaildirWriter maildirs_;
  std::string outgoing_{};
  std::string held_{};
};

}  // namespace

void write_mailboxes(AccountWriter& writer) { MailboxesWriter(writer).write(); }

}  // namespace mailhaul::support::cpanel
