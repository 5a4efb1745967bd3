#include "formats/maildir/target_keywords.hpp"

#include <algorithm>

#include "formats/maildir/control_lock.hpp"
#include "formats/maildir/scan.hpp"
#include "mailhaul/fs/control_file.hpp"

namespace mailhaul::formats::maildir {

void TargetKeywords::read() {
  try {
    const auto file = fs::read_control_file(directories_.home, keyword_file_name, keyword_file_limit);
    slots_ = file ? KeywordSlots::parse(file->text) : KeywordSlots{};
    status_ = file ? std::optional(file->status) : std::nullopt;
    is_readable_ = true;
  } catch (const Error& error) {
    if (error.cause() != Cause::refused && error.cause() != Cause::limit) throw;
    // What stands there is no keyword file, and will not be one the next time: the mail goes without its labels.
    slots_ = {};
    status_.reset();
    is_readable_ = false;
    tree_.tell(
        {FindingKind::keyword, Weight::lost, folder_, keyword_file_name, "keywords can't be kept: " + error.reason()});
  }
}

bool TargetKeywords::lacks(const mail::KeywordSet& wanted) const {
  return std::any_of(wanted.begin(), wanted.end(),
                     [this](const std::string& name) { return mail::is_keyword(name) && !slots_.slot(name); });
}

void TargetKeywords::settle(const mail::KeywordSet& wanted) {
  if (wanted.empty()) return;
  constexpr int tries = 10;
  read();
  if (!is_readable_ || !lacks(wanted) || slots_.all_names().size() == slot_count) return;
  const fs::Dotlock lock =
      take_control_lock(tree_.context(), directories_.home, birth_, folder_, "adding keywords to a folder");
  const SlotBits taken = letters_in_use();
  for (int i = 0; i < tries; ++i) {
    read();
    if (!is_readable_ || add_and_write(wanted, taken)) return;
  }
  throw Error(Cause::locked, Scope::folder, "adding keywords to a folder")
      .in(folder_)
      .at(directories_.home.place() + "/" + keyword_file_name)
      .because("another program keeps changing it, lock or no lock")
      .on(Side::target);
}

bool TargetKeywords::add_and_write(const mail::KeywordSet& wanted, SlotBits taken) {
  KeywordSlots grown = slots_;
  bool is_changed = false;
  for (const std::string& name : wanted)
    if (mail::is_keyword(name) && !grown.slot(name) && grown.add(name, taken)) is_changed = true;
  if (!is_changed) return true;
  try {
    if (!fs::write_control_file(directories_.home, keyword_file_name, grown.to_text(), birth_, status_)) return false;
  } catch (const Error& error) {
    if (error.cause() != Cause::unsupported) throw;
    tree_.tell({FindingKind::keyword, Weight::lost, folder_, keyword_file_name,
                "new keywords can't be kept: " + error.reason()});
    return true;
  }
  slots_ = grown;
  if (status_) make_newer_than(status_->modified);
  return true;
}

void TargetKeywords::make_newer_than(fs::FileTime before) const {
  using std::chrono::floor;
  using std::chrono::seconds;
  // Readers compare whole seconds of the mtime and nothing else.
  const auto least = floor<seconds>(before) + seconds{1};
  const auto now = directories_.home.look_at(keyword_file_name);
  if (!now || floor<seconds>(now->modified) >= least) return;
  const fs::OpenResult opened = directories_.home.open_file_for_update(keyword_file_name);
  if (opened.file && opened.file->opened_as().id == now->id) opened.file->set_modified(least);
}

SlotBits TargetKeywords::letters_in_use() const {
  SlotBits out = 0;
  const Listing listing = list_once(directories_, 0, nullptr, folder_, nullptr);
  for (std::size_t i = 0; i < listing.size(); ++i) out |= parse_file_name(listing.name(i)).slots;
  return out;
}

SlotBits TargetKeywords::letters_of(const mail::KeywordSet& keywords) const {
  SlotBits out = 0;
  for (const std::string& name : keywords)
    if (mail::is_keyword(name))
      if (const auto slot = slots_.slot(name)) out |= SlotBits{1} << *slot;
  return out;
}

void TargetKeywords::count_lost(const mail::KeywordSet& keywords) {
  for (const std::string& name : keywords)
    if (!mail::is_keyword(name) || !slots_.slot(name)) ++lost_[name];
}

SlotBits TargetKeywords::letters_shown_as(const mail::KeywordSet& keywords) const {
  SlotBits out = 0;
  for (unsigned i = 0; i < slot_count; ++i)
    if (keywords.has(slots_.shown_name(i))) out |= SlotBits{1} << i;
  return out;
}

void TargetKeywords::tell_lost() {
  for (const auto& [name, count] : lost_) {
    tree_.context().findings.add({FindingKind::keyword, Weight::lost, folder_, name,
                                  mail::is_keyword(name) ? "no room for the keyword: a Maildir folder holds 26"
                                                         : "not a name that a server takes for a keyword",
                                  count});
  }
  lost_.clear();
}

}  // namespace mailhaul::formats::maildir
