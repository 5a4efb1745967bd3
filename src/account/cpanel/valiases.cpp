#include "account/cpanel/valiases.hpp"

#include <algorithm>
#include <utility>

#include "account/cpanel/destinations.hpp"
#include "account/text/text_lines.hpp"
#include "mailhaul/account/address.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account::cpanel {
namespace {

/// A key and its data, whatever they are.
struct RawEntry {
  std::vector<std::size_t> lines{};  ///< from 0: the first, and those that continue it
  std::string key{};
  std::string data{};
};

struct RawFile {
  std::vector<RawEntry> entries{};
  std::vector<std::size_t> continue_nothing{};  ///< lines from 0
};

RawEntry first_line_of(std::string_view line, std::size_t number) {
  RawEntry out;
  out.lines.push_back(number);
  std::size_t at = 0;
  if (line.front() == '"') {
    for (at = 1; at < line.size() && line[at] != '"'; ++at) {
      if (line[at] == '\\' && at + 1 < line.size()) ++at;
      out.key += line[at];
    }
    at = std::min(at + 1, line.size());
  } else {
    while (at < line.size() && line[at] != ':' && !is_blank(line[at])) ++at;
    out.key = line.substr(0, at);
  }
  std::string_view data = trimmed(line.substr(at));
  if (!data.empty() && data.front() == ':') data = trimmed(data.substr(1));
  out.data = data;
  return out;
}

RawFile raw_file(std::string_view text) {
  RawFile out;
  const std::vector<TextLine> lines = text_lines(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = lines[i].content;
    if (trimmed(line).empty() || line.front() == '#') continue;
    if (!is_blank(line.front())) {
      out.entries.push_back(first_line_of(line, i));
    } else if (out.entries.empty()) {
      out.continue_nothing.push_back(i);
    } else {
      out.entries.back().lines.push_back(i);
      out.entries.back().data += ' ';
      out.entries.back().data += trimmed(line);
    }
  }
  return out;
}

bool has_domain(std::string_view key) { return key.find('@') != std::string_view::npos; }

/// "*", or the address in lower case; nothing where the key can be none.
std::optional<std::string> address_of(std::string_view key, std::string_view domain) {
  if (key.empty() || has_control_octet(key)) return std::nullopt;
  if (key == "*") return "*";
  if (!has_domain(key)) return lower_case(key) + "@" + lower_case(domain);
  if (!split_address(key)) return std::nullopt;
  return lower_case(key);
}

bool is_foreign(std::string_view address, std::string_view domain) {
  return address != "*" && split_address(address)->domain != lower_case(domain);
}

class FileParser {
 public:
  explicit FileParser(std::string_view domain) : domain_(domain) {}

  AliasFile parse(std::string_view text) {
    RawFile raw = raw_file(text);
    for (const std::size_t line : raw.continue_nothing)
      out_.problems.push_back({Weight::lost, line + 1, {}, "the line begins with a blank and continues no other"});
    for (RawEntry& entry : raw.entries) take(entry);
    report_what_counts();
    return std::move(out_);
  }

 private:
  void take(RawEntry& raw) {
    const std::size_t first = raw.lines.front() + 1;
    const auto address = address_of(raw.key, domain_);
    if (!address) {
      out_.problems.push_back({Weight::lost, first, raw.key, "the line has no key that could be an address"});
      return;
    }
    AliasEntry entry{raw.key, *address, {}, first, raw.lines.back() + 1};
    entry.forwarder.original = std::move(raw.data);
    if (is_foreign(*address, domain_)) {
      out_.problems.push_back(
          {Weight::lost, first, entry.key,
           "the key is of another domain than the file, as after a line end smuggled into a form: not carried"});
      entry.forwarder.to = parse_destinations(entry.forwarder.original).to;
      out_.foreign.push_back(std::move(entry));
      return;
    }
    const auto [place, is_new] = by_address_.emplace(*address, out_.entries.size());
    if (is_new) {
      out_.entries.push_back(std::move(entry));
      return;
    }
    AliasEntry& before = out_.entries[place->second];
    if (has_domain(entry.key) && !has_domain(before.key) && before.key != "*") std::swap(entry, before);
    out_.problems.push_back({Weight::note, entry.first_line, entry.key,
                             "another line for the same address: line " + std::to_string(before.first_line) +
                                 " counts, this one is not carried"});
  }

