#include "formats/maildir/real_tree.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace mailhaul::formats::maildir {

RealTree::RealTree() {
  std::string pattern = (std::filesystem::temp_directory_path() / "mailhaul-maildir-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  root_ = std::filesystem::canonical(pattern);
}

RealTree::~RealTree() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

void RealTree::make_maildir(const std::string& name) const {
  for (const char* part : {"cur", "new", "tmp"}) std::filesystem::create_directories(root_ / name / part);
}

void RealTree::write(const std::string& name, const std::string& octets) const {
  std::ofstream file(root_ / name, std::ios::binary);
  file << octets;
}

std::string RealTree::read(const std::string& name) const {
  std::ifstream file(root_ / name, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

std::unique_ptr<store::MessageSource> RealTree::source(const std::string& name) {
  return open_source(context, path(name), fs::Rules{});
}

std::unique_ptr<store::MessageStore> RealTree::target(const std::string& name) {
  fs::Rules rules;
  rules.side = Side::target;
  rules.durability = fs::Durability::none;  // power cuts are for the machine in memory
  TargetOptions options;
  options.birth.owner = {geteuid(), getegid()};
  return open_store(context, path(name), rules, options);
}

}  // namespace mailhaul::formats::maildir
