#include "judges/view.hpp"

#include <algorithm>

namespace mailhaul::judges {
namespace {

using black_box::As;

constexpr std::size_t shown_lines = 6;

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string text_of(const SeenMessage& message, As as) {
  if (as == As::folded) return black_box::folded(message.text);
  return as == As::kept_by_mbox ? black_box::without_store_parts(message.text) : message.text;
}

std::string value_of(const SeenMessage& message, Property property, As as) {
  switch (property) {
  case Property::texts: return text_of(message, as);
  case Property::uids: return std::to_string(message.uid);
  case Property::flags: return joined(message.flags);
  case Property::keywords: return joined(message.keywords);
  case Property::received: return std::to_string(message.received);
  case Property::guids: return message.guid;
  case Property::pop3_uidls: return message.pop3_uidl;
  default: return "";
  }
}

/// One row a fact: where it is said of, and what.
std::multimap<std::string, std::string> facts_of(const View& view, Property property, As as) {
  std::multimap<std::string, std::string> facts;
  if (property == Property::subscriptions) {
    for (const std::string& name : view.subscriptions) facts.emplace(name, "subscribed");
    return facts;
  }
  for (const auto& [name, folder] : view.folders) {
    if (property == Property::folders) facts.emplace(name, "");
    if (property == Property::guids) facts.emplace(name, folder.guid);
    if (property == Property::uids)
      facts.emplace(name, "UIDVALIDITY " + std::to_string(folder.uidvalidity) + ", next UID " +
                              std::to_string(folder.uidnext));
    if (property == Property::folders) continue;
    for (const SeenMessage& message : folder.messages)
      facts.emplace(name + " " + message.id(), value_of(message, property, as));
  }
  return facts;
}

std::string shortened(std::string text) {
  constexpr std::size_t most = 400;
  if (text.size() > most) text = text.substr(0, most) + "… (" + std::to_string(text.size()) + " octets)";
  return text;
}

}  // namespace

std::string SeenMessage::id() const {
  const std::size_t at = text.find("Message-ID: <");
  return at == std::string::npos ? "(no Message-ID)" : text.substr(at + 12, text.find('>', at) - at - 11);
}

View View::only(const std::string& folder) const {
  View view;
  view.complaints = complaints;
  if (const auto found = folders.find(folder); found != folders.end()) view.folders.insert(*found);
  if (subscriptions.count(folder) != 0) view.subscriptions.insert(folder);
  return view;
}

std::string_view name_of(Property property) {
  switch (property) {
  case Property::folders: return "folders";
  case Property::messages: return "messages";
  case Property::texts: return "texts";
  case Property::uids: return "UIDs";
  case Property::flags: return "flags";
  case Property::keywords: return "keywords";
  case Property::received: return "received dates";
  case Property::guids: return "GUIDs";
  case Property::pop3_uidls: return "POP3 UIDLs";
  case Property::subscriptions: return "subscriptions";
  }
  return "";
}

std::string difference(const View& before, const View& after, Property property, As as) {
  const auto wanted = facts_of(before, property, as);
  const auto found = facts_of(after, property, as);
  if (wanted == found) return "";
  // Equal keys keep the order they came in, which two stores need not share: compare as sets.
  using Facts = std::multiset<std::pair<std::string, std::string>>;
  const Facts a(wanted.begin(), wanted.end());
  const Facts b(found.begin(), found.end());
  std::vector<std::pair<std::string, std::string>> gone;
  std::vector<std::pair<std::string, std::string>> came;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(gone));
  std::set_difference(b.begin(), b.end(), a.begin(), a.end(), std::back_inserter(came));
  std::string text;
  const auto tell = [&](const char* when, const auto& facts) {
    for (std::size_t i = 0; i < std::min(facts.size(), shown_lines); ++i)
      text += std::string(when) + facts[i].first + ": " + shortened(facts[i].second) + "\n";
    if (facts.size() > shown_lines) text += "  … and " + std::to_string(facts.size() - shown_lines) + " more\n";
  };
  tell("before: ", gone);
  tell("after:  ", came);
  return text;
}

}  // namespace mailhaul::judges
