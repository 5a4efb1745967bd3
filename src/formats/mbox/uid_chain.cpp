#include "uid_chain.hpp"

namespace mailhaul::formats::mbox {

std::optional<mail::Uid> UidChain::follow(const mail::StoreHeaders& headers) {
  const bool is_first = is_first_;
  is_first_ = false;
  if (is_first && headers.base) {
    holds_ = true;
    limit_ = headers.base->last_uid.value;
    if (headers.pseudo) return std::nullopt;
  }
  if (!holds_) return std::nullopt;
  holds_ = headers.uid && headers.uid->value > last_ && headers.uid->value <= limit_ &&
           !(is_first && headers.uid_before_base);
  if (!holds_) return std::nullopt;
  last_ = headers.uid->value;
  return headers.uid;
}

}  // namespace mailhaul::formats::mbox
