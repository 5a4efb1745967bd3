#include "folder_numbers.hpp"

#include <algorithm>
#include <utility>

#include "mailhaul/mail/keyword.hpp"
#include "splitter.hpp"
#include "uid_chain.hpp"

namespace mailhaul::formats::mbox {
namespace {

constexpr std::uint32_t largest_uid = mail::largest_next_uid.value - 1;
/// Only the first header block is wanted.
constexpr std::size_t first_block_octets = 64 * 1024;
constexpr std::string_view uid_field = "X-UID: ";
/// What IMAP clients call Flag::passed, and an mbox can only say as a keyword.
constexpr std::string_view forwarded = "$Forwarded";

}  // namespace

bool FolderNumbers::State::add_name(const std::string& name) {
  if (names.has(name)) return true;
  if (!room.take(name)) return false;
  names.add(name);
  names_octets += name.size() + 1;
  return true;
}

FolderNumbers::State FolderNumbers::nothing_yet() const {
  State state;
  state.holds = true;
  for (const std::string& name : info_.keywords)
    if (mail::is_keyword(name)) static_cast<void>(state.add_name(name));
  state.names_room = state.names_octets + spare_octets;
  return state;
}

FolderNumbers::State FolderNumbers::scan(const fs::File& file) const {
  State state;
  UidChain chain;
  Splitter splitter(file, side_, file.status_now().size_octets);
  for (bool is_first = true; splitter.next(); is_first = false) {
    if (is_first) state.line = find_base_line(splitter.header(), splitter.body_offset() - splitter.header().size());
    if (!state.line || chain.is_over()) break;
    chain.follow(mail::parse_store_headers(splitter.header()));
  }
  if (!state.line) return state;
  state.holds = state.line->last_uid_width > 0 && chain.holds();
  state.last = state.line->says.last_uid.value;
  for (const std::string& name : state.line->says.keywords) static_cast<void>(state.add_name(name));
  state.names_room = state.line->keywords_room;
  return state;
}

void FolderNumbers::begin_batch(const std::optional<fs::File>& file) {
  rows_.clear();
  next_ = {};
  is_new_ = !file || file->status_now().size_octets == 0;
  if (is_new_) {
    state_ = nothing_yet();
    return;
  }
  const fs::Status now = file->status_now();
  if (!known_as_ || !fs::is_unchanged(now, *known_as_)) file_ = scan(*file);
  known_as_ = now;
  state_ = file_;
}

mail::UidValidity FolderNumbers::validity() const {
  return state_.line ? state_.line->says.uid_validity : info_.uid_validity.value_or(now_);
}

std::uint32_t FolderNumbers::next_uid(std::uint32_t wanted) const {
  const bool is_source_s = info_.uid_validity == validity();
  if (is_source_s && wanted > state_.last && wanted <= largest_uid) return wanted;
  if (state_.last >= largest_uid) return 0;
  // Below the source's next UID are those that other messages had.
  const std::uint32_t free = is_source_s && info_.next_uid ? info_.next_uid->value : 1;
  return std::min(std::max(state_.last + 1, free), largest_uid);
}

bool FolderNumbers::take_keyword(std::string_view name) {
  const auto is_name = [name](const std::string& other) { return mail::same_keyword(other, name); };
  if (state_.names.has(name) || std::any_of(next_names_.begin(), next_names_.end(), is_name)) return true;
  if (!state_.line && !begins_file()) return true;  // there is no base: as in the other variants
  std::size_t octets = state_.names_octets + name.size() + 1;
  mail::BaseRoom room = state_.room;
  for (const std::string& other : next_names_) {
    octets += other.size() + 1;
    room.take(other);
  }
  if (octets > state_.names_room || !room.take(name)) return false;
  next_names_.emplace_back(name);
  return true;
}

bool FolderNumbers::prepare(const store::MessageInfo& info, mail::StoreHeaders& headers) {
  next_ = {};
  next_line_.reset();
  next_names_.clear();
  bool all_kept = true;
  const std::vector<std::string> names = headers.keywords.names();
  for (const std::string& name : names) {
    if (take_keyword(name)) continue;
    headers.keywords.remove(name);
    all_kept = false;
  }
  if (headers.flags.has(mail::Flag::passed) && !take_keyword(forwarded)) {
    headers.flags = headers.flags - mail::FlagSet{mail::Flag::passed};
    all_kept = false;
  }
  if (begins_file()) {
    mail::ImapBase base{validity(), {}, state_.names.names(), 0, state_.names_room - state_.names_octets};
    for (const std::string& name : next_names_) {
      base.keywords.push_back(name);
      base.spare_octets -= name.size() + 1;
    }
    headers.base = std::move(base);
  }
  next_.wanted = info.ids.uid.value_or(mail::Uid{0}).value;
  if (!state_.holds) return all_kept;
  next_.written = next_uid(next_.wanted);
  if (next_.written != 0) headers.uid = mail::Uid{next_.written};
  return all_kept;
}

void FolderNumbers::written(std::string_view lines, std::uint64_t offset) {
  if (begins_file()) next_line_ = find_base_line(lines, offset);
  if (next_.written == 0) return;
  // At the start of a line: a keyword may be called like the field.
  std::size_t at = lines.substr(0, uid_field.size()) == uid_field ? 0 : lines.find("\n" + std::string(uid_field));
  if (at == std::string_view::npos) return;
  if (at != 0) ++at;
  next_.at = offset + at + uid_field.size();
}

void FolderNumbers::committed() {
  if (begins_file()) state_.line = std::move(next_line_);
  for (const std::string& name : next_names_) state_.add_name(name);
  next_names_.clear();
  // Without a base, or behind a message that had no room for its UID, a server gives new ones.
  state_.holds = state_.holds && state_.line && next_.at != 0;
  if (state_.holds) state_.last = next_.written;
  rows_.push_back(std::exchange(next_, {}));
}

void FolderNumbers::settle_new(Stage& stage) {
  if (!state_.line) return;
  state_.line->says.last_uid = {state_.last};
  if (const auto last = state_.line->last_uid_text({state_.last})) stage.rewrite(*last, state_.line->last_uid_at);
  if (const auto names = state_.line->keywords_text(state_.names.names()))
    stage.rewrite(*names, state_.line->keywords_at);
}

void FolderNumbers::assign(Stage& stage) {
  for (Row& row : rows_) {
    const std::uint32_t uid = row.at != 0 && state_.holds ? next_uid(row.wanted) : 0;
    if (uid == 0) state_.holds = false;
    if (uid != 0) state_.last = uid;
    if (row.at == 0 || uid == row.written) continue;
    row.written = uid;
    stage.rewrite(mail::padded_uid({uid}), row.at);
  }
}

void FolderNumbers::settle_existing(const fs::File& file, Stage& stage, bool durable) {
  const fs::Status now = file.status_now();
  if (is_new_ && now.size_octets == 0) return settle_new(stage);
  if (is_new_ || !known_as_ || !fs::is_unchanged(now, *known_as_)) file_ = scan(file);
  const mail::KeywordSet staged_names = std::move(state_.names);
  state_ = file_;
  assign(stage);
  if (!state_.line) return;
  BaseLine& line = *state_.line;
  const auto last = line.last_uid_text({state_.last});
  if (!last) {
    state_ = file_;
    state_.holds = false;
    assign(stage);
  } else if (line.says.last_uid.value < state_.last) {
    file.write_at(as_bytes(*last), line.last_uid_at);
    line.says.last_uid = {state_.last};
  }
  for (const std::string& name : staged_names) state_.add_name(name);
  const auto names = line.keywords_text(state_.names.names());
  if (names && !(state_.names == file_.names)) file.write_at(as_bytes(*names), line.keywords_at);
  if (durable) file.sync();
}

void FolderNumbers::published(const fs::Status& now) {
  file_ = state_;
  known_as_ = now;
}

std::uint64_t FolderNumbers::lost_uids() const {
  if (!info_.uid_validity) return 0;
  const bool is_source_s = state_.line && info_.uid_validity == validity();
  const auto is_lost = [&](const Row& row) {
    return row.wanted != 0 && (row.at == 0 || row.written != row.wanted || !is_source_s);
  };
  return static_cast<std::uint64_t>(std::count_if(rows_.begin(), rows_.end(), is_lost));
}

std::optional<Replacement> raised_base(const fs::File& file, Side side, const store::FolderInfo& info) {
  if (!info.uid_validity || !info.next_uid || !mail::has_room(*info.next_uid)) return std::nullopt;
  const mail::Uid last{info.next_uid->value - 1};
  Splitter splitter(file, side, file.status_now().size_octets, first_block_octets);
  if (!splitter.next()) return std::nullopt;
  const auto line = find_base_line(splitter.header(), splitter.body_offset() - splitter.header().size());
  if (!line || line->says.uid_validity != *info.uid_validity || line->says.last_uid.value >= last.value)
    return std::nullopt;
  auto text = line->last_uid_text(last);
  if (!text) return std::nullopt;
  return Replacement{std::move(*text), line->last_uid_at};
}

}  // namespace mailhaul::formats::mbox
