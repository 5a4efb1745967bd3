#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "formats/maildir/body.hpp"
#include "formats/maildir/listing.hpp"
#include "formats/maildir/uid_list_mending.hpp"
#include "formats/mending.hpp"
#include "mailhaul/formats/context.hpp"
#include "mailhaul/formats/repair_options.hpp"
#include "mailhaul/fs/control_file.hpp"
#include "mailhaul/fs/directory.hpp"

namespace mailhaul::formats::maildir {

/// The numbers of one folder: the list of UIDs, and sizes in file names that are not those of the messages.
///
/// A base name is what a server knows a message by, so a file is renamed only where the list follows in the same step:
/// under its lock the list is written first, then files get their names. When that is cut between the two, the list
/// already has the name that the next run gives. Without a list nobody has numbered the folder, and nothing has to
/// follow. Not where Courier has lists of names too. One thread.
class NameMender {
 public:
  NameMender(const Context& context, Mending& mending, const RepairOptions& options, fs::Directory home,
             std::string path, std::string folder)
      : context_(context),
        mending_(mending),
        options_(options),
        home_(std::move(home)),
        path_(std::move(path)),
        folder_(std::move(folder)) {}

  /// A file of new/ or cur/ that was seen there. Its size as a server counts it, in the name where that is right.
  std::uint64_t look_at(const fs::Directory& part, const std::string& part_name, const std::string& name,
                        const fs::Status& seen);
  /// After the last file.
  void mend();

 private:
  struct Wrong {
    std::string part{};  ///< "new" or "cur"
    std::string name{};
    fs::FileId id{};
    std::string right_name{};
  };
  struct Sizes {
    std::uint64_t octets = 0;
    std::uint64_t octets_with_crlf = 0;
  };
  [[nodiscard]] Sizes count(fs::File file);
  void keep_what_can_be_renamed();
  [[nodiscard]] std::string why_not(const Wrong& wrong);
  [[nodiscard]] std::optional<fs::ControlFile> read_list() const;
  [[nodiscard]] std::map<std::string, std::string> renames() const;
  [[nodiscard]] std::optional<MendedUidList> mended(const fs::ControlFile& found);
  void mend_under_lock();
  void rename_all();
  void refuse_names(const std::string& why);
  [[nodiscard]] store::Repair repair_of(const Wrong& wrong) const;
  [[nodiscard]] store::Repair list_repair(const std::string& fault) const;
  [[nodiscard]] bool is_there(std::string_view base);

  const Context& context_;
  Mending& mending_;
  const RepairOptions& options_;
  fs::Directory home_;
  std::string path_;
  std::string folder_;
  std::vector<Wrong> wrong_{};
  Body::Buffers buffers_{};
  std::optional<Listing> listing_{};
  bool has_too_many_ = false;
};

}  // namespace mailhaul::formats::maildir
