#include "pair_words.hpp"

#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mailhaul::cli {
namespace {

using nlohmann::json;

constexpr std::size_t longest_text = 2000;

std::string text_of(const json& line, const char* key) {
  const auto found = line.find(key);
  return found != line.end() && found->is_string() ? found->get<std::string>().substr(0, longest_text) : "";
}

std::uint64_t number_of(const json& line, const char* key) {
  const auto found = line.find(key);
  return found != line.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string joined(const std::string& a, const std::string& b) { return a.empty() || b.empty() ? a + b : a + ": " + b; }

/// The last line that says something.
std::string last_line(std::string_view text) {
  const std::size_t end = text.find_last_not_of(" \n\r\t");
  if (end == std::string_view::npos) return "";
  text = text.substr(0, end + 1);
  const std::size_t begin = text.rfind('\n');
  return std::string(text.substr(begin == std::string_view::npos ? 0 : begin + 1).substr(0, longest_text));
}

}  // namespace

void PairWords::give_reason(Rank rank, const std::string& text) {
  if (rank >= rank_ || text.empty()) return;
  rank_ = rank;
  result_.reason = text;
}

void PairWords::take(std::string_view line) {
  const json said = json::parse(line, nullptr, false);
  if (!said.is_object()) return;
  const std::string event = text_of(said, "event");
  if (event == "folder") {
    result_.copied += number_of(said, "copied");
    result_.removed += number_of(said, "deleted");
    result_.failed += number_of(said, "failed");
  } else if (event == "error") {
    give_reason(Rank::error, text_of(said, "text"));
  } else if (event == "message" && text_of(said, "action") == "failed") {
    give_reason(Rank::message, joined(text_of(said, "source"), text_of(said, "error")));
  } else if (event == "finding" && text_of(said, "weight") == "failed") {
    give_reason(Rank::finding, joined(joined(text_of(said, "folder"), text_of(said, "where")), text_of(said, "text")));
  } else if (event == "setting" && text_of(said, "outcome") == "not carried") {
    ++result_.settings_left;
    const std::string name = text_of(said, "kind") + " " + joined(text_of(said, "owner"), text_of(said, "name"));
    give_reason(Rank::setting, joined(name, text_of(said, "text")));
  } else if (event == "summary") {
    status_ = static_cast<int>(number_of(said, "status"));
    result_.verdict = text_of(said, "verdict");
  }
}

run::PairResult PairWords::result(const ChildEnd& end) const {
  run::PairResult result = result_;
  result.status = static_cast<run::ExitStatus>(end.status);
  if (end.signal == 0 && status_ == end.status) {
    if (end.status == 0) result.reason.clear();
    return result;
  }
  result.status = run::ExitStatus::other_error;
  result.verdict = "Not finished.";
  result.reason = end.signal != 0
                      ? fmt::format("its process was ended by signal {} ({})", end.signal, ::strsignal(end.signal))
                      : fmt::format("its process ended with status {} and without a summary", end.status);
  if (const std::string last = last_line(end.errors); !last.empty()) result.reason += ": " + last;
  return result;
}

}  // namespace mailhaul::cli
