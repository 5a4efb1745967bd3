#include "progress_line.hpp"

#include <fmt/format.h>

#include "mailhaul/run/wording.hpp"

namespace mailhaul::cli {

void ProgressLine::begin(std::size_t folders, std::optional<std::uint64_t> octets) {
  folders_ += folders;
  all_octets_ = octets;
}

void ProgressLine::octets(std::uint64_t more) {
  octets_ += more;
  if (stream_ == nullptr) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < std::chrono::milliseconds{200}) return;
  drawn_ = now;
  draw();
}

void ProgressLine::show(const std::string& text) {
  if (stream_ == nullptr) return;
  put("\r" + text + "\x1b[K");
  visible_ = true;
}

void ProgressLine::draw() {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  const double rate = seconds > 0 ? static_cast<double>(octets_) / seconds : 0;
  std::string line = fmt::format("folder {}/{}, {}, {}, {}/s", folder_, folders_, run::counted(messages_, "message"),
                                 run::readable_octets(octets_), run::readable_octets(static_cast<std::uint64_t>(rate)));
  if (all_octets_ && *all_octets_ > octets_ && rate > 0) {
    const auto left = static_cast<std::uint64_t>(static_cast<double>(*all_octets_ - octets_) / rate);
    line += fmt::format(", {}:{:02} left", left / 60, left % 60);
  }
  show(line);
}

void ProgressLine::put(const std::string& text) {
  (void)std::fwrite(text.data(), 1, text.size(), stream_);
  std::fflush(stream_);
}

void ProgressLine::clear() {
  if (!visible_) return;
  put("\r\x1b[K");
  visible_ = false;
}

}  // namespace mailhaul::cli
