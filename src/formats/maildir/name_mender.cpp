#include "formats/maildir/name_mender.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "formats/dresser.hpp"
#include "formats/maildir/control_lock.hpp"
#include "formats/maildir/name.hpp"
#include "formats/maildir/scan.hpp"
#include "formats/maildir/tree.hpp"
#include "formats/maildir/uidlist.hpp"

namespace mailhaul::formats::maildir {

namespace {

using store::Repair;
using store::RepairKind;

constexpr std::string_view doing = "mending the UIDs of a folder";
/// S13: as a target's list is (target_uid_list.cpp).
constexpr std::uint64_t longest_list = std::uint64_t{128} << 20U;
/// S13: names of a folder that one run puts right.
constexpr std::size_t most_wrong = 20'000;

std::string size_of(std::string_view name) {
  const auto size = size_field(name, 'S');
  return size ? "S=" + std::to_string(*size) : "";
}

/// Lists of Courier that have messages by their names.
const char* other_list(const fs::Directory& home) {
  for (const char* name : {courier_uid_list_name, "courierimapkeywords", "courierpop3dsizelist"})
    if (home.look_at(name)) return name;
  return nullptr;
}

}  // namespace

std::uint64_t NameMender::look_at(const fs::Directory& part, const std::string& part_name, const std::string& name,
                                  const fs::Status& seen) {
  const auto stated = size_field(name, 'S');
  if (!stated) return seen.size_octets;
  try {
    fs::OpenResult opened = part.open_file(name, fs::EntryKind::regular);
    if (!opened.file) return *stated;
    std::array<std::byte, io::compression_magic_octets> beginning{};
    const std::size_t got = opened.file->read_at(beginning, 0);
    const bool is_plain = !io::detect_compression(Bytes(beginning).first(got));
    if (is_plain && opened.file->opened_as().size_octets == *stated) return *stated;
    const fs::FileId id = opened.file->opened_as().id;
    const Sizes sizes = count(std::move(*opened.file));
    if (sizes.octets == *stated) return *stated;
    if (wrong_.size() < most_wrong)
      wrong_.push_back({part_name, name, id, with_right_sizes(name, sizes.octets, sizes.octets_with_crlf)});
    else
      has_too_many_ = true;
    return sizes.octets;
  } catch (const Error& error) {
    if (Mending::reaches_far(error)) throw;
    context_.findings.add({FindingKind::unreadable, Weight::note, folder_, joined(joined(path_, part_name), name),
                           "its size was not compared with its name: " + error.reason(), 1});
    return *stated;
  }
}

NameMender::Sizes NameMender::count(fs::File file) {
  Body body(std::move(file), home_.rules().side, buffers_);
  Sizes sizes;
  bool after_cr = false;
  std::uint64_t bare = 0;
  for (Bytes piece = body.read(); !piece.empty(); piece = body.read()) {
    sizes.octets += piece.size();
    for (const std::byte octet : piece) {
      if (octet == std::byte{'\n'} && !after_cr) ++bare;
      after_cr = octet == std::byte{'\r'};
    }
    mending_.looked_at_one();
  }
  sizes.octets_with_crlf = sizes.octets + bare;
  return sizes;
}

Repair NameMender::repair_of(const Wrong& wrong) const {
  return {RepairKind::size_in_name,  folder_, joined(joined(path_, wrong.part), wrong.name), size_of(wrong.name),
          size_of(wrong.right_name), ""};
}

Repair NameMender::list_repair(const std::string& fault) const {
  return {RepairKind::uid_list, folder_, joined(path_, uid_list_name), fault, "", ""};
}

bool NameMender::is_there(std::string_view base) {
  if (!listing_) {
    try {
      listing_ = list_once(open_parts(home_), 0, nullptr, folder_, nullptr);
    } catch (const Error& error) {
      if (Mending::reaches_far(error)) throw;
      listing_.emplace();
    }
  }
  const auto [first, end] = listing_->find(base);
  return first != end;
}

std::string NameMender::why_not(const Wrong& wrong) {
  const std::string_view base = base_of(wrong.name);
  const std::string_view right = base_of(wrong.right_name);
  if (wrong.right_name.size() > longest_name) return "the name would be too long";
  if (base == right) return "";  // the size stands behind the ':'
  if (const char* list = other_list(home_)) return std::string(list) + " is there, and could not follow";
  if (is_there(right)) return "another message has the right name";
  const auto [first, end] = listing_->find(base);
  return end - first > 1 ? "another file has the same base name" : "";
}

void NameMender::keep_what_can_be_renamed() {
  std::set<std::string> taken;
  std::vector<Wrong> kept;
  for (Wrong& wrong : wrong_) {
    std::string why = why_not(wrong);
    if (why.empty() && !taken.emplace(base_of(wrong.right_name)).second) why = "another message gets the right name";
    if (why.empty())
      kept.push_back(std::move(wrong));
    else
      mending_.refuse(repair_of(wrong), why);
  }
  wrong_ = std::move(kept);
  if (has_too_many_)
    mending_.refuse({RepairKind::size_in_name, folder_, path_, "", "", ""},
                    "there are more of them than one run mends: run again");
}

void NameMender::refuse_names(const std::string& why) {
  for (const Wrong& wrong : wrong_) mending_.refuse(repair_of(wrong), why);
  wrong_.clear();
}

std::map<std::string, std::string> NameMender::renames() const {
  std::map<std::string, std::string> out;
  for (const Wrong& wrong : wrong_)
    if (base_of(wrong.name) != base_of(wrong.right_name)) out.emplace(base_of(wrong.name), base_of(wrong.right_name));
  return out;
}

std::optional<fs::ControlFile> NameMender::read_list() const {
  auto found = fs::read_control_file(home_, uid_list_name, longest_list);
  if (found && found->text.empty()) found.reset();  // a server makes it anew
  return found;
}

std::optional<MendedUidList> NameMender::mended(const fs::ControlFile& found) {
  auto list = mend_uid_list(found.text, renames(), [this](std::string_view base) { return is_there(base); });
  if (!list || list->left.empty()) return list;
  const auto stays = [&](const Wrong& wrong) { return list->left.count(std::string(base_of(wrong.name))) != 0; };
  for (const Wrong& wrong : wrong_)
    if (stays(wrong)) mending_.refuse(repair_of(wrong), "its record in the UID list could not follow");
  wrong_.erase(std::remove_if(wrong_.begin(), wrong_.end(), stays), wrong_.end());
  return list;
}

void NameMender::mend() {
  keep_what_can_be_renamed();
  const auto list = home_.look_at(uid_list_name);
  if (list && list->kind != fs::EntryKind::regular) {
    mending_.refuse(list_repair(""), to_string(fs::AdoptionRefusal::not_regular));
    return refuse_names("its UID list could not follow");
  }
  if (list && !home_.allows(list->owner.uid)) return refuse_names("its UID list belongs to somebody else");
  try {
    const auto found = read_list();
    if (!found) return rename_all();
    const auto wanted = mended(*found);
    if (!wanted) {
      mending_.refuse(list_repair("no UIDVALIDITY"), "a server numbers the folder anew, whatever is done here");
      return refuse_names("its UID list could not follow");
    }
    if (!wanted->is_changed() && wrong_.empty()) return;
    if (mending_.is_preview()) {
      for (const std::string& fault : wanted->faults) mending_.done(list_repair(fault));
      return rename_all();
    }
    mend_under_lock();
  } catch (const Error& error) {
    if (Mending::reaches_far(error)) throw;
    mending_.refuse(list_repair(""), error.reason());
    refuse_names("its UID list could not follow: " + error.reason());
  }
}

void NameMender::mend_under_lock() {
  const fs::Dotlock lock = take_control_lock(context_, home_, options_.birth(), folder_, doing);
  const auto found = read_list();
  const auto wanted = found ? mended(*found) : std::nullopt;
  if (found && wanted && wanted->is_changed()) {
    fs::Birth birth = options_.birth();
    birth.file_mode = fs::wanted_dress(found->status, options_.adoption).permissions;
    if (!fs::write_control_file(home_, uid_list_name, wanted->text, birth, found->status)) {
      for (const std::string& fault : wanted->faults)
        mending_.refuse(list_repair(fault), to_string(fs::AdoptionRefusal::changed));
      return refuse_names(to_string(fs::AdoptionRefusal::changed));
    }
    for (const std::string& fault : wanted->faults) mending_.done(list_repair(fault));
  }
  if (found && !wanted) return refuse_names(to_string(fs::AdoptionRefusal::changed));
  rename_all();
}

void NameMender::rename_all() {
  std::map<std::string, std::optional<fs::Directory>> parts;
  for (const Wrong& wrong : wrong_) {
    mending_.propose(repair_of(wrong), [&]() -> std::string {
      auto& part = parts[wrong.part];
      if (!part) part = home_.open_directory(wrong.part);
      const auto outcome = part->rename(wrong.name, wrong.id, *part, wrong.right_name);
      if (outcome.found && outcome.result == fs::LinkResult::done) return "";
      return to_string(fs::AdoptionRefusal::changed);
    });
  }
  for (const auto& [name, part] : parts)
    if (part && home_.rules().durability != fs::Durability::none) part->sync();
  wrong_.clear();
}

}  // namespace mailhaul::formats::maildir
