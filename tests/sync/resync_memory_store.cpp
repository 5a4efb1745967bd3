#include "sync/resync_memory_store.hpp"

#include <algorithm>
#include <stdexcept>

#include "sync/harness.hpp"

namespace mailhaul::sync {

std::string UsedMemoryStore::kind() const {
  const store::Capabilities abilities = store_.capabilities();
  return std::string(abilities.stable_handles ? "lasting" : "passing") + (abilities.moves ? "" : " without moves");
}

std::vector<SeenMessage> UsedMemoryStore::seen(const std::string& folder) const {
  const bool is_lasting = store_.capabilities().stable_handles;
  std::vector<SeenMessage> all;
  for (const auto& message : store_.seen(folder_ref(folder)))
    all.push_back({text_of(message.octets), marks_of(message.info.flags, message.info.keywords),
                   is_lasting ? std::stoull(message.info.handle.token.substr(1)) : 0});
  return all;
}

bool UsedMemoryStore::has_folder(const std::string& folder) const {
  return store_.stamp(folder_ref(folder)).has_value();
}

void UsedMemoryStore::deliver(const std::string& folder, const std::string& text, model::Marks marks) {
  store_.deliver(folder_ref(folder), mail_text(text), with_flags(flags_of(marks), keywords_of(marks)));
}

void UsedMemoryStore::deliver_unreadable(const std::string& folder) {
  store_.deliver(folder_ref(folder), mail_text("unreadable"));
  store_.messages(folder_ref(folder)).back().unreadable = true;
}

UsedMemoryStore::Messages::iterator UsedMemoryStore::find(Messages& messages, const std::string& text) {
  const auto found =
      std::find_if(messages.begin(), messages.end(), [&](const auto& one) { return one.octets == mail_text(text); });
  if (found == messages.end()) throw std::logic_error("no such message");
  return found;
}

void UsedMemoryStore::mark(const std::string& folder, const std::string& text, model::Marks marks) {
  const auto found = find(store_.messages(folder_ref(folder)), text);
  found->info.flags = flags_of(marks);
  found->info.keywords = keywords_of(marks);
}

void UsedMemoryStore::erase(const std::string& folder, const std::string& text) {
  Messages& messages = store_.messages(folder_ref(folder));
  messages.erase(find(messages, text));
  store_.renumber(folder_ref(folder));
}

void UsedMemoryStore::move(const std::string& from, const std::string& to, const std::string& text) {
  const auto found = find(store_.messages(folder_ref(from)), text);
  deliver(to, text, marks_of(found->info.flags, found->info.keywords));
  erase(from, text);
}

void UsedMemoryStore::die_somewhere(const Pick& pick) {
  const bool is_durable = pick(2) == 0;
  store_.crash_after(pick(6), is_durable);
}

}  // namespace mailhaul::sync
