#include <algorithm>
#include <utility>

#include "account/bearable_name.hpp"
#include "account/cpanel/account_file.hpp"
#include "account/cpanel/packed_parts.hpp"
#include "account/cpanel/passwd_file.hpp"
#include "account/cpanel/user_data.hpp"
#include "account/mail_places.hpp"
#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/formats/archive/maildir.hpp"

namespace mailhaul::account::cpanel {
namespace {

using formats::archive::Archive;
using Parts = PackedAccount::Parts;

constexpr const char* home_name = "homedir";
constexpr const char* home_archive_name = "homedir.tar";

Error cannot_open(Cause cause, const Parts& parts, std::string_view reason) {
  return Error(cause, Scope::run, "opening a packed account").at(parts.path).because(reason).on(parts.side);
}

bool starts_with_one_of(std::string_view path, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [path](std::string_view beginning) { return path.starts_with(beginning); });
}

/// Small files that are asked for, of mail and of settings: those of one account are next to each other in no archive.
bool is_asked_for(std::string_view path) {
  constexpr std::string_view home = "homedir/";
  if (starts_with_one_of(path, {"cp/", "va/", "vad/", "vf/", "userdata/", "meta/"})) return true;
  if (path == "addons" || path == "pds" || path == "sds" || path == "homedir_paths" || path == "shadow") return true;
  if (path.starts_with(home)) path.remove_prefix(home.size());
  if (path.starts_with("mail/")) return formats::archive::is_maildir_control_file(path);
  if (path.starts_with("etc/")) return path.find(".rcube.db") == std::string_view::npos;
  return starts_with_one_of(path, {".autorespond/", ".cpanel/filter", ".spamassassin/user_prefs", ".forward"});
}

std::unique_ptr<Archive> open_archive(formats::Context& context, const std::string& path, const fs::Rules& rules,
                                      std::vector<std::string> root_marks,
                                      formats::archive::Options::OneOwner one_owner) {
  formats::archive::Options options;
  options.keep = is_asked_for;
  options.root_marks = std::move(root_marks);
  options.one_owner = std::move(one_owner);
  return Archive::open(context, path, rules, std::move(options));
}

/// S6: whose the home is he owns what is in it; and it is the directory's owner, or where that is root or the runner
/// whoever the account's user was when it was unpacked. find_root follows links of root's and the runner's alone (S1).
void open_directory(formats::Context& context, const fs::Rules& rules, Parts& parts) {
  const std::string home_path = parts.path + "/" + home_name;
  const fs::Directory top = fs::Directory::open_root(context.kernel, context.entropy, parts.path, rules);
  const uid_t owner = top.opened_as().owner.uid;
  fs::Rules with_home = rules;
  if (const auto seen = top.look_at(home_name); seen && seen->kind == fs::EntryKind::directory) {
    const bool may_be_anybodys = owner == 0 || owner == context.kernel.user();
    if (!may_be_anybodys && !top.allows(seen->owner.uid))
      throw cannot_open(Cause::refused, parts, "homedir belongs to somebody else than its directory");
    parts.home = fs::Directory::open_root(context.kernel, context.entropy, home_path, rules);
    with_home.more_owners.push_back(parts.home->opened_as().owner.uid);
  } else if (top.look_at(home_archive_name)) {
    parts.archive =
        open_archive(context, parts.path + "/" + home_archive_name, rules, {"mail", "etc"}, {"", {"mail", "etc"}});
  }
  parts.has_home = parts.home || parts.archive;
  parts.directory = fs::Directory::open_root(context.kernel, context.entropy, parts.path, with_home);
}

class FactReader {
 public:
  explicit FactReader(Parts& parts) : parts_(parts), trees_(parts) {}

  void read(const std::string& wanted_user) {
    parts_.user = wanted_user.empty() ? user_in_cp() : wanted_user;
    if (!is_bearable_local_part(parts_.user))
      throw cannot_open(Cause::refused, parts_, "\"" + parts_.user + "\" can be no user's name");
    read_homes();
    parts_.identity = {"cpmove:" + parts_.user + ":" + main_domain()};
  }

 private:
  std::string user_in_cp() {
    std::vector<std::string> names;
    bool has_cp = false;
    trees_.server().list("cp", [&](const std::string& name, io::NodeKind kind) {
      has_cp = true;
      if (kind == io::NodeKind::file) names.push_back(name);
    });
    if (names.size() == 1) return names.front();
    if (names.empty() && parts_.archive && parts_.archive->damage()) {
      Error damage = *parts_.archive->damage();
      damage.hint("make or fetch it again; or say whose it is, to read what is there: cpmove:PATH:USER=NAME");
      throw damage.reaching(Scope::run);
    }
    if (!has_cp && !parts_.has_home)
      throw cannot_open(Cause::not_a_store, parts_, "neither cp nor homedir is in it, so it is no account");
    throw cannot_open(Cause::not_a_store, parts_,
                      names.empty() ? "there is no file in cp, so whose account it is can't be told"
                                    : "there are several files in cp, so whose account it is can't be told")
        .hint("say it: cpmove:PATH:USER=NAME");
  }

