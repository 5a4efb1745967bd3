#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/fs/dotlock.hpp"
#include "mailhaul/fs/stand_in.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::formats::mbox {

/// Where a mailbox is, and as what.
struct MailboxPlace {
  std::string path;         ///< for messages
  fs::Directory directory;  ///< one of its own, where folders are worked on at once
  std::string name;
  store::FolderRef folder{};
  Scope scope = Scope::run;  ///< what is lost when it can't be opened: the store, or a folder of several
  /// The directory once more, through a new descriptor; unset: by the path of the operator.
  std::function<std::optional<fs::Directory>()> reopen{};
};

/// The one file that a folder is, found anew at each call: mail programs may replace it at any time.
///
/// Where the operator names the file, its directory is the root. Whose file may it be (S6)? In a directory of root's or
/// of the runner's own (/var/mail) each file has an owner of its own and that one is allowed; in a customer's directory
/// only the customer is. Any number of threads.
class MailboxFile {
 public:
  MailboxFile(Context& context, MailboxPlace place);

  [[nodiscard]] const std::string& path() const { return place_.path; }
  [[nodiscard]] const store::FolderRef& folder() const { return place_.folder; }
  [[nodiscard]] Scope scope() const { return place_.scope; }
  [[nodiscard]] Side side() const { return rules_.side; }
  [[nodiscard]] fs::Durability durability() const { return rules_.durability; }
  [[nodiscard]] Context& context() const { return context_; }
  /// A finding about it: somebody, or a run that was stopped, has changed it.
  void tell(Weight weight, const std::string& text) const;
  /// Opaque, and the same when another program has replaced the file: the directory and the name.
  [[nodiscard]] store::StoreId identity() const;

  /// Nothing when it is missing; Error(refused) with the reason when it is no regular file or another owner's.
  [[nodiscard]] std::optional<fs::File> open() const;
  [[nodiscard]] std::optional<fs::File> open_for_update() const;
  /// Nothing when it is missing. By name: never permission to do something (S5).
  [[nodiscard]] std::optional<fs::Status> look() const;
  /// The name still stands for that file: no program has put another in its place, or taken it away.
  [[nodiscard]] bool is_still(const fs::File& file) const;

  [[nodiscard]] bool dotlock_is_held() const;
  [[nodiscard]] std::optional<fs::Dotlock> try_dotlock(const fs::Birth& birth) const;

  [[nodiscard]] fs::NewFile create() const;
  /// Gives a dressed file the mailbox's name; durable as the rules say.
  [[nodiscard]] fs::LinkResult link(fs::NewFile& file) const;

  // Files of ours beside it, which may take its place (S8).
  [[nodiscard]] std::vector<std::string> names_beginning_with(std::string_view prefix) const;
  /// For reading and writing. Nothing when it is missing, not a regular file with one name, or another owner's.
  [[nodiscard]] std::optional<fs::File> open_beside(const std::string& name) const;
  /// Who runs the program, whoever it acts as (S9).
  [[nodiscard]] uid_t runner() const { return context_.kernel.user(); }
  /// The same for one that must be the runner's, whoever owns the mailbox.
  [[nodiscard]] std::optional<fs::File> open_own_beside(const std::string& name) const;
  /// Nothing when the name is taken.
  [[nodiscard]] std::optional<fs::StandIn> link_beside(fs::NewFile& file, std::string name) const;
  [[nodiscard]] fs::StandIn stand_in(std::string name, const fs::FileId& id) const;
  /// The mailbox becomes what stands in. False: it no longer is `replaced`, and nothing was changed. Not durable yet.
  [[nodiscard]] bool exchange(fs::StandIn& stand_in, const fs::Status& replaced) const;
  void sync_directory() const;
  /// Names of ours that were taken away stay away, as durable as the rules say: one may come back behind a power cut,
  /// when the mailbox has long been used. After its lock is given back, or that one may come back too. An error is not
  /// told: nothing of the mail depends on it.
  void settle_directory() const noexcept;

 private:
  void reopen_directory() const;
  [[nodiscard]] std::optional<fs::File> checked(fs::OpenResult result) const;
  template <typename Call>
  auto guarded(const Call& call) const;

  Context& context_;
  mutable MailboxPlace place_;  ///< its directory is opened anew after a failed sync
  const fs::Rules rules_;
  const fs::Status directory_status_;
  mutable std::mutex mutex_;  ///< a Directory is one thread's at a time
};

}  // namespace mailhaul::formats::mbox
