#include "formats/maildir/listed_ids.hpp"

#include <algorithm>
#include <array>

#include "formats/maildir/shared_list.hpp"
#include "mailhaul/fs/file.hpp"

namespace mailhaul::formats::maildir {

namespace {

constexpr std::size_t piece_octets = 64 * 1024;

const char* reason_of(fs::Refusal refusal) {
  switch (refusal) {
  case fs::Refusal::symlink: return "a symbolic link";
  case fs::Refusal::foreign_owner: return "owned by somebody else than the mailbox";
  default: return "no ordinary file";
  }
}

/// At the target nothing is lost by it: that list stays as it is.
TellOfList teller_of(Tree& tree) {
  return [&tree](Finding finding) {
    if (tree.side() == Side::target) finding.weight = Weight::note;
    tree.tell(finding);
  };
}

class ListFile {
 public:
  ListFile(Tree& tree, const fs::Directory& home, std::string folder, const char* name)
      : tree_(tree), home_(home), folder_(std::move(folder)), name_(name) {}

  [[nodiscard]] bool is_there() const { return home_.look_at(name_).has_value(); }

  [[nodiscard]] std::optional<UidListHeader> read(const UidListParser::Take& take) const {
    const fs::OpenResult opened = home_.open_file(name_);
    if (opened.refusal == fs::Refusal::missing) return std::nullopt;
    if (!opened.file) return lost(reason_of(opened.refusal));
    if (opened.file->opened_as().size_octets > longest_uid_list) return lost(too_long_uid_list_reason);
    if (!tree_.shared_lists().may_read(opened.file->opened_as(), home_.opened_as().id))
      return lost("another folder has the same file (a hard link), and it is larger than 4 MiB");
    UidListParser parser(take);
    try {
      std::array<std::byte, piece_octets> buffer{};
      std::uint64_t offset = 0;
      while (const std::size_t got = opened.file->read_at(buffer, offset)) {
        parser.write(as_text(Bytes(buffer).first(got)));
        offset += got;
        if (offset > longest_uid_list) return lost(too_long_uid_list_reason);
      }
    } catch (const Error& error) {
      return lost(error.reason());
    }
    parser.finish();
    return settle_uid_list(parser, folder_, name_, teller_of(tree_));
  }

 private:
  [[nodiscard]] std::optional<UidListHeader> lost(std::string_view reason) const {
    return lost_uid_list(reason, folder_, name_, teller_of(tree_));
  }

  Tree& tree_;
  const fs::Directory& home_;
  std::string folder_;
  const char* name_;
};

}  // namespace

std::optional<UidListHeader> read_uid_list(Tree& tree, const fs::Directory& home, const std::string& folder,
                                           const UidListParser::Take& take) {
  const ListFile list(tree, home, folder, uid_list_name);
  // A list that is there but can't be read is not replaced by what another server said in its time.
  if (list.is_there()) return list.read(take);
  return ListFile(tree, home, folder, courier_uid_list_name).read(take);
}

std::nullopt_t lost_uid_list(std::string_view reason, const std::string& folder, const std::string& name,
                             const TellOfList& tell) {
  tell({FindingKind::uid_list, Weight::lost, folder, name,
        "the UIDs of the folder can't be read: " + std::string(reason), 1});
  return std::nullopt;
}

std::optional<UidListHeader> settle_uid_list(const UidListParser& parser, const std::string& folder,
                                             const std::string& name, const TellOfList& tell) {
  if (parser.is_empty()) return std::nullopt;
  if (!parser.header()) return lost_uid_list(parser.first_bad(), folder, name, tell);
  if (parser.bad_lines() > 0) {
    tell({FindingKind::uid_list, Weight::lost, folder, name,
          parser.first_bad() + ": a server would throw the list away; what it says otherwise is kept",
          parser.bad_lines()});
  }
  return parser.header();
}

ListedIds::ListedIds(Tree& tree, const fs::Directory& home, const std::string& folder, const Listing& listing)
    : ListedIds([&](const UidListParser::Take& take) { return read_uid_list(tree, home, folder, take); },
                teller_of(tree), folder, listing) {}

ListedIds::ListedIds(const ReadUidList& read, const TellOfList& tell, const std::string& folder, const Listing& listing)
    : rows_(listing.size()), fields_("\n") {
  constexpr std::size_t fields_each = 160;
  constexpr std::size_t fields_at_least = 64 * 1024;
  most_fields_ = fields_at_least + fields_each * listing.size();

  std::uint64_t twice = 0;
  std::string example;
  const auto header = read([&](const UidRecord& record) {
    auto [item, end] = listing.find(record.key);
    while (item < end && listing.item(item).is_namesake) ++item;
    if (item == end) return;
    if (rows_[item].uid != 0 && twice++ == 0) example = record.key;
    rows_[item] = {record.uid.value, keep_fields(record.fields)};
  });
  if (!header) {
    rows_.clear();
    return;
  }
  if (twice > 0)
    tell({FindingKind::uid_list, Weight::note, folder, example, "listed twice: its last UID counts", twice});
  if (fields_dropped_ > 0)
    tell({FindingKind::over_limit, Weight::lost, folder, uid_list_name,
          "GUIDs and POP3 UIDLs of records that are far too long", fields_dropped_});
  sort();
}

std::uint32_t ListedIds::keep_fields(std::string_view fields) {
  while (!fields.empty() && fields.back() == ' ') fields.remove_suffix(1);
  if (fields.empty()) return 0;
  if (fields_.size() + fields.size() + 1 > most_fields_) {
    ++fields_dropped_;
    return 0;
  }
  const auto at = static_cast<std::uint32_t>(fields_.size());
  fields_.append(fields).append("\n");
  return at;
}

void ListedIds::sort() {
  order_.resize(rows_.size());
  for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = static_cast<std::uint32_t>(i);
  const auto listed_end =
      std::stable_partition(order_.begin(), order_.end(), [this](std::uint32_t item) { return rows_[item].uid != 0; });
  std::sort(order_.begin(), listed_end,
            [this](std::uint32_t a, std::uint32_t b) { return rows_[a].uid < rows_[b].uid; });
}

mail::ServerIds ListedIds::ids_of(const Listing& listing, std::size_t item) const {
  mail::ServerIds ids;
  if (rows_.empty() || rows_[item].uid == 0) return ids;
  const std::string_view key = listing.base(item);
  const std::string_view from = std::string_view(fields_).substr(rows_[item].fields_at);
  RecordFields fields = parse_fields(from.substr(0, from.find('\n')));
  ids.uid = mail::Uid{rows_[item].uid};
  // What the server would take from the name is spelled out: the copy may have to get another name.
  ids.guid = fields.guid.value_or(key);
  if (fields.pop3_uidl) ids.pop3_uidl = fields.pop3_uidl->empty() ? key : *fields.pop3_uidl;
  ids.pop3_order = fields.pop3_order;
  ids.list_fields = std::move(fields.other);
  return ids;
}

}  // namespace mailhaul::formats::maildir
