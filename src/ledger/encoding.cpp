#include "encoding.hpp"

#include <limits>
#include <utility>

namespace mailhaul::ledger {
namespace {

constexpr unsigned bits_of_length = 7;
constexpr unsigned more_follow = 0x80;

void put_number(std::string& octets, std::uint64_t number, unsigned size) {
  for (unsigned i = 0; i < size; ++i) octets += static_cast<char>(static_cast<unsigned char>(number >> (8U * i)));
}

std::uint64_t number_of(std::string_view octets) {
  std::uint64_t number = 0;
  for (std::size_t i = octets.size(); i-- > 0;) number = number << 8U | static_cast<unsigned char>(octets[i]);
  return number;
}

void put_text(std::string& octets, std::string_view text) {
  std::uint64_t length = text.size();
  for (; length >= more_follow; length >>= bits_of_length) octets += static_cast<char>(length | more_follow);
  octets += static_cast<char>(length);
  octets += text;
}

/// Takes one text off the front.
std::optional<std::string_view> take_text(std::string_view& octets) {
  std::uint64_t length = 0;
  for (unsigned shift = 0;; shift += bits_of_length) {
    constexpr unsigned most_bits = 35;  // no column holds more octets
    if (octets.empty() || shift >= most_bits) return std::nullopt;
    const auto octet = static_cast<unsigned char>(octets.front());
    octets.remove_prefix(1);
    length |= std::uint64_t{octet & (more_follow - 1)} << shift;
    if (octet < more_follow) break;
  }
  if (length > octets.size()) return std::nullopt;
  const std::string_view text = octets.substr(0, length);
  octets.remove_prefix(length);
  return text;
}

}  // namespace

std::string encode_key(const mail::ContentKey& key) {
  std::string octets;
  octets.reserve(8 * (1 + key.hash.size()));
  put_number(octets, key.folded_octets, 8);
  for (const std::uint64_t hash : key.hash) put_number(octets, hash, 8);
  return octets;
}

std::optional<mail::ContentKey> decode_key(std::string_view octets) {
  mail::ContentKey key;
  if (octets.size() != 8 * (1 + key.hash.size())) return std::nullopt;
  key.folded_octets = number_of(octets.substr(0, 8));
  for (std::size_t i = 0; i < key.hash.size(); ++i) key.hash.at(i) = number_of(octets.substr(8 * (i + 1), 8));
  return key;
}

std::string encode_texts(const std::vector<std::string>& texts) {
  std::string octets;
  for (const std::string& text : texts) put_text(octets, text);
  return octets;
}

std::optional<std::vector<std::string>> decode_texts(std::string_view octets) {
  std::vector<std::string> texts;
  while (!octets.empty()) {
    const auto text = take_text(octets);
    if (!text) return std::nullopt;
    texts.emplace_back(*text);
  }
  return texts;
}

std::string encode_folder(const store::FolderRef& folder) {
  std::string octets;
  put_text(octets, folder.mailbox);
  for (const std::string& part : folder.folder.parts()) put_text(octets, part);
  return octets;
}

std::optional<store::FolderRef> decode_folder(std::string_view octets) {
  auto texts = decode_texts(octets);
  if (!texts || texts->size() < 2) return std::nullopt;
  store::FolderRef folder;
  folder.mailbox = std::move(texts->front());
  texts->erase(texts->begin());
  for (const std::string& part : *texts)
    if (part.empty()) return std::nullopt;
  folder.folder = mail::FolderName(std::move(*texts));
  return folder;
}

std::string encode_ids(const mail::ServerIds& ids) {
  if (ids.guid.empty() && ids.pop3_uidl.empty() && ids.list_fields.empty() && !ids.pop3_order) return {};
  std::string octets;
  constexpr std::size_t lengths_and_order = 16;
  octets.reserve(ids.guid.size() + ids.pop3_uidl.size() + ids.list_fields.size() + lengths_and_order);
  put_text(octets, ids.guid);
  put_text(octets, ids.pop3_uidl);
  put_text(octets, ids.list_fields);
  std::string order;
  if (ids.pop3_order) put_number(order, *ids.pop3_order, sizeof *ids.pop3_order);
  put_text(octets, order);
  return octets;
}

std::optional<mail::ServerIds> decode_ids(std::optional<std::int64_t> uid, std::string_view octets) {
  mail::ServerIds ids;
  if (uid) {
    if (*uid < 0 || *uid > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    ids.uid = mail::Uid{static_cast<std::uint32_t>(*uid)};
  }
  if (octets.empty()) return ids;
  for (std::string* const text : {&ids.guid, &ids.pop3_uidl, &ids.list_fields}) {
    const auto taken = take_text(octets);
    if (!taken) return std::nullopt;
    *text = *taken;
  }
  const auto order_text = take_text(octets);
  if (!order_text || !octets.empty()) return std::nullopt;
  const std::string_view order = *order_text;
  if (!order.empty()) {
    if (order.size() != sizeof(std::uint32_t)) return std::nullopt;
    ids.pop3_order = static_cast<std::uint32_t>(number_of(order));
  }
  return ids;
}

}  // namespace mailhaul::ledger
