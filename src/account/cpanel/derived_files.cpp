#include "account/cpanel/derived_files.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <variant>

#include "account/text/text_lines.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account::cpanel {
namespace {

using store::SettingKind;

constexpr std::size_t longest_name = 255;

void drop_cache(const EditedFiles& files, const std::string& path) {
  const auto spot = files.find_spot(path);
  const auto status = spot ? spot->directory.look_at(spot->name) : std::nullopt;
  if (status && status->kind == fs::EntryKind::regular)
    static_cast<void>(spot->directory.remove(spot->name, status->id));
}

/// A dot would make a folder below another one of it.
std::string without_dots(std::string text) {
  std::replace(text.begin(), text.end(), '.', '_');
  return text;
}

void make_shortcut(const WriteTarget& target, const fs::Directory& home, const Address& mailbox) {
  const std::string way = mailbox.domain + '/' + mailbox.local_part;
  const std::string name = '.' + without_dots(mailbox.local_part) + '@' + without_dots(mailbox.domain);
  const auto mail = home.find_directory("mail");
  if (!mail || name.size() > longest_name || mail->look_at(name)) return;
  // There are none of other formats.
  const auto format = target.places.home.read("mail/" + way + "/mailbox_format.cpanel", control_file_limit);
  if (!target.places.home.look_at("mail/" + way + "/cur").is_directory()) return;
  if (format && trimmed(*format) == "mdbox") return;
  static_cast<void>(mail->make_symlink(name, way));
}

}  // namespace

void renew_derived_files(const WriteTarget& target, const fs::Directory& home,
                         std::span<const store::SettingChange> changes,
                         const std::vector<store::SettingResult>& results, Findings& findings) {
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const store::SettingChange& change = changes[i];
    const bool is_carried = results[i].outcome != store::SettingResult::Outcome::not_carried;
    const auto mailbox = split_address(change.id.owner);
    if (mailbox && (!is_safe_domain(mailbox->domain) || !is_safe_local_part(mailbox->local_part))) continue;
    try {
      if (is_carried && change.id.kind == SettingKind::filters)
        drop_cache(target.home, mailbox ? "etc/" + mailbox->domain + '/' + mailbox->local_part + "/filter.cache"
                                        : ".cpanel/filter.cache");
      if (!mailbox) continue;
      const std::string lists = "etc/" + mailbox->domain + '/';
      const bool is_of_login = change.id.kind == SettingKind::mailbox || change.id.kind == SettingKind::password ||
                               change.id.kind == SettingKind::suspension;
      if (is_of_login && (target.home.has_changed(lists + "passwd") || target.home.has_changed(lists + "shadow")))
        drop_cache(target.home, lists + "@pwcache/" + mailbox->local_part);
      const auto* const state = change.value ? std::get_if<store::MailboxState>(&*change.value) : nullptr;
      if (is_carried && state != nullptr && state->has_login) make_shortcut(target, home, *mailbox);
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      findings.add(
          {FindingKind::setting, Weight::note, "", change.id.owner,
           "what a server makes of its settings could not be renewed: " + error.place() + ": " + error.reason(), 1});
    }
  }
}

}  // namespace mailhaul::account::cpanel
