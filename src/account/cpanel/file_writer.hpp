#pragma once

#include <span>
#include <vector>

#include "account/cpanel/write_target.hpp"

namespace mailhaul::account::cpanel {

/// Writes what is carried octet for octet: each file streamed into one without a name, which then takes its place.
class FileWriter {
 public:
  explicit FileWriter(WriteTarget& target) : target_(target) {}

  /// `changes` are of kind file; what became of each goes to its number in `results`. `is_dry`: only what would.
  void write(std::span<const NumberedChange> changes, store::AccountSource& files, bool is_dry,
             std::vector<store::SettingResult>& results);

 private:
  void take(const std::string& path, io::Source& content);
  void take_away(const std::string& path);

  WriteTarget& target_;
};

}  // namespace mailhaul::account::cpanel
