#pragma once

#include <string>
#include <vector>

#include "support/cpanel/account_writer.hpp"
#include "support/message_generator.hpp"

namespace mailhaul::support::cpanel {

enum class FolderNames { modified_utf7, utf8 };

/// Which folders a mailbox has beside INBOX.
enum class Folders { inbox, few, many };

/// One mailbox as a Maildir++.
struct MaildirPlan {
  std::string path{};  ///< below the home
  FolderNames names = FolderNames::modified_utf7;
  Folders folders = Folders::few;
  bool all_gzipped = false;  ///< else some, where the plan wants any
};

class MaildirWriter {
 public:
  explicit MaildirWriter(AccountWriter& writer) : writer_(writer), messages_(writer.plan().seed) {}

  /// Writes it; `mailbox` gets its folders.
  void write(const MaildirPlan& plan, ExpectedMailbox& mailbox);
  /// One more folder: "Work/2024", in the directory `on_disk` ("" the mailbox itself) of the mailbox at `path`.
  ExpectedFolder& folder(ExpectedMailbox& mailbox, const std::string& name, const std::string& on_disk,
                         bool all_gzipped);
  /// So many messages of everyday sizes, not kept in the facts, in INBOX and Sent.
  void bulk(ExpectedMailbox& mailbox, std::size_t count);
  /// dovecot-uidvalidity and its mark, for the mailbox.
  void uid_validity(const ExpectedMailbox& mailbox);

 private:
  [[nodiscard]] std::string everyday(std::size_t number);
  void make_directory(const std::string& path_in_home, bool is_inbox);
  [[nodiscard]] std::string base_name(std::int64_t date, std::string_view octets);

  AccountWriter& writer_;
  MessageGenerator messages_;
  std::uint32_t next_validity_ = 1'500'000'000;
  std::size_t next_name_ = 1;
};

}  // namespace mailhaul::support::cpanel
