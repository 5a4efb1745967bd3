#include "formats/archive/maildir_tree.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "formats/maildir/listed_ids.hpp"
#include "formats/maildir/name.hpp"

namespace mailhaul::formats::archive {
namespace {

constexpr std::array control_files{"dovecot-uidlist", "courierimapuiddb",     "dovecot-keywords",
                                   "subscriptions",   "dovecot-acl",          "courierimapsubscribed",
                                   "courierimapacl",  "mailbox_format.cpanel"};
/// Dovecot makes a folder of the file that says which format a cPanel mailbox has.
constexpr const char* format_marker = ".mailbox_format.cpanel";
constexpr std::array maildir_parts{"cur", "new", "tmp"};

}  // namespace

bool is_maildir_control_file(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return std::any_of(control_files.begin(), control_files.end(), [name](const char* one) { return name == one; });
}

MaildirTree::MaildirTree(Context& context, std::shared_ptr<const Archive> archive, std::string path,
                         const maildir::TreeOptions& options)
    : context_(context), archive_(std::move(archive)), path_(std::move(path)) {
  if (options.layout.value_or(maildir::Layout::maildir_plus_plus) != maildir::Layout::maildir_plus_plus)
    throw Error(Cause::unsupported, Scope::mailbox, "reading a Maildir in an archive")
        .at(archive_->place() + ": " + path_)
        .because("LAYOUT=fs is not read from archives")
        .on(archive_->side());
  naming_.utf8 = options.utf8;
  find_folders(options.among_mailboxes);
}

void MaildirTree::find_folders(bool among_mailboxes) {
  std::vector<std::string> names;
  archive_->tree()->list(path_, [&](const std::string& name, io::NodeKind kind) {
    if (name.front() != '.') return;
    const bool is_others = among_mailboxes && name.find('@') != std::string::npos;
    if (kind == io::NodeKind::symlink && !is_others && !name.starts_with(".dovecot."))
      tell({FindingKind::symlink,
            Weight::failed,
            {},
            below(name),
            "a symbolic link where a folder could be: not followed"});
    if (kind != io::NodeKind::directory || !is_folder(name)) return;
    const bool is_marker = among_mailboxes && name == format_marker;
    if ((maildir::is_hidden_by_root(name) || is_marker) && !has_mail(name)) return;
    names.push_back(name);
  });
  for (maildir::NamedDirectory& named : maildir::name_folders(std::move(names), naming_)) {
    if (!named.remark.empty())
      tell({FindingKind::folder_name, Weight::note, named.folder.display(), named.directory, named.remark});
    directories_.emplace(std::move(named.folder), std::move(named.directory));
  }
}

bool MaildirTree::is_folder(const std::string& name) const {
  const auto tree = archive_->tree();
  return std::any_of(maildir_parts.begin(), maildir_parts.end(),
                     [&](const char* part) { return tree->look_at(below(name) + "/" + part).is_directory(); });
}

bool MaildirTree::has_mail(const std::string& name) const {
  bool found = false;
  for (const char* part : {"new", "cur"})
    archive_->members_in(below(name) + "/" + part, [&](const Member& member) {
      found = found || maildir::kind_of(member.name) != maildir::NameKind::hidden;
    });
  return found;
}

std::optional<std::string> MaildirTree::home_of(const store::FolderRef& folder) const {
  if (!folder.mailbox.empty()) return std::nullopt;
  if (folder.folder.is_inbox()) return path_;
  const auto there = directories_.find(folder.folder);
  return there == directories_.end() ? std::nullopt : std::optional(below(there->second));
}

std::string MaildirTree::existing_home_of(const store::FolderRef& folder) const {
  if (auto home = home_of(folder)) return *home;
  throw Error(Cause::not_found, Scope::folder, "opening a folder")
      .in(folder.display())
      .at(archive_->place() + ": " + path_)
      .on(archive_->side());
}

std::optional<std::string> MaildirTree::read(const std::string& path, std::uint64_t limit_octets) const {
  return archive_->tree()->read(path, limit_octets);
}

std::optional<maildir::UidListHeader> MaildirTree::read_uid_list(const std::string& home, const std::string& folder,
                                                                 const maildir::UidListParser::Take& take) const {
  const auto tree = archive_->tree();
  const auto teller = [this](const Finding& finding) { tell(finding); };
  const auto at = [&home](const char* name) { return home.empty() ? std::string(name) : home + "/" + name; };
  // A list that is there but can't be read is not replaced by what another server said in its time.
  const bool is_dovecots = tree->look_at(at(maildir::uid_list_name)).kind != io::NodeKind::missing;
  const char* const name = is_dovecots ? maildir::uid_list_name : maildir::courier_uid_list_name;
  const io::Node node = tree->look_at(at(name));
  if (node.kind == io::NodeKind::missing) return std::nullopt;
  if (!node.is_file()) return maildir::lost_uid_list("no ordinary file", folder, name, teller);
  if (node.size_octets > maildir::longest_uid_list)
    return maildir::lost_uid_list(maildir::too_long_uid_list_reason, folder, name, teller);
  maildir::UidListParser parser(take);
  try {
    tree->visit({at(name)}, [&](const std::string& /*path*/, io::Source& content) {
      for (Bytes piece = content.read(); !piece.empty(); piece = content.read()) parser.write(as_text(piece));
    });
  } catch (const Error& error) {
    if (error.scope() == Scope::run) throw;
    return maildir::lost_uid_list(error.reason(), folder, name, teller);
  }
  parser.finish();
  return maildir::settle_uid_list(parser, folder, name, teller);
}

std::optional<maildir::KeywordSlots> MaildirTree::read_keywords(const std::string& home,
                                                                const std::string& folder) const {
  const std::string path = home.empty() ? maildir::keyword_file_name : home + "/" + maildir::keyword_file_name;
  try {
    const auto text = read(path, maildir::keyword_file_limit);
    const std::string couriers = home.empty() ? "courierimapkeywords" : home + "/courierimapkeywords";
    if (!text && archive_->tree()->look_at(couriers).is_directory())
      tell({FindingKind::keyword, Weight::lost, folder, couriers,
            "keywords that Courier kept are not read from archives"});
    return text ? maildir::KeywordSlots::parse(*text) : maildir::KeywordSlots{};
  } catch (const Error& error) {
    if (error.scope() == Scope::run) throw;
    // The mail matters more than its labels; and invented ones would stay for ever.
    tell({FindingKind::keyword, Weight::lost, folder, maildir::keyword_file_name,
          "names of keywords can't be read: " + error.reason()});
    return std::nullopt;
  }
}

/// What is in an archive changes only with its file.
store::Stamp MaildirTree::stamp() const {
  constexpr std::int64_t young_seconds = 2;
  const auto now = std::chrono::floor<std::chrono::seconds>(context_.clock.now()).time_since_epoch().count();
  return {
      archive_->token() + " " + path_, archive_->damage() || archive_->modified_seconds() + young_seconds > now, {}};
}

void MaildirTree::tell(const Finding& finding) const {
  {
    const std::lock_guard guard(mutex_);
    if (!told_
             .insert(std::to_string(static_cast<int>(finding.kind)) + '\0' + finding.folder + '\0' + finding.where +
                     '\0' + finding.text)
             .second)
      return;
  }
  context_.findings.add(finding);
}

}  // namespace mailhaul::formats::archive
