#include "formats/maildir/scan.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "formats/maildir/name.hpp"
#include "mailhaul/fs/file.hpp"
#include "mailhaul/io/pump.hpp"
#include "mailhaul/mail/content_key.hpp"

namespace mailhaul::formats::maildir {

namespace {

/// Findings of one pass. An owner can make millions of FIFOs: past the first few of a kind they are only counted.
class Oddities {
 public:
  Oddities(std::string folder, Weight missed, std::vector<Finding>& out)
      : folder_(std::move(folder)), missed_(missed), out_(out) {}

  void add(FindingKind kind, bool is_missed, const std::string& where, const char* text) {
    constexpr std::uint64_t told_one_by_one = 20;
    const auto same = [kind](const Finding& finding) { return finding.kind == kind; };
    if (std::count_if(out_.begin(), out_.end(), same) < static_cast<std::ptrdiff_t>(told_one_by_one)) {
      out_.push_back({kind, is_missed ? missed_ : Weight::note, folder_, where, text});
    } else {
      ++std::find_if(out_.rbegin(), out_.rend(), same)->count;
    }
  }

 private:
  std::string folder_;
  Weight missed_;
  std::vector<Finding>& out_;
};

class Pass {
 public:
  Pass(Listing& listing, std::uint8_t number, Oddities* oddities)
      : listing_(listing), number_(number), oddities_(oddities) {}

  void list(const std::optional<fs::Directory>& directory, bool in_new) {
    if (!directory) return;
    directory->list([&](const fs::Entry& entry) { take(*directory, entry, in_new); });
  }

 private:
  void take(const fs::Directory& directory, const fs::Entry& entry, bool in_new) {
    const NameKind name_kind = kind_of(entry.name);
    if (name_kind == NameKind::hidden) return;
    fs::EntryKind kind = entry.kind;
    if (kind == fs::EntryKind::unknown) {
      const auto status = directory.look_at(entry.name);
      if (!status) return;  // gone, or renamed: the next pass sees it
      kind = status->kind;
    }
    const std::string where = (in_new ? "new/" : "cur/") + entry.name;
    switch (kind) {
    case fs::EntryKind::regular:
    case fs::EntryKind::symlink: break;
    case fs::EntryKind::directory:
      return tell(FindingKind::directory_in_cur, false, where, "a directory among the messages: not read");
    default: return tell(FindingKind::special_file, false, where, "a FIFO, socket or device: not opened");
    }
    if (name_kind == NameKind::line_end)
      return tell(FindingKind::odd_name, true, where, "a name with a line end, which mail servers ignore: not read");
    if (name_kind == NameKind::empty_base)
      tell(FindingKind::odd_name, false, where, "a name that begins with a colon: read, and gets a new name");
    if (name_kind == NameKind::other_info)
      tell(FindingKind::odd_name, false, where,
           "flags behind another sign than a colon, as on Windows: part of the name for mail servers, so not read");
    listing_.add(entry.name, in_new, kind == fs::EntryKind::symlink, number_);
  }

  void tell(FindingKind kind, bool is_missed, const std::string& where, const char* text) {
    if (oddities_ != nullptr) oddities_->add(kind, is_missed, where, text);
  }

