// What `fix` does to a tree of mboxes that is there: owners and modes of what is mail in it. Other files may lie there,
// in a home directory all there is: they are left as they are.

#include <cerrno>
#include <functional>
#include <set>
#include <utility>

#include "formats/dresser.hpp"
#include "formats/mboxdir/tree.hpp"
#include "mailhaul/formats/mboxdir/mboxdir.hpp"

namespace mailhaul::formats::mboxdir {

namespace {

/// What the listing could not look into is not mended: it is told as that, and the rest as it was.
class RefusedByListing final : public Findings {
 public:
  RefusedByListing(Findings& findings, Mending& mending) : findings_(findings), mending_(mending) {}
  void add(const Finding& finding) override {
    const bool is_closed = finding.kind == FindingKind::foreign_owner || finding.kind == FindingKind::unreadable;
    if (is_closed)
      mending_.refuse({store::RepairKind::owner, finding.folder, finding.where, "", "", ""}, finding.text);
    else
      add_note(finding);
  }

 private:
  void add_note(Finding finding) {
    finding.weight = Weight::note;
    findings_.add(finding);
  }
  Findings& findings_;
  Mending& mending_;
};

class TreeRepairs final : public store::Repairs {
 public:
  /// `read`: the root as a source, of which only what begins as an mbox is one.
  TreeRepairs(Context& context, fs::Directory root, fs::Directory read, RepairOptions options)
      : context_(context), root_(std::move(root)), read_(std::move(read)), options_(std::move(options)) {}

  void mend(store::Preview preview, store::RepairObserver& observer) override {
    Mending mending(preview, observer);
    Dresser dresser(context_, mending, root_, options_.adoption);
    RefusedByListing findings(context_.findings, mending);
    Context listing{context_.kernel,   context_.entropy, context_.clock,   findings,
                    context_.instants, context_.host,    context_.process, context_.lock_wait};
    Tree tree(listing, read_, std::nullopt, {});
    static_cast<void>(tree.folders());
    std::set<std::string, std::greater<>> directories;  // the deepest first
    for (const auto& [folder, path] : tree.paths()) {
      mending.looked_at_one();
      const std::size_t slash = path.rfind('/');
      mend_file(dresser, slash == std::string::npos ? "" : path.substr(0, slash),
                slash == std::string::npos ? path : path.substr(slash + 1), folder.display());
      for (std::size_t at = slash; at != std::string::npos && at > 0; at = path.rfind('/', at - 1))
        directories.insert(path.substr(0, at));
    }
    for (const std::string& path : directories)
      if (const auto directory = dresser.look_into(root_, "", path, "")) {
        mend_beside(dresser, *directory, path);
        dresser.directory(*directory, path, "");
      }
    mend_beside(dresser, root_, "");
    dresser.settle_linked();
    dresser.directory(root_, "", "");
    dresser.tell_security_types();
    dresser.tell_shared_groups();
  }

 private:
  void mend_file(Dresser& dresser, const std::string& path, const std::string& name, const std::string& folder) {
    const auto directory = path.empty() ? std::optional(root_) : dresser.look_into(root_, "", path, folder);
    const auto seen = directory ? directory->look_at(name) : std::nullopt;
    if (seen && seen->kind == fs::EntryKind::regular) dresser.file(*directory, path, name, *seen, folder);
  }

  /// Dovecot's indexes and subscriptions (mbox.md section 7).
  void mend_beside(Dresser& dresser, const fs::Directory& directory, const std::string& path) {
    for (const char* name : {".subscriptions", "subscriptions"}) mend_file(dresser, path, name, "");
    const auto indexes = directory.look_at(".imap");
    if (!indexes || indexes->kind != fs::EntryKind::directory) return;
    if (const auto below = dresser.look_into(directory, path, ".imap", ""))
      dresser.all_below(*below, joined(path, ".imap"), "", Dresser::Itself::yes);
  }

  Context& context_;
  fs::Directory root_;
  fs::Directory read_;
  RepairOptions options_;
};

}  // namespace

std::unique_ptr<store::Repairs> open_repairs(Context& context, const std::string& path, const fs::Rules& rules,
                                             const RepairOptions& options) {
  const auto failed = [&](Cause cause) {
    return Error(cause, Scope::run, "opening a tree of mboxes to mend it").at(path).on(Side::target);
  };
  try {
    auto root = fs::Directory::find_root(context.kernel, context.entropy, path, rules);
    fs::Rules reading = rules;
    reading.side = Side::source;
    auto read = fs::Directory::find_root(context.kernel, context.entropy, path, reading);
    if (!root || !read || read->opened_as().id != root->opened_as().id) throw failed(Cause::not_found).because(ENOENT);
    return std::make_unique<TreeRepairs>(context, std::move(*root), std::move(*read), options);
  } catch (const Error& error) {
    if (error.system_error() != ENOTDIR) throw;
    throw failed(Cause::not_a_store).because("not a directory");
  }
}

}  // namespace mailhaul::formats::mboxdir
