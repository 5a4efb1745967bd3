#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::account::cpanel {

/// What a YAML text says, as a tree of its own, bounded in size and depth.
struct YamlNode {
  enum class Kind { none, scalar, list, map };
  Kind kind = Kind::none;  ///< none: nothing, `~` or `null`
  bool is_plain = true;    ///< a scalar that was not quoted
  std::string text{};      ///< of a scalar
  std::vector<std::string> keys{};
  std::vector<YamlNode> items{};  ///< of a map: one for each key, in the order of the text

  /// Of a map; the last one where a key comes twice, as Perl's readers have it.
  [[nodiscard]] const YamlNode* find(std::string_view key) const;
};

struct YamlText {
  std::optional<YamlNode> root{};  ///< nothing: it could not be read
  std::string problem{};           ///< why
};

struct YamlLimits {
  std::size_t octets = std::size_t{1} << 20U;
  std::size_t depth = 16;
  std::size_t nodes = 100000;
};

/// Reads one document. Anchors and aliases are refused: a few lines of them stand for any amount of memory. Never
/// throws. An empty text is a node of kind none.
[[nodiscard]] YamlText read_yaml(std::string_view text, const YamlLimits& limits = {});

}  // namespace mailhaul::account::cpanel
