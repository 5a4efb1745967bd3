#include "mailhaul/account/sieve/section.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace mailhaul::account::sieve {
namespace {

const SectionChange filters{"filters", "if true { fileinto \"a\"; }\n", {"fileinto", "mailbox"}};
const SectionChange responder{"autoresponder", "vacation \"x\";\n", {"vacation"}};
const SectionChange spam{"spam-box", "# Spam box\n", {"fileinto"}};

std::string with(std::string_view script, const std::vector<SectionChange>& changes) {
  return with_sections(script, changes).value_or("not touched");
}

std::vector<std::string> names(std::string_view script) {
  std::vector<std::string> out;
  for (const Section& section : read_sections(script).list) out.push_back(section.name);
  return out;
}

TEST(SieveSections, ANewScriptHasOneRequireAndTheSectionsInTheirOrder) {
  const std::string script = with("", {spam, filters, responder});
  EXPECT_EQ(script.substr(0, script.find('\n')), R"(require ["fileinto", "mailbox", "vacation"]; # mailhaul)");
  EXPECT_EQ(script.find("require", 1), std::string::npos);
  EXPECT_EQ(names(script), (std::vector<std::string>{"autoresponder", "filters", "spam-box"}));
  const Sections sections = read_sections(script);
  EXPECT_EQ(sections.form, ScriptForm::ours);
  EXPECT_EQ(sections.list[1].text, filters.text);
  EXPECT_EQ(sections.list[1].extensions, filters.extensions);
  for (const Section& section : sections.list) EXPECT_TRUE(section.is_as_written) << section.name;
  // Once more changes nothing.
  EXPECT_EQ(with(script, {filters, spam, responder}), script);
  EXPECT_EQ(with(script, {}), script);
}

TEST(SieveSections, WhatIsTakenAwayLeavesNoTrace) {
  const std::string one = with("", {filters});
  EXPECT_EQ(with(with(one, {responder}), {{"autoresponder", "", {}}}), one);
  EXPECT_EQ(with(one, {{"filters", "", {}}}), "");
  EXPECT_EQ(with("", {{"filters", "", {}}}), "");
}

TEST(SieveSections, AnotherTextIsSeen) {
  const std::string script = with("", {filters, responder});
  std::string edited = script;
  edited.replace(edited.find("fileinto \"a\""), 12, "fileinto \"b\"");
  const Sections sections = read_sections(edited);
  ASSERT_EQ(sections.list.size(), 2U);
  EXPECT_TRUE(sections.list[0].is_as_written);
  EXPECT_FALSE(sections.list[1].is_as_written);
  // It stays seen when another section changes.
  const std::string changed = with(edited, {{"autoresponder", "", {}}});
  EXPECT_FALSE(read_sections(changed).list.at(0).is_as_written);
  EXPECT_NE(changed.find("fileinto \"b\""), std::string::npos);
}

TEST(SieveSections, LineEndsOfAMailProgramAreNoEdit) {
  const std::string script = with("", {filters, spam});
  std::string crlf;
  for (const char c : script) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const Sections sections = read_sections(crlf);
  ASSERT_EQ(sections.form, ScriptForm::ours);
  for (const Section& section : sections.list) EXPECT_TRUE(section.is_as_written) << section.name;
  EXPECT_EQ(with(crlf, {}), crlf);
}

TEST(SieveSections, WhatOthersAddedIsKeptOctetForOctet) {
  const std::string script = with("", {filters});
  const std::size_t at = script.find("# mailhaul: begin");
  const std::string added =
      script.substr(0, at) + "# mine\r\nif false {} \xff\n" + script.substr(at) + "keep;\n\n# last";
  const std::string changed = with(added, {responder, {"filters", "stop;\n", {}}});
  EXPECT_NE(changed.find("# mine\r\nif false {} \xff\n"), std::string::npos);
  EXPECT_EQ(changed.substr(changed.size() - 13), "keep;\n\n# last") << changed;
  EXPECT_EQ(names(changed), (std::vector<std::string>{"autoresponder", "filters"}));
  EXPECT_EQ(changed.substr(0, changed.find('\n')), R"(require ["vacation"]; # mailhaul)");
  // A section that comes behind an unended line begins a line.
  EXPECT_NE(
      with(script.substr(0, script.size() - 1), {spam}).find("# mailhaul: end filters\n# mailhaul: begin spam-box"),
      std::string::npos);
}

TEST(SieveSections, WhatOthersRequireInOurLineStays) {
  std::string script = with("", {filters});
  script.replace(script.find("\"mailbox\""), 9, "\"mailbox\",\"imap4flags\"");
  EXPECT_EQ(with(script, {{"filters", "stop;\n", {"copy"}}}).substr(0, 43),
            "require [\"copy\", \"imap4flags\"]; # mailhaul\n");
  // A script without our line gets it at its top.
  const std::string none = script.substr(script.find('\n') + 1);
  EXPECT_EQ(with("require \"copy\";\n" + none, {}).substr(0, 9), "require [");
}

TEST(SieveSections, AScriptOfOthersIsNotTouched) {
  const std::string good = with("", {filters});
  const std::string begin = good.substr(good.find("# mailhaul: begin"));
  const std::string table[] = {
      "keep;\n",
      "\n",
      "require [\"fileinto\"]; # mailhaul\n",
      " " + begin.substr(0, begin.find("# mailhaul: end")),
  };
  for (const std::string& script : table) {
    EXPECT_EQ(read_sections(script).form, ScriptForm::others) << script;
    EXPECT_FALSE(with_sections(script, {filters}));
  }
}

TEST(SieveSections, AScriptWhoseMarkersDoNotMatchIsNotTouched) {
  const std::string good = with("", {filters});
  const std::string table[] = {
      good + good.substr(good.find("# mailhaul: begin")),         // one section twice
      good.substr(0, good.find("# mailhaul: end")),               // no end
      good + "# mailhaul: end filters\n",                         // no begin
      "# mailhaul: begin filters x\n# mailhaul: end spam-box\n",  // another's end
      "# mailhaul: begin filters x\n" + good,                     // one in the other
      "# mailhaul: begin \n# mailhaul: end \n",                   // no name
      "# mailhaul: begin A/b x\n# mailhaul: end A/b\n",           // no such name
  };
  for (const std::string& script : table) {
    EXPECT_EQ(read_sections(script).form, ScriptForm::broken) << script;
    EXPECT_TRUE(read_sections(script).list.empty());
    EXPECT_FALSE(with_sections(script, {filters}));
  }
}

TEST(SieveSections, NamesOfExtensionsInAMarkerAreNotTrusted) {
  const std::string script = "# mailhaul: begin filters x copy,a\"b,;,date\nstop;\n# mailhaul: end filters\n";
  EXPECT_EQ(read_sections(script).list.at(0).extensions, (std::set<std::string>{"copy", ";", "date"}));
}

TEST(SieveSections, AnyOctetsAreRead) {
  std::mt19937 random(7);  // NOLINT: the same each time
  const std::vector<std::string> pieces{"# mailhaul: begin filters x a,b",
                                        "# mailhaul: begin ",
                                        "# mailhaul: end filters",
                                        "# mailhaul: end ",
                                        "spam-box",
                                        "\n",
                                        "\n",
                                        "\r\n",
                                        " ",
                                        "x",
                                        "require [\"a\"]; # mailhaul",
                                        "\xff",
                                        std::string(1, '\0'),
                                        ",",
                                        "\""};
  std::size_t ours = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string script;
    for (std::size_t n = random() % 16; n > 0; --n) script += pieces[random() % pieces.size()];
    const Sections sections = read_sections(script);
    const auto changed = with_sections(script, {spam});
    EXPECT_EQ(changed.has_value(), sections.form == ScriptForm::ours || sections.form == ScriptForm::empty);
    if (sections.form != ScriptForm::ours) continue;
    ++ours;
    const Sections after = read_sections(*changed);
    EXPECT_EQ(after.form, ScriptForm::ours) << *changed;
    EXPECT_EQ(with_sections(*changed, {spam}), changed);
  }
  EXPECT_GT(ours, 20U);
}

}  // namespace
}  // namespace mailhaul::account::sieve
