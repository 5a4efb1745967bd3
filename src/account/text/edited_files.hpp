#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "account/text/file_style.hpp"
#include "account/text/overlay_tree.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/fs/control_file.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/store/account.hpp"

namespace mailhaul::account {

/// Somebody was faster than what was to be written there.
[[nodiscard]] Error changed_meanwhile(const std::string& place);
/// Whether what is done there must outlive a power cut (D2).
[[nodiscard]] inline bool is_durable(const fs::Directory& directory) {
  return directory.rules().durability != fs::Durability::none;
}

/// Text files below one root that changes are made to: read once, edited in memory, and written once at the end, each
/// in one step. One thread.
class EditedFiles {
 public:
  enum class Missing { is_made, is_refused };  ///< what becomes of a directory that is not there

  /// `shown_as` stands before a path where the admin sees it: "/home/bob/" or "/". `root` unset: it is not there yet,
  /// and nothing is but planned (a dry run).
  EditedFiles(std::optional<fs::Directory> root, std::string shown_as, Missing directories,
              std::function<FileStyle(const std::string& path)> style)
      : root_(std::move(root)), shown_as_(std::move(shown_as)), directories_(directories), style_(std::move(style)) {}

  /// Files of this owner are the account's too, though the directory is another's.
  void accept_files_of(uid_t owner) { files_of_ = owner; }

  /// As it is planned; unset: there is none. Error of scope folder where it can't be read, or is not to be.
  [[nodiscard]] std::optional<std::string> text(const std::string& path, std::uint64_t limit_octets);
  /// Of a file whose text() was asked for. `change` is told when it can't be written.
  void plan(const std::string& path, std::optional<std::string> text, std::size_t change);
  /// For all changes of it at once.
  void plan(const std::string& path, std::optional<std::string> text, const std::set<std::size_t>& changes);
  /// Of what is planned: it stays as it is.
  void drop(const std::string& path) { planned_.erase(path); }

  struct Failure {
    std::string path{};
    std::set<std::size_t> changes{};
    std::string reason{};
    std::string what_to_do{};
  };
  /// Writes what is planned, durably, and forgets it. What can't be written is as it was. Where it wrote, it takes away
  /// what a killed run left: a hash may be in it.
  [[nodiscard]] std::vector<Failure> commit();
  /// The plan stays, and is what text() says.
  void keep_as_preview();

  [[nodiscard]] const OverlayTree::Planned& planned() const { return planned_; }
  /// Whether commit() wrote it, or would have.
  [[nodiscard]] bool has_changed(const std::string& path) const { return changes_.count(path) != 0; }
  /// By path, of all that was written, or would have been.
  [[nodiscard]] const std::map<std::string, store::FileChange>& changes() const { return changes_; }

  /// The directory of a path, made where it is missing and may be; with the name in it.
  struct Spot {
    fs::Directory directory;
    std::string name;
  };
  [[nodiscard]] std::optional<Spot> find_spot(const std::string& path) const;
  [[nodiscard]] Spot make_spot(const std::string& path) const;
  /// After something was written there: once a directory.
  void sweep(const Spot& written);
  [[nodiscard]] FileStyle style_of(const std::string& path) const { return style_(path); }

 private:
  struct Known {
    std::optional<fs::ControlFile> before{};
    std::optional<Error> unreadable{};
    std::set<std::size_t> users{};
  };

  void write(const std::string& path, const Known& known, const std::optional<std::string>& text);
  void note(const std::string& path, const Known& known, const std::optional<std::string>& text);

  std::optional<fs::Directory> root_;
  std::string shown_as_;
  Missing directories_;
  std::optional<uid_t> files_of_{};
  std::function<FileStyle(const std::string&)> style_;
  std::map<std::string, Known> known_{};
  OverlayTree::Planned planned_{};
  std::map<std::string, store::FileChange> changes_{};
  std::set<fs::FileId> swept_{};  ///< directories
};

}  // namespace mailhaul::account
