#include "store.hpp"

#include <limits>

#include "beginning.hpp"
#include "folder_writer.hpp"
#include "lock.hpp"
#include "mailhaul/mail/store_headers.hpp"
#include "offset_handle.hpp"
#include "opening.hpp"
#include "plain_stream.hpp"
#include "resume.hpp"

namespace mailhaul::formats::mbox {
namespace {

/// A fetched message is one of many that lie apart, and often only its header is wanted.
constexpr std::size_t fetch_block_octets = 64 * 1024;
/// Of a message that is known only its header block is wanted, and most are shorter.
constexpr std::size_t known_block_octets = 2 * 1024;

Error not_an_mbox(const MailboxFile& file, const std::string& reason) {
  return Error(Cause::not_a_store, file.scope(), "opening an mbox").at(file.path()).because(reason).on(file.side());
}

/// Ascending, each once.
std::vector<std::uint64_t> offsets_of(std::span<const store::Handle> handles) {
  std::vector<std::uint64_t> offsets;
  for (const store::Handle& handle : handles)
    if (const auto offset = offset_of(handle)) offsets.push_back(*offset);
  std::sort(offsets.begin(), offsets.end());
  offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
  return offsets;
}

}  // namespace

Opening Reader::look(const fs::File& file) const {
  try {
    return look_for_mail(file, file_.side(), options_, Depth::whole);
  } catch (Error& error) {
    if (error.scope() == Scope::run) throw;
    if (error.place().empty()) error.at(file_.path());
    error.reaching(file_.scope()).on(file_.side());
    throw;
  }
}

bool Reader::find_mailbox() const {
  const auto file = open_locked(file_);
  if (!file) return false;
  const Opening opening = look(*file);
  if (!opening.is_readable) throw not_an_mbox(file_, opening.text);
  return true;
}

bool Reader::find_target() const {
  const auto file = open_locked(file_);
  if (!file) return false;
  if (const auto compression = compression_of(*file)) {
    throw Error(Cause::refused, file_.scope(), "opening an mbox to write to")
        .at(file_.path())
        .because("it is compressed with " + std::string(to_string(*compression)) + ", so nothing can be added to it")
        .hint("unpack it first")
        .on(file_.side());
  }
  const Beginning beginning = look_at_beginning(*file);
  if (!beginning.is_mbox) throw not_an_mbox(file_, beginning.text);
  return true;
}

store::Capabilities Reader::capabilities() {
  store::Capabilities can;
  can.fetch = true;
  can.keeps_keywords = true;
  can.changes_flags = false;
  return can;
}

std::vector<store::Mailbox> Reader::mailboxes() const {
  store::Mailbox mailbox;
  if (file_.look()) mailbox.folders.emplace_back();
  return {mailbox};
}

store::FolderInfo Reader::folder(const store::FolderRef& folder) const {
  store::FolderInfo info;
  if (!is_ours(folder)) return info;
  const auto file = open_locked(file_);
  if (!file) return info;
  const std::uint64_t size = file->status_now().size_octets;
  if (size == 0) info.messages = info.octets = 0;
  const Opening opening = look(*file);
  Splitter splitter(*file, file_.side(), size, fetch_block_octets, opening.rules,
                    plain_stream(*file, opening.compression, file_.side(), size));
  if (!splitter.next()) return info;
  const auto base = mail::parse_store_headers(splitter.header()).base;
  if (!base) return info;
  info.uid_validity = base->uid_validity;
  constexpr std::uint32_t none_left = std::numeric_limits<std::uint32_t>::max();
  info.next_uid = mail::Uid{base->last_uid.value == none_left ? none_left : base->last_uid.value + 1};
  info.keywords = base->keywords;
  return info;
}

std::optional<store::Stamp> Reader::stamp(const store::FolderRef& folder) const {
  if (!is_ours(folder)) return std::nullopt;
  const auto file = file_.open();
  if (!file) return std::nullopt;
  return stamp_of(file->status_now(), file_.context().clock, file_.side(), options_);
}

std::unique_ptr<store::MessageCursor> Reader::walk(std::span<const store::FolderSince> folders) const {
  const bool wanted =
      std::any_of(folders.begin(), folders.end(), [&](const store::FolderSince& f) { return is_ours(f.folder); });
  if (!wanted) return std::make_unique<NothingToWalk>();
  auto file = open_locked(file_);
  if (!file) return std::make_unique<NothingToWalk>();
  const Opening opening = look(*file);
  const auto ours =
      std::find_if(folders.begin(), folders.end(), [&](const store::FolderSince& f) { return is_ours(f.folder); });
  std::vector<std::uint64_t> known;
  std::optional<std::string> trail;
  if (ours->since && !opening.compression) trail = trail_if_only_grown(*file, ours->since->resume);
  if (trail) known = offsets_of(ours->known);
  const std::size_t block = known.empty() ? block_octets_ : std::min(block_octets_, known_block_octets);
  auto walk = std::make_unique<Walk>(file_, std::move(*file), options_, opening, std::nullopt, block);
  if (!known.empty()) walk->expect_known(std::move(known), std::move(*trail));
  return walk;
}

std::unique_ptr<store::MessageCursor> Reader::fetch(const store::FolderRef& folder,
                                                    std::span<const store::Handle> handles) const {
  std::vector<std::uint64_t> offsets = offsets_of(handles);
  if (!is_ours(folder) || offsets.empty()) return std::make_unique<NothingToWalk>();
  auto file = open_locked(file_);
  if (!file) return std::make_unique<NothingToWalk>();
  const Opening opening = look(*file);
  return std::make_unique<Walk>(file_, std::move(*file), options_, opening, std::move(offsets),
                                std::min(block_octets_, fetch_block_octets));
}

std::unique_ptr<store::FolderWriter> Store::open_folder(const store::FolderRef& folder, const store::FolderInfo& info) {
  if (folder != reader().file().folder()) {
    throw Error(Cause::unsupported, Scope::folder, "opening a folder of an mbox")
        .in(folder.display())
        .at(reader().file().path())
        .because("an mbox is one file and holds one folder, INBOX")
        .on(Side::target);
  }
  left_overs_.before_append(reader().file());
  return std::make_unique<FolderAppender>(reader().file(), options_, variant_, info);
}

store::Capabilities Store::capabilities() const {
  store::Capabilities can = Reader::capabilities();
  can.keeps_uids = variant_ == Variant::dovecot;
  can.changes_flags = true;
  return can;
}

void Store::begin() {
  left_overs_.settle(reader().file(), LeftOvers::names_beside(reader().file()));
  left_overs_.began();
}

void Store::finish() { left_overs_.settle_later(reader().file(), LeftOvers::names_beside(reader().file())); }

void Store::choose_variant() {
  if (options_.variant) {
    variant_ = *options_.variant;
  } else if (reader().folder(reader().file().folder()).uid_validity) {
    variant_ = Variant::dovecot;
  }
}

std::unique_ptr<store::MessageSource> open_source(Context& context, const std::string& path, const fs::Rules& rules,
                                                  const SourceOptions& options) {
  const auto [parent, name] = fs::split_operator_path(path);
  auto directory = fs::Directory::find_root(context.kernel, context.entropy, parent, rules);
  const Error missing =
      Error(Cause::not_found, Scope::run, "opening an mbox").at(path).because("there is no such file").on(rules.side);
  if (!directory) throw missing;
  auto source = std::make_unique<Source>(context, MailboxPlace{path, *directory, name}, options);
  if (!source->reader().find_mailbox()) throw missing;
  return source;
}

std::unique_ptr<store::MessageStore> open_store(Context& context, const std::string& path, const fs::Rules& rules,
                                                const TargetOptions& options) {
  const auto [parent, name] = fs::split_operator_path(path);
  auto directory = fs::Directory::find_root(context.kernel, context.entropy, parent, rules);
  if (!directory) {
    throw Error(Cause::cannot_create, Scope::run, "opening an mbox to write to")
        .at(path)
        .because("its directory is missing")
        .hint("make the directory " + parent + " first")
        .on(rules.side);
  }
  auto store = std::make_unique<Store>(context, MailboxPlace{path, *directory, name}, options);
  static_cast<void>(store->reader().find_target());  // missing: it will be made
  store->choose_variant();
  return store;
}

Evidence detect(Context& context, const std::string& path, const fs::Rules& rules) {
  try {
    const auto [parent, name] = fs::split_operator_path(path);
    const auto directory = fs::Directory::find_root(context.kernel, context.entropy, parent, rules);
    if (!directory) return {false, "there is no such file"};
    const MailboxFile mailbox(context, MailboxPlace{path, *directory, name});
    const auto file = mailbox.open();
    if (!file) return {false, "there is no such file"};
    const Opening opening = look_for_mail(*file, Side::none, {}, Depth::beginning);
    return {opening.is_readable, opening.text};
  } catch (const Error& error) {
    if (error.cause() != Cause::refused) throw;
    return {false, error.reason()};
  }
}

}  // namespace mailhaul::formats::mbox
