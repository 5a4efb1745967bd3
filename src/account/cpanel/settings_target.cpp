#include "account/cpanel/settings_target.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "account/cpanel/alias_writer.hpp"
#include "account/cpanel/delivery_writer.hpp"
#include "account/cpanel/derived_files.hpp"
#include "account/cpanel/file_writer.hpp"
#include "account/cpanel/mailbox_writer.hpp"
#include "account/text/text_lines.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account::cpanel {
namespace {

using store::SettingKind;
using store::SettingResult;

/// That of mailboxes and domains is in the owner, that of other files in their path.
std::string domain_of(const store::SettingId& id) {
  if (id.kind == SettingKind::file) {
    constexpr std::string_view etc = "etc/";
    const std::string_view path = id.name;
    if (path.substr(0, etc.size()) == etc && path.find('/', etc.size()) != std::string_view::npos) {
      const std::string_view below = path.substr(etc.size());
      const std::string_view name = below.substr(0, below.find('/'));
      // `etc/.boxtrapper` is the account's own.
      if (name.front() != '.') return std::string(name);
    }
  }
  if (id.owner.empty()) return {};
  const auto address = split_address(id.owner);
  return address ? address->domain : id.owner;
}

bool is_comment(std::string_view text) {
  const auto lines = text_lines(text);
  return std::all_of(lines.begin(), lines.end(), [](const TextLine& line) {
    const std::string_view content = trimmed(line.content);
    return content.empty() || content.front() == '#';
  });
}

AccountPlaces with_trees(const AccountPlaces& places, io::Tree& home, io::Tree* server) {
  return {home, server, places.form, places.user, places.home_path, {}};
}

std::string home_of(const AccountPlaces& places, const fs::Directory& home) {
  std::string path = places.home_path.empty() ? home.place() : places.home_path;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

}  // namespace

SettingsTarget::SettingsTarget(formats::Context& context, const AccountPlaces& places, fs::Directory home,
                               std::optional<fs::Directory> server, const Options& options)
    : context_(context),
      options_(options),
      base_(places),
      home_root_(std::move(home)),
      server_root_(std::move(server)),
      home_(home_root_, home_of(places, home_root_) + '/', EditedFiles::Missing::is_made,
            [account = AccountOwner{options.owner, options.mail_group}](const std::string& path) {
              return home_file_style(path, account);
            }),
      home_tree_(places.home, home_.planned()),
      places_(with_trees(places, home_tree_, nullptr)) {
  if (!server_root_ || places.server == nullptr) return;
  server_.emplace(*server_root_, "/", EditedFiles::Missing::is_refused,
                  [account = AccountOwner{options.owner, options.mail_group}](const std::string&) {
                    return server_file_style(account);
                  });
  server_->accept_files_of(options.owner.uid);
  server_tree_.emplace(*places.server, server_->planned());
  places_.server = &*server_tree_;
  places_.serves_too = [this](const std::string& domain) { return has_own_aliases(domain); };
}

bool SettingsTarget::has_own_aliases(const std::string& domain) const {
  if (!server_root_ || options_.owner.uid == 0 || !is_safe_domain(domain)) return false;
  const auto aliases = server_root_->look_at(places_.aliases(domain));
  return aliases && aliases->kind == fs::EntryKind::regular && aliases->owner.uid == options_.owner.uid;
}

std::vector<store::Setting> SettingsTarget::read() {
  std::vector<store::Setting> settings = look();
  decided_.emplace();
  for (const store::Setting& setting : settings) decided_->emplace(setting.id, store::comparable(setting.value));
  return settings;
}

std::vector<store::Setting> SettingsTarget::read_again(const std::set<store::SettingId>& settings) {
  return look_again(settings).settings;
}

SettingsTarget::Again SettingsTarget::look_again(const std::set<store::SettingId>& settings) {
  SilentFindings silent;
  SettingsReader reader(places_, {options_.room, context_.clock, nullptr}, silent);
  std::set<std::string> files;
  for (const store::SettingId& id : settings)
    if (id.kind == SettingKind::file) files.insert(id.name);
  Again again;
  again.settings = reader.read_with(files);
  again.is_complete = reader.is_complete();
  return again;
}

std::set<store::SettingId> SettingsTarget::changed_meanwhile(std::span<const store::SettingChange> changes) {
  if (!decided_) return {};
  std::set<store::SettingId> ids;
  for (const store::SettingChange& change : changes) ids.insert(change.id);
  const Again again = look_again(ids);
  std::map<store::SettingId, std::string> now;
  for (const store::Setting& setting : again.settings) now.emplace(setting.id, store::comparable(setting.value));
  // Half of the changes of a file would make one that nobody asked for.
  if (was_complete_ && !again.is_complete) return ids;
  std::set<store::SettingId> out;
  for (const store::SettingId& id : ids) {
    const auto then = decided_->find(id);
    const auto is = now.find(id);
    const bool is_same = then == decided_->end() ? is == now.end() : is != now.end() && then->second == is->second;
    if (!is_same) out.insert(id);
  }
  return out;
}

std::vector<store::Setting> SettingsTarget::look() {
  SilentFindings silent;
  SettingsReader reader(places_, {options_.room, context_.clock, nullptr},
                        was_read_ ? static_cast<Findings&>(silent) : context_.findings);
  std::vector<store::Setting> settings = reader.read();
  was_complete_ = reader.is_complete();
  served_ = reader.served();
  known_.clear();
  for (const store::Setting& setting : settings)
    if (setting.id.kind == SettingKind::domain || setting.id.kind == SettingKind::suspension)
      known_.emplace(setting.id, setting.value);
  was_read_ = true;
  return settings;
}

void SettingsTarget::visit_files(const std::set<store::SettingId>& files,
                                 const std::function<void(const store::SettingId&, io::Source&)>& take) {
  SettingsReader(places_, {options_.room, context_.clock, nullptr}, context_.findings).visit_files(files, take);
}

bool SettingsTarget::is_initial(const store::Setting& setting) const {
  struct Initial {
    const SettingsTarget& target;
    const store::SettingId& id;

    // What a domain is here, and who routes its mail, is the panel's: apply() says where that differs.
    bool operator()(const store::Domain&) const { return true; }
    // A directory alone: the mail that was brought here before.
    bool operator()(const store::MailboxState& v) const { return !v.has_login; }
    bool operator()(const store::Suspension& v) const {
      return !v.account && !v.login && !v.incoming && !v.outgoing && !v.held;
    }
    bool operator()(const store::Forwarder& v) const {
      if (id.name != "*" || v.to.size() != 1) return false;
      const store::Destination& to = v.to.front();
      if (to.kind == store::Destination::Kind::user) return to.text == target.places_.user;
      return to.kind == store::Destination::Kind::fail &&
             (to.text.empty() || lower_case(to.text) == "no such user here");
    }
    bool operator()(const store::DomainForwarder& v) const { return v.domain.empty(); }
    bool operator()(const store::Filters& v) const { return v.is_understood && v.list.empty() && is_comment(v.exim); }
    // SpamAssassin makes a file of preferences in which all lines are comments.
    bool operator()(const store::Spam& v) const {
      return !v.is_enabled && !v.has_box && !v.is_disabled && !v.box_is_disabled && is_comment(v.preferences);
    }
    bool operator()(const store::Quota& v) const {
      // Of a mailbox that has no login: what is left of one that is no more.
      return v.octets == 0 && target.known_.count({id.owner, SettingKind::suspension, {}}) == 0;
    }
    bool operator()(const store::Password&) const { return false; }
    // Mail is led to one that has nothing to answer with: a line that an earlier run brought before its text.
    bool operator()(const store::Responder& v) const { return !v.has_text; }
    bool operator()(const store::OpaqueFile&) const { return false; }
    bool operator()(const store::Note&) const { return false; }
  };
  return std::visit(Initial{*this, setting.id}, setting.value);
}

bool SettingsTarget::has_parts(const store::SettingId& id) const {
  switch (id.kind) {
  case SettingKind::responder:   // its text and when it answers
  case SettingKind::filters:     // for editing and for doing, the latter once for each domain
  case SettingKind::spam:        // switches and preferences
  case SettingKind::suspension:  // of the login, and of what comes in
    return true;
  default: return false;
  }
}

/// One call of apply().
class SettingsTarget::Run {
 public:
  Run(SettingsTarget& owner, std::span<const store::SettingChange> changes)
      : owner_(owner),
        changes_(changes),
        results_(changes.size()),
        target_{owner.places_,
                owner.home_,
                owner.server_ ? &*owner.server_ : nullptr,
                {owner.options_.owner, owner.options_.mail_group},
                home_of(owner.places_, owner.home_root_),
                owner.served_} {
    changed_meanwhile_ = owner.changed_meanwhile(changes);
    target_.is_suspended = suspension_now({{}, SettingKind::suspension, {}}).account;
  }

