#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sync/resync_file_store.hpp"

namespace mailhaul::sync {

/// A Maildir++ on a real file system.
class UsedMaildir final : public UsedFiles {
 public:
  UsedMaildir(const std::filesystem::path& root, bool ages) : UsedFiles(root, ages) {}

  [[nodiscard]] std::string kind() const override { return "maildir"; }
  [[nodiscard]] model::Marks holds() const override { return ~model::Marks{0}; }
  [[nodiscard]] std::vector<SeenMessage> seen(const std::string& folder) const override;
  [[nodiscard]] bool has_folder(const std::string& folder) const override;

  void make_folder(const std::string& folder) override;
  void deliver(const std::string& folder, const std::string& text, model::Marks marks) override;
  void mark(const std::string& folder, const std::string& text, model::Marks marks) override;
  void erase(const std::string& folder, const std::string& text) override;
  void move(const std::string& from, const std::string& to, const std::string& text) override;
  /// INBOX is the store itself: it only loses its messages.
  void remove_folder(const std::string& folder) override;

 protected:
  [[nodiscard]] std::unique_ptr<store::MessageSource> open_source(formats::Context& context) override;
  [[nodiscard]] std::unique_ptr<store::MessageStore> open_target(formats::Context& context) override;

 private:
  using Path = std::filesystem::path;
  [[nodiscard]] Path directory(const std::string& folder) const;
  /// Of all its messages, in the order of their names.
  [[nodiscard]] std::vector<Path> files(const std::string& folder) const;
  [[nodiscard]] Path file(const std::string& folder, const std::string& text) const;
  /// By their letters.
  [[nodiscard]] std::vector<std::string> keyword_names(const std::string& folder) const;
  [[nodiscard]] model::Marks marks_of_file(const std::string& folder, const Path& file) const;
  /// ":2,FSab"; keywords that the folder does not know yet get a letter.
  [[nodiscard]] std::string info(const std::string& folder, model::Marks marks) const;

  mutable std::map<std::string, std::uint64_t> identities_{};  ///< by base name
};

}  // namespace mailhaul::sync
