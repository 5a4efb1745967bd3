#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "formats/maildir/world.hpp"
#include "mailhaul/fs/kernel.hpp"

namespace mailhaul::formats::maildir {

/// A fresh directory on a real file system, removed at the end, and what stores need to work in it.
class RealTree {
 public:
  RealTree();
  RealTree(const RealTree&) = delete;
  RealTree& operator=(const RealTree&) = delete;
  ~RealTree();

  [[nodiscard]] std::string path(const std::string& name) const { return (root_ / name).string(); }
  void make_maildir(const std::string& name) const;
  void write(const std::string& name, const std::string& octets) const;
  [[nodiscard]] std::string read(const std::string& name) const;

  [[nodiscard]] std::unique_ptr<store::MessageSource> source(const std::string& name);
  [[nodiscard]] std::unique_ptr<store::MessageStore> target(const std::string& name);

  fs::PosixKernel kernel;
  SystemEntropy entropy;
  SystemClock clock;
  CollectedFindings findings;
  UniqueInstants instants{clock.now()};
  Context context{kernel, entropy, clock, findings, instants, "test", 1};

 private:
  std::filesystem::path root_;
};

}  // namespace mailhaul::formats::maildir
