#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::mail {

/// Keyword names compare without case (RFC 9051 2.3.2); the spelling met first is kept.
[[nodiscard]] bool same_keyword(std::string_view a, std::string_view b);

/// An atom of IMAP: no spaces, controls, 8-bit octets or any of `(){%*"\]`. Only such names fit an mbox header or a
/// keyword file.
[[nodiscard]] bool is_keyword(std::string_view name);

/// A set of names, sorted without case; each name once.
class KeywordSet {
 public:
  KeywordSet() = default;
  KeywordSet(std::initializer_list<std::string_view> names);

  void add(std::string_view name);
  /// Many at once, in any order: a header may name as many as fit, and adding them one by one would take their square.
  void add_all(std::vector<std::string> names);
  void remove(std::string_view name);
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] bool empty() const { return names_.empty(); }
  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] auto begin() const { return names_.begin(); }
  [[nodiscard]] auto end() const { return names_.end(); }
  /// What is here and not in `other`.
  [[nodiscard]] KeywordSet without(const KeywordSet& other) const;
  /// Equal without regard to case.
  bool operator==(const KeywordSet& other) const;

 private:
  std::vector<std::string> names_;
};

}  // namespace mailhaul::mail
