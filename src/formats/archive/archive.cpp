#include "mailhaul/formats/archive/archive.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "formats/archive/contents.hpp"
#include "formats/archive/index.hpp"
#include "formats/archive/indexer.hpp"
#include "formats/archive/pass.hpp"
#include "formats/archive/stored_file.hpp"
#include "formats/archive/tree.hpp"
#include "mailhaul/io/compression.hpp"

namespace mailhaul::formats::archive {
namespace {

std::optional<io::Compression> compression_of(const StoredFile& file) {
  std::array<std::byte, io::compression_magic_octets> octets{};
  const auto found = io::detect_compression(Bytes(octets).first(file.read_at(octets, 0)));
  if (!found || *found == io::Compression::gzip || *found == io::Compression::zstd) return found;
  throw Error(Cause::unsupported, Scope::run, "opening an archive")
      .at(file.place())
      .because("it is compressed with " + std::string(to_string(*found)))
      .hint("unpack it to a plain .tar first")
      .on(file.side());
}

void check_unchanged(const StoredFile& file) {
  if (file.is_unchanged()) return;
  throw Error(Cause::source_changed, Scope::run, "reading an archive")
      .at(file.place())
      .because("it changed while it was read (is it still being uploaded?)")
      .hint("run the same command again")
      .on(file.side());
}

}  // namespace

struct Archive::Parts {
  Parts(StoredFile stored, Options said) : file(std::move(stored)), options(std::move(said)) {}
  StoredFile file;
  Options options;
  std::optional<io::Compression> compression{};
  io::GzipPoints points{};
  Indexed found{};
};

std::unique_ptr<Archive> Archive::open(Context& context, const std::string& path, const fs::Rules& rules,
                                       Options options) {
  auto parts = std::make_unique<Parts>(StoredFile::open(context, path, rules), std::move(options));
  const StoredFile& file = parts->file;
  if (file.size_octets() == 0)
    throw Error(Cause::not_a_store, Scope::run, "opening an archive").at(path).because("it is empty").on(rules.side);
  parts->compression = compression_of(file);
  Pass pass(file, parts->compression, parts->options.limits, &parts->points);
  try {
    parts->found = index_members(pass, parts->options, file.place(), file.side(), context.findings);
  } catch (Error& error) {
    throw error.reaching(Scope::run);
  }
  check_unchanged(file);
  return std::unique_ptr<Archive>(new Archive(std::move(parts)));
}

Archive::Archive(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Archive::~Archive() = default;

const std::string& Archive::place() const { return parts_->file.place(); }
Side Archive::side() const { return parts_->file.side(); }
const fs::Status& Archive::opened_as() const { return parts_->file.opened_as(); }
std::string Archive::token() const { return parts_->file.token(); }
bool Archive::is_unchanged() const { return parts_->file.is_unchanged(); }
const std::optional<Error>& Archive::damage() const { return parts_->found.damage; }
std::uint32_t Archive::member_count() const { return parts_->found.index.size(); }
Member Archive::member(std::uint32_t number) const { return parts_->found.index.member(number); }
std::string Archive::path_of(std::uint32_t number) const { return parts_->found.index.path_of(number); }

std::int64_t Archive::modified_seconds() const {
  return std::chrono::floor<std::chrono::seconds>(parts_->file.modified()).time_since_epoch().count();
}

std::optional<Member> Archive::find(const std::string& path) const {
  const auto number = parts_->found.index.find(path);
  return number ? std::optional(member(*number)) : std::nullopt;
}

void Archive::members_in(const std::string& directory, const std::function<void(const Member&)>& take) const {
  const Index& index = parts_->found.index;
  const auto number = index.find_directory(directory);
  if (!number) return;
  for (const std::uint32_t one : index.members_in(*number)) take(index.member(one));
}

std::optional<std::string_view> Archive::kept(std::uint32_t number) const {
  const auto there = parts_->found.kept.find(number);
  if (there == parts_->found.kept.end()) return std::nullopt;
  return std::string_view(there->second);
}

bool Archive::can_go_back() const { return !parts_->compression || *parts_->compression == io::Compression::gzip; }

std::unique_ptr<Contents> Archive::contents() const {
  return std::make_unique<MemberContents>(parts_->file, parts_->compression, parts_->points, parts_->found.index,
                                          parts_->options.limits);
}

std::unique_ptr<io::Tree> Archive::tree() const { return std::make_unique<ArchiveTree>(*this, parts_->found.index); }

}  // namespace mailhaul::formats::archive
