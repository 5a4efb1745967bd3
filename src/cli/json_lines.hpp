#pragma once

#include <cstdio>
#include <string>

#include <nlohmann/json.hpp>

#include "mailhaul/run/exit_status.hpp"
#include "mailhaul/run/location.hpp"

namespace mailhaul::cli {

/// What may be no UTF-8, as JSON can hold it (S14).
[[nodiscard]] std::string json_text(const std::string& raw);
[[nodiscard]] nlohmann::ordered_json json_location(const run::Store& store);
/// One object, one line.
void print_json(std::FILE* out, const nlohmann::ordered_json& object);
/// The last line.
void print_summary(std::FILE* out, const char* command, run::ExitStatus status, nlohmann::ordered_json more);

}  // namespace mailhaul::cli
