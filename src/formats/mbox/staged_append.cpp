#include "staged_append.hpp"

#include <optional>
#include <span>
#include <utility>

#include "left_over_name.hpp"
#include "tail.hpp"

namespace mailhaul::formats::mbox {
namespace {

std::string beginning() { return std::string(hidden_beginning) + "append-"; }

}  // namespace

std::optional<StagedAppend::Said> StagedAppend::read(const MailboxFile& mailbox, std::string_view name) {
  if (!name.ends_with(unlisted_end)) return std::nullopt;
  name.remove_suffix(unlisted_end.size());
  const auto numbers = numbers_in_left_over<4>(mailbox, beginning(), name);
  if (!numbers) return std::nullopt;
  return Said{(*numbers)[0], (*numbers)[1], (*numbers)[2], (*numbers)[3]};
}

StagedAppend::StagedAppend(const MailboxFile& mailbox, const WriteLock& lock, std::string_view line_ends, Stage& stage)
    : lock_(lock) {
  const fs::Status is = lock.file().status_now();
  mailbox_octets_ = is.size_octets;
  const bool durable = mailbox.durability() != fs::Durability::none;
  fs::NewFile& file = stage.file();
  // It belongs to the runner, though it was born as all in its directory (S9), and has mode 0600: what is read back of
  // it goes into the mailbox and is recorded as copied, so nobody else may write to it (S7); and a later run knows by
  // the owner that it is one of ours.
  file.dress({{mailbox.runner(), file.status_now().owner.gid}, 0600, 0700}, std::nullopt);
  if (durable) file.sync();
  const std::uint64_t own_inode = file.status_now().id.inode;
  auto stand_in = mailbox.link_beside(
      file, left_over_name<4>(mailbox, beginning(), {is.id.inode, is.size_octets, line_ends.size(), own_inode}) +
                std::string(unlisted_end));
  if (!stand_in) {
    throw Error(Cause::cannot_create, Scope::folder, "appending to an mbox")
        .at(mailbox.path())
        .because("another program has taken the name that staged messages need beside it")
        .on(Side::target);
  }
  stand_in_.emplace(std::move(*stand_in));
  if (durable) mailbox.sync_directory();
}

StagedAppend::~StagedAppend() {
  if (!stand_in_) return;
  try {
    if (lock_.file().status_now().size_octets == mailbox_octets_) return;
  } catch (const Error&) {
    // Then it may be longer.
  }
  stand_in_->leave();
}

void StagedAppend::done() noexcept {
  try {
    static_cast<void>(stand_in_->remove());
  } catch (const Error&) {
    // The next run finds that all of it is in the mailbox.
  }
  stand_in_.reset();
}

std::uint64_t append_staged(const MailboxFile& mailbox, WriteLock& lock, Stage& stage) {
  const std::string_view line_ends = repair_of_tail(mailbox, lock.file());
  StagedAppend staged(mailbox, lock, line_ends, stage);
  const auto read = [&](std::span<std::byte> into, std::uint64_t offset) { return stage.file().read_at(into, offset); };
  const std::uint64_t at = append_octets(mailbox, lock, line_ends, stage.size_octets(), read);
  staged.done();
  return at;
}

}  // namespace mailhaul::formats::mbox
