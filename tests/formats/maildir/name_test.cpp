#include "formats/maildir/name.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace mailhaul::formats::maildir {

using mail::Flag;
using mail::FlagSet;

namespace {

constexpr SlotBits slot(char letter) { return SlotBits{1} << static_cast<unsigned>(letter - 'a'); }

struct NameRow {
  const char* what;
  std::string name;
  std::string base;
  FlagSet flags{};
  SlotBits slots = 0;
  std::string extra{};
};

const std::vector<NameRow> name_rows{
    {"Dovecot's own", "1631.M2P7.mx1,S=840,W=860:2,FS", "1631.M2P7.mx1,S=840,W=860", {Flag::flagged, Flag::seen}},
    {"no info", "1631.M2P7.mx1", "1631.M2P7.mx1"},
    {"empty info", "1.a:2,", "1.a"},
    {"all letters",
     "1.a:2,DFPRST",
     "1.a",
     {Flag::draft, Flag::flagged, Flag::passed, Flag::answered, Flag::seen, Flag::deleted}},
    {"any order and repeats", "1.a:2,TSSDS", "1.a", {Flag::deleted, Flag::seen, Flag::draft}},
    {"keyword letters", "1.a:2,Sazb", "1.a", {Flag::seen}, slot('a') | slot('z') | slot('b')},
    {"unknown letters are kept", "1.a:2,ZSAZ", "1.a", {Flag::seen}, 0, "AZ"},
    {"a digit is an unknown letter", "1.a:2,S1", "1.a", {Flag::seen}, 0, "1"},
    {"the future part is kept", "1.a:2,S,x=FT,y", "1.a", {Flag::seen}, 0, ",x=FT,y"},
    {"unknown letters and a future part", "1.a:2,SQ,q", "1.a", {Flag::seen}, 0, "Q,q"},
    {"key at the first colon, flags at the last", "9.a:b:2,S", "9.a", {Flag::seen}},
    {"two info parts: the last counts", "9.a:2,F:2,S", "9.a", {Flag::seen}},
    {"experimental info has no flags", "1.a:1,FS", "1.a"},
    {"info of version 2 without a comma", "1.a:2", "1.a"},
    {"last colon without 2, hides the flags", "1.a:2,S:x", "1.a"},
    {"a comma in the base", "1.a,S=3,F", "1.a,S=3,F"},
    {"other separators are no info", "10.a;2,S", "10.a;2,S"},
    {"mutt's other separator", "10.a!2,S", "10.a!2,S"},
    {"empty base", ":2,S", "", {Flag::seen}},
    {"8-bit octets", "1.\xe4\xff:2,S\xfc", "1.\xe4\xff", {Flag::seen}, 0, "\xfc"},
    {"ESC in the base", "1.\x1b[2Ja:2,S", "1.\x1b[2Ja", {Flag::seen}},
    {"spaces", "a b c:2,S", "a b c", {Flag::seen}},
};

}  // namespace

TEST(MaildirName, IsTakenApartAsServersDo) {
  for (const NameRow& row : name_rows) {
    const FileName parsed = parse_file_name(row.name);
    EXPECT_EQ(parsed.base, row.base) << row.what;
    EXPECT_EQ(base_of(row.name), row.base) << row.what;
    EXPECT_EQ(parsed.flags, row.flags) << row.what;
    EXPECT_EQ(parsed.slots, row.slots) << row.what;
    EXPECT_EQ(parsed.extra, row.extra) << row.what;
  }
}

TEST(MaildirName, StemIsWhatAChangeOfFlagsLeavesAlone) {
  EXPECT_EQ(parse_file_name("9.a:b:2,S").stem, "9.a:b");
  EXPECT_EQ(parse_file_name("9.a:1,x").stem, "9.a");
  EXPECT_EQ(parse_file_name("9.a").stem, "9.a");
}

TEST(MaildirName, InfoIsWrittenSortedOnceAndInfoPartsKept) {
  EXPECT_EQ(info_suffix({}, 0, ""), ":2,");
  EXPECT_EQ(info_suffix({Flag::seen, Flag::draft}, slot('c') | slot('a'), "ZA,fut"), ":2,ADSZac,fut");
  EXPECT_EQ(info_suffix({Flag::passed, Flag::deleted, Flag::answered, Flag::flagged}, 0, ""), ":2,FPRT");
  EXPECT_EQ(info_suffix({}, 0, "\xfc"), ":2,\xfc");
  EXPECT_EQ(info_suffix({}, slot('z'), "\xfc"), ":2,z\xfc");
}

