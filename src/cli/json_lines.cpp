#include "json_lines.hpp"

#include "mailhaul/base/escape.hpp"
#include "print.hpp"

namespace mailhaul::cli {

using nlohmann::ordered_json;

std::string json_text(const std::string& raw) { return replace_invalid_utf8(raw); }

ordered_json json_location(const run::Store& store) {
  return {
      {"format", to_string(store.format)}, {"path", json_text(store.path)}, {"evidence", json_text(store.evidence)}};
}

void print_json(std::FILE* out, const ordered_json& object) {
  // S14: DEL, C1 and bidi controls are legal in JSON text, and a terminal would obey them all the same.
  constexpr bool ascii_only = true;
  print_line(out, object.dump(-1, ' ', ascii_only, ordered_json::error_handler_t::replace));
}

void print_summary(std::FILE* out, const char* command, run::ExitStatus status, ordered_json more) {
  ordered_json summary{{"event", "summary"}, {"command", command}, {"status", static_cast<int>(status)}};
  summary.update(more);
  print_json(out, summary);
  std::fflush(out);
}

}  // namespace mailhaul::cli
