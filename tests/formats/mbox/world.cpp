#include "world.hpp"

#include <fcntl.h>

#include <stdexcept>

namespace mailhaul::formats::mbox {

std::uint64_t CollectedFindings::count(FindingKind kind) const {
  std::uint64_t sum = 0;
  for (const Finding& finding : all)
    if (finding.kind == kind) sum += finding.count;
  return sum;
}

std::string packed(std::string_view octets, io::Compression compression) {
  io::StringSink out;
  io::CompressingSink sink(out, compression);
  sink.write(as_bytes(octets));
  sink.finish();
  return out.take();
}

MboxWorld::MboxWorld() {
  memory.set_time(fs::FileTime{std::chrono::seconds{1704067200}});
  memory.put_directory("/var", {}, 0755);
  memory.put_directory("/var/mail", {}, 01777);
}

std::unique_ptr<store::MessageSource> MboxWorld::source(const SourceOptions& options) {
  return open_source(context, path, fs::Rules{}, options);
}

std::unique_ptr<store::MessageStore> MboxWorld::target(Variant variant, fs::Durability durability) {
  fs::Rules rules;
  rules.side = Side::target;
  rules.durability = durability;
  TargetOptions options;
  options.birth.owner = bob;
  options.variant = variant;
  return open_store(context, path, rules, options);
}

std::vector<Got> MboxWorld::read(const SourceOptions& options) { return read_all(*source(options)); }

std::vector<std::string> MboxWorld::texts(const SourceOptions& options) {
  std::vector<std::string> all;
  for (const Got& got : read(options)) all.push_back(got.octets);
  return all;
}

std::vector<std::string> MboxWorld::append(const std::vector<Got>& messages, Variant variant,
                                           const store::FolderInfo& info) {
  const auto store = target(variant);
  const auto writer = store->open_folder({}, info);
  for (const Got& message : messages) {
    const auto one = writer->append(message.info);
    io::MemorySource source(as_bytes(message.octets), 61);
    io::copy(source, *one);
    one->commit();
  }
  std::vector<std::string> handles;
  for (const store::Receipt& receipt : writer->flush()) handles.push_back(receipt.handle.token);
  store::NoNumberedMessages none;
  writer->finish(info, none);
  return handles;
}

Intruder::Intruder(MboxWorld& world) : world_(world) {
  constexpr int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW;
  support::MemoryKernel& kernel = world.memory;
  int directory = kernel.open_at(AT_FDCWD, "/", flags, 0);
  for (const char* name : {"var", "mail"}) {
    const int next = kernel.open_at(directory, name, flags, 0);
    kernel.close(directory);
    directory = next;
  }
  fd_ = kernel.open_at(directory, "bob", O_RDWR | O_NOFOLLOW, 0);
  kernel.close(directory);
  if (fd_ < 0) throw std::runtime_error("no mbox");
}

Intruder::~Intruder() { world_.memory.close(fd_); }

void Intruder::overwrite(const std::string& octets, std::uint64_t offset) {
  world_.memory.advance(std::chrono::seconds{5});
  world_.memory.write_at(fd_, as_bytes(octets), offset);
}

void Intruder::cut(std::uint64_t size_octets) {
  world_.memory.advance(std::chrono::seconds{5});
  world_.memory.truncate(fd_, size_octets);
}

std::unique_ptr<store::MessageCursor> walk_of(store::MessageSource& source) {
  const std::vector<store::FolderSince> folders{{store::FolderRef{}, std::nullopt}};
  return source.walk(folders);
}

std::string content_of(store::MessageCursor& cursor) {
  io::StringSink sink;
  io::copy(cursor.content(), sink);
  return sink.take();
}

std::vector<Got> read_all(store::MessageSource& source) {
  const auto cursor = walk_of(source);
  std::vector<Got> all;
  while (cursor->next()) {
    std::string octets = content_of(*cursor);
    all.push_back({std::move(octets), cursor->info()});
  }
  EXPECT_TRUE(cursor->end({}).stable);
  return all;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace mailhaul::formats::mbox
