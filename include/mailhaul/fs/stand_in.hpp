#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mailhaul/fs/directory.hpp"
#include "mailhaul/fs/new_file.hpp"

namespace mailhaul::fs {

/// A file of ours under a temporary name, in the directory of one that it shall take the place of (S8).
///
/// The two names are exchanged, so that what stood there is in hand and can be compared: a plain rename would throw
/// away whatever somebody else put there since it was read. What the temporary name is known to stand for goes with
/// this object, if it still is that file (S11). One thread.
class StandIn {
 public:
  /// Nothing when the name is taken. `doing` is for messages and must outlive the object.
  [[nodiscard]] static std::optional<StandIn> link(const Directory& directory, NewFile& file, std::string name,
                                                   std::string_view doing);
  /// One that a killed run has left: `id` is what stands under its name.
  StandIn(Directory directory, std::string name, const FileId& id, std::string_view doing);

  StandIn(StandIn&& other) noexcept;
  StandIn& operator=(StandIn&&) = delete;
  StandIn(const StandIn&) = delete;
  ~StandIn();

  /// From now on `name` is our file, and the temporary name is the one that was there. It must be `replaced`, unchanged
  /// but for its ctime, else the names are exchanged back: false, with nothing changed. Error(unsupported, folder)
  /// where a file system can't exchange names. Durable only once the directory was synced.
  [[nodiscard]] bool exchange(const std::string& name, const Status& replaced);

  /// The temporary one.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Takes the name away now; false when it stands for another file.
  bool remove();
  /// The name stays, for a later run.
  void leave() { name_.clear(); }

 private:
  [[nodiscard]] int exchange_with(const std::string& name) const;
  [[nodiscard]] Error fail(int result, const std::string& name) const;

  Directory directory_;
  std::string name_;  ///< empty: nothing to remove
  FileId holds_;
  std::string_view doing_;
};

}  // namespace mailhaul::fs
