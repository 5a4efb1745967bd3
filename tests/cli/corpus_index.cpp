#include "cli/corpus_index.hpp"

#include <algorithm>

#include "cli/cli_test_case.hpp"

namespace mailhaul::black_box {
namespace {

/// Columns: path bytes sha256 origin licence format expected expected_from python formail formail_Y mailutils dovecot
/// mutt features.
std::vector<std::string> columns_of(const std::string& line) {
  std::vector<std::string> columns;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t tab = std::min(line.find('\t', at), line.size());
    columns.push_back(line.substr(at, tab - at));
    at = tab + 1;
  }
  columns.resize(15);
  return columns;
}

std::optional<int> number_in(const std::string& column) {
  const bool is_number = !column.empty() && column.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? std::optional(std::stoi(column)) : std::nullopt;
}

}  // namespace

std::optional<int> CorpusFile::number() const {
  if (expected) return expected;
  const bool agreed = python == formail && formail == mailutils && mailutils == dovecot && dovecot == mutt;
  return agreed ? dovecot : std::nullopt;
}

std::vector<CorpusFile> corpus_files(std::string_view folder) {
  std::vector<CorpusFile> files;
  for (const std::string& line : lines_of(read_file(corpus("INDEX.tsv")))) {
    if (line.compare(0, folder.size(), folder) != 0) continue;
    const auto columns = columns_of(line);
    CorpusFile file;
    file.path = columns[0];
    file.format = columns[5];
    file.expected = number_in(columns[6]);
    file.was_counted = !columns[8].empty();
    file.python = number_in(columns[8]);
    file.formail = number_in(columns[9]);
    file.mailutils = number_in(columns[11]);
    file.dovecot = number_in(columns[12]);
    file.mutt = number_in(columns[13]);
    files.push_back(std::move(file));
  }
  return files;
}

const Disagreement* disagreement_on(std::string_view path) {
  const auto* const found = std::find_if(disagreements.begin(), disagreements.end(),
                                         [&](const Disagreement& row) { return row.path == path; });
  return found == disagreements.end() ? nullptr : found;
}

}  // namespace mailhaul::black_box
