#include "mailhaul/sync/verifier.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "guard.hpp"
#include "mailhaul/mail/header_block.hpp"

namespace mailhaul::sync {
namespace {

/// Keeps the beginning of a message, for its Message-ID and subject.
class Beginning final : public io::Sink {
 public:
  static constexpr std::size_t limit_octets = 64 * 1024;
  /// All of a mailbox may be missing: what is kept of each must be short.
  static constexpr std::size_t shown_octets_limit = 300;
  void write(Bytes octets) override {
    const std::size_t room = limit_octets - text_.size();
    text_ += as_text(octets.first(std::min(room, octets.size())));
  }
  void clear() { text_.clear(); }
  [[nodiscard]] std::string field(std::string_view name) const {
    const auto end = mail::find_header_end(text_).end;
    std::string value =
        mail::header_value(std::string_view(text_).substr(0, end.value_or(text_.size())), name).value_or("");
    if (value.size() > shown_octets_limit) value = value.substr(0, shown_octets_limit) + "…";
    return value;
  }

 private:
  std::string text_;
};

using Counts = std::unordered_map<mail::ContentKey, std::uint64_t, mail::ContentKeyHash>;

class FolderVerifier {
 public:
  FolderVerifier(store::MessageSource& source, store::MessageSource& target, const mail::KeySecrets& secrets,
                 ledger::Ledger* ledger, const Options& options, Observer& observer, const StopRequest& stop,
                 Verification& result)
      : source_(source),
        target_(target),
        secrets_(secrets),
        ledger_(ledger),
        options_(options),
        observer_(observer),
        stop_(stop),
        result_(result) {}

  /// An Error that reaches no further than a folder is in its VerifiedFolder.
  void verify(const FolderTask& task) {
    const std::size_t first = result_.folders.size();
    for (const store::FolderRef& source : task.sources) {
      VerifiedFolder folder;
      folder.source = source;
      folder.target = task.target;
      result_.folders.push_back(std::move(folder));
    }
    std::size_t current = first;
    try {
      const auto counted = count_target(task.target);
      counts_ = counted.counts;
      target_is_whole_ = counted.is_whole;
      for (; current < result_.folders.size(); ++current) {
        VerifiedFolder& folder = result_.folders[current];
        observer_.folder_begins(folder.source);
        folder.target_messages = counted.messages;
        folder.stable = counted.stable;
        load_copied(folder.source, task.target);
        walk(folder.source, folder);
      }
    } catch (Error& error) {
      if (error.folder().empty()) error.in(result_.folders[current].source.display());
      if (error.scope() != Scope::folder) throw;
      for (std::size_t i = current; i < result_.folders.size(); ++i) result_.folders[i].error = error;
    }
    for (std::size_t i = first; i < result_.folders.size(); ++i) observer_.folder_ends(as_outcome(result_.folders[i]));
  }

 private:
  struct Counted {
    Counts counts{};
    std::uint64_t messages = 0;
    bool is_whole = true;  ///< all that is there could be read
    bool stable = true;
  };

  [[nodiscard]] Counted count_target(const store::FolderRef& folder) {
    Counted counted;
    if (!target_.stamp(folder)) return counted;
    const std::vector<store::FolderSince> folders{{folder, std::nullopt}};
    const auto cursor = target_.walk(folders);
    for (;;) {
      stop_.check();
      bool at_message = false;
      try {
        if (!cursor->next()) break;
        at_message = true;
        ++counted.messages;
        ++counted.counts[cursor->key(secrets_)];
      } catch (Error& error) {
        // Unreadable at the target is as good as missing: the source message that it may be is listed, and not as one
        // that its user removed. What is only refused (a symlink) is none.
        if (error.scope() != Scope::message) throw error.on(Side::target);
        if (at_message || error.system_error() != 0) counted.is_whole = false;
      }
    }
    counted.stable = cursor->end(folder).stable;
    return counted;
  }

  void walk(const store::FolderRef& source, VerifiedFolder& folder) {
    const std::vector<store::FolderSince> folders{{source, std::nullopt}};
    const auto cursor = source_.walk(folders);
    for (;;) {
      stop_.check();
      bool at_message = false;
      beginning_.clear();
      try {
        if (!cursor->next()) break;
        at_message = true;
        check(*cursor, folder);
      } catch (const Error& error) {
        if (error.scope() != Scope::message) throw;
        store::MessageInfo info;
        if (at_message) info = cursor->info();
        if (info.handle.token.empty()) info.handle.token = error.place();
        missing(source, std::move(info), error.what(), folder);
        if (error.cause() == Cause::source_changed) {
          ++folder.changed;
          folder.stable = false;
        }
      }
      ++folder.source_messages;
    }
    folder.stable = folder.stable && cursor->end(source).stable;
    settle_removed(folder);
  }

  /// Messages that an earlier run left at the target, by content.
  void load_copied(const store::FolderRef& source, const store::FolderRef& target) {
    copied_.clear();
    copied_rows_ = 0;
    if (ledger_ == nullptr) return;
    const auto known = ledger_->find_folder(Side::source, source);
    if (!known) return;
    ledger_->each_in(Side::source, known->id, [this](const ledger::Row& row) {
      copied_[row.key].push_back(row.target ? row.target_folder : 0);
      if (row.target) ++copied_rows_;
    });
    // Of equal messages those that lie elsewhere, or were removed before, are looked up first: the others were counted
    // where they are.
    const auto here = ledger_->find_folder(Side::target, target);
    if (!here) return;
    for (auto& [key, some] : copied_)
      std::stable_partition(some.begin(), some.end(), [&](ledger::FolderId one) { return one == here->id; });
  }

