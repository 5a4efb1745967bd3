#include "sync/resync_history.hpp"

#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "sync/resync_memory_store.hpp"

namespace mailhaul::sync {
namespace {

using support::MemoryStore;

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

UsedPair memory_pair(std::uint64_t seed, bool has_unreadable) {
  auto source = std::make_unique<UsedMemoryStore>(source_options(seed));
  if (has_unreadable) {
    source->deliver_unreadable("Beside");
    if (seed / 16 % 2 == 0) source->deliver("Beside", "beside", 0);  // then its folder is listed, not read as it comes
  }
  return {std::move(source), std::make_unique<UsedMemoryStore>(target_options(seed))};
}

ResyncHistory::ResyncHistory(std::uint64_t seed, UsedPair stores, LedgerDirectory* files)
    : random_(seed), stores_(std::move(stores)), files_(files) {
  source().make_folder("INBOX");
  note(source().kind() + " to " + target().kind() + (files_ != nullptr ? ", files" : ""));
  if (files_ == nullptr) return;
  path_ = files_->new_file();
  ledger_ = open_ledger(path_);
}

ledger::Ledger ResyncHistory::open_ledger(const std::string& path) {
  if (files_ == nullptr) return ledger::Ledger::in_memory(entropy_);
  return ledger::Ledger::open(path, {"source", "target", {}, {}}, entropy_, ledger::Ledger::Mode::lasting);
}

model::Marks ResyncHistory::pick_marks() {
  // Often none, so that what is copied and what is found are alike as often as not.
  constexpr std::size_t all_marks = 1U << 8U;
  const auto marks = one_in(3) ? 0 : static_cast<model::Marks>(pick(all_marks));
  return marks & source().holds() & target().holds();
}

void ResyncHistory::deliver_somewhere(UsedStore& store, const std::string& text, bool anywhere) {
  const model::Marks marks = pick_marks();
  deliver(store, text, pick_folder(anywhere), marks);
}

ResyncHistory::Folder ResyncHistory::pick_folder(bool anywhere) {
  if (!target().has_folders() || !(anywhere || source().has_folders())) return history_folders[0];
  return history_folders[pick(anywhere ? history_folders.size() : history_folders.size() - 1)];
}

model::Stores ResyncHistory::look() const {
  model::Stores stores;
  for (const Folder folder : history_folders) {
    for (const SeenMessage& message : stores_.source->seen(folder))
      stores.texts[message.text].source = {folder, message.marks, 0};
    for (const SeenMessage& message : stores_.target->seen(folder))
      stores.texts[message.text].target.push_back({folder, message.marks, message.identity});
    if (stores_.source->has_folder(folder)) stores.source_folders.insert(folder);
  }
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

ResyncHistory::Counts ResyncHistory::count(const UsedStore& store) {
  Counts counts;
  for (const Folder folder : history_folders)
    for (const SeenMessage& message : store.seen(folder)) ++counts[message.text][folder];
  return counts;
}

void ResyncHistory::deliver(UsedStore& store, const std::string& text, const Folder& folder, model::Marks marks) {
  note(name_of(store) + " gets " + text + " in " + folder + " " + sync::told(marks));
  store.deliver(folder, text, marks);
}

void ResyncHistory::mark(UsedStore& store, const std::string& text, const Folder& folder, model::Marks marks) {
  note(name_of(store) + " marks " + text + " in " + folder + " " + sync::told(marks));
  store.mark(folder, text, marks);
}

void ResyncHistory::erase(UsedStore& store, const std::string& text, const Folder& folder) {
  note(name_of(store) + " removes " + text + " in " + folder);
  store.erase(folder, text);
}

void ResyncHistory::move(UsedStore& store, const std::string& text, const Folder& from, const Folder& to) {
  note(name_of(store) + " moves " + text + " from " + from + " to " + to);
  store.move(from, to, text);
}

void ResyncHistory::remove_folder(UsedStore& store, const Folder& folder) {
  note(name_of(store) + " loses the folder " + folder);
  store.remove_folder(folder);
}

Outcome ResyncHistory::run(Observer& observer, const StopRequest& stop) {
  findings_.all.clear();
  const std::int64_t number = ledger_.begin_run({});
  Outcome outcome;
  try {
    outcome = copy(source().as_source(), target().as_target(), {ledger_, secrets_, number}, options_, findings_,
                   observer, stop);
  } catch (const Error& error) {
    outcome.error = error;  // a store that can't even be opened
  }
  source().close();
  target().close();
  return outcome;
}

Outcome ResyncHistory::run() {
  CollectedEvents events;
  return run(events, StopRequest{});
}

Verification ResyncHistory::verify() {
  CollectedEvents events;
  store::MessageStore& at_target = target().as_target();
  Verification verified = sync::verify(source().as_source(), at_target, at_target.capabilities(), ledger_.secrets(),
                                       &ledger_, options_, events, StopRequest{});
  source().close();
  target().close();
  return verified;
}

bool ResyncHistory::settle() {
  constexpr int most_runs = 5;
  int quiet = 0;
  for (int i = 0; i < most_runs; ++i) {
    const std::size_t changes = target().changes();
    const std::uint64_t rows = ledger_.rows_written();
    const Outcome outcome = run();
    if (outcome.error) {
      note(std::string("the run fails: ") + outcome.error->what());
      return false;
    }
    for (const FolderOutcome& folder : outcome.folders)
      if (folder.error) {
        note(std::string("a folder fails: ") + folder.error->what());
        return false;
      }
    note("a run: " + std::to_string(target().changes() - changes) + " changes, " +
         std::to_string(ledger_.rows_written() - rows) + " rows");
    quiet = target().changes() == changes && ledger_.rows_written() == rows ? quiet + 1 : 0;
    if (quiet == quiet_runs_) return true;
  }
  note("the runs do not end");
  return false;
}

void ResyncHistory::crash() {
  Stopper stopper(one_in(2) ? pick(8) : 1'000'000);
  if (!stopper.stop.asked()) target().die_somewhere([this](std::size_t n) { return pick(n); });
  const Outcome outcome = run(stopper, stopper.stop);
  target().revive();
  note(std::string("a run that is to die: ") + (outcome.error ? outcome.error->what() : "it does not"));
  for (const FolderOutcome& folder : outcome.folders)
    if (folder.error) note(std::string("  ") + folder.error->what());
  // Not even the lock may outlive it.
  ledger_ = ledger::Ledger::in_memory(entropy_);
  ledger_ = open_ledger(path_);
}

void ResyncHistory::lose_ledger() {
  note("the ledger is lost");
  if (files_ != nullptr) path_ = files_->new_file();
  ledger_ = open_ledger(path_);
}

void ResyncHistory::swap_ledger() {
  note("the other ledger");
  if (!other_) {
    if (files_ != nullptr) other_path_ = files_->new_file();
    other_ = open_ledger(other_path_);
  }
  std::swap(ledger_, *other_);
  std::swap(path_, other_path_);
}

}  // namespace mailhaul::sync
