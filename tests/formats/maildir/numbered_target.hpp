#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "formats/maildir/uidlist.hpp"
#include "formats/maildir/world.hpp"

namespace mailhaul::formats::maildir {

inline constexpr const char* guid = "0123456789abcdef0123456789abcdef";

/// The first line of a list of numbered_folder(): header("N9").
inline std::string header(const std::string& rest) { return "3 V1700000000 " + rest + " G" + guid + "\n"; }

class Numbered final : public store::NumberedMessages {
 public:
  std::vector<std::pair<store::Handle, mail::ServerIds>> all{};
  bool next(store::Handle& handle, mail::ServerIds& ids) override {
    if (at_ == all.size()) return false;
    handle = all[at_].first;
    ids = all[at_++].second;
    return true;
  }

 private:
  std::size_t at_ = 0;
};

inline store::FolderInfo numbered_folder(std::uint32_t next_uid) {
  store::FolderInfo info;
  info.uid_validity = mail::UidValidity{1'700'000'000};
  info.next_uid = mail::Uid{next_uid};
  info.guid = guid;
  return info;
}

inline mail::ServerIds ids(std::uint32_t uid, std::string message_guid = {}, std::string uidl = {}) {
  mail::ServerIds out;
  out.uid = mail::Uid{uid};
  out.guid = std::move(message_guid);
  out.pop3_uidl = std::move(uidl);
  return out;
}

/// A target that shall get UIDs, without the way of the messages.
class Target {
 public:
  explicit Target(World& world) : world_(world) { world.put_maildir(); }

  /// The digest of the list.
  std::string finish(const store::FolderInfo& info,
                     std::vector<std::pair<std::string, mail::ServerIds>> messages = {}) {
    Numbered numbered;
    for (auto& [handle, its_ids] : messages) numbered.all.emplace_back(store::Handle{handle}, std::move(its_ids));
    const auto store = world_.target();
    const store::Finished finished = store->open_folder(inbox, info)->finish(info, numbered);
    store->finish();
    return finished.list_digest;
  }
  [[nodiscard]] std::string list() const { return world_.octets(uid_list_name); }
  [[nodiscard]] bool has(const std::string& name) const {
    const auto names = world_.names("");
    return std::count(names.begin(), names.end(), name) > 0;
  }

 private:
  World& world_;
};

}  // namespace mailhaul::formats::maildir
