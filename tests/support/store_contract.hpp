#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "mailhaul/store/store.hpp"

namespace mailhaul::support {

/// How the contract suite gets at one implementation. A fixture is made anew for every test.
class StoreFixture {
 public:
  StoreFixture() = default;
  StoreFixture(const StoreFixture&) = delete;
  StoreFixture& operator=(const StoreFixture&) = delete;
  virtual ~StoreFixture() = default;

  /// The store under test, empty at first; every call opens it again from what is on "disk".
  virtual std::unique_ptr<store::MessageStore> open() = 0;
  /// How octets come back from this store, where it can't hold every octet (mbox: the seven headers, line ends at the
  /// very end). The default: as they were.
  [[nodiscard]] virtual std::string as_kept(const std::string& octets) const { return octets; }
  /// False where \Passed, \Draft … can't be told apart; asked flag by flag.
  [[nodiscard]] virtual bool keeps(mail::Flag /*flag*/) const { return true; }
};

struct StoreContractCase {
  std::string name;
  std::function<std::unique_ptr<StoreFixture>()> make;
};

inline std::ostream& operator<<(std::ostream& out, const StoreContractCase& c) { return out << c.name; }

/// One suite for every store: what is appended comes back octet for octet, an uncommitted writer leaves nothing, flags
/// survive, a second cursor starts anew. INSTANTIATE_TEST_SUITE_P it in the test of each implementation.
class StoreContract : public testing::TestWithParam<StoreContractCase> {
 protected:
  void SetUp() override { fixture_ = GetParam().make(); }

  struct Seen {
    std::string octets;
    store::MessageInfo info;
  };
  /// Everything in a folder, read through a fresh store object.
  [[nodiscard]] std::vector<Seen> read_all(const store::FolderRef& folder);
  /// The stamp of that walk, for changes under it.
  std::optional<store::Stamp> stamp_{};
  void append(const store::FolderRef& folder, const std::vector<Seen>& messages);
  /// A writer for changes of what read_all() saw last.
  [[nodiscard]] std::unique_ptr<store::FolderWriter> writer_as_seen(store::MessageStore& opened,
                                                                    const store::FolderRef& folder) const;
  /// As a run does that knows the UIDs of its source.
  void append_numbered(const store::FolderRef& folder, const std::vector<Seen>& messages,
                       const store::FolderInfo& info);

  std::unique_ptr<StoreFixture> fixture_;
};

}  // namespace mailhaul::support