  void report_what_counts() {
    for (AliasEntry& entry : out_.entries) {
      DestinationList list = parse_destinations(entry.forwarder.original);
      entry.forwarder.to = std::move(list.to);
      const auto note = [&](std::string text) {
        out_.problems.push_back({Weight::note, entry.first_line, entry.key, std::move(text)});
      };
      if (entry.key != "*" && !has_domain(entry.key)) note("the key has no domain: not every server looks for it");
      if (entry.forwarder.to.empty()) note("the key leads nowhere");
      for (std::string& remark : list.remarks) note(std::move(remark));
    }
    std::stable_sort(out_.problems.begin(), out_.problems.end(),
                     [](const Problem& a, const Problem& b) { return a.line < b.line; });
    std::stable_sort(out_.entries.begin(), out_.entries.end(),
                     [](const AliasEntry& a, const AliasEntry& b) { return a.first_line < b.first_line; });
  }

  std::string domain_;
  std::map<std::string, std::size_t> by_address_{};
  AliasFile out_{};
};

[[noreturn]] void refuse(std::string_view key, std::string_view why) {
  throw Error(Cause::refused, Scope::folder, "writing a forwarder").at(key).because(why);
}

bool has_responder(const store::Forwarder& forwarder) {
  return std::any_of(forwarder.to.begin(), forwarder.to.end(),
                     [](const store::Destination& to) { return to.kind == store::Destination::Kind::responder; });
}

}  // namespace

AliasFile parse_valiases(std::string_view text, std::string_view domain) { return FileParser(domain).parse(text); }

AliasEditor::AliasEditor(std::string_view text, std::string_view domain, std::string responder_directory)
    : text_(text), domain_(domain), responder_directory_(std::move(responder_directory)) {
  if (!is_safe_domain(domain)) refuse(domain, "it is no domain");
  for (RawEntry& raw : raw_file(text).entries) {
    Stored& stored = stored_[lower_case(raw.key)];
    stored.lines.insert(stored.lines.end(), raw.lines.begin(), raw.lines.end());
    if (stored.count++ > 0) continue;
    stored.key = std::move(raw.key);
    stored.data = std::move(raw.data);
  }
}

/// In lower case.
std::string AliasEditor::require_key(std::string_view key) const {
  if (key == "*") return "*";
  std::string_view local_part = key;
  if (has_domain(key)) {
    const std::size_t at = key.rfind('@');
    local_part = key.substr(0, at);
    if (lower_case(key.substr(at + 1)) != lower_case(domain_)) refuse(key, "the key is not of the domain " + domain_);
  }
  if (!is_safe_local_part(local_part)) refuse(key, "the local part has more than letters, digits and ._+- in it");
  return lower_case(key);
}

void AliasEditor::set(std::string_view key, const store::Forwarder& forwarder) {
  const std::string name = require_key(key);
  const auto stored = stored_.find(name);
  const bool is_stored = stored != stored_.end();
  // Of a responder the destinations do not say in which home it is.
  if (is_stored && stored->second.count == 1 && !has_responder(forwarder) &&
      parse_destinations(stored->second.data).to == forwarder.to) {
    changes_.erase(name);
    return;
  }
  const std::string data = destinations_text(forwarder.to, responder_directory_);
  if (!is_stored && changes_.count(name) == 0) added_.push_back(name);
  changes_[name] = (is_stored ? stored->second.key : std::string(key)) + (data.empty() ? ":" : ": ") + data;
}

void AliasEditor::remove(std::string_view key) { changes_[require_key(key)] = std::nullopt; }

std::string AliasEditor::text() const {
  LineEdits edits;
  for (const auto& [name, line] : changes_) {
    const auto stored = stored_.find(name);
    if (stored == stored_.end()) continue;
    for (const std::size_t number : stored->second.lines) edits.changed[number] = std::nullopt;
    edits.changed[stored->second.lines.front()] = line;
  }
  for (const std::string& name : added_)
    if (const auto& line = changes_.at(name)) edits.added.push_back(*line);
  return edited(text_, edits);
}

std::string with_entry(std::string_view text, std::string_view domain, std::string_view key,
                       const std::optional<store::Forwarder>& forwarder, const std::string& responder_directory) {
  AliasEditor editor(text, domain, responder_directory);
  if (forwarder)
    editor.set(key, *forwarder);
  else
    editor.remove(key);
  return editor.text();
}

}  // namespace mailhaul::account::cpanel
