#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "formats/maildir/changes.hpp"
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
  std::vector<fs::Directory> unsynced;  ///< directories that gained an entry
};
[[nodiscard]] WritableFolder make_folder(Tree& tree, const store::FolderRef& folder, const fs::Birth& birth);

/// Adds messages to a folder and changes those that are there. Files have no name until flush(), which gives them out
/// in the order of D1; then they are complete and durable (S8). Names of keywords come before letters. One thread.
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
  [[nodiscard]] std::string new_base(const Waiting& waiting);
  void choose_name(Waiting& waiting);
  void settle_keywords();
  [[nodiscard]] bool is_taken(const std::string& base);
  [[nodiscard]] std::uint64_t hash_of(std::string_view base) const;
  void load_bases();
  void flush_batch(std::vector<store::Receipt>& receipts);
  void tell(Noted& noted, FindingKind kind, const std::string& text);
  void take_back();
  void forget_batch();

  std::shared_ptr<Tree> tree_;
  std::string display_;
  WritableFolder opened_;
  TargetOptions options_;
  TargetKeywords keywords_;
  Changes changer_;
  fs::DurableBatch batch_;
  std::string salt_;  ///< of hash_of

  std::vector<Waiting> waiting_;
  std::vector<Change> changes_;
  /// What was asked for, in order: an index of `waiting_` or of `changes_`.
  std::vector<std::pair<bool, std::size_t>> asked_;
  std::uint64_t waiting_octets_ = 0;
  Noted renamed_;
  Noted wrongly_sized_;
  Noted compressed_;
  Noted looked_compressed_;
  Noted unpacked_;

  std::optional<std::unordered_set<std::uint64_t>> bases_;  ///< hashes of the base names that are there
  std::uint64_t sequence_ = 0;
  std::vector<std::byte> buffer_;  ///< lent to the one NewMessage
};

}  // namespace mailhaul::formats::maildir
