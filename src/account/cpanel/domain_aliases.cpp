#include "account/cpanel/domain_aliases.hpp"

#include <utility>

#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account::cpanel {
namespace {

struct Line {
  std::size_t number = 0;  ///< from 0
  std::string domain{};    ///< empty: the line names the other one alone
  std::string other{};
};

std::vector<Line> lines_in(std::string_view text) {
  std::vector<Line> out;
  const std::vector<TextLine> lines = text_lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = trimmed(lines[i].content);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos)
      out.push_back({i, {}, std::string(line)});
    else
      out.push_back({i, std::string(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1)))});
  }
  return out;
}

bool is_of(const Line& line, std::string_view domain) {
  return line.domain.empty() || lower_case(line.domain) == lower_case(domain);
}

void require_domain(std::string_view domain) {
  if (is_safe_domain(domain)) return;
  throw Error(Cause::refused, Scope::folder, "writing a domain forwarder").at(domain).because("it is no domain");
}

}  // namespace

DomainAlias parse_domain_alias(std::string_view text, std::string_view domain) {
  DomainAlias out;
  bool is_decided = false;
  for (Line& line : lines_in(text)) {
    const auto report = [&](Weight weight, std::string why) {
      out.problems.push_back({weight, line.number + 1, line.domain.empty() ? line.other : line.domain, std::move(why)});
    };
    if (!is_of(line, domain)) {
      report(Weight::lost, "the line is of another domain than the file: not carried");
    } else if (std::exchange(is_decided, true)) {
      report(Weight::note, "a second line: the first one counts");
    } else if (!is_safe_domain(line.other)) {
      report(Weight::lost, "'" + line.other + "' is no domain that mail could go to");
    } else {
      out.forwarder = store::DomainForwarder{lower_case(line.other)};
    }
  }
  return out;
}

std::string with_domain_alias(std::string_view text, std::string_view domain,
                              const std::optional<store::DomainForwarder>& forwarder) {
  require_domain(domain);
  if (forwarder) require_domain(forwarder->domain);
  std::vector<Line> own;
  for (Line& line : lines_in(text))
    if (is_of(line, domain)) own.push_back(std::move(line));
  if (forwarder && own.size() == 1 && lower_case(own.front().other) == lower_case(forwarder->domain))
    return std::string(text);
  LineEdits edits;
  for (const Line& line : own) edits.changed[line.number] = std::nullopt;
  if (forwarder) {
    std::string line = std::string(domain) + ": " + forwarder->domain;
    if (own.empty())
      edits.added.push_back(std::move(line));
    else
      edits.changed[own.front().number] = std::move(line);
  }
  return edited(text, edits);
}

}  // namespace mailhaul::account::cpanel
