#include "account/cpanel/renamed_file.hpp"

#include "account/cpanel/account_places.hpp"

namespace mailhaul::account::cpanel {

bool give_renamed(std::string_view home_path, io::Source& content, const store::Renaming* renaming,
                  std::vector<std::string>& changes, const std::function<void(io::Source& content)>& take) {
  if (renaming == nullptr || home_path != ".forward") {
    take(content);
    return true;
  }
  std::string text;
  for (Bytes piece = content.read(); !piece.empty(); piece = content.read()) {
    if (piece.size() > control_file_limit - text.size()) return false;
    text += as_text(piece);
  }
  text = store::renamed_forward_file(text, *renaming, changes);
  io::MemorySource renamed(as_bytes(text));
  take(renamed);
  return true;
}

}  // namespace mailhaul::account::cpanel