  /// Nothing where it can't be read, which those who read settings tell.
  std::optional<std::string> read_text(io::Tree& tree, const std::string& path) {
    try {
      return tree.read(path, control_file_limit);
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      return std::nullopt;
    }
  }

  void add_home(std::string_view path) {
    while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
    if (path.size() < 2 || path.front() != '/') return;
    if (std::find(parts_.homes.begin(), parts_.homes.end(), path) == parts_.homes.end())
      parts_.homes.emplace_back(path);
  }

  void read_homes() {
    for (const char* name : {"homedir_paths", "meta/homedir_paths"}) {
      const auto text = read_text(trees_.server(), name);
      std::string_view rest = text ? std::string_view(*text) : std::string_view();
      while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        add_home(trimmed(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    add_homes_in_passwd();
    if (parts_.homes.empty()) parts_.homes.push_back("/home/" + parts_.user);
  }

  /// Field 6 says "HOME/mail/DOMAIN/LOCAL_PART".
  void add_homes_in_passwd() {
    std::vector<std::string> domains;
    trees_.home().list("etc", [&](const std::string& name, io::NodeKind kind) {
      if (kind == io::NodeKind::directory && is_safe_domain(name)) domains.push_back(name);
    });
    for (const std::string& domain : domains) {
      const auto text = read_text(trees_.home(), "etc/" + domain + "/passwd");
      if (!text) continue;
      for (const PasswdRecord& record : parse_passwd(*text).records) {
        const std::string end = "/mail/" + domain + "/" + record.local_part;
        const std::string_view home = record.home;
        // One that names no user could be anybody's: such a path is a customer's own word.
        const bool is_whole =
            home.ends_with(end) && home.substr(0, home.size() - end.size()).ends_with("/" + parts_.user);
        if (is_whole) add_home(home.substr(0, home.size() - end.size()));
      }
    }
  }

  std::string main_domain() {
    if (const auto text = read_text(trees_.server(), "cp/" + parts_.user)) {
      const auto domains = parse_account_file(*text).domains();
      if (!domains.empty()) return lower_case(domains.front());
    }
    const auto text = read_text(trees_.server(), "userdata/main");
    const auto main = text ? parse_user_data_main(*text) : UserDataMain{};
    return main.data ? lower_case(main.data->main_domain) : std::string();
  }

  Parts& parts_;
  PackedTrees trees_;
};

}  // namespace

std::shared_ptr<const PackedAccount> PackedAccount::open(formats::Context& context, const std::string& path,
                                                         const fs::Rules& rules, const std::string& user) {
  auto parts = std::make_unique<Parts>();
  parts->path = path;
  parts->side = rules.side;
  const fs::ParentAndName at = fs::split_operator_path(path);
  const auto around = fs::Directory::find_root(context.kernel, context.entropy, at.parent, rules);
  const bool has_no_name = at.name.empty() || at.name == "." || at.name == "..";
  const auto seen = around && !has_no_name ? around->look_at(at.name) : std::nullopt;
  // A link to a directory is the operator's way to one (S1); archives are named themselves.
  if (has_no_name || (seen && (seen->kind == fs::EntryKind::directory || seen->kind == fs::EntryKind::symlink))) {
    open_directory(context, rules, *parts);
  } else {
    parts->archive = open_archive(context, path, rules, {"cp", home_name, home_archive_name},
                                  {home_name, {"homedir", "homedir/mail", "homedir/etc"}});
    parts->has_home = parts->archive->tree()->look_at(home_name).is_directory();
  }
  FactReader(*parts).read(user);
  return std::shared_ptr<const PackedAccount>(new PackedAccount(std::move(parts)));
}

PackedAccount::PackedAccount(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
PackedAccount::~PackedAccount() = default;

const std::string& PackedAccount::user() const { return parts_->user; }
const std::vector<std::string>& PackedAccount::homes() const { return parts_->homes; }
const store::StoreId& PackedAccount::identity() const { return parts_->identity; }
bool PackedAccount::is_directory() const { return parts_->directory.has_value(); }

const fs::Status& PackedAccount::opened_as() const {
  return parts_->directory ? parts_->directory->opened_as() : parts_->archive->opened_as();
}

const std::optional<Error>& PackedAccount::damage() const {
  static const std::optional<Error> none;
  return parts_->archive ? parts_->archive->damage() : none;
}

store::Capabilities PackedAccount::mail_abilities() const {
  store::Capabilities can = abilities_of_places(false);
  if (!parts_->archive) return can;
  can.changes_flags = false;
  if (!parts_->archive->can_go_back()) can.parallel_folders = 1;
  return can;
}

formats::Evidence detect_packed(formats::Context& context, const std::string& path, const fs::Rules& rules) {
  try {
    const auto root = fs::Directory::find_root(context.kernel, context.entropy, path, rules);
    if (!root) return formats::archive::detect(context, path, rules);
    if (!root->look_at("cp")) return {false, "a directory without cp"};
    for (const char* name : {home_name, home_archive_name})
      if (root->look_at(name)) return {true, std::string("a directory with cp and ") + name};
    return {false, "a directory with cp, but without homedir or homedir.tar"};
  } catch (const Error&) {
    // No directory.
  }
  return formats::archive::detect(context, path, rules);
}

}  // namespace mailhaul::account::cpanel
