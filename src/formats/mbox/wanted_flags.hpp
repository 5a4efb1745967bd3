#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include "base_names.hpp"
#include "mailhaul/store/message.hpp"
#include "message_flags.hpp"

namespace mailhaul::formats::mbox {

/// What a message shall say after the changes that are asked of it, as far as an mbox can hold that.
class WantedFlags {
 public:
  /// `names`: how many its X-Keywords fields have.
  WantedFlags(const MessageFlags& now, const std::optional<mail::MozillaStatus>& mozilla, std::size_t names,
              const BaseNames& base)
      : flags_(now), mozilla_(mozilla), names_(names), base_(base) {}

  /// False: nothing changes by it.
  bool apply(const store::FlagChange& change);
  [[nodiscard]] const MessageFlags& flags() const { return flags_; }
  /// A keyword was left out, which has no place.
  [[nodiscard]] bool lost_keywords() const { return lost_keywords_; }
  /// A flag stays that Thunderbird's headers say: they are part of the mail.
  [[nodiscard]] bool lost_mozilla() const { return lost_mozilla_; }

 private:
  [[nodiscard]] bool can_hold(const std::string& name) const;

  MessageFlags flags_;
  const std::optional<mail::MozillaStatus>& mozilla_;
  std::size_t names_;
  const BaseNames& base_;
  bool lost_keywords_ = false;
  bool lost_mozilla_ = false;
};

}  // namespace mailhaul::formats::mbox
