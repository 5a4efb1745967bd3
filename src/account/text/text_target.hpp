#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "account/text/edited_files.hpp"
#include "mailhaul/store/account.hpp"

namespace mailhaul::account {

/// A target that is made of text files alone: what all of those have in common.
class TextTarget : public store::AccountTarget {
 public:
  [[nodiscard]] std::vector<store::Setting> read() override { return parse(files_); }
  [[nodiscard]] std::vector<store::Setting> read_again(const std::set<store::SettingId>& /*settings*/) override {
    return parse(files_);
  }
  /// Text files hold no others.
  void visit_files(const std::set<store::SettingId>& /*files*/,
                   const std::function<void(const store::SettingId& id, io::Source& content)>& /*take*/) override {}
  [[nodiscard]] bool is_initial(const store::Setting& /*setting*/) const override { return false; }
  /// The files are written, and then the ledger: a run that is killed between the two leaves what reads otherwise than
  /// the source (a quota that was rounded), and the next must not take that for the admin's.
  [[nodiscard]] bool has_parts(const store::SettingId& /*id*/) const override { return true; }
  [[nodiscard]] std::vector<store::SettingResult> apply(std::span<const store::SettingChange> changes,
                                                        store::AccountSource& files) override;
  [[nodiscard]] const std::vector<store::FileChange>& file_changes() const override { return file_changes_; }

 protected:
  TextTarget(EditedFiles files, bool is_dry) : files_(std::move(files)), is_dry_(is_dry) {}

  /// What the files say, as planned, of this account alone; sorted by id, none twice.
  [[nodiscard]] virtual std::vector<store::Setting> parse(EditedFiles& files) = 0;
  /// Plans the texts after the changes; `results` has one for each, "written" to begin with. What can't be put into the
  /// text is not carried, and the others are.
  virtual void edit(EditedFiles& files, std::span<const store::SettingChange> changes,
                    std::vector<store::SettingResult>& results) = 0;

 private:
  EditedFiles files_;
  bool is_dry_;
  std::vector<store::FileChange> file_changes_{};
};

}  // namespace mailhaul::account
