#include "mailhaul/account/cpanel/settings.hpp"

#include <utility>

#include "account/cpanel/list_files.hpp"
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
  [[nodiscard]] io::Tree& home() { return home_; }

 private:
  fs::DirectoryTree home_;
  std::optional<fs::DirectoryTree> server_{};
};

ScratchRoom room_in(const std::optional<fs::Directory>& scratch) {
  ScratchRoom room;
  room.directory = scratch;
  return room;
}

/// What a reader of a live account looks into: there before it and after it.
struct LiveParts {
  explicit LiveParts(const LiveAccount& account) : trees(account), room(room_in(account.scratch)) {}
  Trees trees;
  ScratchRoom room;
};

class LiveSettings final : private LiveParts, public SettingsReader {
 public:
  LiveSettings(formats::Context& context, const LiveAccount& account, const store::Renaming* renaming)
      : LiveParts(account),
        SettingsReader(trees.places(account), {room, context.clock, renaming}, context.findings),
        homes_(account.homes) {}

  [[nodiscard]] std::vector<store::Setting> read() override {
    std::vector<store::Setting> settings = SettingsReader::read();
    read_lists(settings, trees.home(), homes_);
    return settings;
  }

 private:
  std::vector<std::string> homes_;
};

/// The same of a packed one.
struct PackedRoom {
  PackedRoom(std::shared_ptr<const PackedAccount> of, const std::optional<fs::Directory>& scratch)
      : account(std::move(of)), trees(account->parts()), room(room_in(scratch)) {}
  std::shared_ptr<const PackedAccount> account;
  PackedTrees trees;
  ScratchRoom room;
};

class PackedSettings final : private PackedRoom, public SettingsReader {
 public:
  PackedSettings(formats::Context& context, std::shared_ptr<const PackedAccount> of,
                 const std::optional<fs::Directory>& scratch, const store::Renaming* renaming)
      : PackedRoom(std::move(of), scratch),
        SettingsReader(trees.places(), {room, context.clock, renaming}, context.findings) {}

  [[nodiscard]] std::vector<store::Setting> read() override {
    std::vector<store::Setting> settings = SettingsReader::read();
    read_lists(settings, trees.home(), account->homes());
    return settings;
  }
  [[nodiscard]] bool is_complete() const override {
    return SettingsReader::is_complete() && !account->damage() && account->parts().has_home;
  }
};

class LiveTarget final : private Trees, public SettingsTarget {
 public:
  LiveTarget(formats::Context& context, const LiveAccount& account, const SettingsTarget::Options& options)
      : Trees(account), SettingsTarget(context, places(account), account.home, account.server, options) {}
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
