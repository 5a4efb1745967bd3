#include "sync/resync_history.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace mailhaul::sync {
namespace {

using support::MemoryStore;

constexpr unsigned flag_bits = 6;
constexpr std::array keywords{"home", "work"};
constexpr std::array folders{"INBOX", "Sent", "Work", "Filed"};  // the last one only at the target

store::FolderRef ref(const std::string& folder) {
  return folder == "INBOX" ? store::FolderRef{} : store::FolderRef{"", mail::FolderName({folder})};
}

model::Marks marks_of(const store::MessageInfo& info) {
  model::Marks marks = info.flags.bits();
  for (std::size_t i = 0; i < keywords.size(); ++i)
    if (info.keywords.has(keywords[i])) marks |= 1U << (flag_bits + i);
  return marks;
}

mail::FlagSet flags_of(model::Marks marks) { return mail::FlagSet::from_bits(marks); }

mail::KeywordSet keywords_of(model::Marks marks) {
  mail::KeywordSet set;
  for (std::size_t i = 0; i < keywords.size(); ++i)
    if ((marks >> (flag_bits + i) & 1U) != 0) set.add(keywords[i]);
  return set;
}

std::string told(model::Marks marks) {
  std::string text = mail::to_string(flags_of(marks));
  for (const auto& keyword : keywords_of(marks)) text += " " + keyword;
  return "(" + text + ")";
}

MemoryStore::Options source_options(std::uint64_t seed) {
  return {.stable_handles = seed % 2 == 0, .dates_need_content = seed % 3 == 0};
}

MemoryStore::Options target_options(std::uint64_t seed) {
  return {.stable_handles = seed / 2 % 2 == 0, .moves = seed / 4 % 2 == 0, .batch_messages = 1 + seed % 5};
}

/// Ends a run after some messages, as a signal would.
class Stopper final : public Observer {
 public:
  explicit Stopper(std::size_t messages) : left_(messages) {}
  void message(const MessageEvent& /*event*/) override {
    if (left_-- == 0) stop.ask();
  }
  StopRequest stop;

 private:
  std::size_t left_;
};

}  // namespace

LedgerDirectory::LedgerDirectory() {
  std::error_code error;
  const std::filesystem::path memory = "/dev/shm";
  const auto place = std::filesystem::is_directory(memory, error) ? memory : std::filesystem::temp_directory_path();
  std::string pattern = (place / "sync_test.XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  path_ = pattern;
}

LedgerDirectory::~LedgerDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ResyncHistory::ResyncHistory(std::uint64_t seed, LedgerDirectory* files)
    : harness_(source_options(seed), target_options(seed)), random_(seed), files_(files) {
  source().make_folder({});
  note(std::string(source().capabilities().stable_handles ? "lasting" : "passing") + " to " +
       (target().capabilities().stable_handles ? "lasting" : "passing") +
       (target().capabilities().moves ? "" : ", no moves") + (files_ != nullptr ? ", files" : ""));
  if (files_ == nullptr) return;
  path_ = files_->new_file();
  harness_.ledger = open_ledger(path_);
}

ledger::Ledger ResyncHistory::open_ledger(const std::string& path) {
  if (files_ == nullptr) return ledger::Ledger::in_memory(harness_.entropy);
  return ledger::Ledger::open(path, {"source", "target", {}, {}}, harness_.entropy, ledger::Ledger::Mode::lasting);
}

model::Marks ResyncHistory::pick_marks() {
  // Often none, so that what is copied and what is found are alike as often as not.
  return one_in(3) ? 0 : static_cast<model::Marks>(pick(std::size_t{1} << (flag_bits + keywords.size())));
}

void ResyncHistory::deliver_somewhere(support::MemoryStore& store, const std::string& text, bool anywhere) {
  const model::Marks marks = pick_marks();
  deliver(store, text, pick_folder(anywhere), marks);
}

ResyncHistory::Folder ResyncHistory::pick_folder(bool anywhere) {
  return folders[pick(anywhere ? folders.size() : folders.size() - 1)];
}

std::string ResyncHistory::name_of(const std::string& octets) {
  const std::size_t begin = octets.find(' ') + 1;
  return octets.substr(begin, octets.find('\n') - begin);
}

model::Stores ResyncHistory::look() const {
  const auto identity_of = [&](const MemoryStore::Message& message) {
    const bool is_lasting = harness_.target.capabilities().stable_handles;
    return is_lasting ? std::stoull(message.info.handle.token.substr(1)) : 0;
  };
  model::Stores stores;
  for (const Folder folder : folders) {
    for (const auto& message : harness_.source.seen(ref(folder)))
      stores.texts[name_of(message.octets)].source = {folder, marks_of(message.info), 0};
    for (const auto& message : harness_.target.seen(ref(folder)))
      stores.texts[name_of(message.octets)].target.push_back({folder, marks_of(message.info), identity_of(message)});
  }
  for (const Folder folder : folders)
    if (const_cast<Harness&>(harness_).source.stamp(ref(folder))) stores.source_folders.insert(folder);
  return stores;
}

std::string ResyncHistory::told(const model::Stores& stores) {
  std::string all;
  for (const auto& [name, text] : stores.texts) {
    if (!text.source && text.target.empty()) continue;
    all += "  " + name + ":";
    if (text.source) all += " source " + text.source->folder + sync::told(text.source->marks);
    for (const model::Message& copy : text.target) all += " target " + copy.folder + sync::told(copy.marks);
    all += "\n";
  }
  return all;
}

ResyncHistory::Counts ResyncHistory::count(const MemoryStore& store) {
  Counts counts;
  for (const Folder folder : folders)
    for (const auto& message : store.seen(ref(folder))) ++counts[name_of(message.octets)][folder];
  return counts;
}

void ResyncHistory::deliver(MemoryStore& store, const std::string& text, const Folder& folder, model::Marks marks) {
  note(name_of(store) + " gets " + text + " in " + folder + " " + sync::told(marks));
  store.deliver(ref(folder), mail_text(text), with_flags(flags_of(marks), keywords_of(marks)));
}

void ResyncHistory::mark(MemoryStore& store, const std::string& text, const Folder& folder, model::Marks marks) {
  note(name_of(store) + " marks " + text + " in " + folder + " " + sync::told(marks));
  for (auto& message : store.messages(ref(folder)))
    if (message.octets == mail_text(text)) {
      message.info.flags = flags_of(marks);
      message.info.keywords = keywords_of(marks);
      return;
    }
}

void ResyncHistory::erase(MemoryStore& store, const std::string& text, const Folder& folder) {
  note(name_of(store) + " removes " + text + " in " + folder);
  auto& all = store.messages(ref(folder));
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& m) { return m.octets == mail_text(text); });
  if (found == all.end()) throw std::logic_error("nothing to remove");
  all.erase(found);
  store.renumber(ref(folder));
}

