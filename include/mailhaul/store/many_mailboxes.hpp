#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mailhaul/base/finding.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::store {

/// What is known of a store that is made of one inner store for each mailbox before any of them is opened.
struct ManyMailboxes {
  StoreId identity{};
  Capabilities abilities{};  ///< of the inner stores, all of one kind
  Side side = Side::none;
  /// A mailbox that can't be opened when folders are listed is told here, with its name; may be null.
  Findings* findings = nullptr;
  /// Inner stores that are kept open though nobody uses them: each has descriptors.
  std::size_t most_open = 64;
};

/// How the mailboxes of a source are opened. Called one at a time; the inner stores call their mailbox "".
struct MailboxSources {
  std::function<std::vector<std::string>()> names{};                                 ///< sorted as they shall be told
  std::function<std::unique_ptr<MessageSource>(const std::string& mailbox)> find{};  ///< null: it is not there
};

struct MailboxStores {
  std::function<std::vector<std::string>()> names{};
  std::function<std::unique_ptr<MessageStore>(const std::string& mailbox)> find{};  ///< null: it is not there
  std::function<std::unique_ptr<MessageStore>(const std::string& mailbox)> make{};  ///< where it is not there
};

/// One store out of many. An inner store is opened when it is first asked for, and closed when others need its place.
///
/// Errors name the mailbox before the folder, and reach no further than a folder where they are about one mailbox
/// alone: the others go on. Messages are moved within a mailbox; take() from another one is Error(unsupported, folder).
/// A mailbox that is not there has no folders; open_folder() makes it.
[[nodiscard]] std::unique_ptr<MessageSource> join_mailboxes(ManyMailboxes about, MailboxSources inner);
[[nodiscard]] std::unique_ptr<MessageStore> join_mailboxes(ManyMailboxes about, MailboxStores inner);

/// Puts the name of a mailbox, where there is one, before that of the folder, and tells each thing once, however often
/// its store is opened.
class MailboxFindings final : public Findings {
 public:
  MailboxFindings(Findings& findings, std::string mailbox);
  ~MailboxFindings() override;
  void add(const Finding& finding) override;

 private:
  struct Told;
  Findings& findings_;
  std::string mailbox_;
  std::unique_ptr<Told> told_;
};

}  // namespace mailhaul::store
