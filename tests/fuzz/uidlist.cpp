#include "formats/maildir/uidlist.hpp"

#include "fuzz/fuzz_input.hpp"

namespace {

using namespace mailhaul::formats::maildir;

struct Record {
  std::uint32_t uid;
  std::string fields;
  std::string key;
  bool operator==(const Record&) const = default;
};

std::vector<Record> read(const std::string& text, std::size_t piece, std::optional<UidListHeader>& header,
                         std::uint64_t& bad) {
  std::vector<Record> out;
  UidListParser parser([&](const UidRecord& record) {
    out.push_back({record.uid.value, std::string(record.fields), std::string(record.key)});
  });
  for (std::size_t at = 0; at < text.size(); at += piece) parser.write(std::string_view(text).substr(at, piece));
  parser.finish();
  header = parser.header();
  bad = parser.bad_lines();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  const fuzz::Input input(data, size,
                          {"3 V1 N1\n", "1 5 9\n", "\n1 :a", "\n2 :b", " Gx", " P", ":", "4294967294", "\r"});

  std::optional<UidListHeader> header;
  std::uint64_t bad = 0;
  const auto records = read(input.text, input.text.size() + 1, header, bad);
  std::optional<UidListHeader> header_in_pieces;
  std::uint64_t bad_in_pieces = 0;
  fuzz::require(records == read(input.text, 1 + input.seed % 7, header_in_pieces, bad_in_pieces),
                "pieces do not matter");
  fuzz::require(bad == bad_in_pieces, "nor do they for bad lines");
  fuzz::require(header.has_value() == header_in_pieces.has_value(), "nor for the header");
  if (!header) {
    fuzz::require(records.empty(), "without a header no record counts");
    return 0;
  }

  UidListText text;
  std::uint32_t last = 0;
  for (const Record& record : records) {
    fuzz::require(record.uid > last, "UIDs ascend");
    fuzz::require(record.key.find_first_of("/:\n") == std::string::npos, "a key is a base name");
    last = record.uid;
    const RecordFields fields = parse_fields(record.fields);
    mail::ServerIds ids;
    ids.uid = mail::Uid{record.uid};
    ids.guid = fields.guid.value_or(record.key);
    if (fields.pop3_uidl) ids.pop3_uidl = fields.pop3_uidl->empty() ? record.key : *fields.pop3_uidl;
    ids.list_fields = fields.other;
    static_cast<void>(text.add(ids, record.key));
  }
  fuzz::require(header->next.value > last, "the next UID is above all");
  std::optional<UidListHeader> again;
  (void)read(text.finish(*header), 100, again, bad);
  fuzz::require(bad == 0 && again && again->validity == header->validity && again->next == header->next,
                "what we write is a list that a server keeps");
  return 0;
}
