#include "mailhaul/mail/store_header_filter.hpp"

#include <algorithm>

#include "mailhaul/mail/header_block.hpp"
#include "mailhaul/mail/store_headers.hpp"

namespace mailhaul::mail {
namespace {

/// The longest name, the blanks that may stand before its colon, and the colon.
constexpr std::size_t held_limit = blanks_before_colon_limit + 32;

}  // namespace

/// `held_` is a whole line, or ends with the first colon, or is as long as any store header's name may be.
void StoreHeaderFilter::decide() {
  if (held_ == "\n" || held_ == "\r\n") {
    out_.write(as_bytes(held_));
    held_.clear();
    state_ = State::body;
    return;
  }
  const bool continues = !held_.empty() && (held_.front() == ' ' || held_.front() == '\t');
  if (!continues) {
    std::string_view name = std::string_view(held_).substr(0, held_.find(':'));
    const bool has_colon = name.size() < held_.size();
    name = name.substr(0, name.find_last_not_of(" \t") + 1);
    dropping_field_ = has_colon && is_store_header(name);
  }
  const bool line_ended = !held_.empty() && held_.back() == '\n';
  if (!dropping_field_) out_.write(as_bytes(held_));
  held_.clear();
  if (line_ended)
    state_ = State::name;
  else
    state_ = dropping_field_ ? State::drop : State::keep;
}

void StoreHeaderFilter::write(Bytes octets) {
  std::string_view text = as_text(octets);
  while (!text.empty()) {
    if (state_ == State::body) return out_.write(as_bytes(text));
    if (state_ == State::name) {
      const std::size_t stop = text.find_first_of(":\n");
      const std::size_t wanted = std::min(stop == std::string_view::npos ? text.size() : stop + 1, held_limit);
      held_ += text.substr(0, wanted);
      text.remove_prefix(wanted);
      if (held_.back() == ':' || held_.back() == '\n' || held_.size() >= held_limit) decide();
      continue;
    }
    const std::size_t line_feed = text.find('\n');
    const std::size_t rest = line_feed == std::string_view::npos ? text.size() : line_feed + 1;
    if (state_ == State::keep) out_.write(as_bytes(text.substr(0, rest)));
    text.remove_prefix(rest);
    if (line_feed != std::string_view::npos) state_ = State::name;
  }
}

void StoreHeaderFilter::finish() {
  if (!held_.empty()) decide();
}

}  // namespace mailhaul::mail
