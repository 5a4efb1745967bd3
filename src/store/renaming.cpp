#include "mailhaul/store/renaming.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <variant>

#include "mailhaul/store/exim_words.hpp"
#include "store/renamed_filters.hpp"
#include "store/renamed_texts.hpp"

namespace mailhaul::store {
namespace {

std::string renamed_destination(std::string_view action, std::string_view destination, const Renaming& renaming) {
  if (action == "save") return renamed_path(destination, renaming);
  if (action == "pipe") return with_renamed_paths(destination, renaming);
  if (action == "deliver") return with_renamed_addresses(destination, renaming);
  return std::string(destination);
}

/// SpamAssassin's lists of addresses, by either of their names.
bool is_address_list(std::string_view word) {
  constexpr std::array<std::string_view, 10> heads{"whitelist_",   "blacklist_",   "welcomelist_",   "blocklist_",
                                                   "unwhitelist_", "unblacklist_", "unwelcomelist_", "unblocklist_",
                                                   "more_spam_to", "all_spam_to"};
  return std::any_of(heads.begin(), heads.end(),
                     [word](std::string_view head) { return word.substr(0, head.size()) == head; });
}

/// Collects what becomes of one setting.
class Change {
 public:
  Change(const Renaming& renaming, std::string label, std::vector<std::string>& lines)
      : renaming_(renaming), label_(std::move(label)), lines_(lines) {}

  /// Takes the new text and tells of it once.
  bool take(std::string& text, std::string changed) {
    if (changed == text) return false;
    tell(text + " -> " + changed);
    text = std::move(changed);
    return true;
  }
  void tell(const std::string& what) {
    std::string line = label_ + ": " + what;
    if (told_.insert(line).second) lines_.push_back(std::move(line));
  }

  void operator()(Domain& value) { take(value.stands_for, renamed_domain(value.stands_for, renaming_)); }
  void operator()(MailboxState&) {}
  void operator()(Password&) {}
  void operator()(Quota&) {}
  void operator()(Suspension&) {}
  void operator()(Forwarder& value) {
    bool is_changed = false;
    for (Destination& to : value.to) is_changed = take(to.text, destination(to)) || is_changed;
    if (is_changed) value.original.clear();
    std::map<std::string, ListFile> lists;
    for (auto& [path, list] : value.lists) {
      take_members(path, list);
      // The new path is told of the destination.
      lists.emplace(destination({Destination::Kind::include, path}), std::move(list));
    }
    value.lists = std::move(lists);
  }
  void operator()(DomainForwarder& value) { take(value.domain, renamed_domain(value.domain, renaming_)); }
  void operator()(Responder& value) {
    for (auto& header : value.headers) {
      const std::string& name = header.first;
      if (name.size() == 4 && (name[0] == 'F' || name[0] == 'f') && (name[1] == 'r' || name[1] == 'R') &&
          (name[2] == 'o' || name[2] == 'O') && (name[3] == 'm' || name[3] == 'M'))
        take(header.second, with_renamed_addresses(header.second, renaming_));
    }
  }
  void operator()(Filters& value) {
    const auto silent = [this](std::string_view action, std::string_view to) {
      return renamed_destination(action, to, renaming_);
    };
    const auto told = [this](std::string_view action, std::string_view to) {
      std::string text(to);
      take(text, renamed_destination(action, to, renaming_));
      return text;
    };
    if (!value.yaml.empty()) {
      auto text = value.is_understood ? with_yaml_destinations(value.yaml, value.list, silent) : std::nullopt;
      if (!text) {
        if (with_renamed_paths(value.yaml, renaming_) != value.yaml ||
            with_renamed_addresses(value.yaml, renaming_) != value.yaml)
          tell("destinations in the YAML are left as they are: they can't be told from the rest");
      } else {
        value.yaml = std::move(*text);
        for (Filter& filter : value.list)
          for (FilterAction& action : filter.actions) action.destination = told(action.action, action.destination);
      }
    }
    value.exim = with_exim_destinations(value.exim, told);
  }
  void operator()(Spam& value) {
    std::string out;
    for (std::size_t begin = 0; begin < value.preferences.size();) {
      const std::size_t end = std::min(value.preferences.find('\n', begin), value.preferences.size() - 1) + 1;
      std::string line = value.preferences.substr(begin, end - begin);
      const std::size_t word = line.find_first_not_of(" \t");
      if (word != std::string::npos && is_address_list(std::string_view(line).substr(word))) {
        std::string changed = with_renamed_addresses(line, renaming_);
        if (changed != line) {
          tell(line.substr(0, line.find_last_not_of("\r\n") + 1) + " -> " +
               changed.substr(0, changed.find_last_not_of("\r\n") + 1));
          line = std::move(changed);
        }
      }
      out += line;
      begin = end;
    }
    value.preferences = std::move(out);
  }
  void operator()(OpaqueFile&) {}
  void operator()(Note&) {}

