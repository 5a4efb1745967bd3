#include "formats/maildir/world.hpp"

#include <algorithm>

#include "mailhaul/io/pump.hpp"

namespace mailhaul::formats::maildir {

std::uint64_t CollectedFindings::count(FindingKind kind, Weight weight) const {
  const std::lock_guard guard(mutex_);
  std::uint64_t sum = 0;
  for (const Finding& finding : all_)
    if (finding.kind == kind && finding.weight == weight) sum += finding.count;
  return sum;
}

std::multiset<std::string> Walked::bodies() const {
  std::multiset<std::string> out;
  for (const Seen& seen : messages) out.insert(seen.octets);
  return out;
}

const Seen& Walked::by_base(const std::string& base) const {
  static const Seen none{};
  const auto it = std::find_if(messages.begin(), messages.end(),
                               [&](const Seen& seen) { return seen.info.hints.base_name == base; });
  if (it == messages.end()) {
    ADD_FAILURE() << "no message " << base;
    return none;
  }
  return *it;
}

Walked read_cursor(store::MessageCursor& cursor, const store::FolderRef& folder) {
  Walked out;
  for (;;) {
    try {
      if (!cursor.next()) break;
      io::StringSink sink;
      io::copy(cursor.content(), sink);
      out.messages.push_back({sink.take(), cursor.info()});
    } catch (const Error& error) {
      if (error.scope() != Scope::message) throw;
      out.failed.push_back(error);
    }
  }
  out.end = cursor.end(folder);
  return out;
}

Walked read_folder(store::MessageSource& source, const store::FolderRef& folder) {
  const std::vector<store::FolderSince> folders{{folder, std::nullopt}};
  return read_cursor(*source.walk(folders), folder);
}

store::FolderRef folder_ref(std::vector<std::string> parts) { return {"", mail::FolderName(std::move(parts))}; }

void append(store::FolderWriter& writer, const std::string& octets, const store::MessageInfo& info) {
  const auto message = writer.append(info);
  io::MemorySource source(as_bytes(octets), 1000);
  io::copy(source, *message);
  message->commit();
}

World::World() {
  machine.set_umask(077);
  machine.set_time(fs::FileTime(std::chrono::seconds{1'700'000'000}));
  machine.put_directory("/mail");
}

void World::put_maildir(const std::string& path) {
  machine.put_directory(path);
  for (const char* part : {"/cur", "/new", "/tmp"}) machine.put_directory(path + part);
}

void World::put(const std::string& name, const std::string& octets, fs::Owner owner) {
  machine.put_file(std::string(root) + "/" + name, octets, owner);
}

std::vector<std::string> World::names(const std::string& directory) const {
  return machine.names_in(std::string(root) + "/" + directory);
}

std::string World::octets(const std::string& name) const { return machine.octets_of(std::string(root) + "/" + name); }

std::unique_ptr<store::MessageSource> World::source(const std::string& path) {
  return open_source(context, path, fs::Rules{});
}

std::unique_ptr<store::MessageStore> World::target(const std::string& path) {
  fs::Rules rules;
  rules.side = Side::target;
  TargetOptions options;
  options.birth = birth;
  return open_store(context, path, rules, options);
}

}  // namespace mailhaul::formats::maildir
