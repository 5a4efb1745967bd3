#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "mailhaul/ledger/ledger.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::sync {

/// A message that no row of the ledger knows.
struct Stranger {
  ledger::Sighting seen{};
  mail::ServerIds ids{};
  std::optional<mail::ContentKey> key{};  ///< where the listing had to read it
};

/// A message whose row is not as the folder has it: other flags, or another handle.
struct Sighted {
  ledger::RowId row = 0;
  ledger::Sighting now{};
};

/// Something in the folder that could not be read as a message.
struct Unreadable {
  store::MessageInfo info{};
  Error error;
};

/// How a folder differs from the rows that the ledger has of it. Whatever is as it was is not in here.
struct Listing {
  Side side = Side::none;
  store::FolderRef folder{};
  ledger::FolderId id = 0;
  bool exists = false;
  bool was_read = false;  ///< false: its stamp is the recorded one, so nothing changed
  bool is_stable = true;
  bool is_whole = true;  ///< no part of the folder itself is missing; else what is gone may have been lost with it
  bool is_proof = true;  ///< what was not seen is not there: it held still, and all of it could be read (D11)
  std::optional<store::Stamp> stamp{};
  std::uint64_t messages = 0;
  std::vector<ledger::Row> gone{};  ///< rows whose message was not seen; evidence only with `is_proof`
  std::vector<Sighted> changed{};
  std::vector<Stranger> strangers{};
  std::vector<Unreadable> unreadable{};
  std::optional<Error> error{};  ///< scope folder: the folder can't be listed
};

/// How far the ledger may be believed about one side.
struct Trust {
  bool stamps = true;   ///< an equal stamp means that nothing changed
  bool handles = true;  ///< an equal handle means the same message; else each is read for its key
};

/// The listing of a folder whose stamp is the recorded one; nothing when it has to be read. Costs a stamp.
[[nodiscard]] std::optional<Listing> unchanged(store::MessageSource& store, Side side, const store::FolderRef& folder,
                                               ledger::Ledger& ledger, Trust trust);

/// Lists one folder against its rows. Messages that rows know by a handle that lasts are not opened. `reads_strangers`:
/// those that no row knows are read for their keys. Errors wider than a folder are thrown.
[[nodiscard]] Listing list_folder(store::MessageSource& store, Side side, const store::FolderRef& folder,
                                  ledger::Ledger& ledger, Trust trust, bool reads_strangers,
                                  const std::function<void()>& check_stop);

}  // namespace mailhaul::sync
