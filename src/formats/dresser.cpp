#include "formats/dresser.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "mailhaul/fs/security_label.hpp"

namespace mailhaul::formats {
namespace {

using store::Repair;
using store::RepairKind;

/// S13: names of files with several of them that are remembered.
constexpr std::size_t most_linked_names = 500'000;
/// S13: levels below a directory whose all is dressed.
constexpr std::size_t deepest = 64;

std::string shown(const fs::Owner& owner) { return std::to_string(owner.uid) + ":" + std::to_string(owner.gid); }

std::string shown(mode_t mode) {
  std::array<char, 8> digits{};
  std::snprintf(digits.data(), digits.size(), "%04o", mode & 07777U);
  return digits.data();
}

std::string shown(const fs::Dress& dress) { return shown(dress.owner) + " " + shown(dress.permissions); }

std::string why_not(fs::AdoptionRefusal refusal) { return to_string(refusal); }

}  // namespace

std::string joined(const std::string& path, const std::string& name) { return path.empty() ? name : path + "/" + name; }

Repair Dresser::repair_of(const fs::Status& seen, const std::string& folder, std::string where) const {
  const fs::Dress is = fs::dress_of(seen);
  const fs::Dress wanted = fs::wanted_dress(seen, rules_);
  Repair repair{is.owner != wanted.owner ? RepairKind::owner : RepairKind::mode, folder, std::move(where), "", "", ""};
  if (is.owner == wanted.owner) {
    repair.was = shown(is.permissions);
    repair.becomes = shown(wanted.permissions);
  } else if (is.permissions == wanted.permissions) {
    repair.was = shown(is.owner);
    repair.becomes = shown(wanted.owner);
  } else {
    repair.was = shown(is);
    repair.becomes = shown(wanted);
  }
  return repair;
}

void Dresser::tell_shut(const fs::Status& seen, const std::string& folder, const std::string& where) {
  const bool is_directory = seen.kind == fs::EntryKind::directory;
  const mode_t needed = is_directory ? 0700 : 0400;
  const fs::Dress wanted = fs::wanted_dress(seen, rules_);
  if ((wanted.permissions & needed) == needed) return;
  mending_.refuse({RepairKind::mode, folder, where, shown(wanted.permissions), "", ""},
                  std::string("its mode keeps its owner out, and none is widened unasked: --chmod=") +
                      (is_directory ? "D700" : "F600"));
}

void Dresser::file(const fs::Directory& directory, const std::string& path, const std::string& name,
                   const fs::Status& seen, const std::string& folder) {
  const std::string where = joined(path, name);
  const bool is_right = fs::dress_of(seen) == fs::wanted_dress(seen, rules_);
  if (rules_.allows(seen.owner.uid)) tell_shut(seen, folder, where);
  if (is_right) return;
  if (seen.links > 1 && rules_.allows(seen.owner.uid)) {
    if (++linked_names_ > most_linked_names)
      return mending_.refuse(repair_of(seen, folder, where), "more hard links than are kept in mind");
    Linked& linked = linked_.try_emplace(seen.id, Linked{seen, folder, {}}).first->second;
    // A listing may show a name twice while others are renamed.
    if (std::find(linked.paths.begin(), linked.paths.end(), where) == linked.paths.end() &&
        linked.paths.size() <= seen.links)
      linked.paths.push_back(where);
    return;
  }
  const Repair repair = repair_of(seen, folder, where);
  if (const auto refusal = fs::judge_adoption(seen, rules_, 1); refusal != fs::AdoptionRefusal::none)
    return mending_.refuse(repair, why_not(refusal));
  mending_.propose(repair, [&] { return why_not(fs::adopt_file(directory, name, seen, rules_)); });
}

void Dresser::settle_linked() {
  for (const auto& [id, linked] : linked_) {
    mending_.looked_at_one();
    const Repair repair = repair_of(linked.seen, linked.folder, linked.paths.front());
    const auto refusal = fs::judge_adoption(linked.seen, rules_, linked.paths.size());
    if (refusal != fs::AdoptionRefusal::none) {
      mending_.refuse(repair, why_not(refusal));
      continue;
    }
    mending_.propose(repair, [&, &linked = linked] {
      return why_not(fs::adopt_linked_file(root_, linked.paths, linked.seen, rules_, context_.clock));
    });
  }
  linked_.clear();
}

void Dresser::tell_security_types() const {
  // targets.md section 8: a whole tree has one of these, tmp/ as well.
  const std::set<std::string> of_mail{"mail_spool_t", "mail_home_rw_t"};
  std::string others;
  for (const std::string& type : security_types_)
    if (of_mail.count(type) == 0) others += (others.empty() ? "" : ", ") + type;
  if (others.empty()) return;
  context_.findings.add({FindingKind::security_label, Weight::note, "", root_.place(),
                         "directories with the SELinux type " + others +
                             ", which a mail server may not be let in by: semanage fcontext -a -t mail_spool_t '" +
                             root_.place() + "(/.*)?' and restorecon -RF '" + root_.place() +
                             "' (below /home the type is mail_home_rw_t)",
                         1});
}

void Dresser::tell_shared_groups() const {
  std::string groups;
  for (const gid_t group : shared_with_) groups += (groups.empty() ? "" : ", ") + std::to_string(group);
  if (groups.empty()) return;
  context_.findings.add({FindingKind::owner, Weight::note, "", root_.place(),
                         "directories with the set-group-id bit and access for group " + groups +
                             ", as a mailbox of several users has: that access goes unless --chown USER:GROUP and "
                             "--chmod D770,F660 say that it stays",
                         1});
}

void Dresser::directory(const fs::Directory& directory, const std::string& path, const std::string& folder) {
  constexpr std::size_t most_types = 16;
  if (const auto type = fs::security_type(directory); type && security_types_.size() < most_types)
    security_types_.insert(*type);
  const fs::Status seen = directory.status_now();
  if (rules_.allows(seen.owner.uid)) tell_shut(seen, folder, path);
  if (fs::dress_of(seen) == fs::wanted_dress(seen, rules_)) return;
  const Repair repair = repair_of(seen, folder, path);
  if (const auto refusal = fs::judge_adoption(seen, rules_, 0); refusal != fs::AdoptionRefusal::none)
    return mending_.refuse(repair, why_not(refusal));
  constexpr std::size_t most_groups = 16;
  constexpr mode_t set_group_id = 02000;
  constexpr mode_t of_group = 0070;
  const mode_t lost = seen.permissions & ~fs::wanted_dress(seen, rules_).permissions;
  if ((lost & set_group_id) != 0 && (lost & of_group) != 0 && shared_with_.size() < most_groups)
    shared_with_.insert(seen.owner.gid);
  mending_.propose(repair, [&] { return why_not(fs::adopt_directory(directory, rules_)); });
}

std::optional<fs::Directory> Dresser::look_into(const fs::Directory& above, const std::string& path,
                                                const std::string& name, const std::string& folder) {
  try {
    return above.find_directory(name);
  } catch (const Error& error) {
    if (Mending::reaches_far(error)) throw;
    mending_.refuse({RepairKind::owner, folder, joined(path, name), "", "", "it could not be looked into"},
                    error.reason());
    return std::nullopt;
  }
}

void Dresser::pass_over(FindingKind kind, const std::string& folder, const std::string& where, const char* text) {
  context_.findings.add({kind, Weight::note, folder, where, text, 1});
}

void Dresser::all_below(const fs::Directory& directory, const std::string& path, const std::string& folder,
                        Itself itself) {
  level_below(directory, path, folder, itself, 1);
}

void Dresser::level_below(const fs::Directory& directory, const std::string& path, const std::string& folder,
                          Itself itself, std::size_t depth) {
  std::vector<std::string> directories;
  directory.list([&](const fs::Entry& entry) {
    mending_.looked_at_one();
    const auto seen = directory.look_at(entry.name);
    if (!seen) return;
    const std::string where = joined(path, entry.name);
    switch (seen->kind) {
    case fs::EntryKind::regular: return file(directory, path, entry.name, *seen, folder);
    case fs::EntryKind::directory: directories.push_back(entry.name); return;
    case fs::EntryKind::symlink:
      return pass_over(FindingKind::symlink, folder, where, "a symbolic link: never followed and not touched");
    default: pass_over(FindingKind::special_file, folder, where, "a FIFO, socket or device: not touched");
    }
  });
  for (const std::string& name : directories) {
    if (depth == deepest) {
      mending_.refuse({RepairKind::owner, folder, joined(path, name), "", "", ""}, "deeper than 64 levels");
      continue;
    }
    if (const auto below = look_into(directory, path, name, folder))
      level_below(*below, joined(path, name), folder, Itself::yes, depth + 1);
  }
  if (itself == Itself::yes) this->directory(directory, path, folder);
}

}  // namespace mailhaul::formats
