#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/mailboxes.hpp"

namespace mailhaul::judges {

/// A message as a mail server shows it to its clients.
struct SeenMessage {
  std::uint32_t uid = 0;
  std::set<std::string> flags{};  ///< "\Seen" …, without \Recent
  std::set<std::string> keywords{};
  std::int64_t received = 0;  ///< seconds since the epoch
  std::string guid{};
  std::string pop3_uidl{};
  std::string text{};  ///< CRLF as LF

  /// Its Message-ID: what tells the messages of a test apart, whatever became of the rest.
  [[nodiscard]] std::string id() const;
};

struct SeenFolder {
  std::uint32_t uidvalidity = 0;
  std::uint32_t uidnext = 0;
  std::string guid{};
  std::vector<SeenMessage> messages{};
};

/// All that a mail server shows of a store.
struct View {
  std::map<std::string, SeenFolder> folders{};  ///< UTF-8 names, '/' between levels; parents without mail are not there
  std::set<std::string> subscriptions{};
  std::string complaints{};  ///< what it said about the store on standard error

  [[nodiscard]] View only(const std::string& folder) const;
};

/// What users and their programs notice.
enum class Property { folders, messages, texts, uids, flags, keywords, received, guids, pop3_uidls, subscriptions };
[[nodiscard]] std::string_view name_of(Property property);

/// Empty when both views show the same of it; else what differs, a line each, the first few. Texts are compared as `as`
/// says.
[[nodiscard]] std::string difference(const View& before, const View& after, Property property,
                                     black_box::As as = black_box::As::exact);

}  // namespace mailhaul::judges
