#include "mailhaul/account/vmail/mail.hpp"

#include <map>
#include <utility>

#include "account/bearable_name.hpp"
#include "account/mail_places.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/fs/directory_tree.hpp"
#include "mailhaul/store/many_mailboxes.hpp"

namespace mailhaul::account::vmail {
namespace {

/// What was read of a path so far.
struct Read {
  std::string path{};
  std::string domain{};
  std::string local_part{};
  std::string address{};
};

class Places final : public MailPlaces {
 public:
  enum class Empty { is_usual, is_odd };  ///< a root with directories, and none of them leads to a mailbox
  Places(formats::Context& context, const fs::Directory& root, Pattern pattern, bool utf8, Empty empty)
      : tree_(root), pattern_(std::move(pattern)), utf8_(utf8), empty_(empty), findings_(context.findings, "") {}

  [[nodiscard]] std::vector<MailPlace> list() override {
    std::map<std::string, MailPlace> found;
    look_into({}, 0, found);
    if (found.empty() && empty_ == Empty::is_odd) tell_of_other_layout();
    std::vector<MailPlace> places;
    for (auto& [name, place] : found) places.push_back(std::move(place));
    return places;
  }
  [[nodiscard]] MailPlace place_for(const std::string& name) override { return at(name, pattern_.path_of(name)); }

 private:
  void tell_of_other_layout() {
    bool has_any = false;
    tree_.list("", [&has_any](const std::string& /*name*/, io::NodeKind kind) {
      has_any = has_any || kind == io::NodeKind::directory;
    });
    if (has_any)
      tell(FindingKind::mailbox, "",
           "there are directories, and no mailbox where the layout says: name it (:LAYOUT=%d/%n)");
  }

  void look_into(const Read& above, std::size_t depth, std::map<std::string, MailPlace>& found) {
    const auto& components = pattern_.components();
    if (depth == components.size()) return take(above, found);
    const Pattern::Component& component = components[depth];
    const bool is_domain_alone = component.variable == 'd' && component.before.empty() && component.after.empty();
    if (is_domain_alone && above.domain.empty()) look_into(above, depth + 1, found);
    if (component.variable == 0) return look_at(above, component.before, depth, {}, found);
    try {
      tree_.list(above.path, [&](const std::string& name, io::NodeKind kind) {
        const auto& [before, variable, after] = component;
        const std::size_t fixed = before.size() + after.size();
        if (name.size() <= fixed || name.compare(0, before.size(), before) != 0 ||
            name.compare(name.size() - after.size(), after.size(), after) != 0)
          return;
        if (kind == io::NodeKind::directory)
          look_at(above, name, depth, name.substr(before.size(), name.size() - fixed), found);
        else if (kind == io::NodeKind::symlink)
          tell(FindingKind::symlink, joined(above.path, name),
               "a symbolic link where mailboxes could be: not followed");
      });
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      tell(FindingKind::unreadable, above.path, "mailboxes could be here, and it can't be read: " + error.reason());
    }
  }

  void look_at(const Read& above, const std::string& name, std::size_t depth, const std::string& value,
               std::map<std::string, MailPlace>& found) {
    Read read = above;
    read.path = joined(above.path, name);
    switch (pattern_.components()[depth].variable) {
    case 'd':
      if (!is_safe_domain(value) && value + '/' != archives) return;
      read.domain = value;
      break;
    case 'n': read.local_part = value; break;
    case 'u': read.address = value; break;
    default: break;
    }
    look_into(read, depth + 1, found);
  }

  void take(const Read& read, std::map<std::string, MailPlace>& found) {
    std::string name = read.address;
    if (name.empty()) name = read.domain.empty() ? read.local_part : read.local_part + "@" + read.domain;
    if (read.domain + '/' == archives) name = std::string(archives) + read.local_part;
    // A domain's own directory is no user's, nor is one that no path of ours leads back to.
    if (read.domain.empty() && read.address.empty() && is_safe_domain(name)) return;
    if (pattern_.path_of(name) != read.path) return;
    if (!tree_.look_at(read.path + "/cur").is_directory() && !tree_.look_at(read.path + "/new").is_directory()) return;
    found.emplace(name, at(name, read.path));
  }

  void tell(FindingKind kind, const std::string& where, const std::string& text) {
    findings_.add({kind, Weight::failed, "", where, text});
  }
  [[nodiscard]] static std::string joined(const std::string& path, const std::string& name) {
    return path.empty() ? name : path + "/" + name;
  }
  [[nodiscard]] MailPlace at(const std::string& name, const std::string& path) const {
    MailPlace place;
    place.name = name;
    place.path = path;
    place.tree.layout = formats::maildir::Layout::maildir_plus_plus;
    place.tree.utf8 = utf8_;
    return place;
  }

  fs::DirectoryTree tree_;
  Pattern pattern_;
  bool utf8_;
  Empty empty_;
  store::MailboxFindings findings_;  ///< mailboxes are listed several times in a run
};

}  // namespace

store::Capabilities mail_abilities(bool utf8) { return abilities_of_places(utf8); }

std::unique_ptr<store::MessageSource> open_mail(formats::Context& context, const fs::Directory& root,
                                                const Pattern& pattern, bool utf8) {
  return open_places(context, root, identity_of_root("vmail", root),
                     std::make_unique<Places>(context, root, pattern, utf8, Places::Empty::is_odd));
}

std::unique_ptr<store::MessageStore> open_mail_store(formats::Context& context, const fs::Directory& root,
                                                     const Pattern& pattern,
                                                     const formats::maildir::TargetOptions& options) {
  return open_places(context, root, identity_of_root("vmail", root),
                     std::make_unique<Places>(context, root, pattern, options.tree.utf8, Places::Empty::is_usual),
                     options);
}

}  // namespace mailhaul::account::vmail
