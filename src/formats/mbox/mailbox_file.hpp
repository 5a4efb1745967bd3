#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/fs/dotlock.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::formats::mbox {

/// The one file that an mbox store is, found anew at each call: mail programs may replace it at any time.
///
/// The operator names the file, so its directory is the root. Whose file may it be (S6)? In a directory of root's or of
/// the runner's own (/var/mail) each file has an owner of its own and that one is allowed; in a customer's directory
/// only the customer is. Any number of threads.
class MailboxFile {
 public:
  MailboxFile(Context& context, std::string path, fs::Directory directory, std::string name);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Side side() const { return rules_.side; }
  [[nodiscard]] fs::Durability durability() const { return rules_.durability; }
  [[nodiscard]] Context& context() const { return context_; }
  /// Opaque, and the same when another program has replaced the file: the directory and the name.
  [[nodiscard]] store::StoreId identity() const;

  /// Nothing when it is missing; Error(refused, run) with the reason when it is no regular file or another owner's.
  [[nodiscard]] std::optional<fs::File> open() const;
  [[nodiscard]] std::optional<fs::File> open_for_update() const;
  /// Nothing when it is missing. By name: never permission to do something (S5).
  [[nodiscard]] std::optional<fs::Status> look() const;

  [[nodiscard]] bool dotlock_is_held() const;
  [[nodiscard]] std::optional<fs::Dotlock> try_dotlock(const fs::Birth& birth) const;

  [[nodiscard]] fs::NewFile create() const;
  /// Gives a dressed file the mailbox's name; durable as the rules say.
  [[nodiscard]] fs::LinkResult link(fs::NewFile& file) const;

 private:
  [[nodiscard]] fs::Directory allowing_owner() const;
  void reopen_directory() const;
  [[nodiscard]] std::optional<fs::File> checked(fs::OpenResult result) const;
  template <typename Call>
  auto guarded(const Call& call) const;

  Context& context_;
  std::string path_;
  std::string name_;
  const fs::Rules rules_;
  const fs::Status directory_status_;
  mutable fs::Directory directory_;  ///< opened anew after a failed sync
  mutable std::mutex mutex_;         ///< a Directory is one thread's at a time
};

}  // namespace mailhaul::formats::mbox
