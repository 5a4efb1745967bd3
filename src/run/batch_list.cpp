#include "mailhaul/run/batch_list.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <boost/filesystem/path.hpp>
#include <fmt/format.h>

#include "mailhaul/base/csv.hpp"
#include "mailhaul/base/escape.hpp"
#include "mailhaul/base/shell_words.hpp"

namespace mailhaul::run {
namespace {

constexpr char separator = ';';
constexpr std::string_view form = "a line is SOURCE;TARGET or SOURCE;TARGET;OPTIONS";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

bool has_control_octet(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool has_column_names(const std::vector<std::string>& cells) {
  const auto is = [&cells](std::size_t i, std::string_view word) {
    const std::string_view cell = trimmed(cells[i]);
    return std::equal(cell.begin(), cell.end(), word.begin(), word.end(),
                      [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
  };
  return cells.size() >= 2 && is(0, "source") && is(1, "target");
}

/// The cell of a location.
std::string location_in(const std::string& place, const char* which, const std::string& cell) {
  const std::string_view text = trimmed(cell);
  if (text.empty()) throw bad_line(place, fmt::format("the {} is empty", which)).hint(form);
  if (text.front() == '"' && cell.front() != '"')
    throw bad_line(place, fmt::format("there is a blank before the quote of the {}", which))
        .hint("a quote counts only as the first octet of a cell");
  if (text.front() == '-')
    throw bad_line(place, fmt::format("the {} would be read as an option", which))
        .hint("options are the third cell; a path that begins with - is written ./-...");
  if (has_control_octet(text)) throw bad_line(place, fmt::format("the {} holds a control octet", which));
  return std::string(text);
}

std::vector<std::string> options_in(const std::string& place, std::string_view cell) {
  auto words = split_words(cell);
  if (!words)
    throw bad_line(place, "a quote of its options is not closed, or their last octet is a backslash")
        .hint("options are written as for a shell, and nothing in them is expanded");
  for (const std::string& word : *words)
    if (has_control_octet(word)) throw bad_line(place, "an option holds a control octet");
  return *std::move(words);
}

std::vector<std::string> cells_of(const std::string& place, std::string_view line) {
  if (!is_utf8(line)) throw bad_line(place, "it is not UTF-8");
  // Line by line: no cell has a line end in it, and what is wrong in one line is said of that line.
  Csv csv = parse_csv(line, separator);
  if (csv.problem)
    throw bad_line(place, csv.problem->what).hint("a quote inside a quoted cell is written twice; options need none");
  return std::move(csv.rows.front().cells);
}

/// Where it writes to, without asking the disk.
std::string lane_of(const Location& target, const std::string& working_directory) {
  boost::filesystem::path path(target.path);
  const bool is_user = target.format == Format::cpanel && target.path.find('/') == std::string::npos;
  if (!is_user && path.is_relative()) path = boost::filesystem::path(working_directory) / path;
  return target.server_root + '\n' + path.lexically_normal().string();
}

/// Whether two pairs that go there make one store of two.
bool would_mix(const ListedPair& a, const PairTarget& to_a, const ListedPair& b, const PairTarget& to_b) {
  if (a.source == b.source && a.options == b.options) return true;
  const auto to_users = [](const PairTarget& to) { return to.location.format == Format::vmail; };
  const auto to_account = [](const PairTarget& to) { return to.location.format == Format::cpanel; };
  if (!to_a.mailbox.empty() && !to_b.mailbox.empty() && (to_users(to_a) || to_account(to_a)))
    return to_a.mailbox == to_b.mailbox;
  return !(to_users(to_a) && to_users(to_b));
}

}  // namespace

Error bad_line(const std::string& place, std::string_view reason) {
  return Error(Cause::usage, Scope::run, "reading the list of pairs").at(place).because(reason);
}

ListedPair parse_pair(std::string place, const std::vector<std::string>& cells) {
  if (cells.size() < 2) throw bad_line(place, "there is no ';' in it").hint(form);
  if (cells.size() > 3)
    throw bad_line(place, fmt::format("it has {} cells", cells.size()))
        .hint(fmt::format("{}; a cell with a ';' in it is quoted; a report is read with --retry-failed", form));
  ListedPair pair;
  pair.source = location_in(place, "source", cells[0]);
  pair.target = location_in(place, "target", cells[1]);
  if (cells.size() == 3) pair.options = options_in(place, trimmed(cells[2]));
  pair.place = std::move(place);
  return pair;
}

std::vector<ListedPair> parse_list(std::string_view text, const std::string& file) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  std::vector<ListedPair> pairs;
  bool is_first = true;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = trimmed(line);
    if (line.empty() || line.front() == '#') continue;
    std::string place = fmt::format("{}:{}", file, number);
    const std::vector<std::string> cells = cells_of(place, line);
    if (std::exchange(is_first, false) && has_column_names(cells)) continue;
    pairs.push_back(parse_pair(std::move(place), cells));
  }
  if (pairs.empty()) throw bad_line(file, "there is no pair in it").hint(form);
  return pairs;
}

void give_lanes(const std::vector<ListedPair>& listed, const std::vector<PairTarget>& targets,
                const std::string& working_directory, std::vector<BatchPair>& pairs) {
  std::map<std::string, std::vector<std::size_t>> there;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].lane = lane_of(targets[i].location, working_directory);
    std::vector<std::size_t>& others = there[pairs[i].lane];
    for (const std::size_t other : others)
      if (would_mix(listed[other], targets[other], listed[i], targets[i]))
        throw bad_line(listed[i].place, "it has the same target as " + listed[other].place)
            .hint("one of them is most likely a mistake; several accounts go into one vmail:DIR, and mailboxes of one "
                  "account are told apart by --mailbox");
    others.push_back(i);
  }
}

}  // namespace mailhaul::run