 private:
  /// Told in one line, of however many.
  void take_members(const std::string& path, ListFile& list) {
    std::size_t count = 0;
    for (std::string& member : list.members) {
      std::string changed = destination(destination_of_member(member));
      if (changed == member) continue;
      member = std::move(changed);
      ++count;
    }
    if (count > 0) tell("names of the list " + path + " that change: " + std::to_string(count));
  }

  [[nodiscard]] std::string destination(const Destination& to) const {
    switch (to.kind) {
    case Destination::Kind::address:
    case Destination::Kind::responder: return renamed_address(to.text, renaming_);
    case Destination::Kind::user: {
      const auto at = renaming_.users.find(to.text);
      return at == renaming_.users.end() ? to.text : at->second;
    }
    case Destination::Kind::file:
    case Destination::Kind::include: return renamed_path(to.text, renaming_);
    case Destination::Kind::pipe: return with_renamed_paths(to.text, renaming_);
    case Destination::Kind::fail:
    case Destination::Kind::discard:
    case Destination::Kind::unknown: break;
    }
    return to.text;
  }

  const Renaming& renaming_;
  std::string label_;
  std::vector<std::string>& lines_;
  std::set<std::string> told_{};
};

/// A line of addresses and users; `\user` is that user without asking his file again.
std::string with_renamed_users(std::string_view line, const Renaming& renaming) {
  constexpr std::string_view between = " \t\r\n,\\";
  std::string out;
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t end = std::min(line.find_first_of(between, i), line.size());
    const std::size_t next = std::min(line.find_first_not_of(between, end), line.size());
    const std::string_view word = line.substr(i, end - i);
    const auto user = renaming.users.find(std::string(word));
    out += user == renaming.users.end() ? with_renamed_addresses(word, renaming) : user->second;
    out += line.substr(end, next - end);
    i = next;
  }
  return out;
}

std::string owner_renamed(const std::string& owner, const Renaming& renaming) {
  return owner.find('@') == std::string::npos ? renamed_domain(owner, renaming) : renamed_address(owner, renaming);
}

std::string name_renamed(const SettingId& id, const Renaming& renaming) {
  if (id.kind == SettingKind::forwarder) return renamed_address(id.name, renaming);
  if (id.kind == SettingKind::file) return renamed_home_path(id.name, renaming);
  return id.name;
}

/// The key of a forwarder may be a local part alone; and its mailbox may have gone to another domain.
void follow_mailbox(const SettingId& id, const Renaming& renaming, SettingId& out) {
  const bool is_whole = id.name.find('@') != std::string::npos;
  const std::string* const mailbox = name_of_mailbox(is_whole ? id.name : id.name + '@' + id.owner, renaming);
  if (mailbox == nullptr) return;
  out.name = *mailbox;
  out.owner = mailbox->substr(mailbox->rfind('@') + 1);
}

std::string label_of(const SettingId& id) {
  std::string label(to_string(id.kind));
  const std::string& what = id.kind == SettingKind::forwarder && id.name.find('@') != std::string::npos ? id.name
                            : id.kind == SettingKind::file                                              ? id.name
                                                                                                        : id.owner;
  label += ' ' + (what.empty() ? std::string("of the account") : what);
  if (id.kind == SettingKind::forwarder && what != id.name) label += ' ' + id.name;
  return label;
}

}  // namespace

Setting renamed(const Setting& setting, const Renaming& renaming, std::vector<std::string>& changes) {
  Setting out = setting;
  Change change(renaming, label_of(setting.id), changes);
  change.take(out.id.owner, owner_renamed(setting.id.owner, renaming));
  change.take(out.id.name, name_renamed(setting.id, renaming));
  if (setting.id.kind == SettingKind::forwarder) follow_mailbox(setting.id, renaming, out.id);
  std::visit([&change](auto& value) { change(value); }, out.value);
  return out;
}

std::string renamed_mailbox(std::string_view name, const Renaming& renaming) {
  if (name.find('@') != std::string_view::npos) return renamed_address(name, renaming);
  const auto at = renaming.users.find(std::string(name));
  return at == renaming.users.end() ? std::string(name) : at->second;
}

std::string renamed_forward_file(std::string_view text, const Renaming& renaming, std::vector<std::string>& changes) {
  Change change(renaming, "file .forward", changes);
  if (is_exim_filter(text))
    return with_exim_destinations(text, [&](std::string_view action, std::string_view to) {
      std::string is(to);
      change.take(is, renamed_destination(action, to, renaming));
      return is;
    });
  std::string out;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string_view line = text.substr(begin, end - begin);
    begin = end;
    const bool is_path = line.find_first_of("/|") != std::string_view::npos;
    if (line.front() == '#' || line.find(":fail:") != std::string_view::npos) {
      out += line;
      continue;
    }
    const std::string changed = is_path ? with_renamed_paths(line, renaming) : with_renamed_users(line, renaming);
    if (changed != line)
      change.tell(std::string(line.substr(0, line.find_last_not_of("\r\n") + 1)) + " -> " +
                  changed.substr(0, changed.find_last_not_of("\r\n") + 1));
    out += changed;
  }
  return out;
}

}  // namespace mailhaul::store
