#include "formats/maildir/target_uid_list.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "formats/maildir/control_lock.hpp"
#include "formats/maildir/name.hpp"
#include "formats/maildir/shared_list.hpp"
#include "mailhaul/mail/digest.hpp"

namespace mailhaul::formats::maildir {

namespace {

constexpr std::string_view doing = "writing the UIDs of a folder";
/// S13: a list that is added to is held whole, as it was and as it becomes. Two million records.
constexpr std::uint64_t longest_list = std::uint64_t{128} << 20U;
constexpr std::ptrdiff_t most_records = 2'500'000;

/// Only a message that owns its base name can be in a list.
bool owns_key(const store::Handle& handle) { return base_of(handle.token).size() == handle.token.size(); }

}  // namespace

std::string TargetUidList::settle(const store::FolderInfo& info, store::NumberedMessages& messages) {
  digest_ = info.list_digest;
  settle_list(info, messages);
  return digest_;
}

void TargetUidList::settle_list(const store::FolderInfo& info, store::NumberedMessages& messages) {
  if (!info.uid_validity || info.uid_validity->value == 0) return;
  const UidListHeader wanted{*info.uid_validity, info.next_uid.value_or(mail::Uid{1}), info.guid, info.list_fields};
  if (!mail::has_room(wanted.next)) return leave_to_server("they leave no room for new messages", 0);
  std::optional<fs::ControlFile> found;
  try {
    const auto there = home_.look_at(uid_list_name);
    if (there && is_too_large_to_share(*there)) return lost(shared_list_reason);
    found = fs::read_control_file(home_, uid_list_name, longest_list);
  } catch (const Error& error) {
    if (error.cause() == Cause::limit) return lost(error.reason());
    if (error.cause() != Cause::refused) throw;
    return leave_to_server(error.reason(), 0);
  }
  if (found && std::count(found->text.begin(), found->text.end(), '\n') > most_records)
    return lost("it has more than " + std::to_string(most_records) + " records");
  tree_.used(wanted.validity);
  if (found) return add_to(*found, wanted, messages);
  write_first(wanted, messages);
}

const char* TargetUidList::numbered_by() const {
  for (const char* name : {"dovecot.index", "dovecot.index.log", "dovecot.index.cache", courier_uid_list_name})
    if (home_.look_at(name)) return name;
  return nullptr;
}

void TargetUidList::write_first(const UidListHeader& wanted, store::NumberedMessages& messages) {
  if (const char* name = numbered_by()) return leave_to_server(std::string(name) + " is there", 0);
  UidListText text;
  store::Handle handle;
  mail::ServerIds ids;
  std::uint64_t count = 0;
  while (messages.next(handle, ids))
    if (owns_key(handle) && text.add(ids, handle.token)) ++count;
  if (text.values_left_out() > 0)
    tree_.tell({FindingKind::uid_list, Weight::lost, folder_, uid_list_name,
                "GUIDs or POP3 UIDLs that can't stand in the list", text.values_left_out()});
  const std::string whole = text.finish(wanted);
  const fs::Dotlock lock = take_control_lock(tree_.context(), home_, birth_, folder_, doing);
  write(whole, std::nullopt, count);
}

void TargetUidList::write(const std::string& text, const std::optional<fs::Status>& replaced, std::uint64_t messages) {
  // Asked again, under the lock.
  if (const char* name = numbered_by()) return leave_to_server(std::string(name) + " is there", messages);
  try {
    if (!fs::write_control_file(home_, uid_list_name, text, birth_, replaced))
      return leave_to_server("it changed its list just now", messages);
    digest_ = mail::digest_of(text);
  } catch (const Error& error) {
    if (error.cause() != Cause::unsupported) throw;
    leave_to_server(error.reason(), messages);
  }
}

void TargetUidList::lost(std::string_view why) {
  tree_.tell({FindingKind::over_limit, Weight::lost, folder_, uid_list_name,
              "the list that is there can't be added to, so UIDs of the source may be missing: " + std::string(why)});
}

void TargetUidList::leave_to_server(std::string_view why, std::uint64_t messages) {
  tree_.tell({FindingKind::uid_list, Weight::note, folder_, uid_list_name,
              "the server numbers the messages here, not the source's UIDs: " + std::string(why),
              std::max<std::uint64_t>(messages, 1)});
}

void TargetUidList::add_to(const fs::ControlFile& found, const UidListHeader& wanted,
                           store::NumberedMessages& messages) {
  text_ = &found.text;
  if (!read_rows(found.text)) return leave_to_server("its list has lines that are no records", 0);
  if (!mail::has_room(header_.next)) return leave_to_server("its list has no room for new messages", 0);
  if (header_.validity != wanted.validity) return leave_to_server("its list has another UIDVALIDITY", 0);
  const std::vector<Missing> added = missing(messages);
  if (refused_ > 0) leave_to_server("in its list the UID belongs to another message", refused_);
  const bool is_next_old = header_.next.value < wanted.next.value;
  if (added.empty() && !is_next_old) return;
  if (const char* name = numbered_by()) {
    if (!added.empty()) leave_to_server(std::string(name) + " is there", added.size());
    return;
  }
  if (!digest_.empty() && mail::digest_of(found.text) != digest_) {
    if (!added.empty()) leave_to_server("it changed its list since it was written", added.size());
    return;
  }
  header_.next.value = std::max(header_.next.value, wanted.next.value);
  const fs::Dotlock lock = take_control_lock(tree_.context(), home_, birth_, folder_, doing);
  write(merged(added), found.status, added.size());
}

bool TargetUidList::read_rows(const std::string& text) {
  UidListParser parser([&](const UidRecord& record) {
    rows_.push_back({record.uid.value, static_cast<std::uint32_t>(record.key.data() - text.data()),
                     static_cast<std::uint16_t>(record.key.size()), static_cast<std::uint16_t>(record.fields.size())});
  });
  // Line by line at once, so that records are views into the text; without its end the last line would be a copy.
  if (!text.empty() && text.back() != '\n') return false;
  parser.write(text);
  parser.finish();
  if (!parser.header() || parser.bad_lines() > 0) return false;
  header_ = *parser.header();
  by_key_.resize(rows_.size());
  for (std::size_t i = 0; i < by_key_.size(); ++i) by_key_[i] = static_cast<std::uint32_t>(i);
  std::sort(by_key_.begin(), by_key_.end(),
            [this](std::uint32_t a, std::uint32_t b) { return key_of(rows_[a]) < key_of(rows_[b]); });
  return true;
}

bool TargetUidList::is_listed(std::uint32_t uid, std::string_view key) const {
  const auto row =
      std::lower_bound(rows_.begin(), rows_.end(), uid, [](const Row& a, std::uint32_t b) { return a.uid < b; });
  return row != rows_.end() && row->uid == uid && key_of(*row) == key;
}

std::vector<TargetUidList::Missing> TargetUidList::missing(store::NumberedMessages& messages) {
  std::vector<Missing> out;
  Missing one;
  while (messages.next(one.handle, one.ids)) {
    if (!one.ids.uid || !owns_key(one.handle) || is_listed(one.ids.uid->value, one.handle.token)) continue;
    const bool uid_is_taken = std::binary_search(rows_.begin(), rows_.end(), Row{one.ids.uid->value},
                                                 [](const Row& a, const Row& b) { return a.uid < b.uid; });
    const std::string_view key = one.handle.token;
    const auto by_key =
        std::lower_bound(by_key_.begin(), by_key_.end(), key,
                         [this](std::uint32_t row, std::string_view wanted) { return key_of(rows_[row]) < wanted; });
    if (uid_is_taken || (by_key != by_key_.end() && key_of(rows_[*by_key]) == key)) {
      ++refused_;
    } else {
      out.push_back(one);
    }
  }
  return out;
}

std::string TargetUidList::merged(const std::vector<Missing>& missing) const {
  UidListText text;
  auto next = missing.begin();
  const auto add_below = [&](std::uint64_t limit) {
    for (; next != missing.end() && next->ids.uid->value < limit; ++next)
      static_cast<void>(text.add(next->ids, next->handle.token));
  };
  for (const Row& row : rows_) {
    add_below(row.uid);
    const std::string_view fields = std::string_view(*text_).substr(row.key_at - 1U - row.fields_size, row.fields_size);
    text.add_record({{row.uid}, fields, key_of(row)});
  }
  add_below(std::uint64_t{largest_uid} + 1);
  return text.finish(header_);
}

void write_last_validity(const fs::Directory& root, const fs::Birth& birth, mail::UidValidity largest) {
  constexpr const char* name = "dovecot-uidvalidity";
  if (largest.value == 0 || root.look_at(name)) return;
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x", largest.value);
  fs::Birth read_only = birth;
  read_only.file_mode = 0444;
  // Two files that say the same: this one has it in its name. Last the one that we look for.
  static_cast<void>(fs::write_control_file(root, std::string(name) + "." + digits.data(), "", read_only, std::nullopt));
  static_cast<void>(fs::write_control_file(root, name, digits.data(), birth, std::nullopt));
}

}  // namespace mailhaul::formats::maildir
