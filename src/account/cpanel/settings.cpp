#include "mailhaul/account/cpanel/settings.hpp"

#include <utility>

#include "account/cpanel/packed_parts.hpp"
#include "account/cpanel/settings_reader.hpp"
#include "account/cpanel/settings_target.hpp"
#include "mailhaul/fs/directory_tree.hpp"

namespace mailhaul::account::cpanel {
namespace {

/// The trees that readers and writers of one account look into.
class Trees {
 public:
  explicit Trees(const LiveAccount& account) : home_(account.home) {
    if (account.server) server_.emplace(*account.server);
  }

  [[nodiscard]] AccountPlaces places(const LiveAccount& account) {
    return {home_, server_ ? &*server_ : nullptr, AccountPlaces::Form::live, account.user, account.home_path};
  }

 private:
  fs::DirectoryTree home_;
  std::optional<fs::DirectoryTree> server_{};
};

ScratchRoom room_in(const std::optional<fs::Directory>& scratch) {
  ScratchRoom room;
  room.directory = scratch;
  return room;
}

class LiveSettings final : public SettingsSource {
 public:
  LiveSettings(formats::Context& context, const LiveAccount& account, const store::Renaming* renaming)
      : trees_(account),
        room_(room_in(account.scratch)),
        reader_(trees_.places(account), {room_, context.clock, renaming}, context.findings) {}

  [[nodiscard]] std::vector<store::Setting> read() override { return reader_.read(); }
  void visit_files(const std::set<store::SettingId>& files,
                   const std::function<void(const store::SettingId& id, io::Source& content)>& take) override {
    reader_.visit_files(files, take);
  }
  [[nodiscard]] bool is_complete() const override { return reader_.is_complete(); }

 private:
  Trees trees_;
  ScratchRoom room_;
  SettingsReader reader_;
};

class PackedSettings final : public SettingsSource {
 public:
  PackedSettings(formats::Context& context, std::shared_ptr<const PackedAccount> account,
                 const std::optional<fs::Directory>& scratch, const store::Renaming* renaming)
      : account_(std::move(account)),
        trees_(account_->parts()),
        room_(room_in(scratch)),
        reader_(trees_.places(), {room_, context.clock, renaming}, context.findings) {}

  [[nodiscard]] std::vector<store::Setting> read() override { return reader_.read(); }
  void visit_files(const std::set<store::SettingId>& files,
                   const std::function<void(const store::SettingId& id, io::Source& content)>& take) override {
    reader_.visit_files(files, take);
  }
  [[nodiscard]] bool is_complete() const override {
    return reader_.is_complete() && !account_->damage() && account_->parts().has_home;
  }

 private:
  std::shared_ptr<const PackedAccount> account_;
  PackedTrees trees_;
  ScratchRoom room_;
  SettingsReader reader_;
};

class LiveTarget final : public store::AccountTarget {
 public:
  LiveTarget(formats::Context& context, const LiveAccount& account, const SettingsTarget::Options& options)
      : trees_(account), target_(context, trees_.places(account), account.home, account.server, options) {}

  [[nodiscard]] std::vector<store::Setting> read() override { return target_.read(); }
  void visit_files(const std::set<store::SettingId>& files,
                   const std::function<void(const store::SettingId& id, io::Source& content)>& take) override {
    target_.visit_files(files, take);
  }
  [[nodiscard]] bool is_initial(const store::Setting& setting) const override { return target_.is_initial(setting); }
  [[nodiscard]] bool has_parts(const store::SettingId& id) const override { return target_.has_parts(id); }
  [[nodiscard]] std::vector<store::SettingResult> apply(std::span<const store::SettingChange> changes,
                                                        store::AccountSource& files) override {
    return target_.apply(changes, files);
  }
  [[nodiscard]] const std::vector<store::FileChange>& file_changes() const override { return target_.file_changes(); }

 private:
  Trees trees_;
  SettingsTarget target_;
};

}  // namespace

std::unique_ptr<SettingsSource> open_settings(formats::Context& context, const LiveAccount& account,
                                              const store::Renaming* renaming) {
  return std::make_unique<LiveSettings>(context, account, renaming);
}

std::unique_ptr<SettingsSource> open_settings(formats::Context& context, std::shared_ptr<const PackedAccount> account,
                                              const std::optional<fs::Directory>& scratch,
                                              const store::Renaming* renaming) {
  return std::make_unique<PackedSettings>(context, std::move(account), scratch, renaming);
}

std::unique_ptr<store::AccountTarget> open_settings_target(formats::Context& context, const LiveAccount& account,
                                                           fs::Owner owner, gid_t mail_group, bool is_dry) {
  return std::make_unique<LiveTarget>(context, account,
                                      SettingsTarget::Options{owner, mail_group, is_dry, room_in(account.scratch)});
}

}  // namespace mailhaul::account::cpanel
