#pragma once

namespace mailhaul {

/// Drops what root's runs never need from the calling thread and those it makes later (S18): of all capabilities only
/// CHOWN, DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER, FSETID, SETUID and SETGID stay, where they were there. SYS_RESOURCE
/// goes too, so that customers' quotas hold (S9 b). False: a call failed, everything is as it was.
bool drop_capabilities();

/// How many the calling thread may use now.
[[nodiscard]] int count_capabilities();

}  // namespace mailhaul