  enum class Where { unknown, elsewhere, removed_before, removed_since };
  /// Of a message that is not in its folder: what the ledger knows of it.
  Where look_up(const mail::ContentKey& key, const store::FolderRef& target) {
    const auto found = copied_.find(key);
    if (found == copied_.end() || found->second.empty()) return Where::unknown;
    const ledger::FolderId was_in = found->second.back();
    found->second.pop_back();
    if (was_in == 0) return Where::removed_before;
    const auto folder = ledger_->folder(was_in);
    if (!folder || folder->ref == target) return Where::removed_since;
    const auto [filed, is_new] = filed_in_.try_emplace(was_in);
    if (is_new) filed->second = count_target(folder->ref).counts;
    const auto there = filed->second.find(key);
    if (there == filed->second.end() || there->second == 0) return Where::removed_since;
    --there->second;
    return Where::elsewhere;
  }

  void settle_removed(VerifiedFolder& folder) {
    const bool is_loss = !target_is_whole_ || is_alarming(removed_since_.size(), copied_rows_);
    for (MissingMessage& one : removed_since_) {
      if (is_loss) {
        ++folder.missing;
        result_.missing.push_back(std::move(one));
      } else {
        ++folder.removed;
        one.reason = "removed at the target by its user";
        result_.removed.push_back(std::move(one));
      }
    }
    removed_since_.clear();
  }

  void check(store::MessageCursor& cursor, VerifiedFolder& folder) {
    io::Source& content = cursor.content();
    mail::KeyHasher hasher(secrets_);
    io::TeeSink both(hasher, beginning_);
    std::uint64_t octets = 0;
    for (Bytes piece = content.read(); !piece.empty(); piece = content.read()) {
      both.write(piece);
      octets += piece.size();
      observer_.octets(piece.size());
      stop_.check();
    }
    if (!options_.messages.selects_date(cursor.info().internal_date) || !options_.messages.selects_size(octets)) {
      ++folder.left_out;
      return;
    }
    const mail::ContentKey key = hasher.finish();
    const auto found = counts_.find(key);
    if (found == counts_.end() || found->second == 0) return not_found(key, cursor.info(), folder);
    --found->second;
    ++folder.found;
  }

  void not_found(const mail::ContentKey& key, const store::MessageInfo& info, VerifiedFolder& folder) {
    switch (look_up(key, folder.target)) {
    case Where::unknown: return missing(folder.source, info, "not at the target", folder);
    case Where::elsewhere: ++folder.found; return;
    case Where::removed_before:
      ++folder.removed;
      result_.removed.push_back(described(folder.source, info, "removed at the target by its user"));
      return;
    case Where::removed_since:
      removed_since_.push_back(described(folder.source, info, "it was copied, and is no longer at the target"));
      return;
    }
  }

  [[nodiscard]] MissingMessage described(const store::FolderRef& source, store::MessageInfo info, std::string reason) {
    return {source, std::move(info), beginning_.field("Message-ID"), beginning_.field("Subject"), std::move(reason)};
  }

  void missing(const store::FolderRef& source, store::MessageInfo info, std::string reason, VerifiedFolder& folder) {
    ++folder.missing;
    result_.missing.push_back(described(source, std::move(info), std::move(reason)));
  }

  [[nodiscard]] static FolderOutcome as_outcome(const VerifiedFolder& folder) {
    FolderOutcome outcome;
    outcome.source = folder.source;
    outcome.target = folder.target;
    outcome.source_messages = folder.source_messages;
    outcome.target_before = folder.target_messages;
    outcome.adopted = folder.found;
    outcome.removed = folder.removed;
    outcome.left_out = folder.left_out;
    outcome.failed = folder.missing;
    outcome.stable = folder.stable;
    outcome.error = folder.error;
    return outcome;
  }

  store::MessageSource& source_;
  store::MessageSource& target_;
  const mail::KeySecrets& secrets_;
  ledger::Ledger* ledger_;
  const Options& options_;
  Observer& observer_;
  const StopRequest& stop_;
  Verification& result_;
  Counts counts_;
  /// Target folders of the rows of the source folder, by content; 0: its user removed it.
  std::unordered_map<mail::ContentKey, std::vector<ledger::FolderId>, mail::ContentKeyHash> copied_{};
  std::uint64_t copied_rows_ = 0;
  bool target_is_whole_ = true;
  std::map<ledger::FolderId, Counts> filed_in_{};  ///< contents of other target folders, as far as they were asked for
  std::vector<MissingMessage> removed_since_{};
  Beginning beginning_;
};

}  // namespace

Verification verify(store::MessageSource& source, store::MessageSource& target,
                    const store::Capabilities& target_abilities, const mail::KeySecrets& secrets,
                    ledger::Ledger* ledger, const Options& options, Observer& observer, const StopRequest& stop) {
  Verification result;
  const auto plan = plan_folders(source, target_abilities, options, ledger);
  announce(source, plan, observer);
  FolderVerifier verifier(source, target, secrets, ledger, options, observer, stop, result);
  for (const FolderTask& task : plan) {
    try {
      verifier.verify(task);
    } catch (const Error& error) {
      result.error = error;
      break;
    }
  }
  return result;
}

}  // namespace mailhaul::sync
