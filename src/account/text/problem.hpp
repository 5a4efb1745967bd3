#pragma once

#include <cstddef>
#include <string>

#include "mailhaul/base/finding.hpp"

namespace mailhaul::account {

/// What is odd or wrong in one of an account's own files. Texts may hold customers' octets: escaped at the output
/// (S14).
struct Problem {
  Weight weight = Weight::note;
  std::size_t line = 0;   ///< from 1; 0: the file as a whole
  std::string subject{};  ///< the local part, key or domain it is about, as stored
  std::string text{};     ///< one sentence
};

}  // namespace mailhaul::account
