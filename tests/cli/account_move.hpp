#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/cli_test_case.hpp"
#include "mailhaul/store/renaming.hpp"
#include "support/cpanel_account.hpp"

namespace mailhaul::black_box {

/// Of every entry below a root what changes when anybody touches it, whatever he sets back afterwards.
using Traces = std::map<std::string, std::string>;
[[nodiscard]] Traces traces_of(const std::string& root);
/// The paths that are not the same in both.
[[nodiscard]] std::vector<std::string> touched(const Traces& before, const Traces& after);

/// What a test of whole accounts has: alice's account with all that there can be in one below `source_root()`, and
/// below `target_root()` a new one of bob's, with another home and, run as root, another uid. The main domain gets
/// another name. Root sees all owners; anybody else all but those.
class AccountMove : public CliTest {
 protected:
  AccountMove() : CliTest(Place::memory) {}
  /// Both accounts. `plan` may say what else there shall be at the source.
  void make_accounts(support::AccountPlan plan = {});

  [[nodiscard]] std::string source_root() const { return at("s"); }
  [[nodiscard]] std::string target_root() const { return at("t"); }
  [[nodiscard]] std::string source_home() const { return source_root() + facts_.plan.home; }
  [[nodiscard]] std::string target_home() const { return target_root() + home_at_target_; }
  [[nodiscard]] uid_t target_uid() const;
  /// `sync` from one to the other, with these options more.
  [[nodiscard]] std::vector<std::string> words(const std::vector<std::string>& options = {}) const;
  Result move(const std::vector<std::string>& options = {}) { return run(words(options)); }

  /// As the target must have it: names, paths and values after the renaming.
  [[nodiscard]] support::AccountFacts facts_at_target() const;
  /// Read by the program's own reader, of which tests/account proves what it reads.
  [[nodiscard]] std::vector<store::Setting> settings_at_target() const;
  [[nodiscard]] std::optional<store::SettingValue> setting_at_target(const store::SettingId& id) const;
  template <class T>
  [[nodiscard]] T value_at_target(const store::SettingId& id) const {
    const auto value = setting_at_target(id);
    return value && std::holds_alternative<T>(*value) ? std::get<T>(*value) : T{};
  }

  /// How what lies beside the mail at the target differs from the renamed facts, files aside; empty: in nothing but
  /// what the function gives a reason for.
  [[nodiscard]] std::vector<std::string> unexpected_settings() const;

  /// Puts other octets in the place of a file's; owner and mode stay.
  static void edit(const std::string& path, const std::function<std::string(std::string)>& change);
  /// `edit`: one text for another, which must be there.
  static void replace(const std::string& path, const std::string& old_text, const std::string& new_text);
  /// A file made by who owns the target account.
  void put_at_target(const std::string& path_in_home, const std::string& text) const;

  const std::string home_at_target_ = "/home2/bob";
  const std::string domain_at_target_ = "renamed.example";
  const gid_t mail_gid_ = 12;
  support::AccountFacts facts_{};

 private:
  [[nodiscard]] store::Renaming renaming() const;
};

}  // namespace mailhaul::black_box
