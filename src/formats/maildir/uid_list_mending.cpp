#include "formats/maildir/uid_list_mending.hpp"

#include <algorithm>
#include <set>

#include "formats/maildir/uidlist.hpp"

namespace mailhaul::formats::maildir {

namespace {

/// A record by where it stands in the text: a list may have millions.
struct Row {
  std::uint32_t uid = 0;
  std::string_view fields{};
  std::string_view key{};
};

/// The records of a list, and the lines that are none.
struct ReadList {
  std::optional<UidListHeader> header{};
  std::vector<Row> rows{};
  std::uint64_t bad_lines = 0;
  std::string first_bad{};
};

/// `text` ends with a line end, so that records are views into it.
ReadList read(std::string_view text) {
  ReadList list;
  UidListParser parser(
      [&](const UidRecord& record) {
        list.rows.push_back({record.uid.value, record.fields, record.key});
      },
      UidListParser::Order::any);
  parser.write(text);
  parser.finish();
  list.header = parser.header();
  list.bad_lines = parser.bad_lines();
  list.first_bad = parser.first_bad();
  return list;
}

bool is_number_but_zero(std::string_view text) {
  constexpr std::size_t most_digits = 10;
  return !text.empty() && text.size() <= most_digits &&
         text.find_first_not_of("0123456789") == std::string_view::npos &&
         text.find_first_not_of('0') != std::string_view::npos;
}

/// The header without what makes a reader refuse it, where a UIDVALIDITY is left.
std::optional<std::string> mended_header(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  constexpr std::size_t longest = 4096;
  if (line.size() > longest || line.find('\0') != std::string_view::npos) return std::nullopt;
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::string_view word = line.substr(0, line.find(' '));
    if (!word.empty()) words.push_back(word);
    line.remove_prefix(std::min(word.size() + 1, line.size()));
  }
  if (words.empty()) return std::nullopt;
  if (words[0] == "1") return words.size() > 1 ? std::optional("1 " + std::string(words[1]) + " 1") : std::nullopt;
  if (words[0] != "3") return std::nullopt;
  std::string validity;
  std::string others;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view value = words[i].substr(1);
    switch (words[i].front()) {
    case 'V':
      if (is_number_but_zero(value)) validity = value;
      break;
    case 'N':
    case 'G': break;  // one of them is the fault: a server makes another GUID, and UIDs tell the next one
    default: others.append(" ").append(words[i]);
    }
  }
  if (validity.empty()) return std::nullopt;
  return "3 V" + validity + " N1" + others;
}

/// Puts the rows in order and leaves one a UID.
void put_in_order(std::vector<Row>& rows, const std::function<bool(std::string_view)>& is_there,
                  std::vector<std::string>& faults) {
  const auto below = [](const Row& a, const Row& b) { return a.uid < b.uid; };
  if (!std::is_sorted(rows.begin(), rows.end(), below)) {
    faults.emplace_back("UIDs that do not ascend");
    std::stable_sort(rows.begin(), rows.end(), below);
  }
  std::uint64_t more = 0;
  std::size_t kept = 0;
  for (std::size_t first = 0; first < rows.size();) {
    std::size_t end = first + 1;
    while (end < rows.size() && rows[end].uid == rows[first].uid) ++end;
    Row best = rows[first];
    if (end - first > 1) {
      more += end - first - 1;
      const auto there = std::find_if(rows.begin() + static_cast<std::ptrdiff_t>(first),
                                      rows.begin() + static_cast<std::ptrdiff_t>(end),
                                      [&](const Row& row) { return is_there(row.key); });
      if (there != rows.begin() + static_cast<std::ptrdiff_t>(end)) best = *there;
    }
    rows[kept++] = best;
    first = end;
  }
  rows.resize(kept);
  if (more > 0) faults.push_back(std::to_string(more) + " records with the UID of another one");
}

/// For what the old name said, in a line that no reader finds too long.
bool has_room(const Row& row) {
  constexpr std::size_t longest_fields = 2048;
  return row.fields.size() <= longest_fields;
}

mail::ServerIds renamed_ids(const Row& row) {
  const RecordFields fields = parse_fields(row.fields);
  mail::ServerIds ids;
  ids.uid = mail::Uid{row.uid};
  ids.guid = fields.guid.value_or(row.key);
  if (fields.pop3_uidl) ids.pop3_uidl = fields.pop3_uidl->empty() ? row.key : *fields.pop3_uidl;
  ids.pop3_order = fields.pop3_order;
  ids.list_fields = fields.other;
  return ids;
}

}  // namespace

std::optional<MendedUidList> mend_uid_list(const std::string& text, const std::map<std::string, std::string>& renames,
                                           const std::function<bool(std::string_view)>& is_there) {
  MendedUidList mended;
  if (text.empty()) return std::nullopt;
  std::string whole = text;
  if (whole.back() != '\n') {
    whole += '\n';
    mended.faults.emplace_back("no line end at its end, where a server appends");
  }
  ReadList list = read(whole);
  if (!list.header) {
    const std::size_t end = whole.find('\n');
    const auto header = mended_header(std::string_view(whole).substr(0, end));
    if (!header) return std::nullopt;
    mended.faults.push_back("a header that can't be taken (" + list.first_bad + ")");
    whole.replace(0, end, *header);
    list = read(whole);
    if (!list.header) return std::nullopt;
  }
  if (list.bad_lines > 0)
    mended.faults.push_back(std::to_string(list.bad_lines) + " lines that are no records (" + list.first_bad + ")");
  put_in_order(list.rows, is_there, mended.faults);

  std::set<std::string_view> listed;  // of the new names only
  if (!renames.empty()) {
    std::set<std::string_view> wanted;
    for (const auto& [from, to] : renames) wanted.insert(to);
    for (const Row& row : list.rows)
      if (wanted.count(row.key) != 0) listed.insert(row.key);
  }
  UidListText out;
  for (const Row& row : list.rows) {
    const auto rename = renames.empty() ? renames.end() : renames.find(std::string(row.key));
    if (rename != renames.end() && listed.count(rename->second) == 0) {
      if (has_room(row) && out.add(renamed_ids(row), rename->second)) {
        ++mended.followed;
        continue;
      }
      mended.left.insert(rename->first);
    }
    out.add_record({{row.uid}, row.fields, row.key});
  }
  mended.text = out.finish(*list.header);
  return mended;
}

}  // namespace mailhaul::formats::maildir
