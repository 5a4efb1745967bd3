#include "account/cpanel/list_files.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

#include "account/cpanel/list_members.hpp"
#include "account/text/text_lines.hpp"
#include "mailhaul/base/error.hpp"

// A forwarder says any path: /etc/shadow, one of another account, one with "..". So what is opened is not that path but
// what lies below the home's own handle by the components behind the home's name, and no link on the way is followed
// (S1 to S5). The kinds that look_at() sees are for the words of the report alone: what is read is judged when it is
// open.

namespace mailhaul::account::cpanel {
namespace {

using store::Destination;
using store::ListFile;

struct Place {
  std::string below_home{};
  std::string why_not{};
};

/// Its components, joined anew.
Place place_of_components(std::string_view rest) {
  std::string path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view component = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (component.empty()) continue;
    if (component == "." || component == "..") return {{}, "its path has '.' or '..' in it"};
    path.append(path.empty() ? "" : "/").append(component);
  }
  if (path.empty()) return {{}, "it is no plain file"};
  return {std::move(path), {}};
}

Place place_below(std::string_view path, const std::vector<std::string>& homes) {
  if (has_control_octet(path)) return {{}, "its path has control characters in it"};
  for (std::string_view home : homes) {
    while (!home.empty() && home.back() == '/') home.remove_suffix(1);
    if (!home.empty() && path.starts_with(home) && path.substr(home.size()).starts_with('/'))
      return place_of_components(path.substr(home.size()));
  }
  return {{}, "it lies outside of the account's home"};
}

class ListReader {
 public:
  ListReader(io::Tree& home, const std::vector<std::string>& homes, const ListLimits& limits)
      : home_(home), homes_(homes), limits_(limits) {}

  void find(const store::Forwarder& forwarder) {
    for (const Destination& to : forwarder.to)
      if (to.kind == Destination::Kind::include && places_.count(to.text) == 0)
        places_.emplace(to.text, place_within_limit(to.text));
  }

  void read() {
    std::set<std::string> readable;
    for (auto& [path, list] : files_)
      if (list = what_is_seen_of(path); list.why_not.empty()) readable.insert(path);
    if (readable.empty()) return;
    std::set<std::string> unread = readable;
    std::string reason;
    try {
      home_.visit(readable, [&](const std::string& path, io::Source& content) {
        unread.erase(path);
        files_[path] = members_of(content);
      });
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      reason = ": " + error.reason();
    }
    // Of several the reason of one is told.
    for (const std::string& path : unread)
      files_[path] = refused("it can't be read" + (unread.size() == 1 ? reason : std::string()));
  }

  void give(store::Forwarder& forwarder) {
    for (const Destination& to : forwarder.to) {
      if (to.kind != Destination::Kind::include || forwarder.lists.count(to.text) != 0) continue;
      const Place& place = places_.at(to.text);
      forwarder.lists.emplace(to.text, place.why_not.empty() ? list_for_one(files_.at(place.below_home))
                                                             : refused(place.why_not));
    }
  }

 private:
  Place place_within_limit(const std::string& path) {
    Place place = place_below(path, homes_);
    if (!place.why_not.empty() || files_.count(place.below_home) != 0) return place;
    if (files_.size() >= limits_.files)
      return {{}, "the account names more than " + std::to_string(limits_.files) + " lists"};
    files_.emplace(place.below_home, ListFile{});
    return place;
  }

  [[nodiscard]] std::string too_large() const {
    return "it is larger than " + std::to_string(limits_.octets) + " octets";
  }
  [[nodiscard]] std::string too_many() const {
    return "the lists of the account hold more than " + std::to_string(limits_.members_of_account) + " addresses";
  }

  static ListFile refused(std::string why_not) { return {{}, std::move(why_not)}; }

  ListFile what_is_seen_of(const std::string& path) {
    try {
      const io::Node node = home_.look_at(path);
      switch (node.kind) {
      case io::NodeKind::missing: return refused("there is no such file");
      case io::NodeKind::symlink: return refused("it is a link, which is not followed");
      case io::NodeKind::directory:
      case io::NodeKind::other: return refused("it is no plain file");
      case io::NodeKind::file: break;
      }
      return node.size_octets > limits_.octets ? refused(too_large()) : ListFile{};
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      return refused("it can't be read: " + error.reason());
    }
  }

  ListFile members_of(io::Source& content) {
    std::string text;
    try {
      for (Bytes piece = content.read(); !piece.empty(); piece = content.read()) {
        if (piece.size() > limits_.octets - text.size()) return refused(too_large());
        text += as_text(piece);
      }
    } catch (const Error& error) {
      if (error.scope() == Scope::run) throw;
      return refused("it can't be read: " + error.reason());
    }
    ListFile list = parse_list(text, limits_.members);
    if (list.members.size() > limits_.members_of_account - kept_) return refused(too_many());
    kept_ += list.members.size();
    return list;
  }

  ListFile list_for_one(const ListFile& list) {
    if (list.members.size() > limits_.members_of_account - given_) return refused(too_many());
    given_ += list.members.size();
    return list;
  }

  io::Tree& home_;
  const std::vector<std::string>& homes_;
  const ListLimits& limits_;
  std::map<std::string, Place> places_{};    ///< by the path that forwarders say
  std::map<std::string, ListFile> files_{};  ///< by the path below the home
  std::size_t kept_ = 0;                     ///< members, in `files_`
  std::size_t given_ = 0;                    ///< the same, to forwarders
};

}  // namespace

void read_lists(std::vector<store::Setting>& settings, io::Tree& home, const std::vector<std::string>& homes,
                const ListLimits& limits) {
  ListReader reader(home, homes, limits);
  const auto each = [&settings](const auto& take) {
    for (store::Setting& setting : settings)
      if (auto* const forwarder = std::get_if<store::Forwarder>(&setting.value)) take(*forwarder);
  };
  each([&reader](const store::Forwarder& forwarder) { reader.find(forwarder); });
  reader.read();
  each([&reader](store::Forwarder& forwarder) { reader.give(forwarder); });
}

}  // namespace mailhaul::account::cpanel
