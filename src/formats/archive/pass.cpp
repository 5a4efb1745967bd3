#include "formats/archive/pass.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "formats/archive/read_ahead.hpp"

namespace mailhaul::formats::archive {
namespace {

constexpr std::string_view home_name = "homedir";
constexpr std::string_view home_tar_name = "homedir.tar";

}  // namespace

/// The content of the member that the outer tar is at.
class Pass::Inside final : public TarStream {
 public:
  explicit Inside(Reader& outer) : outer_(outer) {}
  [[nodiscard]] Bytes read() override { return outer_.read(); }
  [[nodiscard]] std::uint64_t skip(std::uint64_t /*octets*/) override { return 0; }

 private:
  Reader& outer_;
};

Pass::Pass(const StoredFile& file, std::optional<io::Compression> compression, const Limits& limits,
           io::GzipPoints* points)
    : file_(file), is_plain_(!compression) {
  if (compression) {
    io::ExpansionLimits expansion;
    expansion.largest_octets = std::numeric_limits<std::uint64_t>::max();
    expansion.most_ratio = limits.most_ratio;
    expansion.free_octets = limits.free_octets;
    stream_ = std::make_unique<PlainOctets>(file, *compression, expansion, points);
  } else if (points != nullptr) {
    stream_ = std::make_unique<ReadAhead>(file);
  } else {
    stream_ = std::make_unique<FileRange>(file, 0, file.size_octets());
  }
  outer_ = std::make_unique<Reader>(*stream_, io::StreamPlace{file.place(), file.side()});
}

Pass::~Pass() = default;

bool Pass::next() {
  while (!has_ended_) {
    if (!step()) continue;
    if (!inner_ && is_home_tar()) {
      enter_home_tar();
      continue;
    }
    number_ = next_number_++;
    shown_ = &current();
    return true;
  }
  return false;
}

/// One header of whichever tar is open; false where that had no more.
bool Pass::step() {
  Reader& reader = current();
  if (go_on(reader)) {
    fault_ = split(reader.head().name, components_);
    return true;
  }
  // A home directory that is damaged inside a whole archive: what stands behind it can be read.
  if (!inner_ || outer_->has_failed()) has_ended_ = true;
  leave_inner();
  return false;
}

bool Pass::go_on(Reader& reader) {
  if (reader.has_failed()) return false;
  bool is_inside_content = true;
  try {
    reader.pass_over();
    is_inside_content = false;
    if (reader.next()) return true;
    has_more_behind_ = has_more_behind_ || reader.has_more_behind();
  } catch (const Error& error) {
    note_damage(error, is_inside_content && shown_ == &reader);
  }
  return false;
}

void Pass::leave_inner() {
  inner_.reset();
  inner_stream_.reset();
  shown_ = nullptr;
}

Bytes Pass::read() {
  try {
    return current().read();
  } catch (const Error& error) {
    note_damage(error, true);
    throw;
  }
}

NameFault Pass::split(std::string_view name, std::vector<std::string_view>& components) const {
  const NameFault fault = split_member_name(name, components);
  if (fault != NameFault::none || !inner_) return fault;
  components.insert(components.begin(), above_inner_.begin(), above_inner_.end());
  return NameFault::none;
}

NameFault Pass::split_target(std::vector<std::string_view>& components) const {
  return split(head().link_target, components);
}

/// At the top, or in the one directory that everything is in.
bool Pass::is_home_tar() const {
  const Head& it = outer_->head();
  return it.kind == MemberKind::file && it.size_octets > 0 && !it.has_holes && !components_.empty() &&
         components_.size() <= 2 && components_.back() == home_tar_name;
}

void Pass::enter_home_tar() {
  above_inner_.assign(components_.begin(), components_.end() - 1);
  above_inner_.emplace_back(home_name);
  const Head& it = outer_->head();
  inner_at_ = it.data_at;
  if (is_plain_)
    inner_stream_ = std::make_unique<FileRange>(file_, it.data_at, it.data_at + it.size_octets);
  else
    inner_stream_ = std::make_unique<Inside>(*outer_);
  inner_ = std::make_unique<Reader>(*inner_stream_,
                                    io::StreamPlace{file_.place() + ": " + std::string(home_tar_name), file_.side()});
}

void Pass::note_damage(const Error& error, bool is_inside_content) {
  if (!damage_) damage_ = error;
  if (is_inside_content && (cut_.empty() || cut_.back() != number_)) cut_.push_back(number_);
}

}  // namespace mailhaul::formats::archive
