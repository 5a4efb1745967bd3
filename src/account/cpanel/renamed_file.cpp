#include "account/cpanel/renamed_file.hpp"

#include "account/cpanel/account_places.hpp"

namespace mailhaul::account::cpanel {

bool holds_names(std::string_view home_path) { return home_path == ".forward"; }

std::optional<std::string> renamed_content(io::Source& content, const store::Renaming& renaming,
                                           std::vector<std::string>& changes) {
  std::string text;
  for (Bytes piece = content.read(); !piece.empty(); piece = content.read()) {
    if (piece.size() > control_file_limit - text.size()) return std::nullopt;
    text += as_text(piece);
  }
  return store::renamed_forward_file(text, renaming, changes);
}

}  // namespace mailhaul::account::cpanel
