#include "cli/churner.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <system_error>
#include <utility>

#include "cli/mailboxes.hpp"
#include "cli/tree.hpp"

namespace mailhaul::black_box {
namespace {

constexpr std::chrono::microseconds pace{1000};
constexpr std::size_t operations_a_look = 25;

}  // namespace

std::string subject_of(const std::string& octets) {
  const std::string field = "Subject: ";
  const std::size_t begin = octets.find(field) + field.size();
  return octets.substr(begin, octets.find('\n', begin) - begin);
}

Churner::Churner(std::string maildir, std::string name, Touches touches, unsigned most_expunged, std::uint32_t seed)
    : maildir_(std::move(maildir)),
      name_(std::move(name)),
      touches_(touches),
      most_expunged_(most_expunged),
      random_(seed) {
  thread_ = std::thread([this] { work(); });
}

Churner::~Churner() { stop(); }

void Churner::stop() {
  ended_ = true;
  if (thread_.joinable()) thread_.join();
}

std::string Churner::path_of(const std::string& part, const std::string& name) const {
  return maildir_ + "/" + part + "/" + name;
}

void Churner::work() {
  auto next = std::chrono::steady_clock::now();
  while (!ended_) {
    if (operations_ % operations_a_look == 0) look();
    act();
    ++operations_;
    was_busy_ = operations_ > 600 && expunged_.size() > 10 && delivered_.size() > 10;
    next = std::max(next + pace, std::chrono::steady_clock::now() - 20 * pace);  // what it missed is not all made up
    std::this_thread::sleep_until(next);
  }
}

void Churner::look() {
  files_.clear();
  for (const char* part : {"new", "cur"})
    for (const std::string& name : names_in(maildir_ + "/" + part))
      if (touches_ == Touches::all || name.find("." + name_) != std::string::npos) files_.push_back({part, name});
}

void Churner::act() {
  const std::size_t what = below(100);
  if (what < 10 || files_.empty()) return deliver();
  const File file = files_[below(files_.size())];
  if (file.part == "new") return take_in(file);
  if (what < 13 && 1000 * expunged_.size() < most_expunged_ * files_.size()) return expunge(file);
  flag(file);
}

void Churner::deliver() {
  const std::string number = std::to_string(delivered_.size() + 1);
  const std::string name = std::to_string(1'300'000'000 + delivered_.size()) + ".M" + number + "P1." + name_;
  write_file(path_of("tmp", name), simple_mail(name_ + "-" + number).octets);
  if (std::rename(path_of("tmp", name).c_str(), path_of("new", name).c_str()) != 0)
    throw std::system_error(errno, std::generic_category(), "delivering");
  delivered_.insert(name_ + "-" + number);
}

/// What another one was faster with is not there any more; so it is in the next three.
void Churner::take_in(const File& file) {
  const std::string info = file.name.find(":2,") == std::string::npos ? ":2," : "";
  static_cast<void>(std::rename(path_of("new", file.name).c_str(), path_of("cur", file.name + info).c_str()));
}

void Churner::flag(const File& file) {
  std::string flags;
  for (const char letter : {'F', 'R', 'S'})
    if (below(2) == 0) flags += letter;
  const std::string name = file.name.substr(0, file.name.find(':')) + ":2," + flags;
  if (name == file.name) return;
  static_cast<void>(std::rename(path_of("cur", file.name).c_str(), path_of("cur", name).c_str()));
}

void Churner::expunge(const File& file) {
  const std::string path = path_of("cur", file.name);
  if (!exists(path)) return;
  std::string octets;
  try {
    octets = read_file(path);
  } catch (const std::system_error&) {
    return;
  }
  if (::unlink(path.c_str()) == 0) expunged_.insert(subject_of(octets));
}

}  // namespace mailhaul::black_box
