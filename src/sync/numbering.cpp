#include "numbering.hpp"

#include <algorithm>

namespace mailhaul::sync {
namespace {

constexpr std::uint64_t low_half = 0xFFFF'FFFFU;
/// Longer than any name of a mail server; cut, it would name something else.
constexpr std::size_t longest_text = 0xFFFF;

}  // namespace

void Numbering::put(std::string_view text) {
  if (text.size() > longest_text) text = {};
  text_ += static_cast<char>(text.size() & 0xFFU);
  text_ += static_cast<char>(text.size() >> 8U);
  text_ += text;
}

std::string Numbering::get(std::uint64_t& at) const {
  const auto octet = [this](std::uint64_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(text_[i])); };
  const std::size_t size = octet(at) | octet(at + 1) << 8U;
  std::string out = text_.substr(at + 2, size);
  at += 2 + size;
  return out;
}

void Numbering::add(std::string_view target, const mail::ServerIds& ids) {
  if (!ids.uid) return;
  const std::uint64_t at = text_.size();
  rows_.push_back({ids.uid->value, static_cast<std::uint32_t>(at >> 32U), static_cast<std::uint32_t>(at & low_half)});
  put(target);
  // In a Maildir the GUID mostly is the name: kept once.
  const bool is_same = ids.guid == target;
  text_ += is_same ? '=' : ' ';
  put(is_same ? std::string_view() : ids.guid);
  put(ids.pop3_uidl);
  put(ids.pop3_order ? std::to_string(*ids.pop3_order) : std::string());
  put(ids.list_fields);
}

bool Numbering::next(store::Handle& handle, mail::ServerIds& ids) {
  const auto by_uid = [](const Row& a, const Row& b) { return a.uid < b.uid; };
  if (!is_sorted_) std::sort(rows_.begin(), rows_.end(), by_uid);
  is_sorted_ = true;
  while (next_ < rows_.size()) {
    const std::size_t first = next_;
    while (next_ < rows_.size() && rows_[next_].uid == rows_[first].uid) ++next_;
    if (next_ - first > 1) continue;
    std::uint64_t at = rows_[first].at();
    handle.token = get(at);
    ids = {};
    ids.uid = mail::Uid{rows_[first].uid};
    const bool is_same = text_[at++] == '=';
    ids.guid = get(at);
    if (is_same) ids.guid = handle.token;
    ids.pop3_uidl = get(at);
    if (const std::string order = get(at); !order.empty())
      ids.pop3_order = static_cast<std::uint32_t>(std::stoul(order));
    ids.list_fields = get(at);
    return true;
  }
  return false;
}

}  // namespace mailhaul::sync
