#pragma once

#include <algorithm>
#include <charconv>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "left_overs.hpp"
#include "mailbox_file.hpp"
#include "mailhaul/formats/mbox/mbox.hpp"
#include "mailhaul/store/source.hpp"
#include "mailhaul/store/store.hpp"
#include "walk.hpp"

namespace mailhaul::formats::mbox {

/// What a source and a store have in common: all of reading. One folder; of an mbox alone it is INBOX.
class Reader {
 public:
  Reader(Context& context, MailboxPlace place, const SourceOptions& options,
         std::size_t block_octets = default_block_octets)
      : file_(context, std::move(place)), options_(options), block_octets_(block_octets) {}

  /// False when the file is missing; Error(not_a_store) with what was seen instead, Error(locked).
  [[nodiscard]] bool find_mailbox() const;
  /// The same for one that shall be written to: only what Dovecot opens too, and nothing that is compressed.
  [[nodiscard]] bool find_target() const;

  [[nodiscard]] const MailboxFile& file() const { return file_; }
  [[nodiscard]] static store::Capabilities capabilities();
  [[nodiscard]] std::vector<store::Mailbox> mailboxes() const;
  [[nodiscard]] store::FolderInfo folder(const store::FolderRef& folder) const;
  [[nodiscard]] std::optional<store::Stamp> stamp(const store::FolderRef& folder) const;
  [[nodiscard]] std::unique_ptr<store::MessageCursor> walk(std::span<const store::FolderSince> folders) const;
  [[nodiscard]] std::unique_ptr<store::MessageCursor> fetch(const store::FolderRef& folder,
                                                            std::span<const store::Handle> handles) const;

 private:
  /// Every Error has the mailbox's scope.
  [[nodiscard]] Opening look(const fs::File& file) const;
  [[nodiscard]] bool is_ours(const store::FolderRef& folder) const { return folder == file_.folder(); }

  MailboxFile file_;
  SourceOptions options_;
  std::size_t block_octets_;
};

/// Either interface of store/ over a Reader.
template <typename Interface>
class Readable : public Interface {
 public:
  template <typename... Args>
  explicit Readable(Args&&... args) : reader_(std::forward<Args>(args)...) {}

  [[nodiscard]] store::StoreId identity() const override { return reader_.file().identity(); }
  [[nodiscard]] store::Capabilities capabilities() const override { return Reader::capabilities(); }
  [[nodiscard]] std::vector<store::Mailbox> mailboxes() override { return reader_.mailboxes(); }
  [[nodiscard]] store::FolderInfo folder(const store::FolderRef& folder) override { return reader_.folder(folder); }
  [[nodiscard]] std::optional<store::Stamp> stamp(const store::FolderRef& folder) override {
    return reader_.stamp(folder);
  }
  [[nodiscard]] std::unique_ptr<store::MessageCursor> walk(std::span<const store::FolderSince> folders) override {
    return reader_.walk(folders);
  }
  [[nodiscard]] std::unique_ptr<store::MessageCursor> fetch(const store::FolderRef& folder,
                                                            std::span<const store::Handle> handles) override {
    return reader_.fetch(folder, handles);
  }
  [[nodiscard]] const Reader& reader() const { return reader_; }

 private:
  Reader reader_;
};

using Source = Readable<store::MessageSource>;

class Store final : public Readable<store::MessageStore> {
 public:
  Store(Context& context, MailboxPlace place, const TargetOptions& options)
      : Readable(context, std::move(place), options.reading), options_(options), left_overs_(options.birth) {}

  [[nodiscard]] std::unique_ptr<store::FolderWriter> open_folder(const store::FolderRef& folder,
                                                                 const store::FolderInfo& info) override;
  [[nodiscard]] store::Capabilities capabilities() const override;
  void begin() override;
  /// What a program that had the mailbox open all the time delivered into a file that this or an earlier run replaced.
  void finish() override;
  /// A tree of them has looked for what killed runs left.
  void left_overs_were_settled() { left_overs_.began(); }
  /// What is written where nobody said it: what stands there already.
  void choose_variant();

 private:
  TargetOptions options_;
  Variant variant_ = Variant::rd;
  LeftOvers left_overs_;
};

}  // namespace mailhaul::formats::mbox
