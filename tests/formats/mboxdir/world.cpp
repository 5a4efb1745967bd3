#include "formats/mboxdir/world.hpp"

namespace mailhaul::formats::mboxdir {

TreeWorld::TreeWorld() {
  memory.set_time(fs::FileTime{std::chrono::seconds{1704067200}});
  for (const char* path : {"/var", "/var/mail", "/home"}) memory.put_directory(path, {}, 0755);
  memory.put_directory("/home/bob", bob, 0755);
}

void TreeWorld::put(const std::string& path, const std::string& octets, fs::Owner owner) {
  const std::string whole = at(path);
  const std::size_t home = std::string("/home/bob/").size();
  for (std::size_t slash = whole.find('/', home); slash != std::string::npos; slash = whole.find('/', slash + 1)) {
    const std::string directory = whole.substr(0, slash);
    if (!memory.exists(directory)) memory.put_directory(directory, bob, 0700);
  }
  memory.put_file(whole, octets, owner, 0600);
}

std::unique_ptr<store::MessageSource> TreeWorld::source(const TreeOptions& tree) {
  return open_source(context, root, fs::Rules{}, tree, {});
}

std::unique_ptr<store::MessageStore> TreeWorld::target(const TreeOptions& tree) {
  fs::Rules rules;
  rules.side = Side::target;
  rules.more_owners = {bob.uid};
  TargetOptions options;
  options.tree = tree;
  options.files.birth.owner = bob;
  return open_store(context, root, rules, options);
}

std::vector<std::string> TreeWorld::folders(store::MessageSource& source) {
  std::vector<std::string> names;
  for (const store::Mailbox& mailbox : source.mailboxes())
    for (const mail::FolderName& folder : mailbox.folders) names.push_back(folder.display());
  return names;
}

std::vector<std::string> TreeWorld::texts(store::MessageSource& source, const std::string& folder) {
  const std::vector<store::FolderSince> folders{{named(folder), std::nullopt}};
  const auto cursor = source.walk(folders);
  std::vector<std::string> all;
  while (cursor->next()) {
    EXPECT_EQ(cursor->folder(), named(folder));
    all.push_back(mbox::content_of(*cursor));
  }
  return all;
}

void TreeWorld::append(store::MessageStore& target, const std::string& folder, const std::string& text) {
  const auto writer = target.open_folder(named(folder), {});
  {
    const auto message = writer->append({});
    message->write(as_bytes(text));
    message->commit();
  }
  EXPECT_EQ(writer->flush().size(), 1U);
  store::NoNumberedMessages none;
  writer->finish({}, none);
}

store::FolderRef named(const std::string& folder) { return {"", mail::FolderName::from_display(folder).value()}; }

std::string mbox_with(const std::string& text) { return mark + text + "\n"; }

}  // namespace mailhaul::formats::mboxdir
