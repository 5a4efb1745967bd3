#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/run/batch_job.hpp"
#include "mailhaul/run/location.hpp"

namespace mailhaul::run {

/// A line of a list of pairs; nothing in it holds a control octet.
struct ListedPair {
  std::string place{};  ///< "FILE:LINE", for messages
  std::string source{};
  std::string target{};
  std::vector<std::string> options{};
};

/// Reads `SOURCE;TARGET` or `SOURCE;TARGET;OPTIONS`, a pair a line, in UTF-8. Cells are those of parse_csv() without
/// the blanks around them, options are split by split_words(). Passed over: empty lines, those that begin with `#`, and
/// a first one `source;target…`.
///
/// Error(usage) with the line of whatever else is there, and when there is no pair.
[[nodiscard]] std::vector<ListedPair> parse_list(std::string_view text, const std::string& file);

/// The pair that two or three cells are. Error(usage) at `place`.
[[nodiscard]] ListedPair parse_pair(std::string place, const std::vector<std::string>& cells);

/// Error(usage) at a line of the list.
[[nodiscard]] Error bad_line(const std::string& place, std::string_view reason);

/// Where a pair writes to, as its command line was understood.
struct PairTarget {
  Location location{};
  std::string mailbox{};  ///< --mailbox
};

/// Gives pairs that write to one target the same lane. Error(usage) for the second of two that would fill one store
/// from two: only a `vmail:` is made for that, and two mailboxes of one account.
///
/// By what was typed: two names of one directory are told apart by nobody before a run locks it.
void give_lanes(const std::vector<ListedPair>& listed, const std::vector<PairTarget>& targets,
                const std::string& working_directory, std::vector<BatchPair>& pairs);

}  // namespace mailhaul::run
