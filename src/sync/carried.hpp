#pragma once

#include "mailhaul/ledger/row.hpp"

namespace mailhaul::sync {

/// Where a store can't move a message between its folders, one that moved at the source is carried: copied to its new
/// folder, and when this is durable and recorded expunged where it was. A run may die anywhere in between, so the rows
/// say how far it came:
///
/// 1. the row is on its way: what is found in the new folder, with its content and of no other row, is the copy;
/// 2. the row is at its new place, and another one is left behind at the old: it is all that may be expunged there.

/// A run began to carry it. What else has both ends and a run that missed one was put back by its user, and touched.
[[nodiscard]] inline bool is_on_its_way(const ledger::Row& row) {
  return row.source && row.target && !row.touched && row.gone_run != 0;
}

/// The copy at the old place. What else lacks its source was missed by a run.
[[nodiscard]] inline bool is_left_behind(const ledger::Row& row) {
  return row.ours && !row.source && row.target && row.gone_run == 0;
}

}  // namespace mailhaul::sync
