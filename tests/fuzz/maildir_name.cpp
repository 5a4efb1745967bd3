#include "formats/maildir/name.hpp"
#include "fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul::formats::maildir;
  using mailhaul::fuzz::require;
  const mailhaul::fuzz::Input input(
      data, size, {":2,", ",S=", ",W=", "1631.M2P7.mx1", "FRS", "abz", ",", ":", "18446744073709551615"});
  const std::string_view name = input.text;

  const FileName parsed = parse_file_name(name);
  require(name.starts_with(parsed.stem) && parsed.stem.starts_with(parsed.base), "base and stem begin the name");
  require(parsed.base == base_of(name) && parsed.base.find(':') == std::string_view::npos, "a base has no colon");
  require(parsed.slots < SlotBits{1} << slot_count, "a letter is one of 26");

  // What is written for what was read is read as the same.
  const std::string suffix = info_suffix(parsed.flags, parsed.slots, parsed.extra);
  const std::string again = std::string(parsed.stem) + suffix;
  const FileName reread = parse_file_name(again);
  require(reread.flags == parsed.flags && reread.slots == parsed.slots, "flags and keywords last");
  require(reread.base == parsed.base && reread.stem == parsed.stem, "so does the name");
  require(suffix == info_suffix(reread.flags, reread.slots, reread.extra), "a suffix that was written is final");
  require(suffix.find('/') == std::string::npos && suffix.find('\n') == std::string::npos, "a suffix is a name's");

  const std::string right = with_right_sizes(name, 12, 34);
  if (size_field(name, 'S')) require(size_field(right, 'S') == 12, "a size is put right");
  if (size_field(name, 'W')) require(size_field(right, 'W') == 34, "so is the one with CRLF");
  require(with_right_sizes(right, 12, 34) == right, "once");
  if (is_usable_base(parsed.base)) {
    const NameKind kind = kind_of(parsed.base);
    require(parsed.base.size() <= longest_base && parsed.base.find('/') == std::string_view::npos &&
                (kind == NameKind::message || kind == NameKind::other_info),
            "a base that may be used is a message's");
  }

  // An order: total, and not of a name before itself.
  const std::size_t half = name.size() / 2;
  const std::string_view a = name.substr(0, half);
  const std::string_view b = name.substr(half);
  require(!is_numbered_before(a, a), "nothing comes before itself");
  require(!(is_numbered_before(a, b) && is_numbered_before(b, a)), "one of two comes first");
  require(a == b || is_numbered_before(a, b) || is_numbered_before(b, a), "and one of them does");
  static_cast<void>(time_in_name(name));
  return 0;
}
