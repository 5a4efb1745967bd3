#include "account/cpanel/user_data.hpp"

#include <gtest/gtest.h>

namespace mailhaul::account::cpanel {
namespace {

using Kind = store::Domain::Kind;

TEST(UserData, Main) {
  const UserDataMain main = parse_user_data_main(
      "---\naddon_domains:\n  addon.example: addon.example.com\n  'b.example': b.example.com\nmain_domain: "
      "example.com\n"
      "parked_domains:\n  - parked.example\nsub_domains:\n  - addon.example.com\n  - shop.example.com\n");
  ASSERT_TRUE(main.data) << main.problem;
  EXPECT_EQ(main.data->main_domain, "example.com");
  EXPECT_EQ(main.data->addon_domains, (std::map<std::string, std::string>{{"addon.example", "addon.example.com"},
                                                                          {"b.example", "b.example.com"}}));
  EXPECT_EQ(main.data->parked_domains, (std::vector<std::string>{"parked.example"}));
  EXPECT_EQ(main.data->sub_domains, (std::vector<std::string>{"addon.example.com", "shop.example.com"}));
}

TEST(UserData, MainWithNothingBesideIt) {
  const UserDataMain main =
      parse_user_data_main("---\naddon_domains: {}\nmain_domain: example.com\nparked_domains: []\nsub_domains: ~\n");
  ASSERT_TRUE(main.data) << main.problem;
  EXPECT_TRUE(main.data->addon_domains.empty());
  EXPECT_TRUE(main.data->parked_domains.empty());
}

TEST(UserData, MainThatCantBeUnderstood) {
  for (const char* text : {"", "- a\n", "a: [", "main_domain: ''\n", "main_domain: &a x\nsub_domains: [*a, *a]\n"}) {
    const UserDataMain main = parse_user_data_main(text);
    EXPECT_FALSE(main.data) << text;
    EXPECT_FALSE(main.problem.empty()) << text;
  }
  EXPECT_FALSE(parse_user_data_main("main_domain: example.com\n#" + std::string(1 << 20, 'x')).data);
}

TEST(UserData, DomainsOfOneUser) {
  const auto domains =
      parse_user_data_domains("a.example: u==root==main==a.example==/home/u/public_html==1.2.3.4:80======0\n"
                              "b.example: uu==root==main==b.example==/home/uu/public_html\n"
                              "c.example: u==root==parked==a.example==/home/u/public_html\r\n"
                              "d.example: u==root==odd\n"
                              "e.example: u\njunk\n",
                              "u");
  EXPECT_EQ(domains, (std::map<std::string, Kind>{{"a.example", Kind::main},
                                                  {"c.example", Kind::parked},
                                                  {"d.example", Kind::unknown},
                                                  {"e.example", Kind::unknown}}));
}

TEST(UserData, ListsOfAnArchive) {
  const UserData data = parse_archive_lists("addon.example=my_addon_example.com\n\njunk\n", "p.example\r\n\n",
                                            "my_addon_example.com\nshop_example.com\n");
  EXPECT_EQ(data.addon_domains, (std::map<std::string, std::string>{{"addon.example", "my_addon.example.com"}}));
  EXPECT_EQ(data.parked_domains, (std::vector<std::string>{"p.example"}));
  EXPECT_EQ(data.sub_domains, (std::vector<std::string>{"my_addon.example.com", "shop.example.com"}));
}

}  // namespace
}  // namespace mailhaul::account::cpanel
