#include "formats/mboxdir/fitting_name.hpp"

#include <gtest/gtest.h>

#include "formats/mboxdir/marked_name.hpp"
#include "formats/mboxdir/names.hpp"
#include "mailhaul/mail/modified_utf7.hpp"

namespace mailhaul::formats::mboxdir {
namespace {

std::string fit(std::vector<std::string> parts) { return fitting_name(mail::FolderName(std::move(parts))).display(); }

TEST(MboxdirFittingName, TableOfNames) {
  struct Row {
    const char* name;
    const char* fitting;
  };
  for (const Row& row : {Row{"Sent", "Sent"},
                         {"a.b", "a.b"},
                         {"a\\b", "a\\b"},
                         {"Entw\xc3\xbcrfe", "Entw\xc3\xbcrfe"},
                         {".hidden", "\\2ehidden"},
                         {".", "\\2e"},
                         {"..", "\\2e."},
                         {".a\\b", "\\2ea\\5cb"},
                         {"x.lock", "x\\2elock"},
                         {"x.lock.lock", "x.lock\\2elock"},
                         {"x.msf", "x\\2emsf"},
                         {".lock", "\\2elock"},
                         {".x.lock", "\\2ex\\2elock"},
                         {"lock", "lock"},
                         {"mailhaul-tmp-1", "\\6dailhaul-tmp-1"},
                         {"a/b", "a\\2fb"},
                         {"A-sub", "A-sub"},
                         {"A-sub-4e5d45", "A\\2dsub-4e5d45"},
                         {"Work-mail-19f66f", "Work\\2dmail-19f66f"},
                         {"inbox", "INBOX"}}) {
    EXPECT_EQ(fit({row.name}), row.fitting) << row.name;
    const std::string fitting = fit({row.name, row.name});
    EXPECT_EQ(fitting,
              row.fitting == std::string("INBOX") ? "inbox/inbox" : std::string(row.fitting) + "/" + row.fitting);
  }
}

TEST(MboxdirFittingName, IsHeldAndLeftAlone) {
  std::vector<std::vector<std::string>> all{
      {std::string(1, '\0') + "x"}, {std::string(longest_name_octets + 1, 'x')}, {"a", "\n"}};
  all.push_back(std::vector<std::string>(40, "deep"));
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xc3\xbc";
  all.push_back({umlauts});
  all.push_back({umlauts, "below"});
  all.push_back({marked(marked("A", Mark::children), Mark::messages)});
  all.push_back({*mail::from_modified_utf7(marked("X&AOk", Mark::children))});
  for (const auto& parts : all) {
    const mail::FolderName once = fitting_name(mail::FolderName(parts));
    EXPECT_EQ(fitting_name(once), once) << once.display();
    EXPECT_LE(once.parts().size(), deepest_folder);
    for (const std::string& part : once.parts()) EXPECT_TRUE(name_of_level(part)) << part;
  }
  const std::string longest(longest_name_octets, 'x');
  EXPECT_EQ(fit({longest}), longest);
  EXPECT_LE(marked(marked(longest, Mark::messages), Mark::messages).size() + std::string_view(".lock").size(), 255U);
  EXPECT_NE(fit({std::string(300, 'x')}), fit({std::string(301, 'x')}));
}

}  // namespace
}  // namespace mailhaul::formats::mboxdir
