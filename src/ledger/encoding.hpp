#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/mail/content_key.hpp"
#include "mailhaul/mail/keyword.hpp"
#include "mailhaul/mail/uid.hpp"
#include "mailhaul/store/message.hpp"

/// How values lie in the ledger's columns. Texts may hold any octets, so each is led by its length: 7 bits an octet,
/// the lowest first, the highest bit set where more follow. Decoding gives nothing for what no encoding gave: a damaged
/// file.
namespace mailhaul::ledger {

/// Length and four hashes, 8 octets each, the lowest first.
[[nodiscard]] std::string encode_key(const mail::ContentKey& key);
[[nodiscard]] std::optional<mail::ContentKey> decode_key(std::string_view octets);

/// Mailbox, then each level.
[[nodiscard]] std::string encode_folder(const store::FolderRef& folder);
[[nodiscard]] std::optional<store::FolderRef> decode_folder(std::string_view octets);

[[nodiscard]] std::string encode_texts(const std::vector<std::string>& texts);
[[nodiscard]] std::optional<std::vector<std::string>> decode_texts(std::string_view octets);

/// All but the UID, which has a column; empty: there is nothing else. The place among POP3's messages is written as a
/// text of its own, of 0 or 4 octets.
[[nodiscard]] std::string encode_ids(const mail::ServerIds& ids);
[[nodiscard]] std::optional<mail::ServerIds> decode_ids(std::optional<std::int64_t> uid, std::string_view octets);

}  // namespace mailhaul::ledger
