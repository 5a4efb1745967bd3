#pragma once

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "mailhaul/mail/content_key.hpp"
#include "mailhaul/store/message.hpp"

namespace mailhaul::sync {

/// A message at the target that a source message may turn out to be.
struct Candidate {
  store::Handle handle{};
  mail::FlagSet flags{};
  mail::KeywordSet keywords{};
  std::int64_t row = 0;  ///< in the ledger
};

/// Messages of one target folder by content, as a multiset (H5): each can be taken once. Pure.
///
/// Where several have the wanted content, the one is taken that leaves least to do, so that a second run changes
/// nothing (R8): same base name first (H4), then equal flags, then one that has all the flags already, then any. Of
/// many equal copies only the next 64 are compared (A16): both sides are walked in the same order, so the right one is
/// among them.
class ContentIndex {
 public:
  void add(const mail::ContentKey& key, Candidate candidate);
  /// Nothing: no copy of this content is left, so it has to be copied.
  [[nodiscard]] std::optional<Candidate> take(const mail::ContentKey& key, const store::MessageInfo& wanted);
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

 private:
  struct Bucket {
    std::vector<Candidate> candidates{};
    std::size_t taken = 0;  ///< the first so many are used up
  };
  std::unordered_map<mail::ContentKey, Bucket, mail::ContentKeyHash> by_key_;
  std::size_t size_ = 0;
};

}  // namespace mailhaul::sync
