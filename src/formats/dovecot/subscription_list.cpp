#include "formats/dovecot/subscription_list.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "formats/waited_dotlock.hpp"
#include "mailhaul/fs/control_file.hpp"

namespace mailhaul::formats::dovecot {
namespace {

/// S13. Names are held several times over, each level in memory of its own.
constexpr std::uint64_t size_limit = std::uint64_t{1} << 20U;
constexpr std::ptrdiff_t most_names = 20'000;

std::optional<fs::ControlFile> read_list(const SubscriptionPlace& place) {
  auto file = fs::read_control_file(place.directory, place.name, size_limit);
  if (file && std::count(file->text.begin(), file->text.end(), '\n') > most_names) {
    throw Error(Cause::limit, Scope::folder, "reading subscriptions")
        .at(place.directory.place() + "/" + place.name)
        .because("it has more than " + std::to_string(most_names) + " lines")
        .on(place.directory.rules().side);
  }
  return file;
}

Error locked(const SubscriptionPlace& place, std::string_view reason) {
  return Error(Cause::locked, Scope::folder, "adding subscriptions")
      .at(place.directory.place() + "/" + place.name)
      .because(reason)
      .hint("run the same command again")
      .on(Side::target);
}

fs::Dotlock take_lock(const Context& context, const SubscriptionPlace& place, const fs::Birth& birth) {
  if (auto lock = wait_for_dotlock(context, place.directory, place.name, birth)) return std::move(*lock);
  throw locked(place, "another program holds its lock");
}

}  // namespace

std::optional<std::vector<StoredName>> read_subscriptions(const SubscriptionPlace& place) {
  const auto file = read_list(place);
  if (!file) return std::nullopt;
  return parse_subscriptions(file->text, place.separator);
}

void write_subscriptions(const Context& context, const SubscriptionPlace& place, const std::vector<StoredName>& names,
                         const fs::Birth& birth) {
  constexpr int tries = 10;
  const fs::Dotlock lock = take_lock(context, place, birth);
  for (int i = 0; i < tries; ++i) {
    const auto file = read_list(place);
    const std::string text = add_subscriptions(file ? file->text : "", names, place.separator);
    if (file && text == file->text) return;
    const auto replaced = file ? std::optional(file->status) : std::nullopt;
    if (fs::write_control_file(place.directory, place.name, text, birth, replaced)) return;
  }
  throw locked(place, "another program keeps changing it, lock or no lock");
}

}  // namespace mailhaul::formats::dovecot
