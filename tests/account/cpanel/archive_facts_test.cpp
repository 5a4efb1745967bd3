// One account in each form that cPanel packs it in: below the home there is the same to be read as on the disk.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "mailhaul/base/clock.hpp"
#include "mailhaul/base/entropy.hpp"
#include "mailhaul/base/finding.hpp"
#include "mailhaul/formats/archive/archive.hpp"
#include "mailhaul/fs/directory_tree.hpp"
#include "mailhaul/io/pump.hpp"
#include "support/cpanel_account.hpp"
#include "support/cpanel_archive.hpp"
#include "support/scratch_directory.hpp"

namespace mailhaul::account::cpanel {
namespace {

using support::ArchiveForm;

class Unheard final : public Findings {
 public:
  void add(const Finding&) override {}
};

class Octets final : public io::Sink {
 public:
  void write(Bytes octets) override { text.append(reinterpret_cast<const char*>(octets.data()), octets.size()); }
  std::string text{};
};

class CpanelArchiveFacts : public ::testing::TestWithParam<ArchiveForm> {
 protected:
  support::ScratchDirectory directory_{"mailhaul-packed"};
  const std::string& path_ = directory_.path();
};

/// Path to kind, target of a link, size and time of a file.
void collect(io::Tree& tree, const std::string& path, std::map<std::string, std::string>& out,
             std::set<std::string>& regular) {
  tree.list(path, [&](const std::string& name, io::NodeKind kind) {
    const std::string whole = path.empty() ? name : path + '/' + name;
    out[whole] = kind == io::NodeKind::directory ? "directory" : kind == io::NodeKind::file ? "file" : "other";
  });
  std::set<std::string> directories;
  for (auto at = out.lower_bound(path.empty() ? "" : path + '/'); at != out.end(); ++at) {
    if (!path.empty() && !at->first.starts_with(path + '/')) break;
    if (at->first.find('/', path.empty() ? 0 : path.size() + 1) != std::string::npos) continue;
    const io::Node node = tree.look_at(at->first);
    if (node.kind == io::NodeKind::symlink) at->second = "link to " + node.link_target;
    if (node.is_file()) {
      at->second += ' ' + std::to_string(node.size_octets) + " octets of " + std::to_string(node.modified_seconds);
      regular.insert(at->first);
    }
    if (node.is_directory()) directories.insert(at->first);
  }
  for (const std::string& directory : directories) collect(tree, directory, out, regular);
}

TEST_P(CpanelArchiveFacts, TheHomeIsTheSameTreeAsOnTheDisk) {
  support::AccountPlan plan;
  plan.mdbox = plan.hostile = true;
  plan.messages_a_folder = 3;
  const support::AccountFacts facts = support::make_cpanel_account(plan, path_ + "/a");
  const std::string packed = support::pack_cpanel_account(facts, path_ + "/a", path_ + "/packed", GetParam());
  fs::PosixKernel kernel;
  SystemEntropy entropy;
  SystemClock clock;
  Unheard findings;
  formats::UniqueInstants instants(Instant{});
  formats::Context context{kernel, entropy, clock, findings, instants, "host"};

  std::map<std::string, std::string> wanted;
  std::set<std::string> regular;
  fs::DirectoryTree live(fs::Directory::open_root(kernel, entropy, path_ + "/a/home/alice", fs::Rules{}));
  collect(live, "", wanted, regular);
  std::map<std::string, std::string> contents;
  live.visit(regular, [&](const std::string& path, io::Source& content) {
    Octets octets;
    io::copy(content, octets);
    contents[path] = octets.text;
  });

  formats::archive::Options options;
  options.root_marks = {"cp", "homedir", "homedir.tar"};
  const auto archive = formats::archive::Archive::open(context, packed, fs::Rules{}, options);
  EXPECT_FALSE(archive->damage());
  const auto tree = archive->tree();
  std::map<std::string, std::string> found;
  std::set<std::string> found_regular;
  collect(*tree, "homedir", found, found_regular);
  std::map<std::string, std::string> below_home;
  for (const auto& entry : found)
    if (entry.first.starts_with("homedir/")) below_home.emplace(entry.first.substr(8), entry.second);
  EXPECT_EQ(below_home, wanted);
  std::size_t compared = 0;
  tree->visit(found_regular, [&](const std::string& path, io::Source& content) {
    Octets octets;
    io::copy(content, octets);
    EXPECT_TRUE(octets.text == contents[path.substr(8)]) << path;
    ++compared;
  });
  EXPECT_EQ(compared, contents.size());
  EXPECT_EQ(tree->read("cp/alice", 100'000).value_or("").substr(0, 8), "BWLIMIT=");
}

INSTANTIATE_TEST_SUITE_P(Forms, CpanelArchiveFacts,
                         ::testing::Values(ArchiveForm::tar_gz, ArchiveForm::tar, ArchiveForm::homedir_tar,
                                           ArchiveForm::parts, ArchiveForm::without_top),
                         [](const ::testing::TestParamInfo<ArchiveForm>& form) {
                           switch (form.param) {
                           case ArchiveForm::tar_gz: return std::string("Gzip");
                           case ArchiveForm::tar: return std::string("Plain");
                           case ArchiveForm::homedir_tar: return std::string("HomeInside");
                           case ArchiveForm::parts: return std::string("Parts");
                           default: return std::string("WithoutTop");
                           }
                         });

}  // namespace
}  // namespace mailhaul::account::cpanel
