#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::black_box {

/// One file of the corpus, as its INDEX.tsv has it.
struct CorpusFile {
  std::string path{};  ///< below the corpus
  std::string format{};
  std::optional<int> expected{};  ///< what the origin's own test asserts
  bool was_counted = false;       ///< the five readers were tried on it: it is offered as a mailbox
  /// What they found; nothing where they refused the file.
  std::optional<int> python{}, formail{}, mailutils{}, dovecot{}, mutt{};

  /// The origin's number, else the one all five readers agree on; nothing where neither exists.
  [[nodiscard]] std::optional<int> number() const;
};

/// All files below `folder` ("mbox/", "eml/").
[[nodiscard]] std::vector<CorpusFile> corpus_files(std::string_view folder);

/// A mailbox where our number is not number(), and why that is right.
struct Disagreement {
  std::string_view path;
  int ours;    ///< `refused`, or messages
  int origin;  ///< `unknown`, or messages
  std::string_view reason;
};
inline constexpr int refused = -1;
inline constexpr int unknown = -2;

/// Reasons are those of the corpus's MANIFEST.md.
inline constexpr std::array disagreements{
    Disagreement{"mbox/mailutils/msg.mbox", 4, unknown,
                 "an attached message has a From_ line of its own without a blank line before it: Dovecot, Python and "
                 "mutt split there (4), formail and mailutils do not (3)"},
    Disagreement{"mbox/messageparser/mailarc-1.txt", 16, 13,
                 "three postmarks open mail attached inside MIME parts; Dovecot, Python and mutt split at all 16"},
    Disagreement{"mbox/messageparser/mailarc-1-dos.txt", 16, 13, "mailarc-1 with CRLF"},
    Disagreement{"mbox/messageparser/mailarc-2.txt", 5, 4,
                 "a whole mail pasted into a body with its postmark unquoted: all five readers split there"},
    Disagreement{"mbox/messageparser/mailarc-3.txt", 17, 13, "mailarc-1 with one more; Dovecot's split"},
    Disagreement{"mbox/mimekit/simple.mbox.txt", 3, unknown,
                 "\"From - \" without a date: Dovecot and mailutils refuse it, mutt sees nothing in it, Python 3"},
    Disagreement{"mbox/neomutt/cherry.mbox", refused, unknown, "plain text, no mailbox"},
    Disagreement{"mbox/patchwork-mail/0011-no-newline-at-end-of-file.mbox", refused, unknown,
                 "one message without a postmark, whatever its name says"},
    Disagreement{"mbox/patchwork-mail/0016-no-subject.mbox", refused, unknown,
                 "one message without a postmark, whatever its name says"},
    Disagreement{"mbox/perceval/pipermail_2015_november.mbox", 4, unknown,
                 "\"andy at example.com\": the sender of its postmarks holds blanks; Dovecot alone refuses it"},
    Disagreement{"mbox/perceval/pipermail_2016_april.mbox", 3, unknown, "the same: an archive by pipermail"},
    Disagreement{"mbox/perceval/pipermail_2016_march.mbox", 1, unknown, "the same: an archive by pipermail"},
};

[[nodiscard]] const Disagreement* disagreement_on(std::string_view path);

}  // namespace mailhaul::black_box
