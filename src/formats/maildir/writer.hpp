#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "formats/maildir/base_names.hpp"
#include "formats/maildir/changes.hpp"
#include "formats/maildir/moves.hpp"
#include "formats/maildir/target_keywords.hpp"
#include "formats/maildir/tree.hpp"
#include "mailhaul/formats/maildir/maildir.hpp"
#include "mailhaul/fs/durable_batch.hpp"
#include "mailhaul/fs/new_file.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::formats::maildir {

/// Opens (and where something is missing makes) the directories of a folder, and puts away what a killed run left.
struct WritableFolder {
  FolderDirectories directories;
  fs::Directory tmp;
  /// Those that hold the names on the way to cur and new: synced with the first batch also where nothing was made,
  /// since who made it may have failed before it was durable (D1), in another run or just now.
  std::vector<fs::Directory> above;
  bool was_made = false;  ///< some of it, just now
};
[[nodiscard]] WritableFolder make_folder(Tree& tree, const store::FolderRef& folder, const fs::Birth& birth);

/// Adds messages to a folder, moves others there, and changes those that are there. Files have no name until flush(),
/// which gives them out in the order of D1; then they are complete and durable (S8). Names of keywords come before
/// letters. One thread.
class Writer final : public store::FolderWriter {
 public:
  Writer(std::shared_ptr<Tree> tree, const store::FolderRef& folder, WritableFolder opened,
         const TargetOptions& options);

  [[nodiscard]] std::unique_ptr<store::MessageWriter> append(const store::MessageInfo& info) override;
  void change_flags(const store::Handle& handle, const store::FlagChange& change) override;
  void take(const store::FolderRef& from, const store::AsSeen& message) override;
  void expunge(const store::AsSeen& message) override;
  [[nodiscard]] bool batch_is_full() const override;
  std::vector<store::Receipt> flush() override;
  store::Finished finish(const store::FolderInfo& info, store::NumberedMessages& messages) override;

 private:
  class NewMessage;

  /// A complete file that waits for its name.
  struct Waiting {
    fs::NewFile file;
    fs::FileId id{};
    store::MessageInfo info{};
    std::uint64_t octets = 0;
    std::uint64_t octets_with_crlf = 0;
    bool is_compressed = false;
    bool looked_compressed = false;  ///< so compressed it had to be
    std::string base{};
    std::string suffix{};  ///< info part; empty in new/
    std::string name{};    ///< the last one that was tried
    bool in_new = false;
  };

  /// Messages of the batch that a finding counts, and the name of the first.
  struct Noted {
    std::uint64_t messages = 0;
    std::string example{};
    void note(const std::string& name) {
      if (messages++ == 0) example = name;
    }
  };

  [[nodiscard]] std::optional<io::Compression> compression_for(const store::MessageInfo& info) const;
  void add(Waiting waiting);
  void choose_name(Waiting& waiting);
  void settle_keywords();
  void flush_batch(std::vector<store::Receipt>& receipts);
  void tell(Noted& noted, FindingKind kind, const std::string& text);
  void take_back();
  void forget_batch();

  std::shared_ptr<Tree> tree_;
  store::FolderRef folder_;
  std::string display_;
  WritableFolder opened_;
  TargetOptions options_;
  TargetKeywords keywords_;
  BaseNames bases_;
  Changes changer_;
  Moves mover_;
  fs::DurableBatch batch_;

  std::vector<Waiting> waiting_;
  std::vector<Change> changes_;
  std::vector<Move> moves_;
  /// What was asked for, in order: an index of `waiting_`, `changes_` or `moves_`.
  enum class Asked { append, change, move };
  std::vector<std::pair<Asked, std::size_t>> asked_;
  std::uint64_t waiting_octets_ = 0;
  Noted renamed_;
  Noted wrongly_sized_;
  Noted compressed_;
  Noted looked_compressed_;
  Noted unpacked_;

  std::vector<std::byte> buffer_;  ///< lent to the one NewMessage
};

}  // namespace mailhaul::formats::maildir