TEST(MaildirName, NothingInExtraCanForgeFlagsOrBreakTheName) {
  EXPECT_EQ(info_suffix({}, 0, "STa"), ":2,") << "known letters come from the flags alone";
  EXPECT_EQ(info_suffix({}, 0, std::string("Q/\0:\r\n,x/y:z\n", 14)), ":2,Q,xyz");
}

TEST(MaildirName, InfoComesBackAsItWasWritten) {
  std::mt19937 random(7);
  const std::string alphabet = "ABCDEFGPQRSTUZabcxyz019,=\xe4\xff ";
  for (int i = 0; i < 20'000; ++i) {
    std::string info;
    for (auto n = random() % 12; n > 0; --n) info += alphabet[random() % alphabet.size()];
    const std::string name = "5.x:2," + info;
    const FileName once = parse_file_name(name);
    const std::string again_name = "5.x" + info_suffix(once.flags, once.slots, once.extra);
    const FileName again = parse_file_name(again_name);
    EXPECT_EQ(once.flags, again.flags) << info;
    EXPECT_EQ(once.slots, again.slots) << info;
    EXPECT_EQ(once.extra, again.extra) << info;
  }
}

TEST(MaildirName, SizeFieldsAreHintsWithARuleForTheirEnd) {
  EXPECT_EQ(size_field("1.a,S=840,W=860:2,S", 'S'), 840U);
  EXPECT_EQ(size_field("1.a,S=840,W=860:2,S", 'W'), 860U);
  EXPECT_EQ(size_field("1.a,W=860,S=840", 'S'), 840U) << "any order";
  EXPECT_EQ(size_field("1.a,S=1,S=2:2,", 'S'), 1U) << "the first one";
  EXPECT_EQ(size_field("4.a:2,,S=1", 'S'), 1U) << "even in the future part";
  EXPECT_EQ(size_field("1.a,S=x", 'S'), std::nullopt);
  EXPECT_EQ(size_field("1.a,S=", 'S'), std::nullopt);
  EXPECT_EQ(size_field("1.a,S=12x,S=3", 'S'), std::nullopt) << "a bad first one is not made up for";
  EXPECT_EQ(size_field("1.a,S=12.h", 'S'), std::nullopt);
  EXPECT_EQ(size_field("1.a,S=-1", 'S'), std::nullopt);
  EXPECT_EQ(size_field("1.a,S=99999999999999999999999", 'S'), std::nullopt);
  EXPECT_EQ(size_field("1.aS=3", 'S'), std::nullopt);
}

TEST(MaildirName, SizesArePutRightWhereReadersSeeThem) {
  EXPECT_EQ(with_right_sizes("1.a,S=1,W=2:2,S", 10, 11), "1.a,S=10,W=11:2,S");
  EXPECT_EQ(with_right_sizes("1.a,W=2,S=1", 10, 11), "1.a,W=11,S=10");
  EXPECT_EQ(with_right_sizes("1.a,S=10,W=11", 10, 11), "1.a,S=10,W=11");
  EXPECT_EQ(with_right_sizes("1.a,S=010", 10, 11), "1.a,S=010");
  EXPECT_EQ(with_right_sizes("1.a,S=x,S=1", 10, 11), "1.a,S=x,S=1");
  EXPECT_EQ(with_right_sizes("1.a,S=", 10, 11), "1.a,S=");
  EXPECT_EQ(with_right_sizes("1.a:2,,S=1", 10, 11), "1.a:2,,S=10");
  EXPECT_EQ(with_right_sizes("", 10, 11), "");
}

TEST(MaildirName, KindsAreToldByNameAlone) {
  EXPECT_EQ(kind_of("1.a:2,S"), NameKind::message);
  EXPECT_EQ(kind_of(".hidden"), NameKind::hidden);
  EXPECT_EQ(kind_of(".a\nb"), NameKind::hidden);
  EXPECT_EQ(kind_of("1.a\nb"), NameKind::line_end);
  EXPECT_EQ(kind_of("1.a\r"), NameKind::line_end);
  EXPECT_EQ(kind_of(":2,S"), NameKind::empty_base);
  for (const char* name : {"10.a;2,S", "10.a!2,FS", "10.a-2,Sa", ";2,S"})
    EXPECT_EQ(kind_of(name), NameKind::other_info) << name;
  for (const char* name :
       {"10.a;2,", "10.a;2,S:2,S", "10.a;1,S", "10.h-2,S=12", "10.a2,S", "2,S", ",S", "10.a,S=3,W=4"})
    EXPECT_EQ(kind_of(name), NameKind::message) << name;
  EXPECT_EQ(kind_of("1.\x1b[31m"), NameKind::message);
  EXPECT_EQ(kind_of("dovecot-uidlist"), NameKind::message) << "in cur/ it is a message like any other";
}

