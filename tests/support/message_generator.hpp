#pragma once

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mailhaul::support {

/// A message in plain words, as any store that keeps everything would have it.
struct PlainMessage {
  std::string octets{};
  std::string flags{};  ///< Maildir's letters, ascending: D draft, F flagged, P passed, R answered, S seen, T deleted
  std::set<std::string> keywords{};
  std::int64_t date = 0;  ///< internal date, seconds since the epoch
  bool fresh = false;     ///< nobody has seen it: new/ of a Maildir, no `O` in an mbox; then without flags and keywords
  auto operator<=>(const PlainMessage&) const = default;
};

/// Random mail, the same for the same seed. It likes what converters get wrong: lines that begin with "From " or
/// ">From " in body and header, whole postmarks in bodies, CRLF and mixed line ends, NUL and 8-bit octets, lone CR,
/// long lines, store headers in bodies, no final line end, many of them, an empty body, no body, no octets at all.
///
/// It never makes what no mbox can keep: the seven store headers in a header block (mbox.md section 5), a postmark as a
/// header line, dates before 1970.
class MessageGenerator {
 public:
  explicit MessageGenerator(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] PlainMessage next();
  [[nodiscard]] std::vector<PlainMessage> take(std::size_t count);

 private:
  [[nodiscard]] std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
  [[nodiscard]] bool chance(std::size_t one_in) { return below(one_in) == 0; }
  [[nodiscard]] std::string words(std::size_t octets);
  [[nodiscard]] std::string line_end();
  [[nodiscard]] std::string header_line();
  [[nodiscard]] std::string body_line();
  [[nodiscard]] std::string text();

  std::mt19937_64 random_;
  std::string_view ends_ = "\n";  ///< of the message that is being made; empty: mixed
};

}  // namespace mailhaul::support