  std::vector<SettingResult> run(store::AccountSource& files) {
    // Which responders answer is said by the forwarders.
    for_each([](SettingKind kind) { return is_forwarder(kind); });
    aliases_.finish();
    for_each([](SettingKind kind) { return !is_forwarder(kind) && kind != SettingKind::file; });
    mailboxes_.finish();
    std::vector<NumberedChange> opaque;
    for (std::size_t i = 0; i < changes_.size(); ++i)
      if (changes_[i].id.kind == SettingKind::file && may_have(i)) opaque.push_back({changes_[i], i});
    // Texts first: they are small, and a disk that has no room for a large file ends the run.
    write_texts();
    note_file_changes();
    files_.write(opaque, files, owner_.options_.is_dry, results_);
    return std::move(results_);
  }

 private:
  static bool is_forwarder(SettingKind kind) {
    return kind == SettingKind::forwarder || kind == SettingKind::domain_forwarder;
  }

  template <class Picks>
  void for_each(const Picks& picks) {
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      if (!picks(changes_[i].id.kind) || !may_have(i)) continue;
      try {
        results_[i] = settle({changes_[i], i});
      } catch (const Error& error) {
        if (error.scope() == Scope::run) throw;
        results_[i] =
            not_carried((error.place().empty() ? "" : error.place() + ": ") + error.reason(), error.what_to_do());
      }
    }
  }

