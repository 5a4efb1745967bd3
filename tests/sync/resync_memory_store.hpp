#pragma once

#include <string>
#include <vector>

#include "support/memory_store.hpp"
#include "sync/resync_store.hpp"

namespace mailhaul::sync {

/// A store in memory.
class UsedMemoryStore final : public UsedStore {
 public:
  explicit UsedMemoryStore(const support::MemoryStore::Options& options) : store_(options) {}

  [[nodiscard]] std::string kind() const override;
  [[nodiscard]] model::Marks holds() const override { return ~model::Marks{0}; }
  [[nodiscard]] std::vector<SeenMessage> seen(const std::string& folder) const override;
  [[nodiscard]] bool has_folder(const std::string& folder) const override;

  void make_folder(const std::string& folder) override { store_.make_folder(folder_ref(folder)); }
  void deliver(const std::string& folder, const std::string& text, model::Marks marks) override;
  /// Each run meets it again.
  void deliver_unreadable(const std::string& folder);
  void mark(const std::string& folder, const std::string& text, model::Marks marks) override;
  void erase(const std::string& folder, const std::string& text) override;
  void move(const std::string& from, const std::string& to, const std::string& text) override;
  void remove_folder(const std::string& folder) override { store_.remove_folder(folder_ref(folder)); }

  [[nodiscard]] store::MessageSource& as_source() override { return store_; }
  [[nodiscard]] store::MessageStore& as_target() override { return store_; }
  [[nodiscard]] std::size_t changes() override { return store_.changes(); }

  void die_somewhere(const Pick& pick) override;
  void revive() override { store_.revive(); }

 private:
  using Messages = std::vector<support::MemoryStore::Message>;
  [[nodiscard]] static Messages::iterator find(Messages& messages, const std::string& text);

  mutable support::MemoryStore store_;
};

}  // namespace mailhaul::sync
