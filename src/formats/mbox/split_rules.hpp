#pragma once

#include <cstdint>
#include <vector>

#include "mailhaul/formats/mbox/mbox.hpp"

namespace mailhaul::formats::mbox {

/// What a line must be to open a message.
enum class PostmarkForm : std::uint8_t {
  dovecot,  ///< Dovecot's grammar
  strict,   ///< Dovecot's grammar, behind an empty line (mailutils, formail)
  loose,    ///< what any reader of mbox.md section 2 takes, but for prose
};

/// Lines end in LF, or CR LF, or in CR alone, as on old Macs; the last are read as LF.
enum class LineEnds : std::uint8_t { lf, cr };

/// How one file is split: decided once, from its beginning and by the operator.
struct SplitRules {
  std::uint64_t begin = 0;     ///< where the first message begins; octets before it are none
  bool first_is_bare = false;  ///< it has no postmark line
  PostmarkForm form = PostmarkForm::dovecot;
  LineEnds line_ends = LineEnds::lf;
  std::vector<FromLine> decided{};  ///< what the operator said of single lines; ascending
};

}  // namespace mailhaul::formats::mbox
