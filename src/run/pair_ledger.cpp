#include "pair_ledger.hpp"

#include <algorithm>
#include <utility>

#include <boost/filesystem/path.hpp>
#include <fmt/format.h>

#include "state_directory.hpp"

namespace mailhaul::run {
namespace {

constexpr std::string_view suffix = ".ledger";

std::string typed_as(const Machine& machine, const Store& store) {
  return std::string(to_string(store.format)) + ":" + absolute_path(machine, store.path);
}

/// FNV-1a: the same on every machine and in every version. Two pairs of one name would refuse each other, no more.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

/// The end of a location, for who looks into the directory.
std::string readable(std::string_view location) {
  constexpr std::size_t longest = 60;
  std::string out(location.substr(location.size() > longest ? location.size() - longest : 0));
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  };
  for (char& c : out)
    if (!plain(c)) c = '_';
  return out;
}

std::string name_of(const ledger::Pair& pair) {
  return fmt::format("{}-{}-{:016x}{}", readable(pair.source), readable(pair.target),
                     hash_of(pair.source + '\n' + pair.target), suffix);
}

}  // namespace

std::string absolute_path(const Machine& machine, const std::string& typed) {
  boost::filesystem::path path(typed);
  if (path.is_relative()) path = boost::filesystem::path(machine.working_directory) / path;
  std::string normal = path.lexically_normal().string();
  while (normal.size() > 1 && (normal.back() == '/' || normal.ends_with("/."))) normal.pop_back();
  return normal;
}

const std::string& state_directory_of(const Machine& machine, const Request& request) {
  return request.state_directory.empty() ? machine.state_directory : request.state_directory;
}

ledger::Pair pair_of(const Machine& machine, const Request& request, const Store& source, const Store& target) {
  const PairSuffix suffixes = pair_suffix(source, target, request.mailboxes);
  return {typed_as(machine, source) + suffixes.source, typed_as(machine, target) + suffixes.target, {}, {}};
}

PairLedger open_ledger(const Machine& machine, const Request& request, const ledger::Pair& pair, Findings& findings) {
  const std::string& directory = state_directory_of(machine, request);
  if (directory.empty()) {
    findings.add(
        {FindingKind::no_memory, Weight::note, "", "",
         "no state directory is known (--state DIR, XDG_STATE_HOME): the next run knows nothing of this one, so "
         "what is removed at the target comes again",
         1});
    return {ledger::Ledger::in_memory(machine.entropy), false, false};
  }
  if (request.dry_run)
    (void)find_state_directory(machine, directory);
  else
    (void)open_state_directory(machine, directory);
  auto ledger = ledger::Ledger::open(directory + "/" + name_of(pair), pair, machine.entropy,
                                     request.dry_run ? ledger::Ledger::Mode::preview : ledger::Ledger::Mode::lasting);
  const bool source_replaced = ledger.was_replaced(Side::source, pair.source_id);
  const bool target_replaced = ledger.was_replaced(Side::target, pair.target_id);
  return {std::move(ledger), source_replaced, target_replaced};
}

std::vector<std::string> ledgers_of(const Machine& machine, const Request& request) {
  const std::string& directory = state_directory_of(machine, request);
  std::vector<std::string> paths;
  if (directory.empty()) return paths;
  const auto opened = find_state_directory(machine, directory);
  if (!opened) return paths;
  opened->list([&](const fs::Entry& entry) {
    if (entry.name.ends_with(suffix)) paths.push_back(directory + "/" + entry.name);
  });
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::optional<ledger::Ledger> find_ledger(const Machine& machine, const Request& request, const ledger::Pair& pair) {
  const std::string& directory = state_directory_of(machine, request);
  if (directory.empty()) return std::nullopt;
  const auto opened = find_state_directory(machine, directory);
  if (!opened || !opened->look_at(name_of(pair))) return std::nullopt;
  return ledger::Ledger::open_to_read(directory + "/" + name_of(pair));
}

}  // namespace mailhaul::run