  /// Whether the setting is what was decided on and the account has its domain; else its result says so.
  bool may_have(std::size_t number) {
    const store::SettingChange& change = changes_[number];
    if (changed_meanwhile_.count(change.id) != 0) {
      results_[number] = not_carried("it changed at the target meanwhile", "run the same command again");
      return false;
    }
    const std::string domain = domain_of(change.id);
    if (domain.empty() || change.id.kind == SettingKind::domain || change.id.kind == SettingKind::note) return true;
    try {
      if (is_known(domain)) return true;
      results_[number] = no_domain(domain);
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      results_[number] = not_carried(error.place() + ": " + error.reason(), error.what_to_do());
    }
    return false;
  }

  bool is_known(const std::string& domain) {
    if (!is_safe_domain(domain)) return false;
    const auto known = is_known_.find(domain);
    if (known != is_known_.end()) return known->second;
    // That the alias file is the account's was the server's doing too: nobody else makes files there.
    if (owner_.server_ && owner_.has_own_aliases(domain)) target_.domains.insert(domain);
    return is_known_[domain] = target_.serves(domain) || owner_.base_.home.look_at("etc/" + domain).is_directory();
  }

  SettingResult settle(const NumberedChange& change) {
    switch (change.change.id.kind) {
    case SettingKind::domain: return domain(change.change);
    case SettingKind::mailbox: return mailboxes_.mailbox(change);
    case SettingKind::password: return mailboxes_.password(change);
    case SettingKind::quota: return mailboxes_.quota(change);
    case SettingKind::suspension: return mailboxes_.suspension(change, suspension_now(change.change.id));
    case SettingKind::forwarder: return aliases_.forwarder(change);
    case SettingKind::domain_forwarder: return aliases_.domain_forwarder(change);
    case SettingKind::responder: return deliveries_.responder(change);
    case SettingKind::filters: return deliveries_.filters(change);
    case SettingKind::spam: return deliveries_.spam(change);
    case SettingKind::note:
      if (!change.change.value) return written();
      return not_carried(std::get<store::Note>(*change.change.value).text,
                         std::get<store::Note>(*change.change.value).what_to_do);
    case SettingKind::file: break;
    }
    return not_carried("it is written nowhere");
  }

