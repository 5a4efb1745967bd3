#pragma once

#include <cstdint>
#include <string>

#include "formats/mbox/left_over_name.hpp"
#include "rewrite_world.hpp"

namespace mailhaul::formats::mbox {

inline const std::string old_mail = mark + "Subject: old\n\nbo\n";
/// As a run would put them behind it.
inline const Texts staged{mark + "Subject: a\n\nba\n\n", mark + "Subject: b\n\nFrom here on it goes\n\nbb\n\n",
                          mark + "Subject: c\nContent-Length: 52\n\n" + mark + "not a message\n\nbc\n\n"};

/// From another sender than the rest: an agent's postmark that is, octet for octet, how the message would have gone on
/// is not told from a line in it.
inline const std::string late_from_d = "From d@d Thu Nov 29 22:33:52 2001\nSubject: late\n\nbl\n\n";

inline std::string joined(const Texts& texts) {
  std::string all;
  for (const std::string& text : texts) all += text;
  return all;
}

/// Those at the very end say nothing in an mbox.
inline std::string without_last_line_ends(std::string text) {
  text.resize(text.find_last_not_of('\n') + 1);
  return text;
}

class MboxCutAppend : public MboxRewrite {
 protected:
  static constexpr fs::Owner runner{};

  /// The mailbox, and what a killed run left beside it; returns the latter's path.
  std::string leave(const std::string& mailbox, std::uint64_t old_octets, std::uint64_t line_ends,
                    const std::string& stage = joined(staged)) {
    world.put(mailbox);
    const std::string any = "/var/mail/any";
    world.memory.put_file(any, stage, runner, 0600);
    const std::string path = "/var/mail/" +
                             left_over_name<4>(MailboxFile(world.context, place()), ".mailhaul-tmp-append-",
                                               {world.memory.status_of(MboxWorld::path).id.inode, old_octets, line_ends,
                                                world.memory.status_of(any).id.inode}) +
                             ".lock";
    world.memory.put_link(path, any);
    world.memory.remove(any);
    return path;
  }
  void next_run() { world.target()->begin(); }
};

}  // namespace mailhaul::formats::mbox
