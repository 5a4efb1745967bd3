#include "formats/archive/maildir_listing.hpp"

#include <algorithm>

#include "formats/maildir/handle.hpp"
#include "formats/maildir/name.hpp"

namespace mailhaul::formats::archive {

MaildirListing::MaildirListing(const MaildirTree& tree, const std::string& home, const std::string& folder)
    : folder_(folder) {
  for (const bool in_new : {true, false}) {
    const std::string part = std::string(home.empty() ? "" : home + "/") + (in_new ? "new" : "cur");
    if (const auto itself = tree.archive().find(part); itself && itself->kind == MemberKind::symlink)
      tree.tell({FindingKind::symlink, Weight::failed, folder_, part,
                 "a symbolic link where messages could be: not followed"});
    tree.archive().members_in(part, [&](const Member& member) { take(tree, member, in_new); });
  }
  names_.sort();
  settle_namesakes(tree);
}

void MaildirListing::take(const MaildirTree& tree, const Member& member, bool in_new) {
  const std::string where = (in_new ? "new/" : "cur/") + std::string(member.name);
  const auto tell = [&](FindingKind kind, Weight weight, const char* text) {
    tree.tell({kind, weight, folder_, where, text});
  };
  const maildir::NameKind name_kind = maildir::kind_of(member.name);
  if (name_kind == maildir::NameKind::hidden) return;
  if (member.kind == MemberKind::directory)
    return tell(FindingKind::directory_in_cur, Weight::note, "a directory among the messages: not read");
  if (member.kind == MemberKind::special)
    return tell(FindingKind::special_file, Weight::note, "a FIFO, socket or device: not opened");
  if (member.kind == MemberKind::foreign)
    return tell(FindingKind::foreign_owner, Weight::failed, "owned by somebody else than the mailbox: not read");
  if (name_kind == maildir::NameKind::line_end)
    return tell(FindingKind::odd_name, Weight::failed, "a name with a line end, which mail servers ignore: not read");
  if (name_kind == maildir::NameKind::empty_base)
    tell(FindingKind::odd_name, Weight::note, "a name that begins with a colon: read, and gets a new name");
  if (name_kind == maildir::NameKind::other_info)
    tell(FindingKind::odd_name, Weight::note,
         "flags behind another sign than a colon, as on Windows: part of the name for mail servers, so not read");
  names_.add(member.name, in_new, member.kind == MemberKind::symlink, 1);
  members_.emplace_back(next_offset_, member.number);
  next_offset_ += member.name.size();
}

/// Several members with one base name are as many messages (S12), but for one: a server that moved a message from new/
/// to cur/ while the archive was made. Then both have its size and its time.
void MaildirListing::settle_namesakes(const MaildirTree& tree) {
  std::vector<bool> keep(names_.size(), true);
  std::uint64_t doubled = 0;
  std::uint64_t twice = 0;
  for (std::size_t first = 0, end = 0; first < names_.size(); first = end) {
    end = names_.group_end(first);
    const bool without_base = names_.base(first).empty();
    std::vector<std::size_t> owners;
    for (std::size_t i = first; i < end; ++i) {
      const Member one = tree.archive().member(member_of(i));
      const auto is_same = [&](std::size_t other) {
        const Member there = tree.archive().member(member_of(other));
        return !names_.item(other).in_new && there.size_octets == one.size_octets &&
               there.modified_seconds == one.modified_seconds;
      };
      keep[i] = without_base || !names_.item(i).in_new || std::none_of(owners.begin(), owners.end(), is_same);
      if (keep[i])
        owners.push_back(i);
      else
        ++twice;
    }
    for (std::size_t i = 0; i < owners.size(); ++i) {
      names_.item(owners[i]).has_namesakes = owners.size() > 1;
      names_.item(owners[i]).is_namesake = i > 0 || without_base;
    }
    if (!without_base) doubled += owners.size() - 1;
  }
  names_.filter(keep);
  if (twice > 0)
    tree.tell({FindingKind::duplicate_name, Weight::note, folder_, "",
               "the same message stands in new/ and, under the same base name, in cur/: taken once", twice});
  if (doubled > 0)
    tree.tell({FindingKind::duplicate_name, Weight::note, folder_, "",
               "another message has the same base name: both are kept", doubled});
}

std::uint32_t MaildirListing::member_of(std::size_t item) const {
  const std::pair<std::uint64_t, std::uint32_t> wanted(names_.item(item).offset, 0);
  return std::lower_bound(members_.begin(), members_.end(), wanted)->second;
}

store::Handle MaildirListing::handle_of(std::size_t item) const {
  store::Handle handle = maildir::handle_of(names_, item);
  // Sorted by name within a base, so those of one name stand together.
  std::size_t before = 0;
  while (before < item && names_.item(item).is_namesake && names_.name(item - before - 1) == names_.name(item) &&
         names_.item(item - before - 1).in_new == names_.item(item).in_new)
    ++before;
  if (before > 0) handle.token += "\n" + std::to_string(before);
  return handle;
}

std::vector<std::uint32_t> MaildirListing::storage_order(const Archive& archive) const {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> order;
  order.reserve(names_.size());
  for (std::uint32_t i = 0; i < names_.size(); ++i) {
    const Member member = archive.member(member_of(i));
    order.emplace_back(member.content.value_or(member.number), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::uint32_t> items;
  items.reserve(order.size());
  for (const auto& one : order) items.push_back(one.second);
  return items;
}

}  // namespace mailhaul::formats::archive
