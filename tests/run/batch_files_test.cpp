#include "mailhaul/run/batch_files.hpp"

#include <gtest/gtest.h>

#include "mailhaul/run/batch_report.hpp"
#include "support/machine_clock.hpp"
#include "support/memory_kernel.hpp"

namespace mailhaul::run {
namespace {

/// The operator's own files, on a machine that others use too.
class BatchFiles : public testing::Test {
 protected:
  BatchFiles() {
    kernel.put_directory("/root", {}, 0700);
    kernel.put_directory("/home", {}, 0755);
    kernel.put_directory("/home/bob", bob, 0755);
    kernel.put_directory("/srv", {}, 0755);
  }
  [[nodiscard]] Machine machine() { return {kernel, entropy, clock, stop, "host", 1, {kernel.user(), kernel.user()}}; }
  [[nodiscard]] Cause refusal(const std::string& path) {
    try {
      (void)read_operators_file(machine(), path);
    } catch (const Error& error) {
      EXPECT_EQ(error.scope(), Scope::run);
      return error.cause();
    }
    ADD_FAILURE() << path << " was read";
    return Cause::limit;
  }
  [[nodiscard]] std::string why_no_report(const std::string& path) {
    try {
      ReportFile(machine(), path).write(report_header());
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  const fs::Owner bob{1001, 1001};
  support::MemoryKernel kernel{};
  SystemEntropy entropy;
  support::MachineClock clock{kernel};
  StopRequest stop;
};

TEST_F(BatchFiles, AListOfRootsOrTheRunnersOwnIsRead) {
  kernel.put_file("/root/list.csv", "/a;/b\n", {}, 0600);
  EXPECT_EQ(read_operators_file(machine(), "/root/list.csv"), "/a;/b\n");
  kernel.put_file("/srv/list.csv", "/a;/b\n", {}, 0644);
  EXPECT_EQ(read_operators_file(machine(), "/srv/list.csv"), "/a;/b\n");
  kernel.put_file("/home/bob/list.csv", "/a;/b\n", {}, 0644);
  EXPECT_EQ(refusal("/home/bob/list.csv"), Cause::permission) << "he can put another file of root's in its place";
  kernel.become(bob.uid, bob.gid);
  kernel.put_file("/home/bob/own.csv", "/c;/d\n", bob, 0600);
  EXPECT_EQ(read_operators_file(machine(), "/home/bob/own.csv"), "/c;/d\n");
  EXPECT_EQ(read_operators_file(machine(), "/home/bob/list.csv"), "/a;/b\n") << "root's";
}

TEST_F(BatchFiles, AListThatOthersMayWriteToIsRefused) {
  kernel.put_file("/home/bob/his.csv", "/a;/b\n", bob, 0600);
  EXPECT_EQ(refusal("/home/bob/his.csv"), Cause::permission);
  kernel.put_file("/root/group.csv", "/a;/b\n", {}, 0660);
  EXPECT_EQ(refusal("/root/group.csv"), Cause::permission);
  kernel.put_file("/root/all.csv", "/a;/b\n", {}, 0606);
  EXPECT_EQ(refusal("/root/all.csv"), Cause::permission);
  kernel.put_file("/root/other.csv", "/a;/b\n", {1002, 1002}, 0600);
  EXPECT_EQ(refusal("/root/other.csv"), Cause::refused);
}

TEST_F(BatchFiles, AListMustBeAFile) {
  kernel.put_file("/root/list.csv", "/a;/b\n", {}, 0600);
  kernel.put_symlink("/srv/link.csv", "/root/list.csv", bob);
  kernel.put_special("/root/fifo", fs::EntryKind::fifo);
  EXPECT_EQ(refusal("/srv/link.csv"), Cause::refused);
  EXPECT_EQ(refusal("/root/fifo"), Cause::refused);
  EXPECT_EQ(refusal("/root"), Cause::refused);
  EXPECT_EQ(refusal("/"), Cause::usage);
  EXPECT_EQ(refusal("/root/missing.csv"), Cause::not_found);
  EXPECT_EQ(refusal("/nowhere/list.csv"), Cause::not_found);
}

TEST_F(BatchFiles, AReportIsMadeAndReplacedInOneStep) {
  ReportFile report(machine(), "/root/r.csv");
  EXPECT_FALSE(kernel.exists("/root/r.csv"));
  report.write(report_header() + "one\n");
  report.write(report_header() + "two\n");
  EXPECT_EQ(kernel.octets_of("/root/r.csv"), report_header() + "two\n");
  EXPECT_EQ(kernel.status_of("/root/r.csv").permissions, 0600U);
  ReportFile(machine(), "/root/r.csv").write(report_header());
  EXPECT_EQ(kernel.octets_of("/root/r.csv"), report_header());
  EXPECT_EQ(kernel.names_in("/root"), std::vector<std::string>{"r.csv"}) << "nothing is left over";
  kernel.lose_power();
  EXPECT_EQ(kernel.octets_of("/root/r.csv"), report_header());
}

TEST_F(BatchFiles, NoReportIsMadeInADirectoryOfSomebodyElse) {
  EXPECT_NE(why_no_report("/home/bob/r.csv").find("belongs to somebody else"), std::string::npos);
  EXPECT_FALSE(kernel.exists("/home/bob/r.csv"));
}

TEST_F(BatchFiles, AReportReplacesNothingButAReport) {
  kernel.put_file("/root/passwd", "root:x:0:0\n", {}, 0644);
  EXPECT_NE(why_no_report("/root/passwd").find("it is no report"), std::string::npos);
  EXPECT_EQ(kernel.octets_of("/root/passwd"), "root:x:0:0\n");
  kernel.put_file("/root/empty", "", {}, 0644);
  EXPECT_EQ(why_no_report("/root/empty"), "");
  kernel.put_symlink("/srv/r.csv", "/root/passwd", bob);
  EXPECT_NE(why_no_report("/srv/r.csv"), "");
  EXPECT_EQ(kernel.octets_of("/root/passwd"), "root:x:0:0\n");
  kernel.put_file("/srv/all.csv", report_header(), {}, 0666);
  EXPECT_NE(why_no_report("/srv/all.csv").find("somebody else may write to it"), std::string::npos);
}

TEST_F(BatchFiles, AReportThatSomebodyChangedMeanwhileIsNotWrittenOver) {
  ReportFile report(machine(), "/srv/r.csv");
  report.write(report_header());
  kernel.remove("/srv/r.csv");
  kernel.put_file("/srv/r.csv", "his", {}, 0600);
  EXPECT_THROW(report.write(report_header()), Error);
  EXPECT_EQ(kernel.octets_of("/srv/r.csv"), "his");
}

}  // namespace
}  // namespace mailhaul::run
