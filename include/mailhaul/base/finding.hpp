#pragma once

#include <cstdint>
#include <string>

namespace mailhaul {

/// How a finding weighs in the verdict.
enum class Weight {
  note,    ///< odd, handled, nothing is missing
  lost,    ///< a property (keyword, flag) that the target can't hold
  failed,  ///< something a mail server would have served was not read: exit status 23
};

/// What a finding is about; the word that `--json` and the summary group by.
enum class FindingKind {
  special_file,        ///< FIFO, socket, device where a message could be
  symlink,             ///< never followed (S1)
  foreign_owner,       ///< owned by somebody else than the store's owner (S6)
  directory_in_cur,    ///< a directory among messages
  odd_name,            ///< a name that readers ignore (line end, leading colon)
  duplicate_name,      ///< one base name twice
  unreadable,          ///< EACCES, EIO
  unlisted,            ///< a folder of the target that can't be listed: messages that are not found may lie in it
  sparse,              ///< apparent size far over what is stored (S13)
  over_limit,          ///< S13
  changed,             ///< changed while read
  header_too_long,     ///< header block over the scanner's bound
  odd_postmark,        ///< a `From ` line that is no postmark, or a postmark not followed by a header
  salvaged,            ///< a file that other readers refuse: what was passed over or read in another way
  expunged,            ///< removed by its user, still there because the folder was not compacted
  no_zone,             ///< received dates that name no time zone
  no_date,             ///< messages whose store says no received date
  unquoted_lines,      ///< `>From ` lines that lost one `>` on reading
  quoted_lines,        ///< lines that gained a `>` on writing
  bad_content_length,  ///< Content-Length that does not lead to a message end
  keyword,             ///< keyword without a name, or without room in the target
  flag_letters,        ///< letters in a Maildir file name that the target has nothing for
  folder_name,         ///< folder name in an encoding that was guessed, or that the target can't hold
  ignored_file,        ///< a file that is not mail and not ours
  flags_differ,        ///< flags at the target could not be brought up to date
  uid_list,            ///< UIDs of messages: a list that was mended, or left to the server
  no_memory,           ///< nothing will be known of this run
  no_lock,             ///< nothing keeps a second run away
  wrong_size,          ///< a size in a file name that is not that of the message
  compression,         ///< messages that are stored compressed, or no longer are
  lost_dates,          ///< file times that look like those of a copy, not of arrival
  setting,             ///< a subscription or an access list that could not be kept
  mailbox,             ///< a mailbox that is not whole, or of a format that is not read
  owner,               ///< who shall own what is made, and can't
  security_label,      ///< SELinux types that a confined mail server may not be let in by
  durability,          ///< `--fsync=none`, or a file system that can't promise
};

/// One thing worth telling the operator. Texts may hold customers' bytes: escaped at the output (S14).
struct Finding {
  FindingKind kind{};
  Weight weight = Weight::note;
  std::string folder{};  ///< display name; empty: about the whole store
  std::string where{};   ///< file name or offset
  std::string text{};    ///< one sentence
  std::uint64_t count = 1;
};

/// Takes findings from any thread.
class Findings {
 public:
  Findings() = default;
  Findings(const Findings&) = delete;
  Findings& operator=(const Findings&) = delete;
  virtual ~Findings() = default;
  virtual void add(const Finding& finding) = 0;
};

[[nodiscard]] const char* to_string(FindingKind kind);
[[nodiscard]] const char* to_string(Weight weight);

/// Where what is looked at again was told of before.
class SilentFindings final : public Findings {
 public:
  void add(const Finding& finding) override { static_cast<void>(finding); }
};

}  // namespace mailhaul
