#include "formats/named_file.hpp"

namespace mailhaul::formats {

const char* reason_of(fs::Refusal refusal) {
  switch (refusal) {
  case fs::Refusal::symlink: return "it is a symbolic link";
  case fs::Refusal::special: return "it is a FIFO, a socket or a device";
  case fs::Refusal::directory: return "it is a directory";
  case fs::Refusal::foreign_owner: return "it belongs to somebody else than its directory";
  case fs::Refusal::sparse: return "most of it is a hole (a sparse file)";
  case fs::Refusal::other_mount: return "it is on another file system than its directory";
  case fs::Refusal::none:
  case fs::Refusal::missing: break;
  }
  return "";
}

const char* hint_of(fs::Refusal refusal) {
  switch (refusal) {
  case fs::Refusal::symlink: return "name the file that it points to";
  case fs::Refusal::sparse: return "--allow-sparse reads it all the same";
  default: return "";
  }
}

fs::Directory allowing_owner(const fs::Directory& directory, const std::string& name, uid_t runner) {
  const uid_t owner = directory.opened_as().owner.uid;
  if (owner != 0 && owner != runner) return directory;
  const auto seen = directory.look_at(name);
  return seen ? directory.with_owner(seen->owner.uid) : directory;
}

}  // namespace mailhaul::formats
