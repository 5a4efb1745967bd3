#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "mailhaul/store/store.hpp"
#include "sync/resync_model.hpp"

namespace mailhaul::sync {

/// The keywords that histories use; their bits in model::Marks stand behind those of the flags.
inline constexpr std::array history_keywords{"home", "work"};
/// The folders of histories; the last one only at the target.
inline constexpr std::array history_folders{"INBOX", "Sent", "Work", "Filed"};

[[nodiscard]] store::FolderRef folder_ref(const std::string& folder);
[[nodiscard]] model::Marks marks_of(mail::FlagSet flags, const mail::KeywordSet& keywords);
[[nodiscard]] mail::FlagSet flags_of(model::Marks marks);
[[nodiscard]] mail::KeywordSet keywords_of(model::Marks marks);
/// Of a message of a history: the name of its content, which is its subject.
[[nodiscard]] std::string text_of(const std::string& octets);

/// A message as a user sees it.
struct SeenMessage {
  std::string text{};
  model::Marks marks = 0;
  std::uint64_t identity = 0;  ///< 0: equal messages can't be told apart
};

/// One of the two stores of a history, in the hands of its user, who has other programs than this one.
class UsedStore {
 public:
  UsedStore() = default;
  UsedStore(const UsedStore&) = delete;
  UsedStore& operator=(const UsedStore&) = delete;
  virtual ~UsedStore() = default;

  [[nodiscard]] virtual std::string kind() const = 0;
  [[nodiscard]] virtual bool has_folders() const { return true; }  ///< else INBOX alone
  /// What a message can have here.
  [[nodiscard]] virtual model::Marks holds() const = 0;
  [[nodiscard]] virtual std::vector<SeenMessage> seen(const std::string& folder) const = 0;
  [[nodiscard]] virtual bool has_folder(const std::string& folder) const = 0;

  virtual void make_folder(const std::string& folder) = 0;
  virtual void deliver(const std::string& folder, const std::string& text, model::Marks marks) = 0;
  /// One of that content; it must be there, as for the others.
  virtual void mark(const std::string& folder, const std::string& text, model::Marks marks) = 0;
  virtual void erase(const std::string& folder, const std::string& text) = 0;
  virtual void move(const std::string& from, const std::string& to, const std::string& text) = 0;
  virtual void remove_folder(const std::string& folder) = 0;

  /// For one run, as the program opens it.
  [[nodiscard]] virtual store::MessageSource& as_source() = 0;
  [[nodiscard]] virtual store::MessageStore& as_target() = 0;
  virtual void close() {}
  /// Grows with each change; another number after a run: it wrote something.
  [[nodiscard]] virtual std::size_t changes() = 0;

  using Pick = std::function<std::size_t(std::size_t)>;
  /// The program will die at some place of its next run; `pick(n)`: a number below n.
  virtual void die_somewhere(const Pick& pick) = 0;
  virtual void revive() = 0;
};

}  // namespace mailhaul::sync