  [[nodiscard]] store::Suspension suspension_now(const store::SettingId& id) const {
    const auto known = owner_.known_.find(id);
    return known == owner_.known_.end() ? store::Suspension{} : std::get<store::Suspension>(known->second);
  }

  [[nodiscard]] SettingResult domain(const store::SettingChange& change) {
    const std::string& name = change.id.owner;
    if (!change.value) return not_carried("domains come and go in the panel only", "remove the domain there");
    if (!is_known(name) || (target_.server != nullptr && !target_.serves(name))) return no_domain(name);
    const auto known = owner_.known_.find(change.id);
    if (known == owner_.known_.end()) return written();
    const auto& here = std::get<store::Domain>(known->second);
    const auto& there = std::get<store::Domain>(*change.value);
    const auto is_said = [](auto value) { return value != decltype(value)::unknown; };
    const bool other_routing = is_said(here.routing) && is_said(there.routing) && here.routing != there.routing;
    const bool other_kind = is_said(here.kind) && is_said(there.kind) && here.kind != there.kind;
    if (!other_routing && !other_kind) return written();
    return approximated("here it is: " + store::summary(here) + "; at the source: " + store::summary(there),
                        other_routing ? "if its mail shall go the same way, set it in the panel, Email Routing" : "");
  }

  void fail(const std::vector<EditedFiles::Failure>& failures) {
    for (const EditedFiles::Failure& failure : failures)
      for (const std::size_t number : failure.changes)
        results_[number] = not_carried(failure.reason, failure.what_to_do);
  }

  void write_texts() {
    if (owner_.options_.is_dry) {
      owner_.home_.keep_as_preview();
      if (owner_.server_) owner_.server_->keep_as_preview();
    } else {
      fail(owner_.home_.commit());
      if (owner_.server_) fail(owner_.server_->commit());
      renew_derived_files(target_, owner_.home_root_, changes_, results_, owner_.context_.findings);
    }
  }

  void note_file_changes() {
    owner_.file_changes_.clear();
    for (const EditedFiles* files : {&owner_.home_, owner_.server_ ? &*owner_.server_ : nullptr})
      if (files != nullptr)
        for (const auto& [path, change] : files->changes()) owner_.file_changes_.push_back(change);
  }

  SettingsTarget& owner_;
  std::span<const store::SettingChange> changes_;
  std::vector<SettingResult> results_;
  WriteTarget target_;
  MailboxWriter mailboxes_{target_};
  AliasWriter aliases_{target_};
  DeliveryWriter deliveries_{target_, aliases_};
  FileWriter files_{target_};
  std::map<std::string, bool> is_known_{};
  std::set<store::SettingId> changed_meanwhile_{};
};

std::vector<SettingResult> SettingsTarget::apply(std::span<const store::SettingChange> changes,
                                                 store::AccountSource& files) {
  if (!was_read_) static_cast<void>(look());
  std::vector<SettingResult> results = Run(*this, changes).run(files);
  decided_.reset();
  return results;
}

}  // namespace mailhaul::account::cpanel
