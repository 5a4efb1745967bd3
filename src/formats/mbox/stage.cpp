#include "stage.hpp"

namespace mailhaul::formats::mbox {

void Stage::write(Bytes octets) {
  if (octets.empty()) return;
  if (held_.size() + octets.size() <= held_limit_octets) {
    held_ += as_text(octets);
  } else {
    settle();
    append(octets);
  }
  last_ = as_text(octets).back();
}

void Stage::rewrite(std::string_view text, std::uint64_t offset) {
  if (offset < settled_) {
    settle();
    file_.rewrite(as_bytes(text), offset);
  } else {
    held_.replace(static_cast<std::size_t>(offset - settled_), text.size(), text);
  }
}

void Stage::settle() {
  if (held_.empty()) return;
  append(as_bytes(held_));
  held_.clear();
}

void Stage::append(Bytes octets) {
  torn_ = true;
  file_.append(octets);
  torn_ = false;
  settled_ += octets.size();
}

void Stage::cut(std::uint64_t size_octets) {
  held_.clear();
  if (!torn_ && settled_ == size_octets) return;
  file_.cut(size_octets);
  torn_ = false;
  settled_ = size_octets;
}

}  // namespace mailhaul::formats::mbox
