#include "formats/archive/reader.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <new>
#include <utility>

#include <archive.h>
#include <archive_entry.h>

namespace mailhaul::formats::archive {
namespace {

constexpr std::size_t piece_octets = 128 * 1024;
constexpr std::uint64_t small_hole_octets = std::uint64_t{1} << 20U;
constexpr std::uint64_t most_hollow = 64;

MemberKind kind_of(archive_entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr) {
    // Some writers repeat the content with the link: then it is a file of its own.
    return archive_entry_size(entry) > 0 ? MemberKind::file : MemberKind::hard_link;
  }
  switch (archive_entry_filetype(entry)) {
  case AE_IFREG: return MemberKind::file;
  case AE_IFDIR: return MemberKind::directory;
  case AE_IFLNK: return MemberKind::symlink;
  default: return MemberKind::special;
  }
}

std::uint64_t stored_octets(archive_entry* entry) {
  std::uint64_t sum = 0;
  static_cast<void>(archive_entry_sparse_reset(entry));
  la_int64_t offset = 0;
  la_int64_t length = 0;
  while (archive_entry_sparse_next(entry, &offset, &length) == ARCHIVE_OK)
    sum += length > 0 ? static_cast<std::uint64_t>(length) : 0;
  return sum;
}

std::string_view view(const char* text) { return text != nullptr ? std::string_view(text) : std::string_view(); }

}  // namespace

struct Reader::Library {
  Library(TarStream& from, io::StreamPlace at) : stream(from), place(std::move(at)) {}
  ~Library() {
    if (handle != nullptr) archive_read_free(handle);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  /// No exception may pass through C: it waits here.
  template <class Call>
  la_int64_t guarded(const Call& call) noexcept {
    try {
      return call();
    } catch (...) {
      failure = std::current_exception();
      archive_set_error(handle, EIO, "the stream can't be read");
      return ARCHIVE_FATAL;
    }
  }
  static la_ssize_t take(struct archive* /*handle*/, void* self, const void** out) {
    Library& library = *static_cast<Library*>(self);
    return static_cast<la_ssize_t>(library.guarded([&]() -> la_int64_t {
      library.last = library.stream.read();
      *out = library.last.data();
      library.given += library.last.size();
      return static_cast<la_int64_t>(library.last.size());
    }));
  }
  static la_int64_t skip(struct archive* /*handle*/, void* self, la_int64_t wanted) {
    Library& library = *static_cast<Library*>(self);
    return library.guarded([&]() -> la_int64_t {
      const std::uint64_t passed = library.stream.skip(wanted > 0 ? static_cast<std::uint64_t>(wanted) : 0);
      library.given += passed;
      if (passed > 0) library.last = {};
      return static_cast<la_int64_t>(passed);
    });
  }

  TarStream& stream;
  io::StreamPlace place;
  struct archive* handle = nullptr;
  std::exception_ptr failure{};
  std::uint64_t given = 0;  ///< octets of the stream that the library has had
  Bytes last{};             ///< the piece it had last
  bool is_open = false;
  std::array<std::byte, piece_octets> buffer{};
};

Reader::Reader(TarStream& stream, io::StreamPlace place)
    : library_(std::make_unique<Library>(stream, std::move(place))) {
  Library& library = *library_;
  library.handle = archive_read_new();
  if (library.handle == nullptr) throw std::bad_alloc();
  archive_read_support_format_tar(library.handle);  // ustar, pax and GNU
  archive_read_set_skip_callback(library.handle, &Library::skip);
  archive_read_set_read_callback(library.handle, &Library::take);
  archive_read_set_callback_data(library.handle, &library);
}

Reader::~Reader() = default;

void Reader::fail(bool is_about_content) {
  has_failed_ = true;
  Library& library = *library_;
  if (library.failure) {
    try {
      std::rethrow_exception(std::exchange(library.failure, nullptr));
    } catch (Error& error) {
      throw error.reaching(Scope::message);
    }
  }
  const bool is_no_tar = members_ == 0 && !is_about_content;
  const char* reason = archive_error_string(library.handle);
  throw Error(is_no_tar ? Cause::not_a_store : Cause::damaged, Scope::message, "reading an archive")
      .at(library.place.place)
      .because(is_no_tar ? "it is no tar archive" : view(reason))
      .on(library.place.side);
}

void Reader::pass_over() {
  if (!std::exchange(has_member_, false)) return;
  if (archive_read_data_skip(library_->handle) < ARCHIVE_WARN) fail(true);
}

bool Reader::next() {
  pass_over();
  Library& library = *library_;
  if (!std::exchange(library.is_open, true) && archive_read_open1(library.handle) != ARCHIVE_OK) fail(false);
  archive_entry* entry = nullptr;
  const int result = archive_read_next_header(library.handle, &entry);
  if (result == ARCHIVE_EOF) {
    // Without an end mark the library is content too; but then an archive that was cut between two members looks whole.
    const auto asked_at = static_cast<std::uint64_t>(archive_read_header_position(library.handle));
    if (library.given <= asked_at) {
      has_failed_ = true;
      throw Error(Cause::damaged, Scope::message, "reading an archive")
          .at(library.place.place)
          .because("it has no end mark")
          .on(library.place.side);
    }
    read_to_the_end(asked_at);
    return false;
  }
  if (result < ARCHIVE_WARN) fail(false);  // a header that can't be read is ARCHIVE_RETRY: what follows is guesswork
  ++members_;
  has_member_ = true;
  head_ = {};
  head_.name = view(archive_entry_pathname(entry));
  head_.kind = kind_of(entry);
  head_.link_target =
      view(head_.kind == MemberKind::symlink ? archive_entry_symlink(entry) : archive_entry_hardlink(entry));
  head_.size_octets = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
  head_.modified_seconds = static_cast<std::int64_t>(archive_entry_mtime(entry));
  head_.mode = static_cast<std::uint32_t>(archive_entry_perm(entry)) & 07777U;
  head_.owner = static_cast<std::int64_t>(archive_entry_uid(entry));
  head_.data_at = static_cast<std::uint64_t>(archive_filter_bytes(library.handle, 0));
  head_.has_holes = archive_entry_sparse_count(entry) > 0;
  head_.is_hollow = head_.has_holes && head_.size_octets > small_hole_octets &&
                    stored_octets(entry) < head_.size_octets / most_hollow;
  return true;
}

Bytes Reader::read() {
  auto& buffer = library_->buffer;
  const la_ssize_t got = archive_read_data(library_->handle, buffer.data(), buffer.size());
  if (got < 0) {
    has_member_ = false;
    fail(true);
  }
  return Bytes(buffer).first(static_cast<std::size_t>(got));
}

/// To hear what the stream says at its end (the check of a gzip stream), and to see whether the end mark, which is at
/// `mark_at`, has only zeros behind it.
void Reader::read_to_the_end(std::uint64_t mark_at) {
  const auto is_zero = [](std::byte octet) { return octet == std::byte{0}; };
  Library& library = *library_;
  try {
    // What the library has had and not looked at.
    const std::uint64_t begin = library.given - library.last.size();
    Bytes piece = library.last.subspan(static_cast<std::size_t>(mark_at > begin ? mark_at - begin : 0));
    do {
      has_more_behind_ = has_more_behind_ || !std::all_of(piece.begin(), piece.end(), is_zero);
      piece = library.stream.read();
    } while (!piece.empty());
  } catch (Error& error) {
    has_failed_ = true;
    throw error.reaching(Scope::message);
  }
}

}  // namespace mailhaul::formats::archive
