#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace mailhaul::black_box {

/// A mail server and its users at work on a Maildir, about a thousand times a second, as Dovecot does it on the disk:
/// mail is delivered into new/ and taken into cur/, flags change by rename, messages are expunged. No locks. Every
/// message has a Subject of its own; those it delivers begin with `name`.
class Churner {
 public:
  enum class Touches { all, own };  ///< own: only what it delivered is read, flagged and expunged

  /// `most_expunged`: of a thousand messages, in all.
  Churner(std::string maildir, std::string name, Touches touches, unsigned most_expunged, std::uint32_t seed);
  ~Churner();
  Churner(const Churner&) = delete;
  Churner& operator=(const Churner&) = delete;

  /// Enough for a run beside it to prove something.
  [[nodiscard]] bool was_busy() const { return was_busy_; }
  /// Ends it. Only then the rest may be asked.
  void stop();
  [[nodiscard]] const std::set<std::string>& expunged() const { return expunged_; }  ///< by their subjects
  [[nodiscard]] const std::set<std::string>& delivered() const { return delivered_; }
  [[nodiscard]] std::size_t operations() const { return operations_; }

 private:
  struct File {
    std::string part;  ///< "new" or "cur"
    std::string name;
  };
  void work();
  void act();
  void look();
  void deliver();
  void take_in(const File& file);
  void flag(const File& file);
  void expunge(const File& file);
  [[nodiscard]] std::string path_of(const std::string& part, const std::string& name) const;
  [[nodiscard]] std::size_t below(std::size_t limit) { return random_() % limit; }

  std::string maildir_;
  std::string name_;
  Touches touches_;
  unsigned most_expunged_;
  std::mt19937 random_;
  std::vector<File> files_{};
  std::set<std::string> expunged_{};
  std::set<std::string> delivered_{};
  std::size_t operations_ = 0;
  std::atomic<bool> was_busy_{false};
  std::atomic<bool> ended_{false};
  std::thread thread_{};
};

/// What stands behind "Subject: " in a message.
[[nodiscard]] std::string subject_of(const std::string& octets);

}  // namespace mailhaul::black_box
