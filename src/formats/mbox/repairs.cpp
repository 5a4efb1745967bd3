// What `fix` does to an mbox that is there: owner and mode of the file. What is in it is left to sync.

#include <utility>

#include "formats/dresser.hpp"
#include "mailhaul/formats/mbox/mbox.hpp"

namespace mailhaul::formats::mbox {

namespace {

class FileRepairs final : public store::Repairs {
 public:
  FileRepairs(Context& context, fs::Directory parent, std::string name, RepairOptions options)
      : context_(context), parent_(std::move(parent)), name_(std::move(name)), options_(std::move(options)) {
    // A spool's delivery agent is let in by the group: "bob:mail 0660". That of others stays with nobody.
    options_.adoption.kept_of_files = 0660;
  }

  void mend(store::Preview preview, store::RepairObserver& observer) override {
    Mending mending(preview, observer);
    Dresser dresser(context_, mending, parent_, options_.adoption);
    const auto seen = parent_.look_at(name_);
    if (!seen || seen->kind != fs::EntryKind::regular)
      return mending.refuse({store::RepairKind::owner, "", name_, "", "", ""},
                            to_string(seen ? fs::AdoptionRefusal::not_regular : fs::AdoptionRefusal::changed));
    dresser.file(parent_, "", name_, *seen, "");
    dresser.settle_linked();
  }

 private:
  Context& context_;
  fs::Directory parent_;
  std::string name_;
  RepairOptions options_;
};

Error failed(Cause cause, const std::string& path) {
  return Error(cause, Scope::run, "opening an mbox to mend it").at(path).on(Side::target);
}

}  // namespace

std::unique_ptr<store::Repairs> open_repairs(Context& context, const std::string& path, const fs::Rules& rules,
                                             const RepairOptions& options) {
  const fs::ParentAndName parts = fs::split_operator_path(path);
  auto parent = fs::Directory::find_root(context.kernel, context.entropy, parts.parent, rules);
  const auto seen = parent ? parent->look_at(parts.name) : std::nullopt;
  if (!seen) throw failed(Cause::not_found, path).because("no such file or directory");
  if (seen->kind != fs::EntryKind::regular) throw failed(Cause::not_a_store, path).because("not a regular file");
  return std::make_unique<FileRepairs>(context, std::move(*parent), parts.name, options);
}

}  // namespace mailhaul::formats::mbox
