#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "job_context.hpp"
#include "mailhaul/account/cpanel/settings.hpp"

namespace mailhaul::run {

/// Whether anything lies beside the mail of such a store that this program knows of.
[[nodiscard]] bool has_settings(const Store& store);

/// A cPanel account on a disk, with what its server keeps beside the home, if that is its own.
[[nodiscard]] account::cpanel::LiveAccount open_live_account(const Machine& machine, const Request& request,
                                                             formats::Context& context, const Store& store,
                                                             const std::string& server_root, Side side);

/// What lies beside the mail of an account on a disk, or of a packed one.
class SourceAccount {
 public:
  SourceAccount(const Machine& machine, const Request& request, formats::Context& context, const Store& store,
                const std::string& server_root);

  [[nodiscard]] const std::string& user() const { return packed_ ? packed_->user() : live_->user; }
  /// Every path that its home has or had.
  [[nodiscard]] const std::vector<std::string>& homes() const { return packed_ ? packed_->homes() : live_->homes; }
  [[nodiscard]] std::unique_ptr<account::cpanel::SettingsSource> open(formats::Context& context,
                                                                      const store::Renaming* renaming) const;

 private:
  std::shared_ptr<const account::cpanel::PackedAccount> packed_;
  std::optional<fs::Directory> scratch_{};
  std::optional<account::cpanel::LiveAccount> live_{};
};

/// Read once, whoever asks: it goes to several places, and what becomes of it there depends on all of it.
class ReadOnce final : public store::AccountSource {
 public:
  explicit ReadOnce(std::unique_ptr<account::cpanel::SettingsSource> source) : source_(std::move(source)) {}

  [[nodiscard]] std::vector<store::Setting> read() override {
    if (!settings_) settings_ = source_->read();
    return *settings_;
  }
  void visit_files(const std::set<store::SettingId>& files,
                   const std::function<void(const store::SettingId& id, io::Source& content)>& take) override {
    source_->visit_files(files, take);
  }
  [[nodiscard]] bool is_complete() const { return source_->is_complete(); }
  /// As SettingsSource has it; asked once.
  [[nodiscard]] const std::set<std::string>& served() {
    if (!served_) served_ = source_->find_served();
    return *served_;
  }

 private:
  std::unique_ptr<account::cpanel::SettingsSource> source_;
  std::optional<std::vector<store::Setting>> settings_{};
  std::optional<std::set<std::string>> served_{};
};

/// Which domains are the account's, by its server, where its mail goes to a store that other accounts may have mail in
/// as well; else empty, as where nothing says so.
[[nodiscard]] std::set<std::string> own_domains(const Machine& machine, const Request& request, const Store& source,
                                                const std::string& source_root, const Store& target);

}  // namespace mailhaul::run
