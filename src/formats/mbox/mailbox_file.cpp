#include "mailbox_file.hpp"

#include <utility>

#include "formats/named_file.hpp"

namespace mailhaul::formats::mbox {
namespace {

constexpr std::string_view rewriting = "rewriting an mbox";

}  // namespace

MailboxFile::MailboxFile(Context& context, MailboxPlace place)
    : context_(context),
      place_(std::move(place)),
      rules_(place_.directory.rules()),
      directory_status_(place_.directory.opened_as()) {}

template <typename Call>
auto MailboxFile::guarded(const Call& call) const {
  const std::lock_guard guard(mutex_);
  return call();
}

void MailboxFile::tell(Weight weight, const std::string& text) const {
  context_.findings.add({FindingKind::changed, weight, folder().display(), path(), text, 1});
}

store::StoreId MailboxFile::identity() const {
  return {"mbox:" + std::to_string(place_.directory.file_system()) + ":" + std::to_string(directory_status_.id.inode) +
          ":" + path()};
}

std::optional<fs::File> MailboxFile::checked(fs::OpenResult result) const {
  if (result.refusal == fs::Refusal::missing) return std::nullopt;
  if (result.refusal != fs::Refusal::none) {
    Error error(Cause::refused, scope(), "opening an mbox");
    error.at(path()).because(reason_of(result.refusal)).on(side());
    if (const char* hint = hint_of(result.refusal); *hint != '\0') error.hint(hint);
    throw error;
  }
  return std::move(result.file);
}

std::optional<fs::File> MailboxFile::open() const {
  return guarded([&] {
    try {
      return checked(allowing_owner(place_.directory, place_.name, context_.kernel.user()).open_file(place_.name));
    } catch (Error& error) {
      error.reaching(scope());
      throw;
    }
  });
}

std::optional<fs::File> MailboxFile::open_for_update() const {
  return guarded([&] {
    return checked(
        allowing_owner(place_.directory, place_.name, context_.kernel.user()).open_file_for_update(place_.name));
  });
}

std::optional<fs::Status> MailboxFile::look() const {
  return guarded([&] { return place_.directory.look_at(place_.name); });
}

bool MailboxFile::is_still(const fs::File& file) const {
  const auto there = look();
  return there && there->id == file.opened_as().id;
}

bool MailboxFile::dotlock_is_held() const {
  return guarded([&] { return fs::Dotlock::is_held(place_.directory, place_.name, context_.clock); });
}

std::optional<fs::Dotlock> MailboxFile::try_dotlock(const fs::Birth& birth) const {
  const std::string pid_and_host = std::to_string(context_.process) + ":" + context_.host;
  return guarded(
      [&] { return fs::Dotlock::try_take(place_.directory, place_.name, pid_and_host, birth, context_.clock); });
}

/// A descriptor whose sync failed once says nothing true any more (D3).
void MailboxFile::reopen_directory() const {
  try {
    const auto by_path = [&] {
      return fs::Directory::find_root(context_.kernel, context_.entropy, fs::split_operator_path(path()).parent,
                                      rules_);
    };
    const auto again = place_.reopen ? place_.reopen() : by_path();
    if (again && again->opened_as().id == directory_status_.id) place_.directory = *again;
  } catch (const Error&) {
    // The error that led here is the one to tell.
  }
}

fs::NewFile MailboxFile::create() const {
  return guarded([&] { return place_.directory.create_file(); });
}

fs::LinkResult MailboxFile::link(fs::NewFile& file) const {
  return guarded([&] {
    const fs::LinkResult result = file.link(place_.directory, place_.name);
    if (result != fs::LinkResult::done || durability() == fs::Durability::none) return result;
    try {
      place_.directory.sync();
    } catch (const Error&) {
      // D3: the batch will be written once more, so what may have become visible must not stay beside it; unless
      // somebody has delivered into it since.
      const fs::Status ours = file.status_now();
      const auto there = place_.directory.look_at(place_.name);
      if (there && there->id == ours.id && there->size_octets == ours.size_octets)
        place_.directory.remove(place_.name, ours.id);
      reopen_directory();
      throw;
    }
    return result;
  });
}

std::vector<std::string> MailboxFile::names_beginning_with(std::string_view prefix) const {
  return guarded([&] {
    std::vector<std::string> names;
    place_.directory.list([&](const fs::Entry& entry) {
      if (entry.name.starts_with(prefix)) names.push_back(entry.name);
    });
    return names;
  });
}

std::optional<fs::File> MailboxFile::open_beside(const std::string& name) const {
  return guarded([&]() -> std::optional<fs::File> {
    fs::OpenResult opened =
        allowing_owner(place_.directory, place_.name, context_.kernel.user()).open_file_for_update(name);
    if (!opened.file) return std::nullopt;
    const fs::Status& is = opened.file->opened_as();
    const auto mailbox = place_.directory.look_at(place_.name);
    if (!mailbox || is.owner.uid != mailbox->owner.uid || is.links != 1) return std::nullopt;
    return std::move(opened.file);
  });
}

std::optional<fs::File> MailboxFile::open_own_beside(const std::string& name) const {
  return guarded([&]() -> std::optional<fs::File> {
    fs::OpenResult opened = place_.directory.with_owner(runner()).open_file_for_update(name);
    if (!opened.file) return std::nullopt;
    const fs::Status& is = opened.file->opened_as();
    if (is.owner.uid != runner() || is.links != 1) return std::nullopt;
    return std::move(opened.file);
  });
}

std::optional<fs::StandIn> MailboxFile::link_beside(fs::NewFile& file, std::string name) const {
  return guarded([&] { return fs::StandIn::link(place_.directory, file, std::move(name), rewriting); });
}

fs::StandIn MailboxFile::stand_in(std::string name, const fs::FileId& id) const {
  return guarded([&] { return fs::StandIn(place_.directory, std::move(name), id, rewriting); });
}

bool MailboxFile::exchange(fs::StandIn& stand_in, const fs::Status& replaced) const {
  return guarded([&] { return stand_in.exchange(place_.name, replaced); });
}

void MailboxFile::settle_directory() const noexcept {
  try {
    if (durability() != fs::Durability::none) sync_directory();
  } catch (const Error&) {
    // A later run finds it and looks at what it says.
  }
}

void MailboxFile::sync_directory() const {
  guarded([&] {
    try {
      place_.directory.sync();
    } catch (const Error&) {
      reopen_directory();
      throw;
    }
  });
}

}  // namespace mailhaul::formats::mbox
