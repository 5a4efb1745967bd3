#include "account/text/file_style.hpp"

namespace mailhaul::account {

fs::Birth birth_in_place_of(const fs::Status& was, const FileStyle& style) {
  fs::Birth birth = style.birth;
  birth.owner = was.owner;
  birth.file_mode = was.permissions & 0777U;
  if (style.is_secret) birth.file_mode &= style.birth.file_mode;
  return birth;
}

}  // namespace mailhaul::account
