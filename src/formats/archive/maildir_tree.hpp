#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "formats/maildir/folder_layout.hpp"
#include "formats/maildir/keyword_file.hpp"
#include "formats/maildir/uidlist.hpp"
#include "mailhaul/formats/archive/maildir.hpp"

namespace mailhaul::formats::archive {

/// One Maildir in an archive: which folders it has, and the files beside their messages. Any number of threads.
class MaildirTree {
 public:
  MaildirTree(Context& context, std::shared_ptr<const Archive> archive, std::string path,
              const maildir::TreeOptions& options);

  [[nodiscard]] const Archive& archive() const { return *archive_; }
  [[nodiscard]] const maildir::Naming& naming() const { return naming_; }
  /// Without INBOX, and what directory each is.
  [[nodiscard]] const std::map<mail::FolderName, std::string>& directories() const { return directories_; }
  /// Where a folder is below the archive's root; nothing when it does not exist.
  [[nodiscard]] std::optional<std::string> home_of(const store::FolderRef& folder) const;
  /// As home_of; Error(not_found, folder) instead of nothing.
  [[nodiscard]] std::string existing_home_of(const store::FolderRef& folder) const;

  /// As io::Tree::read.
  [[nodiscard]] std::optional<std::string> read(const std::string& path, std::uint64_t limit_octets) const;
  /// What is wrong with a list is told.
  [[nodiscard]] std::optional<maildir::UidListHeader> read_uid_list(const std::string& home, const std::string& folder,
                                                                    const maildir::UidListParser::Take& take) const;
  /// Nothing: they can't be read, which is told.
  [[nodiscard]] std::optional<maildir::KeywordSlots> read_keywords(const std::string& home,
                                                                   const std::string& folder) const;
  [[nodiscard]] store::Stamp stamp() const;
  /// Hands a finding on, once.
  void tell(const Finding& finding) const;

 private:
  void find_folders(bool among_mailboxes);
  [[nodiscard]] bool is_folder(const std::string& name) const;
  [[nodiscard]] bool has_mail(const std::string& name) const;
  [[nodiscard]] std::string below(const std::string& name) const { return path_.empty() ? name : path_ + "/" + name; }

  Context& context_;
  std::shared_ptr<const Archive> archive_;
  std::string path_;
  maildir::Naming naming_{};
  std::map<mail::FolderName, std::string> directories_{};
  mutable std::mutex mutex_{};
  mutable std::set<std::string> told_{};
};

}  // namespace mailhaul::formats::archive
