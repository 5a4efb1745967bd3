#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "account/cpanel/settings_target.hpp"
#include "mailhaul/base/entropy.hpp"
#include "mailhaul/fs/directory_tree.hpp"
#include "support/faulty_kernel.hpp"
#include "support/machine_clock.hpp"
#include "support/memory_kernel.hpp"

namespace mailhaul::account::cpanel {

/// Files of a source: contents by what they are called there.
class GivenFiles final : public store::AccountSource {
 public:
  [[nodiscard]] std::vector<store::Setting> read() override { return {}; }
  void visit_files(const std::set<store::SettingId>& files,
                   const std::function<void(const store::SettingId&, io::Source&)>& take) override;
  std::map<store::SettingId, std::string> contents{};
};

/// What was found odd.
class CollectedFindings final : public Findings {
 public:
  void add(const Finding& finding) override { texts.push_back(finding.where + ": " + finding.text); }
  std::vector<std::string> texts{};
};

/// A cPanel server in memory, with one account `b` in /home/b that has example.com, two mailboxes and an alias file.
class TargetMachine : public ::testing::Test {
 protected:
  static constexpr fs::Owner user{1001, 1002};
  static constexpr gid_t mail_group = 12;

  TargetMachine();

  void put(const std::string& path, const std::string& octets, mode_t mode = 0640);
  [[nodiscard]] std::string home(const std::string& path) const { return memory_.octets_of("/home/b/" + path); }
  [[nodiscard]] std::string aliases() const { return memory_.octets_of("/etc/valiases/example.com"); }
  [[nodiscard]] bool exists(const std::string& path) const { return memory_.exists(path); }

  /// A new program on this machine.
  void open(bool is_dry = false, bool with_server = true);
  [[nodiscard]] SettingsTarget& target() { return *target_; }
  [[nodiscard]] std::vector<store::SettingResult> apply(const std::vector<store::SettingChange>& changes) {
    return target_->apply(changes, files_);
  }
  [[nodiscard]] store::SettingResult apply(const store::SettingId& id, std::optional<store::SettingValue> value);
  /// As read() has it.
  [[nodiscard]] std::optional<store::SettingValue> now(const store::SettingId& id);
  template <class Value>
  [[nodiscard]] Value now_as(const store::SettingId& id) {
    const auto value = now(id);
    return value ? std::get<Value>(*value) : Value{};
  }

  [[nodiscard]] static store::SettingId of(store::SettingKind kind, std::string owner, std::string name = {}) {
    return {std::move(owner), kind, std::move(name)};
  }
  [[nodiscard]] static store::Forwarder to(std::vector<store::Destination> destinations) {
    return {std::move(destinations), {}};
  }
  [[nodiscard]] static store::Destination address(std::string text) {
    return {store::Destination::Kind::address, std::move(text)};
  }
  /// One of each kind, as a source may have them.
  [[nodiscard]] std::vector<store::SettingChange> one_of_each();

  support::MemoryKernel memory_{};
  support::FaultyKernel kernel_{memory_};
  SystemEntropy entropy_{};
  support::MachineClock clock_{memory_};
  CollectedFindings findings_{};
  formats::UniqueInstants instants_{Instant{}};
  formats::Context context_{kernel_, entropy_, clock_, findings_, instants_, "host.example", 4711};
  GivenFiles files_{};

 private:
  std::unique_ptr<fs::DirectoryTree> home_tree_{};
  std::unique_ptr<fs::DirectoryTree> server_tree_{};
  std::unique_ptr<SettingsTarget> target_{};
};

}  // namespace mailhaul::account::cpanel
