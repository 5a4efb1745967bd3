#include "cli/cli_test_case.hpp"
#include "cli/hostile_rows.hpp"

namespace mailhaul::black_box {

std::vector<HostileRow> hostile_maildirs() {
  using G = Grounds;
  using namespace status;
  std::vector<HostileRow> rows{
      row(
          "SymlinkToASecretFile", [](const G& g) { g.symlink("outside/shadow", "home/M/cur/3.x:2,S"); }, some_failed,
          "3.x", 2),
      row(
          "SymlinkToADevice", [](const G& g) { g.symlink("/dev/zero", "home/M/new/3.x"); }, some_failed, "3.x", 2),
      row(
          "SymlinkInsideTheTree", [](const G& g) { g.symlink("home/M/cur/1.M1P1.host:2,", "home/M/cur/3.x:2,"); },
          some_failed, "3.x", 2),
      row(
          "SymlinkToNothing", [](const G& g) { g.symlink("/nonexistent/x", "home/M/cur/3.x:2,"); }, some_failed, "3.x",
          2),
      row(
          "SymlinkToItself", [](const G& g) { g.symlink("home/M/cur/3.x:2,", "home/M/cur/3.x:2,"); }, some_failed,
          "3.x", 2),
      row(
          "CurIsASymlink", [](const G& g) { g.symlink("outside/victim/cur", "home/M/cur"); }, some_failed, "cur", 0),
      row(
          "NewIsASymlink", [](const G& g) { g.symlink("outside/victim/cur", "home/M/new"); }, some_failed, "new", 0),
      row(
          "AFolderIsASymlink", [](const G& g) { g.symlink("outside/victim", "home/M/.Sub"); }, some_failed, ".Sub", 2),
      row(
          "CurOfAFolderIsASymlink",
          [](const G& g) {
            g.maildir("home/M/.Sub");
            g.symlink("outside/victim/cur", "home/M/.Sub/cur");
          },
          some_failed, "Sub", 2),
      row(
          "AFifoAmongMessages", [](const G& g) { g.fifo("home/M/cur/3.x:2,S"); }, ok, "3.x", 2),
      row(
          "ASocketAmongMessages", [](const G& g) { make_socket(g.at("home/M/cur/3.x")); }, ok, "3.x", 2),
      row(
          "ADirectoryAmongMessages", [](const G& g) { g.directory("home/M/cur/3.x:2,S"); }, ok, "3.x", 2),
      row(
          "AFifoAsAFolder", [](const G& g) { g.fifo("home/M/.Sub"); }, ok, "", 2),
      row(
          "AFifoAsNewOfAFolder",
          [](const G& g) {
            g.maildir("home/M/.Sub");
            g.fifo("home/M/.Sub/new");
          },
          some_failed, "Sub", 2),
      row(
          "AHardLinkOfOthers", [](const G& g) { g.hard_link_of_others("home/M/cur/3.x:2,S"); }, some_failed,
          "owned by somebody else", 2),
      row(
          "SetIdModes",
          [](const G& g) {
            for (const std::string& name : names_in(g.at("home/M/cur"))) set_mode(g.at("home/M/cur/" + name), 06777);
            set_mode(g.at("home/M/cur"), 07777);
            set_mode(g.at("home/M"), 07777);
          },
          ok, "", 2),
      row(
          "ModesOfNobody",
          [](const G& g) {
            for (const std::string& name : names_in(g.at("home/M/cur"))) set_mode(g.at("home/M/cur/" + name), 0);
          },
          some_failed, "Permission denied", 0),
      row(
          "AHeaderLineOfAGibibyteOfHoles", [](const G& g) { g.sparse("home/M/cur/3.x:2,S", "Subject: ", gibibyte); },
          some_failed, "--allow-sparse", 2),
      with_options(
          row(
              "AHeaderLineThatNeverEnds",
              [](const G& g) { g.sparse("home/M/cur/3.x:2,S", "Subject: ", is_long() ? gibibyte : gibibyte >> 5U); },
              ok, "", 3),
          {"--allow-sparse"}),
      row(
          "AMessageOfATebibyteOfHoles", [](const G& g) { g.sparse("home/M/cur/3.x:2,S", "a: b\n\n", gibibyte << 10U); },
          some_failed, "3.x", 2),
      with_options(row(
                       "AMessageOfATebibyte",
                       [](const G& g) { g.sparse("home/M/cur/3.x:2,S", "a: b\n\n", gibibyte << 10U); }, some_failed,
                       "3.x", 2),
                   {"--allow-sparse"}),
      row(
          "AMillionHeaders",
          [](const G& g) { g.file("home/M/cur/3.x:2,S", repeated("X-A: b\n", 1'000'000) + "\nbody\n"); }, ok, "", 3),
      row(
          "AMillionFoldedLines",
          [](const G& g) { g.file("home/M/cur/3.x:2,S", "Subject:" + repeated(" x\n", 1'000'000) + "\nbody\n"); }, ok,
          "", 3),
      row(
          "AMillionReceivedLines",
          [](const G& g) { g.file("home/M/cur/3.x:2,S", repeated("Received: ;\n", 1'000'000) + "\nbody\n"); }, ok, "",
          3),
      row(
          "AHundredThousandParts",
          [](const G& g) {
            std::string text = "Content-Type: multipart/mixed; boundary=0\n\n";
            for (int i = 0; i < 100'000; ++i)
              text += "--" + std::to_string(i) + "\nContent-Type: multipart/mixed; boundary=" + std::to_string(i + 1) +
                      "\n\n";
            g.file("home/M/cur/3.x:2,S", text);
          },
          ok, "", 3),
      row(
          "AMessageOfNoise", [](const G& g) { g.file("home/M/cur/3.x:2,S", noise(100'000)); }, ok, "", 3),
      row(
          "AMessageOfNuls", [](const G& g) { g.file("home/M/cur/3.x:2,S", std::string(100'000, '\0')); }, ok, "", 3),
      row(
          "AMessageOfCarriageReturns", [](const G& g) { g.file("home/M/cur/3.x:2,S", std::string(100'000, '\r')); }, ok,
          "", 3),
      row(
          "AnEmptyMessage", [](const G& g) { g.file("home/M/cur/3.x:2,S", ""); }, ok, "", 3),
      row(
          "AMessageThatSaysItIsCompressed",
          [](const G& g) { g.file("home/M/cur/3.x,S=9:2,SZ", "\x1f\x8b\x08" + noise(5'000)); }, some_failed, "3.x", 2),
      row(
          "ABombOfGzip",
          [](const G& g) { g.file("home/M/cur/3.x,S=9:2,SZ", gzip_of("a: b\n\n" + std::string(gibibyte >> 4U, 'x'))); },
          some_failed, "times its size", 2),
      row(
          "ManyEntriesOfOneBaseName",
          [](const G& g) {
            const int count = is_long() ? 200'000 : 5'000;
            for (int i = 0; i < count; ++i) {
              std::string flags;
              for (int bit = 0; bit < 18; ++bit)
                if ((i >> bit) % 2 == 1) flags += static_cast<char>('A' + bit);
              g.message("home/M/cur/3.x:2," + flags);
            }
          },
          ok, "the same base name", is_long() ? 200'002 : 5'002),
  };
  // What stands beside the mail. Each must be passed over or read for what it is, and no message may suffer.
  for (const std::string name : {"dovecot-uidlist", "dovecot-keywords", "subscriptions", "dovecot-acl"}) {
    const std::string place = "home/M/" + name;
    const std::string key = name == "dovecot-uidlist"    ? "Uidlist"
                            : name == "dovecot-keywords" ? "Keywords"
                            : name == "subscriptions"    ? "Subscriptions"
                                                         : "AccessList";
    // Of settings that are not at the target the status tells; UIDs and names of keywords are a note.
    const int lost = name == "subscriptions" || name == "dovecot-acl" ? settings_missing : ok;
    rows.push_back(row(
        key + "IsASymlink", [=](const G& g) { g.symlink("outside/shadow", place); }, lost, name, 2));
    rows.push_back(row(
        key + "IsAFifo", [=](const G& g) { g.fifo(place); }, lost, name, 2));
    rows.push_back(row(
        key + "IsADirectory", [=](const G& g) { g.directory(place); }, lost, name, 2));
    rows.push_back(row(
        key + "IsOfOthers", [=](const G& g) { g.hard_link_of_others(place); }, lost, name, 2));
    rows.push_back(row(
        key + "IsNoise", [=](const G& g) { g.file(place, noise(200'000)); }, ok, "", 2));
    rows.push_back(row(
        key + "IsHuge", [=](const G& g) { g.sparse(place, "3 V1 N2 G0\n", gibibyte); }, lost, name, 2));
    rows.push_back(row(
        key + "HasAMillionLines", [=](const G& g) { g.file(place, repeated("1 :x\n", 1'000'000)); }, lost, "", 2));
  }
  return rows;
}

std::vector<HostileRow> hostile_names() {
  using G = Grounds;
  std::vector<HostileRow> rows;
  const std::vector<std::pair<std::string, std::string>> names{
      {"Escape", "3.\x1b[31mred\x1b]0;owned\x07"},
      {"Csi", "3.\x9b"
              "31m"},
      {"CsiInUtf8", "3.\xc2\x9b"
                    "31m"},
      {"Bidi", "3.\xe2\x80\xaegpj.exe\xe2\x81\xa6"},
      {"InvalidUtf8", "3.\xff\xfe\xc0\xaf"},
      {"Tab", "3.a\tb"},
      {"CarriageReturn", "3.a\rb"},
      {"Backslash", "3.\\x1b[31m"},
      {"Quotes", "3.\"'`$(reboot);|&"},
      {"Dots", "...3"},
      {"Spaces", " 3 . x "},
      {"OptionLike", "-rf"},
      {"Slashes", "3.%2f..%2f..%2fetc%2fshadow"},
      {"DotsAsInfo", "3.x:2,S.."},
  };
  for (const auto& [key, name] : names) {
    // What begins with a dot no reader shows.
    const bool hidden = name.front() == '.';
    // Nor does it what holds a line end, to which a carriage return belongs.
    const bool odd = name.find('\r') != std::string::npos;
    rows.push_back(row(
        "Message" + key, [name = name](const G& g) { g.message("home/M/cur/" + name); },
        odd ? status::some_failed : status::ok, odd ? "with a line end" : "", hidden || odd ? 2 : 3));
    rows.push_back(row(
        "Folder" + key,
        [name = name](const G& g) {
          g.maildir("home/M/." + name);
          g.message("home/M/." + name + "/cur/1.x:2,S");
        },
        status::ok, "", 3));
  }
  rows.push_back(row(
      "MessageLineEnd", [](const G& g) { g.message("home/M/cur/3.a\nmailhaul: all is well"); }, status::some_failed,
      "3.a\\x0amailhaul", 2));
  rows.push_back(row(
      "FolderLineEnd",
      [](const G& g) {
        g.maildir("home/M/.a\nb");
        g.message("home/M/.a\nb/cur/1.x:2,S");
      },
      status::ok, "", 3));
  rows.push_back(row(
      "MessageOf255Octets", [](const G& g) { g.message("home/M/cur/" + std::string(255, 'x')); }, status::ok, "", 3));
  rows.push_back(row(
      "FolderOf255Octets",
      [](const G& g) {
        g.maildir("home/M/." + std::string(254, 'x'));
        g.message("home/M/." + std::string(254, 'x') + "/cur/1.x:2,S");
      },
      status::ok, "", 3));
  rows.push_back(row(
      "FolderOf120Levels",
      [](const G& g) {
        const std::string name = "home/M/." + repeated("x.", 119) + "x";
        g.maildir(name);
        g.message(name + "/cur/1.x:2,S");
      },
      status::ok, "", 3));
  rows.push_back(row(
      "FolderOfDots",
      [](const G& g) {
        g.maildir("home/M/....");
        g.message("home/M/..../cur/1.x:2,S");
        g.maildir("home/M/..x..y.");
        g.message("home/M/..x..y./cur/1.x:2,S");
      },
      status::ok, "", 4));
  return rows;
}

}  // namespace mailhaul::black_box
