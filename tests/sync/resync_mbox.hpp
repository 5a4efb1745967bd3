#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sync/resync_file_store.hpp"

namespace mailhaul::sync {

/// An mbox, or a directory of them, on a real file system.
class UsedMboxes final : public UsedFiles {
 public:
  enum class Extent { one_file, tree };
  UsedMboxes(const std::filesystem::path& root, Extent extent, bool ages) : UsedFiles(root, ages), extent_(extent) {}

  [[nodiscard]] std::string kind() const override { return has_folders() ? "mboxes" : "mbox"; }
  [[nodiscard]] bool has_folders() const override { return extent_ == Extent::tree; }
  /// No header of an mbox says Passed.
  [[nodiscard]] model::Marks holds() const override {
    return ~static_cast<model::Marks>(static_cast<unsigned>(mail::Flag::passed));
  }
  [[nodiscard]] std::vector<SeenMessage> seen(const std::string& folder) const override;
  [[nodiscard]] bool has_folder(const std::string& folder) const override;

  void make_folder(const std::string& folder) override;
  void deliver(const std::string& folder, const std::string& text, model::Marks marks) override;
  void mark(const std::string& folder, const std::string& text, model::Marks marks) override;
  void erase(const std::string& folder, const std::string& text) override;
  void move(const std::string& from, const std::string& to, const std::string& text) override;
  /// INBOX only loses its messages.
  void remove_folder(const std::string& folder) override;

 protected:
  [[nodiscard]] std::unique_ptr<store::MessageSource> open_source(formats::Context& context) override;
  [[nodiscard]] std::unique_ptr<store::MessageStore> open_target(formats::Context& context) override;

 private:
  /// A message as it stands in the file, from its postmark to the empty line behind it.
  using Lines = std::vector<std::string>;
  [[nodiscard]] std::filesystem::path file(const std::string& folder) const;
  [[nodiscard]] std::vector<Lines> read(const std::string& folder) const;
  void rewrite(const std::string& folder, const std::vector<Lines>& messages) const;
  [[nodiscard]] static std::vector<Lines>::iterator find(std::vector<Lines>& messages, const std::string& text);
  [[nodiscard]] static std::string text(const Lines& message);
  [[nodiscard]] static model::Marks marks(const Lines& message);
  static void set_marks(Lines& message, model::Marks marks);

  Extent extent_;
};

}  // namespace mailhaul::sync
