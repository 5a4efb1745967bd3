#include "mailhaul/account/cpanel/mail.hpp"

#include <utility>

#include "account/cpanel/place_of_mailbox.hpp"
#include "account/mail_places.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/account/cpanel/layout.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/fs/directory_tree.hpp"
#include "mailhaul/store/many_mailboxes.hpp"

namespace mailhaul::account::cpanel {
namespace {

class Places final : public MailPlaces {
 public:
  Places(formats::Context& context, const fs::Directory& home, std::string user)
      : tree_(home), user_(std::move(user)), findings_(context.findings, "") {}

  [[nodiscard]] std::vector<MailPlace> list() override {
    const Layout layout = read_layout(tree_, user_, read_mailbox_lines(tree_, findings_), {}, findings_);
    std::vector<MailPlace> places;
    for (const MailboxPlace& mailbox : layout.mailboxes) places.push_back(place_of(mailbox));
    return places;
  }
  [[nodiscard]] MailPlace place_for(const std::string& name) override {
    return place_at(name, mailbox_path(name, user_));
  }

 private:
  fs::DirectoryTree tree_;
  std::string user_;
  store::MailboxFindings findings_;  ///< a layout is read several times in a run
};

bool is_directory(const fs::Directory& root, const char* name) {
  const auto status = root.look_at(name);
  return status && status->kind == fs::EntryKind::directory;
}

/// Whether a directory below the root holds one that is called like a domain.
bool names_a_domain(const fs::Directory& root, const char* name) {
  bool found = false;
  root.open_directory(name).list([&](const fs::Entry& entry) {
    const bool may_be = entry.kind == fs::EntryKind::directory || entry.kind == fs::EntryKind::unknown;
    found = found || (may_be && is_safe_domain(entry.name));
  });
  return found;
}

}  // namespace

formats::Evidence detect(formats::Context& context, const std::string& path, const fs::Rules& rules) {
  try {
    const auto root = fs::Directory::find_root(context.kernel, context.entropy, path, rules);
    if (!root) return {false, "not there"};
    if (!is_directory(*root, "mail") || !is_directory(*root, "etc")) return {false, "no directories mail and etc"};
    if (root->open_directory("mail").look_at("cur")) return {true, "a home with a Maildir in mail, and etc"};
    if (names_a_domain(*root, "etc") || names_a_domain(*root, "mail"))
      return {true, "a home with mail and etc, and domains in them"};
    return {false, "mail and etc without a domain in them"};
  } catch (const Error& error) {
    return {false, error.reason()};
  }
}

store::Capabilities mail_abilities(bool utf8) { return abilities_of_places(utf8); }

std::unique_ptr<store::MessageSource> open_mail(formats::Context& context, const fs::Directory& home,
                                                const std::string& user,
                                                const std::optional<store::StoreId>& identity) {
  return open_places(context, home, identity.value_or(identity_of_root("cpanel", home)),
                     std::make_unique<Places>(context, home, user));
}

std::unique_ptr<store::MessageStore> open_mail_store(formats::Context& context, const fs::Directory& home,
                                                     const std::string& user,
                                                     const formats::maildir::TargetOptions& options) {
  return open_places(context, home, identity_of_root("cpanel", home), std::make_unique<Places>(context, home, user),
                     options);
}

}  // namespace mailhaul::account::cpanel
