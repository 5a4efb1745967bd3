#pragma once

#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "mailhaul/store/account.hpp"

namespace mailhaul::store {

/// Several targets as one: each setting goes to the first that its kind concerns. Two that hold one kind make no sense
/// together.
class JoinedTarget final : public AccountTarget {
 public:
  explicit JoinedTarget(std::vector<std::unique_ptr<AccountTarget>> parts) : parts_(std::move(parts)) {}

  [[nodiscard]] std::vector<Setting> read() override;
  void visit_files(const std::set<SettingId>& files,
                   const std::function<void(const SettingId& id, io::Source& content)>& take) override;
  [[nodiscard]] bool is_initial(const Setting& setting) const override;
  [[nodiscard]] bool has_parts(const SettingId& id) const override;
  [[nodiscard]] std::vector<Setting> read_again(const std::set<SettingId>& settings) override;
  [[nodiscard]] std::vector<SettingResult> apply(std::span<const SettingChange> changes, AccountSource& files) override;
  [[nodiscard]] std::vector<UnfinishedSetting> unfinished() const override;
  [[nodiscard]] const std::vector<FileChange>& file_changes() const override { return file_changes_; }
  [[nodiscard]] bool can_tell(const SettingId& id) const override;
  [[nodiscard]] bool concerns(SettingKind kind) const override { return part_of(kind) != nullptr; }
  [[nodiscard]] bool holds_lists() const override;
  [[nodiscard]] std::vector<std::string> after_steps() const override;

 private:
  /// Null: none.
  [[nodiscard]] AccountTarget* part_of(SettingKind kind) const;
  std::vector<std::unique_ptr<AccountTarget>> parts_;
  std::vector<FileChange> file_changes_{};
};

}  // namespace mailhaul::store
