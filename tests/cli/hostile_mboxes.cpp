#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "cli/cli_test_case.hpp"
#include "cli/hostile_rows.hpp"

namespace mailhaul::black_box {
namespace {

void check(bool good, const std::string& doing) {
  if (!good) throw std::system_error(errno, std::generic_category(), doing);
}

/// The customer's, from one directory to the next: `levels` directories of the name, and a file in the last.
void make_deep(const std::string& top, const std::string& name, int levels, const std::string& octets) {
  int at = ::open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  check(at >= 0, top);
  for (int i = 0; i < levels; ++i) {
    check(::mkdirat(at, name.c_str(), 0700) == 0 && ::fchownat(at, name.c_str(), somebody, somebody, 0) == 0, name);
    const int below = ::openat(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    check(below >= 0, name);
    ::close(at);
    at = below;
  }
  const int file = ::openat(at, "mail", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  check(file >= 0 && ::fchown(file, somebody, somebody) == 0, "mail");
  check(::write(file, octets.data(), octets.size()) == static_cast<ssize_t>(octets.size()), "mail");
  ::close(file);
  ::close(at);
}

std::string good_mbox() { return mbox_of({simple_mail("good", 1), simple_mail("better", 2)}); }

}  // namespace

std::vector<HostileRow> hostile_mboxes() {
  using G = Grounds;
  using namespace status;
  const std::string postmark = postmark_of(1'000'000'000) + "\n";
  return {
      row(
          "Nuls",
          [=](const G& g) {
            g.file("home/mbox",
                   good_mbox() + postmark + "a: b\n\n" + std::string(100'000, '\0') + "\n\n" + good_mbox());
          },
          ok, "", 5),
      row(
          "BareCarriageReturns",
          [=](const G& g) {
            g.file("home/mbox",
                   good_mbox() + postmark + "a: b\n\n" + std::string(100'000, '\r') + "\n\n" + good_mbox());
          },
          ok, "", 5),
      row(
          "NoLineEndAtTheEnd", [](const G& g) { g.file("home/mbox", good_mbox() + postmark_of(1) + "\na: b\n\nbody"); },
          ok, "", 3),
      row(
          "OnlyAPostmark", [](const G& g) { g.file("home/mbox", postmark_of(1)); }, no_such_store, "", 0),
      row(
          "AFloodOfPostmarks",
          [=](const G& g) { g.file("home/mbox", repeated(postmark + "\n", is_long() ? 200'000 : 5'000)); }, ok, "",
          is_long() ? 200'000 : 5'000),
      row(
          "AFloodOfFromLines", [=](const G& g) { g.file("home/mbox", good_mbox() + repeated("From me\n", 1'000'000)); },
          ok, "", 2),
      row(
          "AFloodOfQuotedFromLines",
          [=](const G& g) { g.file("home/mbox", good_mbox() + repeated(">>>>From me\n", 1'000'000)); }, ok, "", 2),
      row(
          "AMillionMarks",
          [=](const G& g) { g.file("home/mbox", good_mbox() + std::string(1'000'000, '>') + "From me\n"); }, ok, "", 2),
      row(
          "AMillionHeaders",
          [=](const G& g) { g.file("home/mbox", postmark + repeated("X-A: b\n", 1'000'000) + "\nbody\n"); }, ok, "", 1),
      row(
          "AMillionStatusHeaders",
          [=](const G& g) { g.file("home/mbox", postmark + repeated("Status: RO\n", 1'000'000) + "\nbody\n"); }, ok, "",
          1),
      row(
          "AMillionKeywords",
          [=](const G& g) { g.file("home/mbox", postmark + "X-Keywords:" + repeated(" k", 1'000'000) + "\n\nbody\n"); },
          ok, "", 1),
      row(
          "AKeywordOfAMebibyte",
          [=](const G& g) {
            g.file("home/mbox", postmark + "X-Keywords: " + std::string(1U << 20U, 'k') + "\n\nbody\n");
          },
          ok, "", 1),
      row(
          "ContentLengthsThatLie",
          [=](const G& g) {
            std::string text;
            for (const std::string length :
                 {"0", "1", "99999999999999999999", "18446744073709551615", "-1", "4294967296", "0x10", "1 1"})
              text += postmark + "Subject: " + length + "\nContent-Length: " + length + "\n\nbody\n\n";
            g.file("home/mbox", text);
          },
          ok, "", 8),
      // No reader takes it for one.
      row(
          "APostmarkOfAMebibyte",
          [=](const G& g) {
            g.file("home/mbox",
                   good_mbox() + "From " + std::string(1U << 20U, 'x') + " Thu Nov 29 22:33:52 2001\na: b\n\nbody\n");
          },
          ok, "odd_postmark", 2),
      row(
          "PostmarksOfNoDay",
          [=](const G& g) {
            std::string text = good_mbox();
            for (const std::string date : {"Thu Nov 99 99:99:99 9999", "Thu Feb 31 22:33:52 2001",
                                           "Thu Nov 29 22:33:52 0000", "Thu Nov 29 22:33:52 2001 +9999"})
              text += "From x " + date + "\na: b\n\nbody\n\n";
            g.file("home/mbox", text);
          },
          ok, "", 6),
      row(
          "ATebibyteOfHoles", [](const G& g) { g.sparse("home/mbox", good_mbox(), gibibyte << 10U); }, no_such_store,
          "--allow-sparse", 0),
      row(
          "ALineOfHoles", [](const G& g) { g.sparse("home/mbox", good_mbox() + "x", gibibyte); }, no_such_store,
          "--allow-sparse", 0),
      with_options(row(
                       "ALineOf32Mebibytes",
                       [](const G& g) { g.sparse("home/mbox", good_mbox() + "x", gibibyte >> 5U); }, ok, "", 2),
                   {"--allow-sparse"}),
      row(
          "Noise", [](const G& g) { g.file("home/mbox", noise(1'000'000)); }, no_such_store, "", 0),
      row(
          "NoiseBehindAPostmark", [=](const G& g) { g.file("home/mbox", postmark + noise(1'000'000)); }, ok, "", 1),
      row(
          "NoiseInGzip", [](const G& g) { g.file("home/mbox", "\x1f\x8b\x08" + noise(100'000)); }, some_failed,
          "decompressing gzip", 0),
      row(
          "ABombOfGzip",
          [](const G& g) { g.file("home/mbox", gzip_of(good_mbox() + std::string(gibibyte >> 4U, 'x'))); }, some_failed,
          "times its size", 1),
      row(
          "ALockThatIsASymlink", [](const G& g) { g.symlink("outside/made-by-root", "home/mbox.lock"); }, locked,
          "mbox.lock", 0),
      row(
          "ALockThatIsAFifo", [](const G& g) { g.fifo("home/mbox.lock"); }, locked, "mbox.lock", 0),
      row(
          "ALockThatIsADirectory", [](const G& g) { g.directory("home/mbox.lock"); }, locked, "mbox.lock", 0),
      row(
          "SetIdModes", [](const G& g) { set_mode(g.at("home/mbox"), 06777); }, ok, "", 2),
  };
}

std::vector<HostileRow> hostile_mboxdirs() {
  using G = Grounds;
  using namespace status;
  return {
      row(
          "AFolderIsASymlink", [](const G& g) { g.symlink("outside/mbox", "home/B/Link"); }, some_failed, "Link", 2),
      row(
          "AFolderIsASymlinkToADevice", [](const G& g) { g.symlink("/dev/zero", "home/B/Link"); }, some_failed, "Link",
          2),
      row(
          "ADirectoryIsASymlink", [](const G& g) { g.symlink("outside", "home/B/Link"); }, some_failed, "Link", 2),
      row(
          "ADirectoryIsASymlinkToItself", [](const G& g) { g.symlink("home/B", "home/B/Link"); }, some_failed, "Link",
          2),
      row(
          "AFolderIsAFifo", [](const G& g) { g.fifo("home/B/Pipe"); }, some_failed, "Pipe", 2),
      row(
          "AFolderIsASocket", [](const G& g) { make_socket(g.at("home/B/Socket")); }, some_failed, "Socket", 2),
      row(
          "AFolderIsOfOthers", [](const G& g) { g.hard_link_of_others("home/B/Others"); }, some_failed, "foreign_owner",
          2),
      row(
          "ATreeOf100Levels",
          [](const G& g) {
            const std::string deep = "home/B/" + repeated("d/", 100);
            g.directory(deep);
            g.file(deep + "mail", mbox_of({simple_mail("deep", 9)}));
          },
          some_failed, "nested too deep", 2),
      row(
          "ATreeDeeperThanAPath",
          [](const G& g) {
            // No path reaches its end: the kernel takes 4096 octets.
            make_deep(g.at("home/B"), std::string(250, 'd'), 20, mbox_of({simple_mail("deep", 9)}));
          },
          ok, "", 3),
      row(
          "NamesOfControls",
          [](const G& g) {
            for (const std::string name : {"a\x1b[31m", "b\x9b", "c\nd", "e\xe2\x80\xae", "f\xff", "g\\h"})
              g.file("home/B/" + name, mbox_of({simple_mail("odd", 9)}));
          },
          ok, "", 8),
      row(
          "SubscriptionsAreASymlink", [](const G& g) { g.symlink("outside/shadow", "home/B/.subscriptions"); },
          settings_missing, ".subscriptions", 2),
      row(
          "SubscriptionsAreAFifo", [](const G& g) { g.fifo("home/B/.subscriptions"); }, settings_missing,
          ".subscriptions", 2),
      row(
          "SubscriptionsAreHuge", [](const G& g) { g.sparse("home/B/.subscriptions", "Sub\n", gibibyte); },
          settings_missing, ".subscriptions", 2),
      row(
          "SubscriptionsAreNoise", [](const G& g) { g.file("home/B/.subscriptions", noise(100'000)); }, ok, "", 2),
      row(
          "SubscriptionsLeadOut",
          [](const G& g) { g.file("home/B/.subscriptions", "../../outside/shadow\n/etc/passwd\n..\n.\n\n"); }, ok, "",
          2),
  };
}

}  // namespace mailhaul::black_box
