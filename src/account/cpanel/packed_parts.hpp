#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "account/cpanel/account_places.hpp"
#include "mailhaul/account/cpanel/packed_account.hpp"
#include "mailhaul/formats/archive/archive.hpp"
#include "mailhaul/fs/directory_tree.hpp"
#include "mailhaul/io/sub_tree.hpp"

namespace mailhaul::account::cpanel {

/// Where the parts of a packed account are.
struct PackedAccount::Parts {
  std::string path{};  ///< the operator's
  Side side = Side::source;
  std::shared_ptr<const formats::archive::Archive> archive{};  ///< of all of it, or beside `directory` of its home
  std::optional<fs::Directory> directory{};                    ///< that all of it is in
  std::optional<fs::Directory> home{};                         ///< where that is a directory
  bool has_home = false;                                       ///< false: it was packed without
  std::string user{};
  std::vector<std::string> homes{};
  store::StoreId identity{};

  /// The path in `archive` of what is at that path below the home.
  [[nodiscard]] std::string in_archive(const std::string& below_home) const {
    return directory ? below_home : "homedir/" + below_home;
  }
};

/// The trees of one reader: one thread. The account must outlive them.
class PackedTrees {
 public:
  explicit PackedTrees(const PackedAccount::Parts& parts) : parts_(parts) {
    if (parts.directory)
      server_ = std::make_unique<fs::DirectoryTree>(*parts.directory);
    else
      server_ = parts.archive->tree();
    if (parts.home)
      home_ = std::make_unique<fs::DirectoryTree>(*parts.home);
    else if (parts.directory && parts.archive)
      home_ = parts.archive->tree();
    else
      home_ = std::make_unique<io::SubTree>(*server_, "homedir");
  }

  [[nodiscard]] io::Tree& server() { return *server_; }
  [[nodiscard]] io::Tree& home() { return *home_; }
  [[nodiscard]] AccountPlaces places() {
    return {*home_, server_.get(), AccountPlaces::Form::archive, parts_.user,
            parts_.homes.empty() ? std::string() : parts_.homes.front()};
  }

 private:
  const PackedAccount::Parts& parts_;
  std::unique_ptr<io::Tree> server_{};
  std::unique_ptr<io::Tree> home_{};
};

}  // namespace mailhaul::account::cpanel
