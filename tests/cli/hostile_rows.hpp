#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Hostile names and trees, a row each (T13, safety.md section 1).
namespace mailhaul::black_box {

/// What must never turn up at a target.
inline constexpr std::string_view planted_secret = "root:$6$a-secret-that-only-root-may-read";

/// Where rows plant: home/ is the customer's, with a Maildir M of two messages, an mbox of two, a tree of mboxes B
/// (inbox, Sub: one each), and a target T with one message of its own and a folder Sub. outside/ is root's, with a file
/// "shadow", a Maildir "victim".
class Grounds {
 public:
  explicit Grounds(std::string base) : base_(std::move(base)) {}
  void make() const;
  /// All below home/ is the customer's from now on, but for what is outside/ too.
  void hand_over() const;
  [[nodiscard]] std::string at(const std::string& below) const { return base_ + "/" + below; }
  void file(const std::string& below, std::string_view octets) const;
  void symlink(const std::string& to, const std::string& below) const;
  void fifo(const std::string& below) const;
  void directory(const std::string& below) const;
  void maildir(const std::string& below) const;
  void remove(const std::string& below) const;
  void hard_link_of_others(const std::string& below) const;  ///< of outside/shadow
  void message(const std::string& below) const;              ///< one more good one
  /// `head`, then a hole up to `size`.
  void sparse(const std::string& below, std::string_view head, std::uint64_t size) const;

 private:
  std::string base_;
};

struct HostileRow {
  std::string name{};
  std::function<bool(const Grounds&)> plant{};  ///< false: not possible on this machine
  int status = 0;
  std::string finding{};                   ///< part of what the run says; empty: nothing is asked for
  std::size_t messages = 0;                ///< at the target afterwards
  std::optional<int> status_as_mboxdir{};  ///< unless they are the same
  std::optional<std::size_t> messages_as_mboxdir{};
  std::vector<std::string> options{};
  std::function<void(const Grounds&)> afterwards{};  ///< more that must hold
};
void PrintTo(const HostileRow& row, std::ostream* out);

/// For the tables.
[[nodiscard]] HostileRow row(std::string name, const std::function<void(const Grounds&)>& plant, int status,
                             std::string finding, std::size_t messages);
[[nodiscard]] HostileRow with_options(HostileRow row, std::vector<std::string> options);
void set_mode(const std::string& path, unsigned mode);
/// Octets of every value, the same in each run.
[[nodiscard]] std::string noise(std::size_t octets);
[[nodiscard]] std::string repeated(std::string_view piece, std::size_t times);
[[nodiscard]] std::string gzip_of(const std::string& text);
inline constexpr std::uint64_t gibibyte = 1ULL << 30U;

[[nodiscard]] std::vector<HostileRow> hostile_maildirs();
[[nodiscard]] std::vector<HostileRow> hostile_names();
[[nodiscard]] std::vector<HostileRow> hostile_mboxes();
[[nodiscard]] std::vector<HostileRow> hostile_mboxdirs();
[[nodiscard]] std::vector<HostileRow> hostile_targets();

}  // namespace mailhaul::black_box
