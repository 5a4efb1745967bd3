#include "formats/maildir/fitting_name.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace mailhaul::formats::maildir {

namespace {

constexpr Naming plus_plus{Layout::maildir_plus_plus, false};
constexpr Naming nested{Layout::fs, false};
constexpr Naming plus_plus_utf8{Layout::maildir_plus_plus, true};
constexpr Naming nested_utf8{Layout::fs, true};

std::string fitted(std::vector<std::string> parts, const Naming& naming) {
  return fitting_name(mail::FolderName(std::move(parts)), naming).display();
}

/// What Dovecot's listescape plugin makes of a level.
std::string unescaped(const std::string& level) {
  std::string out;
  for (std::size_t i = 0; i < level.size(); ++i) {
    if (level[i] == '\\' && i + 2 < level.size()) {
      out += static_cast<char>(std::stoi(level.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += level[i];
    }
  }
  return out;
}

}  // namespace

TEST(FittingName, TableOfNames) {
  struct Row {
    const char* what;
    std::vector<std::string> parts;
    Naming naming;
    const char* fitted;
  };
  for (const Row& row : {Row{"an ordinary name", {"Work", "2024"}, plus_plus, "Work/2024"},
                         {"a dot in Maildir++", {"A.B", "C"}, plus_plus, "A\\2eB/C"},
                         {"a dot with LAYOUT=fs", {"A.B", "C"}, nested, "A.B/C"},
                         {"only dots", {"..."}, plus_plus, "\\2e\\2e\\2e"},
                         {"a slash", {"a/b"}, nested, "a\\2fb"},
                         {"a backslash beside a dot", {"a\\.b"}, plus_plus, "a\\5c\\2eb"},
                         {"a backslash alone", {"a\\b"}, plus_plus, "a\\b"},
                         {"listescape's own spelling, copied as it is", {"A\\2eB"}, plus_plus, "A\\2eB"},
                         {"a tilde in front", {"~bob", "~x"}, plus_plus, "\\7ebob/~x"},
                         {"one dot with LAYOUT=fs", {"."}, nested, "\\2e"},
                         {"two dots with LAYOUT=fs", {"A", ".."}, nested, "A/\\2e."},
                         {"a dot in front with LAYOUT=fs", {".Name", ".x"}, nested, "\\2eName/.x"},
                         {"a reserved name", {"cur"}, nested, "\\63ur"},
                         {"a reserved name below", {"Work", "new", "tmp"}, nested, "Work/\\6eew/\\74mp"},
                         {"a reserved name in Maildir++", {"cur"}, plus_plus, "cur"},
                         {"a control file's name", {"subscriptions"}, nested, "\\73ubscriptions"},
                         {"a control file's beginning", {"dovecot-uidlist.lock"}, nested, "\\64ovecot-uidlist.lock"},
                         {"a line end among UTF-8 names", {"a\nb"}, nested_utf8, "a\\0ab"},
                         {"a line end in modified UTF-7", {"a\nb"}, nested, "a\nb"},
                         {"INBOX in another case with a child", {"inbox", "x"}, plus_plus, "INBOX/x"},
                         {"INBOX", {"inbox"}, plus_plus, "INBOX"}})
    EXPECT_EQ(fitted(row.parts, row.naming), row.fitted) << row.what;
}

TEST(FittingName, ANameThatIsTooLongKeepsItsBeginningAndGetsAHash) {
  const std::string a(300, 'a');
  const std::string one = fitted({a + "1"}, plus_plus);
  const std::string other = fitted({a + "2"}, plus_plus);
  EXPECT_EQ(one.substr(0, 30), std::string(30, 'a'));
  EXPECT_NE(one, other) << "names that differ only at the end stay two";
  EXPECT_EQ(folder_directory(mail::FolderName({one}), plus_plus)->size(), 255U) << "no shorter than need be";

  const auto below = fitting_name(mail::FolderName({"Work", a}), plus_plus);
  EXPECT_EQ(below.parts().front(), "Work") << "parents stay where there is room for them";
  EXPECT_EQ(below.parts().size(), 2U);
  EXPECT_EQ(fitted({std::string(200, 'b'), std::string(200, 'c')}, nested),
            std::string(200, 'b') + "/" + std::string(200, 'c'))
      << "with LAYOUT=fs each level has a name of its own";
  const auto deep = fitting_name(mail::FolderName(std::vector<std::string>(100, "d")), nested);
  EXPECT_EQ(deep.parts().size(), 64U);
}

TEST(FittingName, EveryNameGetsOneThatCanBeHeldAndStays) {
  std::mt19937 random(11);
  const std::vector<std::string> pieces{"a",
                                        ".",
                                        "/",
                                        "\\",
                                        "~",
                                        "\xc3\xa4",
                                        "cur",
                                        "\n",
                                        "\xf0\x9f\x93\xac",
                                        "INBOX",
                                        " ",
                                        "&",
                                        std::string(1, '\0'),
                                        std::string(90, 'x')};
  for (int i = 0; i < 5000; ++i) {
    std::vector<std::string> parts;
    for (auto levels = 1 + random() % (i % 50 == 0 ? 90 : 4); levels > 0; --levels) {
      std::string part;
      for (auto n = 1 + random() % 5; n > 0; --n) part += pieces[random() % pieces.size()];
      parts.push_back(part);
    }
    const mail::FolderName folder(parts);
    for (const Naming& naming : {plus_plus, nested, plus_plus_utf8, nested_utf8}) {
      const mail::FolderName fit = fitting_name(folder, naming);
      const auto directory = folder_directory(fit, naming);
      ASSERT_TRUE(directory.has_value()) << fit.display();
      EXPECT_EQ(fitting_name(fit, naming), fit) << "a second run finds the same";
      if (fit.is_inbox()) continue;
      EXPECT_EQ(name_folders({*directory}, naming).front().folder, fit) << *directory;
      if (fit == folder || fit.parts().size() != parts.size() || fit.display().find('-') != std::string::npos) continue;
      for (std::size_t level = 0; level < parts.size(); ++level) {
        if (fit.parts()[level] == parts[level] || parts[level] == "INBOX") continue;
        EXPECT_EQ(unescaped(fit.parts()[level]), parts[level]) << "it can be turned back";
      }
    }
  }
}

}  // namespace mailhaul::formats::maildir
