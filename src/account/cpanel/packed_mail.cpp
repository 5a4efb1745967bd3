#include <map>
#include <utility>

#include "account/cpanel/packed_parts.hpp"
#include "account/cpanel/place_of_mailbox.hpp"
#include "account/mailbox_contexts.hpp"
#include "mailhaul/account/cpanel/layout.hpp"
#include "mailhaul/account/cpanel/mail.hpp"
#include "mailhaul/formats/archive/maildir.hpp"
#include "mailhaul/store/many_mailboxes.hpp"

namespace mailhaul::account::cpanel {
namespace {

/// Opens the mailboxes of an archive. What they tell names them.
class ArchivedMailboxes {
 public:
  ArchivedMailboxes(formats::Context& context, std::shared_ptr<const PackedAccount> account)
      : account_(std::move(account)), trees_(account_->parts()), findings_(context.findings, ""), contexts_(context) {}

  std::vector<std::string> names() {
    look();
    std::vector<std::string> names;
    bool has_any = false;
    for (const std::string& name : order_) {
      const MailPlace& place = known_.at(name);
      has_any = has_any || place.is_there;
      if (place.not_maildir.empty()) names.push_back(name);
    }
    // Without a single folder nothing would say that the run is not whole.
    if (account_->damage() && !has_any) {
      Error damage = *account_->damage();
      throw damage.reaching(Scope::run);
    }
    return names;
  }

  std::unique_ptr<store::MessageSource> find(const std::string& name) {
    if (order_.empty()) look();
    const auto known = known_.find(name);
    if (known == known_.end() || !known->second.not_maildir.empty()) return nullptr;
    const MailPlace& place = known->second;
    if (place.is_there)
      return formats::archive::open_maildir(contexts_.of(name), account_->parts().archive,
                                            account_->parts().in_archive(place.path), place.tree,
                                            {account_->identity().text + ":" + name});
    // Of a damaged archive it may be what is missing.
    return account_->damage() ? nullptr : empty_mailbox();
  }

 private:
  void look() {
    const auto& parts = account_->parts();
    if (const auto& damage = account_->damage())
      findings_.add({FindingKind::unreadable, Weight::note, "", parts.path, damage->what()});
    else if (!parts.has_home)
      findings_.add({FindingKind::unreadable, Weight::failed, "", parts.path,
                     "the account was packed without its home, so no mail is in it"});
    const LinesByAddress lines = read_mailbox_lines(trees_.home(), findings_);
    order_.clear();
    known_.clear();
    for (const MailboxPlace& mailbox : read_layout(trees_.home(), parts.user, lines, {}, findings_).mailboxes) {
      order_.push_back(mailbox.name);
      known_.insert_or_assign(mailbox.name, place_of(mailbox));
    }
  }

  std::shared_ptr<const PackedAccount> account_;
  PackedTrees trees_;
  store::MailboxFindings findings_;  ///< a layout is read several times in a run
  MailboxContexts contexts_;
  std::vector<std::string> order_{};
  std::map<std::string, MailPlace> known_{};
};

}  // namespace

std::unique_ptr<store::MessageSource> open_mail(formats::Context& context,
                                                std::shared_ptr<const PackedAccount> account) {
  const PackedAccount::Parts& parts = account->parts();
  if (parts.home) return open_mail(context, *parts.home, parts.user, account->identity());
  store::ManyMailboxes about;
  about.identity = account->identity();
  about.abilities = account->mail_abilities();
  about.side = parts.side;
  about.findings = &context.findings;
  const auto mailboxes = std::make_shared<ArchivedMailboxes>(context, std::move(account));
  store::MailboxSources inner;
  inner.names = [mailboxes] { return mailboxes->names(); };
  inner.find = [mailboxes](const std::string& name) { return mailboxes->find(name); };
  return store::join_mailboxes(std::move(about), std::move(inner));
}

}  // namespace mailhaul::account::cpanel
