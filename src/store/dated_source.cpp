#include "mailhaul/store/dated_source.hpp"

#include <array>
#include <string>
#include <utility>

#include "mailhaul/mail/date_time.hpp"
#include "mailhaul/mail/header_block.hpp"
#include "mailhaul/store/lost_dates.hpp"

namespace mailhaul::store {
namespace {

/// A Received or Date behind so many octets is not looked for.
constexpr std::size_t beginning_octets = 64 * 1024;

/// What a store itself says has no row of its own: `postmark` stands for it.
constexpr DateSource stored = DateSource::postmark;
using Order = std::array<DateSource, 4>;
constexpr Order order_of(DateOrder order) {
  switch (order) {
  case DateOrder::name: return {DateSource::name, DateSource::received, DateSource::date, stored};
  case DateOrder::received: return {DateSource::received, DateSource::name, DateSource::date, stored};
  case DateOrder::stored: break;
  }
  return {stored, DateSource::name, DateSource::received, DateSource::date};
}

/// Hands out the beginning that was read already, then the rest.
class Replayed final : public io::Source {
 public:
  explicit Replayed(io::Source& rest) : rest_(rest) {}

  /// Reads until the header block is complete or long enough; a view of it.
  std::string_view header() {
    std::size_t scanned = 0;
    for (Bytes piece = rest_.read(); !piece.empty(); piece = rest_.read()) {
      beginning_ += as_text(piece);
      const mail::HeaderEnd end = mail::find_header_end(beginning_, scanned);
      if (end.end) return std::string_view(beginning_).substr(0, *end.end);
      if (beginning_.size() >= beginning_octets) break;
      scanned = end.scanned;
    }
    return beginning_;
  }
  [[nodiscard]] Bytes read() override {
    if (std::exchange(is_given_, true) || beginning_.empty()) return rest_.read();
    return as_bytes(beginning_);
  }

 private:
  io::Source& rest_;
  std::string beginning_;
  bool is_given_ = false;
};

class DatedCursor final : public MessageCursor {
 public:
  DatedCursor(std::unique_ptr<MessageCursor> cursor, DateOrder order, Findings* findings)
      : cursor_(std::move(cursor)), order_(order_of(order)), findings_(findings) {}

  bool next() override {
    dated_.reset();
    content_.reset();
    return cursor_->next();
  }
  [[nodiscard]] const FolderRef& folder() const override { return cursor_->folder(); }
  [[nodiscard]] bool is_known() const override { return cursor_->is_known(); }
  [[nodiscard]] const MessageInfo& info() const override { return dated_ ? *dated_ : cursor_->info(); }
  [[nodiscard]] io::Source& content() override;
  [[nodiscard]] mail::ContentKey key(const mail::KeySecrets& secrets) override { return cursor_->key(secrets); }
  [[nodiscard]] WalkEnd end(const FolderRef& folder) override {
    warn(folder);
    return cursor_->end(folder);
  }

 private:
  void note(const MessageInfo& info);
  void warn(const FolderRef& folder);

  std::unique_ptr<MessageCursor> cursor_;
  Order order_;
  Findings* findings_;  ///< null: nothing is concluded from what is walked
  std::optional<MessageInfo> dated_;
  std::optional<Replayed> content_;
  FolderRef noted_folder_;
  std::vector<FileAndNameTime> times_;
};

io::Source& DatedCursor::content() {
  io::Source& whole = cursor_->content();
  const MessageInfo& info = cursor_->info();
  note(info);
  if (info.internal_date && order_.front() == stored) return whole;

  std::string_view header;
  const auto from_header = [&](auto read_date) {
    if (!content_) header = content_.emplace(whole).header();
    return read_date(header);
  };
  const auto date_from = [&](DateSource source) -> std::optional<mail::InternalDate> {
    switch (source) {
    case DateSource::name: return info.hints.time_in_name;
    case DateSource::received: return from_header(&mail::received_date);
    case DateSource::date: return from_header(&mail::date_field);
    default: return info.internal_date;
    }
  };
  for (const DateSource source : order_) {
    const auto date = date_from(source);
    if (!date) continue;
    dated_ = info;
    dated_->internal_date = date;
    if (source != stored) dated_->date_source = source;
    return content_ ? *content_ : whole;
  }
  if (info.hints.file_time) {
    dated_ = info;
    dated_->internal_date = info.hints.file_time;
    dated_->date_source = DateSource::file_time;
  }
  return content_ ? *content_ : whole;
}

void DatedCursor::note(const MessageInfo& info) {
  const bool counts = findings_ != nullptr && order_.front() == stored && info.internal_date &&
                      info.date_source == DateSource::file_time;
  if (!counts) return;
  if (cursor_->folder() != noted_folder_) {
    warn(noted_folder_);
    noted_folder_ = cursor_->folder();
  }
  times_.push_back({*info.internal_date, info.hints.time_in_name});
}

void DatedCursor::warn(const FolderRef& folder) {
  if (times_.empty() || folder != noted_folder_) return;
  const std::size_t all = times_.size();
  const auto lost = find_lost_dates(std::exchange(times_, {}));
  if (!lost) return;
  findings_->add(
      {FindingKind::lost_dates, Weight::note, folder.display(), "",
       std::to_string(lost->messages) + " of " + std::to_string(all) + " messages have file times between " +
           mail::to_iso(lost->first) + " and " + mail::to_iso(lost->last) + ", while the times in their names lie " +
           std::to_string(lost->names_span.count()) +
           " days apart: a copy seems to have lost when they arrived. --dates=name or --dates=received takes "
           "another date"});
}

}  // namespace

std::unique_ptr<MessageCursor> DatedSource::walk(std::span<const FolderSince> folders) {
  return std::make_unique<DatedCursor>(source_->walk(folders), order_, &findings_);
}

std::unique_ptr<MessageCursor> DatedSource::fetch(const FolderRef& folder, std::span<const Handle> handles) {
  return std::make_unique<DatedCursor>(source_->fetch(folder, handles), order_, nullptr);
}

}  // namespace mailhaul::store
