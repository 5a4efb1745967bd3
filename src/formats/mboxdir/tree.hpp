#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/mbox/mailbox_file.hpp"
#include "formats/mbox/opening.hpp"
#include "mailhaul/formats/context.hpp"
#include "mailhaul/formats/mboxdir/mboxdir.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::formats::mboxdir {

/// Where a folder's file is: a directory below the root ("" is the root itself) and the name in it.
struct Spot {
  std::string directory{};
  std::string name{};
  [[nodiscard]] std::string path() const { return directory.empty() ? name : directory + "/" + name; }
};

/// A tree of mboxes: which folder is which file, one file each, the same in every run. Listed once, on demand, and
/// again by folders(). Any number of threads.
///
/// A source is looked at file by file, since not each file is a mailbox; of a target only the names count, and what is
/// no mbox is refused when it shall be written to.
class Tree {
 public:
  /// `inbox`: where INBOX is when it is not in the tree.
  Tree(Context& context, fs::Directory root, std::optional<mbox::MailboxPlace> inbox,
       const mbox::SourceOptions& options);

  [[nodiscard]] Context& context() const { return context_; }
  [[nodiscard]] const fs::Directory& root() const { return root_; }
  [[nodiscard]] Side side() const { return root_.rules().side; }
  [[nodiscard]] store::StoreId identity() const;

  /// INBOX first, where there is one, the others sorted.
  [[nodiscard]] std::vector<mail::FolderName> folders();
  /// Whether the listing met a name that a killed run left.
  [[nodiscard]] bool has_left_overs() const { return !left_overs_.empty(); }
  /// Those that it met beside the folder's file and that may be of it.
  [[nodiscard]] std::vector<std::string> left_overs_of(const mail::FolderName& folder);
  /// Where each folder of the tree is, below the root.
  [[nodiscard]] std::map<mail::FolderName, std::string> paths();
  /// Nothing when the folder does not exist. Error of scope folder when its directory may not be opened.
  [[nodiscard]] std::optional<mbox::MailboxPlace> find(const store::FolderRef& folder);
  /// Where the folder is or shall be; missing directories are made and durable. Error(unsupported, folder) where no
  /// file can have such a name.
  [[nodiscard]] mbox::MailboxPlace make(const store::FolderRef& folder, const fs::Birth& birth);

 private:
  struct Level;
  /// A file that was listed.
  struct Listed {
    std::vector<std::string> levels{};  ///< above it
    std::optional<io::Compression> compression{};
  };
  void list();
  void list_level(const fs::Directory& directory, const Level& level);
  void take_left_over(const Level& level, const std::string& name);
  void tell_passed_over(const fs::Directory& directory, const Level& level, const fs::Entry& entry);
  /// Whether that name in that directory is the INBOX that the location names.
  [[nodiscard]] bool is_inbox_place(const fs::Directory& directory, const std::string& name) const;
  void take_entry(const fs::Directory& directory, const Level& level, const fs::Entry& entry);
  /// How it is read; nothing when it is no mailbox.
  [[nodiscard]] std::optional<mbox::Opening> look_into(const fs::Directory& directory, const std::string& path,
                                                       const fs::Entry& entry);
  void name_folders();
  /// `plain`: only if the folder's name is spelled by the file's, else only if it is not.
  void name_folder(const std::string& path, const Listed& listed, bool plain);
  [[nodiscard]] static std::vector<std::string> spelled_by(const Spot& spot, const Listed& listed);
  [[nodiscard]] static std::vector<std::string> meant_by(const Spot& spot, const Listed& listed);
  [[nodiscard]] static mail::FolderName folder_of(const std::vector<std::string>& names, bool& guessed);
  void add(mail::FolderName folder, const Spot& spot);
  [[nodiscard]] std::optional<Spot> spot_of(const store::FolderRef& folder);
  [[nodiscard]] std::optional<Spot> free_spot(const mail::FolderName& folder);
  [[nodiscard]] mbox::MailboxPlace place(const store::FolderRef& folder, const Spot& spot,
                                         const fs::Directory& directory) const;
  void note_moved(const store::FolderRef& folder, const Spot& spot);
  void note_unread(FindingKind kind, const std::string& where, const std::string& text);
  void note_once(const Finding& finding);

  Context& context_;
  fs::Directory root_;
  std::optional<mbox::MailboxPlace> inbox_;
  mbox::SourceOptions options_;
  std::mutex mutex_;
  std::optional<std::map<mail::FolderName, Spot>> spots_;
  std::map<std::string, Listed> files_;                           ///< of the listing, by path
  std::map<std::string, std::vector<std::string>> left_overs_{};  ///< by the directory, and the mark of the mailbox
  std::size_t left_over_names_ = 0;
  std::size_t entries_ = 0;
  std::size_t passed_over_ = 0;     ///< that could hide mail
  std::size_t without_suffix_ = 0;  ///< folders whose file is NAME.mbox
  std::map<std::string, bool> told_;
};

}  // namespace mailhaul::formats::mboxdir
