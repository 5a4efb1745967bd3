#include "mailhaul/run/ownership.hpp"

#include <gtest/gtest.h>

#include "mailhaul/base/error.hpp"

namespace mailhaul::run {
namespace {

fs::Status root_of(uid_t uid, gid_t gid, mode_t mode, fs::EntryKind kind = fs::EntryKind::directory) {
  fs::Status status;
  status.kind = kind;
  status.owner = {uid, gid};
  status.permissions = mode;
  return status;
}

constexpr fs::Owner root{0, 0};

TEST(ParseOwner, NumbersAndNames) {
  EXPECT_EQ(parse_owner("1234:2345"), (fs::Owner{1234, 2345}));
  EXPECT_EQ(parse_owner("daemon").uid, parse_owner("daemon:daemon").uid);
}

TEST(ParseOwner, NothingEverBecomesRootBySlip) {
  for (const char* text :
       {"", ":", ":mail", "1234:", "root", "0:0", "0:100", "100:0", "no-such-user-here:mail", "1234:no-such-group-here",
        "4294967295:1", "1:4294967295", "4294967296:1", "-1:1", "12x:1", "4000000001"}) {
    EXPECT_THROW((void)parse_owner(text), Error) << text;
  }
}

TEST(ParseOwner, NumbersOnly) {
  EXPECT_EQ(parse_owner("1234:2345", NumericIds::yes), (fs::Owner{1234, 2345}));
  for (const char* text : {"daemon", "daemon:1", "1:daemon", "1"})
    EXPECT_THROW((void)parse_owner(text, NumericIds::yes), Error) << text;
}

TEST(ParseModes, OctalForDirectoriesAndFiles) {
  OwnershipOptions options;
  parse_modes("D750,F640", options);
  EXPECT_EQ(options.directory_mode, 0750U);
  EXPECT_EQ(options.file_mode, 0640U);
  for (const char* text : {"", "D", "750", "D888", "D1777,F600", "F4755", "X700", "D700,"}) {
    OwnershipOptions unused;
    if (std::string_view(text) == "D700,") continue;  // a trailing comma is harmless
    EXPECT_THROW(parse_modes(text, unused), Error) << text;
  }
}

TEST(DecideBirth, OwnerComesFromOptionThenTargetThenSource) {
  const auto source = root_of(1000, 1000, 0755);
  OwnershipOptions option;
  option.owner = fs::Owner{5, 6};
  EXPECT_EQ(decide_birth({source, root_of(7, 8, 0700), {}}, option, root).owner, (fs::Owner{5, 6}));
  EXPECT_EQ(decide_birth({source, root_of(7, 8, 0700), {}}, {}, root).owner, (fs::Owner{7, 8}));
  EXPECT_EQ(decide_birth({source, root_of(0, 0, 0700), {}}, {}, root).owner, (fs::Owner{1000, 1000}))
      << "a target that root made for its owner-to-be is not a wish for root's mail";
  EXPECT_EQ(decide_birth({source, std::nullopt, {}}, {}, root).owner, (fs::Owner{1000, 1000}));
  EXPECT_EQ(decide_birth({root_of(0, 0, 0700), std::nullopt, {}}, {}, root).owner, root) << "root's own mail";
}

TEST(DecideBirth, ModesComeFromOptionThenTargetThenPolicyNeverFromTheSource) {
  const auto source = root_of(1000, 1000, 06777);
  const auto fresh = decide_birth({source, std::nullopt, {}}, {}, root);
  EXPECT_EQ(fresh.directory_mode, 0700U);
  EXPECT_EQ(fresh.file_mode, 0600U);
  const auto existing = decide_birth({source, root_of(7, 8, 02770), {}}, {}, root);
  EXPECT_EQ(existing.directory_mode, 0770U) << "set-id bits are never copied";
  EXPECT_EQ(existing.file_mode, 0660U);
  const auto file = decide_birth({source, root_of(7, 8, 0640, fs::EntryKind::regular), {}}, {}, root);
  EXPECT_EQ(file.directory_mode, 0700U);
  EXPECT_EQ(file.file_mode, 0640U);
  const auto careless = decide_birth({source, root_of(7, 8, 0755), {}}, {}, root);
  EXPECT_EQ(careless.directory_mode, 0750U) << "what umask 022 leaves is no wish for mail that everybody reads";
  EXPECT_EQ(careless.file_mode, 0640U);
  OwnershipOptions option;
  option.file_mode = 0604;
  EXPECT_EQ(decide_birth({source, root_of(7, 8, 0770), {}}, option, root).file_mode, 0604U);
}

IdMap users(std::string_view text) { return IdMap::of_users(text, NumericIds::yes); }
IdMap groups(std::string_view text) { return IdMap::of_groups(text, NumericIds::yes); }

TEST(DecideBirth, MapsGiveTheMailOfTheSourceRootsOwnerToTheirTarget) {
  const auto source = root_of(1000, 1001, 0755);
  OwnershipOptions option;
  option.users = users("1:2,900-1100:5,*:6");
  option.groups = groups("1001:7");
  EXPECT_EQ(decide_birth({source, std::nullopt, {}}, option, root).owner, (fs::Owner{5, 7}));
  EXPECT_EQ(decide_birth({source, root_of(8, 9, 0700), {}}, option, root).owner, (fs::Owner{5, 7}))
      << "it goes before the owner of the target, as --chown does";
  EXPECT_EQ(decide_birth({root_of(0, 0, 0755), root_of(8, 9, 0700), {}}, option, root).owner, (fs::Owner{8, 9}))
      << "'*' is not root";
  option.users = {};
  EXPECT_EQ(decide_birth({source, root_of(8, 9, 0700), {}}, option, root).owner, (fs::Owner{8, 7}))
      << "a group may be mapped alone";
}

TEST(DecideBirth, AMappedUserHasAGroupThatIsNeitherGuessedNorRoots) {
  const auto source = root_of(1000, 1001, 0755);
  OwnershipOptions option;
  option.users = users("1000:5");
  EXPECT_THROW((void)decide_birth({source, std::nullopt, {}}, option, root), Error) << "no passwd was asked";
  option.groups = groups("1:2");
  EXPECT_THROW((void)decide_birth({source, std::nullopt, {}}, option, root), Error);
  option.users = IdMap::of_users("1000:daemon", NumericIds::no);
  EXPECT_EQ(decide_birth({source, std::nullopt, {}}, option, root).owner, parse_owner("daemon"));
}

TEST(DecideBirth, AProfileSaysModesAndWhoseHomeItIs) {
  const auto source = root_of(1000, 1000, 0755);
  const auto home = root_of(7, 8, 0711);
  OwnershipOptions option;
  option.profile = &find_owner_profile("cpanel");
  const auto fresh = decide_birth({source, std::nullopt, home}, option, root);
  EXPECT_EQ(fresh.owner, home.owner);
  EXPECT_EQ(fresh.directory_mode, 0751U);
  EXPECT_EQ(fresh.file_mode, 0640U);
  const auto there = decide_birth({source, root_of(5, 6, 0700), home}, option, root);
  EXPECT_EQ(there.owner, (fs::Owner{5, 6})) << "a target that is there says it itself";
  EXPECT_EQ(there.directory_mode, 0751U);
  EXPECT_EQ(decide_birth({source, std::nullopt, root_of(0, 0, 0755)}, option, root).owner, source.owner);
  EXPECT_EQ(decide_birth({source, std::nullopt, root_of(7, 0, 0755)}, option, root).owner, source.owner);
  EXPECT_EQ(decide_birth({source, std::nullopt, home}, {}, root).owner, source.owner) << "only a profile looks there";

  option.profile = &find_owner_profile("vmail");
  option.profile_owner = fs::Owner{5000, 5001};
  EXPECT_EQ(decide_birth({source, root_of(5, 6, 0755), home}, option, root).owner, (fs::Owner{5000, 5001}));
  EXPECT_EQ(decide_birth({source, root_of(5, 6, 0755), home}, option, root).file_mode, 0600U);
  option.file_mode = 0640;
  EXPECT_EQ(decide_birth({source, root_of(5, 6, 0755), home}, option, root).file_mode, 0640U);
  option.owner = fs::Owner{3, 4};
  EXPECT_EQ(decide_birth({source, root_of(5, 6, 0755), home}, option, root).owner, (fs::Owner{3, 4}));
  EXPECT_THROW((void)find_owner_profile("plesk"), Error);
}

TEST(MoreSourceOwners, OnlyWhoIsNamedOneByOneForTheSameOwner) {
  fs::Birth birth;
  birth.owner = {5, 5};
  OwnershipOptions option;
  option.users = users("0:5,10:5,11:6,20-29:5,25:5,12:5,12:6,*:5");
  EXPECT_EQ(more_source_owners(option, birth), (std::vector<uid_t>{0, 10, 12}))
      << "11 becomes somebody else, and what 20-29 took the rule for 25 never sees";
  EXPECT_TRUE(more_source_owners({}, birth).empty());
}

TEST(DecideBirth, WhoIsNotRootMakesHisOwnFiles) {
  const fs::Owner runner{1000, 1000};
  EXPECT_EQ(decide_birth({root_of(0, 0, 0755), root_of(7, 8, 0700), {}}, {}, runner).owner, runner);
  OwnershipOptions option;
  option.owner = fs::Owner{5, 6};
  EXPECT_THROW((void)decide_birth({root_of(1, 1, 0755), std::nullopt, {}}, option, runner), Error);
  option.owner = std::nullopt;
  option.users = users("1:5");
  option.groups = groups("1:6");
  EXPECT_THROW((void)decide_birth({root_of(1, 1, 0755), std::nullopt, {}}, option, runner), Error);
  option.users = users("1:1000");
  EXPECT_EQ(decide_birth({root_of(1, 1, 0755), std::nullopt, {}}, option, runner).owner, (fs::Owner{1000, 6}));
}

}  // namespace
}  // namespace mailhaul::run