  Listing& listing_;
  std::uint8_t number_;
  Oddities* oddities_;
};

/// Puts what only `older` has behind the items of `newer`, and says whether the pass before saw the same base names.
bool merge(const Listing& older, Listing& newer, std::uint8_t pass) {
  const auto seen_just_before = [&](std::size_t i) { return older.item(i).pass + 1 == pass; };
  bool same = true;
  std::vector<std::size_t> missed;
  std::size_t o = 0;
  const std::size_t newer_size = newer.size();
  for (std::size_t n = 0; n < newer_size || o < older.size();) {
    if (o < older.size() && (n == newer_size || Listing::stands_before(older, o, newer, n))) {
      if (seen_just_before(o)) same = false;
      for (const std::size_t end = older.group_end(o); o < end; ++o) missed.push_back(o);
      continue;
    }
    if (o < older.size() && older.base(o) == newer.base(n)) {
      if (!seen_just_before(o)) same = false;
      o = older.group_end(o);
    } else {
      same = false;
    }
    n = newer.group_end(n);
  }
  for (const std::size_t i : missed) newer.append(older, i);
  if (!missed.empty()) newer.sort();
  return same;
}

/// Nothing when it can't be read: then it is nobody's copy.
std::optional<mail::ContentKey> key_of(const fs::Directory& directory, std::string_view name,
                                       const mail::KeySecrets& secrets, std::vector<std::byte>& buffer) {
  try {
    fs::OpenResult opened = directory.open_file(std::string(name), fs::EntryKind::regular);
    if (!opened.file) return std::nullopt;
    fs::FileSource source(std::move(*opened.file), buffer);
    mail::KeyHasher hasher(secrets);
    io::copy(source, hasher);
    return hasher.finish();
  } catch (const Error& error) {
    if (error.scope() != Scope::message) throw;
    return std::nullopt;
  }
}

/// rsync without --delete leaves a message in new/ that it has copied to cur/ since. Servers hide it there (maildir.md,
/// Traps); other octets are another message. Takes such copies out of `owners`; returns how many.
std::uint64_t drop_copies_in_new(const FolderDirectories& directories, const Listing& listing,
                                 std::vector<std::size_t>& owners, std::vector<bool>& keep) {
  if (listing.item(owners.front()).in_new || !listing.item(owners.back()).in_new) return 0;
  const auto secrets = mail::KeySecrets::make(directories.home.entropy());
  std::vector<std::byte> buffer;
  std::set<mail::ContentKey> in_cur;
  std::uint64_t dropped = 0;
  for (const std::size_t i : owners) {
    const bool in_new = listing.item(i).in_new;
    const auto key = key_of(directories.holding(in_new), listing.name(i), secrets, buffer);
    if (!key) continue;
    if (!in_new) {
      in_cur.insert(*key);
    } else if (in_cur.count(*key) != 0) {
      keep[i] = false;
      ++dropped;
    }
  }
  owners.erase(std::remove_if(owners.begin(), owners.end(), [&](std::size_t i) { return !keep[i]; }), owners.end());
  return dropped;
}

/// Of several names with one base: one file seen under two names is one message, distinct files are distinct ones
/// (maildir.md, Traps). The one in cur/ owns the base name.
void settle_namesakes(const FolderDirectories& directories, Scan& scan, const std::string& folder) {
  Listing& listing = scan.listing;
  std::vector<bool> keep(listing.size(), true);
  std::uint64_t doubled = 0;
  std::uint64_t twice = 0;
  std::string example;
  for (std::size_t first = 0; first < listing.size();) {
    const std::size_t end = listing.group_end(first);
    const bool without_base = listing.base(first).empty();
    if (end == first + 1) {
      listing.item(first).is_namesake = without_base;
      first = end;
      continue;
    }
    scan.has_namesakes = true;
    std::set<fs::FileId> files;
    std::vector<std::size_t> owners;
    for (std::size_t i = first; i < end; ++i) {
      const auto status = directories.holding(listing.item(i).in_new).look_at(std::string(listing.name(i)));
      keep[i] = status && files.insert(status->id).second;
      if (keep[i]) owners.push_back(i);
    }
    if (owners.size() > 1 && !without_base) twice += drop_copies_in_new(directories, listing, owners, keep);
    if (owners.empty()) keep[first] = true;  // all renamed meanwhile: found again when it is opened
    for (std::size_t i = 0; i < owners.size(); ++i) {
      listing.item(owners[i]).has_namesakes = owners.size() > 1;
      listing.item(owners[i]).is_namesake = i > 0 || without_base;
    }
    if (owners.size() > 1 && !without_base) {
      doubled += owners.size() - 1;
      if (example.empty()) example = listing.name(owners[1]);
    }
    first = end;
  }
  listing.filter(keep);
  if (twice > 0)
    scan.findings.push_back({FindingKind::duplicate_name, Weight::note, folder, "",
                             "the same message stands in new/ and, under the same base name, in cur/: taken once, as "
                             "servers show it",
                             twice});
  if (doubled > 0)
    scan.findings.push_back({FindingKind::duplicate_name, Weight::note, folder, example,
                             "another message has the same base name: both are kept", doubled});
}

/// The times of a directory, where there is one: see scan_folder().
bool tell_each_change(const std::optional<fs::Directory>& directory) {
  return !directory || directory->has_exact_times();
}

}  // namespace

Listing list_once(const FolderDirectories& directories, std::uint8_t pass, const Listing* like,
                  const std::string& folder, std::vector<Finding>* findings) {
  Listing listing;
  if (like != nullptr) listing.reserve(*like);
  std::optional<Oddities> oddities;
  // At the target such a file is no mail that we were to bring: nothing is missing.
  const Weight missed = directories.home.rules().side == Side::target ? Weight::note : Weight::failed;
  if (findings != nullptr) oddities.emplace(folder, missed, *findings);
  Pass one(listing, pass, oddities ? &*oddities : nullptr);
  one.list(directories.fresh, true);  // D10: in this order a message on its way to cur/ can't slip by
  one.list(directories.cur, false);
  listing.sort();
  return listing;
}

Scan scan_folder(const FolderDirectories& directories, const Clock& clock, const std::string& folder,
                 const std::function<bool(const Listing&)>& enough) {
  Scan scan;
  const bool has_exact_times = tell_each_change(directories.fresh) && tell_each_change(directories.cur);
  std::optional<FolderTimes> before_previous;
  for (std::uint8_t pass = 1; pass <= most_passes && !scan.stable; ++pass) {
    const FolderTimes before = FolderTimes::of(directories, clock);
    std::vector<Finding> findings;
    Listing seen = list_once(directories, pass, pass > 1 ? &scan.listing : nullptr, folder, &findings);
    const bool same = merge(scan.listing, seen, pass);
    scan.listing = std::move(seen);
    scan.findings = std::move(findings);
    const bool held_still =
        has_exact_times && before.is_settled() && FolderTimes::of(directories, clock).same_messages(before);
    if (held_still ||
        (before_previous && same && FolderTimes::of(directories, clock).same_messages(*before_previous))) {
      scan.stable = true;
      scan.stamp = (held_still ? before : *before_previous).stamp();
    }
    before_previous = before;
    if (enough && enough(scan.listing)) break;
  }
  settle_namesakes(directories, scan, folder);
  // What was not read is told by every run, not only by the first.
  const auto is_missed = [](const Finding& finding) { return finding.weight == Weight::failed; };
  if (std::any_of(scan.findings.begin(), scan.findings.end(), is_missed)) scan.stamp.reset();
  return scan;
}

}  // namespace mailhaul::formats::maildir
