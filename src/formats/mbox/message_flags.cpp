#include "message_flags.hpp"

namespace mailhaul::formats::mbox {
namespace {

/// In the postmarks that Thunderbird writes. Elsewhere its headers are but a part of the mail: a server would serve it,
/// whatever they say.
constexpr std::string_view thunderbird_sender = "-";

}  // namespace

std::optional<mail::MozillaStatus> mozilla_status_of(const Mark& mark, std::string_view header) {
  if (mark.sender != thunderbird_sender || !mail::may_have_mozilla_status(header)) return std::nullopt;
  return mail::parse_mozilla_status(header);
}

MessageFlags flags_of(const mail::StoreHeaders& headers, const std::optional<mail::MozillaStatus>& mozilla) {
  MessageFlags all{headers.flags, headers.keywords};
  if (!mozilla) return all;
  if (mozilla->present) all.flags = all.flags | mozilla->flags;
  for (const std::string& keyword : mozilla->keywords) all.keywords.add(keyword);
  return all;
}

}  // namespace mailhaul::formats::mbox