TEST(MaildirName, OnlyNamesThatLeaveRoomAreTakenOver) {
  EXPECT_TRUE(is_usable_base("1.a,S=3,W=4"));
  EXPECT_TRUE(is_usable_base(std::string(215, 'a')));
  EXPECT_FALSE(is_usable_base(std::string(216, 'a')));
  EXPECT_FALSE(is_usable_base(""));
  EXPECT_FALSE(is_usable_base(".a"));
  EXPECT_FALSE(is_usable_base("a/b"));
  EXPECT_FALSE(is_usable_base("a:b"));
  EXPECT_FALSE(is_usable_base("a\nb"));
  EXPECT_FALSE(is_usable_base("a\rb"));
  EXPECT_FALSE(is_usable_base(std::string("a\0b", 3)));
}

TEST(MaildirName, OrderIsThatInWhichAServerNumbersFiles) {
  // As seen of Dovecot 2.3.19 (maildir.md section 4).
  const std::vector<std::string> in_order{"abc", "9.M9", "10.M5P0", "10.M5P1", "10.M10P1", "10.P3"};
  for (std::size_t i = 0; i < in_order.size(); ++i)
    for (std::size_t j = 0; j < in_order.size(); ++j)
      EXPECT_EQ(is_numbered_before(in_order[i], in_order[j]), i < j) << in_order[i] << " " << in_order[j];
  EXPECT_TRUE(is_numbered_before("9.x", "10.a")) << "by value";
  EXPECT_TRUE(is_numbered_before("99999999999999999999998.a", "99999999999999999999999.a"));
  EXPECT_TRUE(is_numbered_before("5.V1I2M7P1.h", "5.V0I1M30P1.h"));
  EXPECT_TRUE(is_numbered_before("5.1_1.h", "5.M1.h"));
}

TEST(MaildirName, PlaceInASecondDecidesWhereItDiffers) {
  EXPECT_LT(place_in_second("5.1_1.h"), place_in_second("5.M0.h"));
  EXPECT_LT(place_in_second("5.V1I2M7P1.h"), place_in_second("5.M30P1.h"));
  EXPECT_LT(place_in_second("5.M99999999999999999999P1"), place_in_second("5.P3"));
  EXPECT_EQ(place_in_second("5.M07P1"), place_in_second("5.M7P2"));
  EXPECT_EQ(place_in_second("5.M99999999999999999998"), place_in_second("5.M99999999999999999999"));
}

TEST(MaildirName, OrderIsTotalForHostileNames) {
  std::mt19937 random(11);
  const std::string alphabet = "0019.MP5,a:";
  std::vector<std::string> names;
  for (int i = 0; i < 120; ++i) {
    std::string name;
    for (auto n = random() % 7; n > 0; --n) name += alphabet[random() % (alphabet.size() - 1)];
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const auto& a : names) {
    for (const auto& b : names) {
      if (a == b) {
        EXPECT_FALSE(is_numbered_before(a, b)) << a;
        continue;
      }
      EXPECT_NE(is_numbered_before(a, b), is_numbered_before(b, a)) << a << " " << b;
      if (leading_decimal(a) == leading_decimal(b) && place_in_second(a) != place_in_second(b)) {
        EXPECT_EQ(is_numbered_before(a, b), place_in_second(a) < place_in_second(b)) << a << " " << b;
      }
      for (const auto& c : names)
        if (is_numbered_before(a, b) && is_numbered_before(b, c)) {
          ASSERT_TRUE(is_numbered_before(a, c)) << a << " " << b << " " << c;
        }
    }
  }
}

TEST(MaildirName, ANewBaseHoldsTheRightSizes) {
  const std::string base = make_base({1'700'000'000'000'042, 77, 3, "mx1.example", 100, 110});
  EXPECT_EQ(base, "1700000000.M42P77Q3.mx1.example,S=100,W=110");
  EXPECT_TRUE(is_usable_base(base));
  EXPECT_TRUE(is_usable_base(make_base({1, 1, 1, std::string(300, 'h'), 1, 1})));
}

}  // namespace mailhaul::formats::maildir