void ResyncHistory::move(MemoryStore& store, const std::string& text, const Folder& from, const Folder& to) {
  for (const auto& message : store.seen(ref(from)))
    if (message.octets == mail_text(text)) {
      deliver(store, text, to, marks_of(message.info));
      return erase(store, text, from);
    }
}

void ResyncHistory::remove_folder(MemoryStore& store, const Folder& folder) {
  note(name_of(store) + " loses the folder " + folder);
  store.remove_folder(ref(folder));
}

bool ResyncHistory::settle() {
  constexpr int most_runs = 5;
  for (int i = 0; i < most_runs; ++i) {
    const std::size_t changes = target().changes();
    const std::uint64_t rows = harness_.ledger.rows_written();
    const Outcome outcome = run();
    if (outcome.error) {
      note(std::string("the run fails: ") + outcome.error->what());
      return false;
    }
    note("a run: " + std::to_string(target().changes() - changes) + " changes, " +
         std::to_string(harness_.ledger.rows_written() - rows) + " rows");
    if (target().changes() == changes && harness_.ledger.rows_written() == rows) return true;
  }
  note("the runs do not end");
  return false;
}

void ResyncHistory::crash() {
  const std::int64_t number = harness_.ledger.begin_run({});
  Stopper stopper(one_in(2) ? pick(8) : 1'000'000);
  if (!stopper.stop.asked()) {
    const bool is_durable = one_in(2);
    target().crash_after(pick(6), is_durable);
  }
  const Outcome outcome = copy(source(), target(), {harness_.ledger, harness_.secrets, number}, harness_.options,
                               harness_.findings, stopper, stopper.stop);
  target().revive();
  note(std::string("a run that is to die: ") + (outcome.error ? outcome.error->what() : "it does not"));
  // Not even the lock may outlive it.
  harness_.ledger = ledger::Ledger::in_memory(harness_.entropy);
  harness_.ledger = open_ledger(path_);
}

void ResyncHistory::lose_ledger() {
  note("the ledger is lost");
  if (files_ != nullptr) path_ = files_->new_file();
  harness_.ledger = open_ledger(path_);
}

void ResyncHistory::swap_ledger() {
  note("the other ledger");
  if (!other_) {
    if (files_ != nullptr) other_path_ = files_->new_file();
    other_ = open_ledger(other_path_);
  }
  std::swap(harness_.ledger, *other_);
  std::swap(path_, other_path_);
}

}  // namespace mailhaul::sync
