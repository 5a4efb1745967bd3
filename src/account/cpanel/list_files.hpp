#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mailhaul/io/tree.hpp"
#include "mailhaul/store/account_settings.hpp"

namespace mailhaul::account::cpanel {

/// A customer writes these files, and may name each as often as he likes: every other server's list gets all members
/// each time.
struct ListLimits {
  std::uint64_t octets = std::uint64_t{1} << 20U;  ///< of a file; Exim's own limit
  std::size_t members = 10'000;                    ///< of a file
  std::size_t files = 1'000;
  std::size_t members_of_account = 100'000;  ///< as often as they are named
};

/// Gives forwarders what is in the files that they name as lists (`:include:`), for servers that can't read those.
///
/// Only files below the home are read, with the rules of `home`: `homes` are the paths that this has on its machine.
/// A list that could not be read, or not be taken to pieces, says why: that is no finding, since who keeps the path
/// needs none of it. Each file is read once. Errors of scope run alone are thrown.
void read_lists(std::vector<store::Setting>& settings, io::Tree& home, const std::vector<std::string>& homes,
                const ListLimits& limits = {});

}  // namespace mailhaul::account::cpanel
