#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "folder_changes.hpp"
#include "folder_numbers.hpp"
#include "lock.hpp"
#include "mailbox_file.hpp"
#include "mailhaul/formats/mbox/mbox.hpp"
#include "mailhaul/store/store.hpp"
#include "message_writer.hpp"
#include "rewriter.hpp"
#include "stage.hpp"

namespace mailhaul::formats::mbox {

/// Appends messages to an mbox. They are staged in a file without a name, and a flush makes them visible:
///
/// - no mbox there: the staged file becomes it. Each octet is written once, and half an mbox is never seen; so the
///   batch has no size.
/// - an mbox is there: the staged octets are copied behind its last, under its locks. On any error it is cut back to
///   the length it had (D6).
///
/// Flags that change and messages that go are the Rewriter's; the appended ones of the same batch come into what it
/// made, under the same locks.
class FolderAppender final : public store::FolderWriter, private MessageHome {
 public:
  FolderAppender(const MailboxFile& mailbox, const TargetOptions& options, Variant variant,
                 const store::FolderInfo& info);

  [[nodiscard]] std::unique_ptr<store::MessageWriter> append(const store::MessageInfo& info) override;
  void as_of(const store::Stamp& stamp) override { batch_.as_of(stamp); }
  void change_flags(const store::Handle& handle, const store::FlagChange& change) override;
  void take(const store::FolderRef& from, const store::AsSeen& message) override;
  void expunge(const store::AsSeen& message) override;
  [[nodiscard]] bool batch_is_full() const override;
  std::vector<store::Receipt> flush() override;
  store::Finished finish(const store::FolderInfo& info, store::NumberedMessages& messages) override;

 private:
  bool number(const store::MessageInfo& info, mail::StoreHeaders& headers) override;
  void numbered(std::string_view lines, std::uint64_t offset) override;
  void committed(std::uint64_t offset, const WriteCounts& counts) override;
  void closed() noexcept override { writing_ = false; }

  void begin_batch();
  void begin_numbers();
  void drop_batch();
  [[nodiscard]] std::uint64_t publish();
  [[nodiscard]] std::optional<std::uint64_t> publish_once();
  [[nodiscard]] fs::LinkResult publish_as_new();
  [[nodiscard]] std::uint64_t append_to(WriteLock& lock);
  void keep_empty_folder(const store::FolderInfo& info);
  void raise_base(const store::FolderInfo& info);
  void tell_findings();

  const MailboxFile& mailbox_;
  TargetOptions options_;
  Variant variant_;
  store::FolderInfo info_;
  std::optional<Stage> stage_{};
  std::uint64_t committed_octets_ = 0;      ///< of the stage
  std::vector<std::uint64_t> offsets_{};    ///< of the committed messages in the stage
  bool makes_file_ = false;                 ///< there was no mbox when this batch began
  std::optional<FolderNumbers> numbers_{};  ///< where the variant has them
  bool lost_uid_ = false;                   ///< of the message that is written
  WriteCounts counts_{};
  bool writing_ = false;
  FolderChanges batch_{};
  std::vector<store::Receipt::Outcome> changed_{};  ///< of batch_.changes(), once they were made
  Rewriter rewriter_;
};

}  // namespace mailhaul::formats::mbox
