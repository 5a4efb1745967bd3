#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace mailhaul::formats::archive {

/// Many short texts, one behind the other; they stay where they are put. Nothing is copied when it grows, so it never
/// needs twice its size.
class TextPool {
 public:
  [[nodiscard]] const char* add(std::string_view text) {
    if (text.size() > left_) {
      left_ = std::max(block_octets, text.size());
      blocks_.push_back(std::unique_ptr<char[]>(new char[left_]));
      next_ = blocks_.back().get();
    }
    char* const at = next_;
    std::copy(text.begin(), text.end(), at);
    next_ += text.size();
    left_ -= text.size();
    return at;
  }

 private:
  static constexpr std::size_t block_octets = 64 * 1024;
  std::vector<std::unique_ptr<char[]>> blocks_{};
  char* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace mailhaul::formats::archive
