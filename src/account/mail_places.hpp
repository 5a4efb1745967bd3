#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/formats/maildir/maildir.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::account {

/// Where one mailbox of a root is, or shall be.
struct MailPlace {
  std::string name{};
  std::string path{};  ///< below the root; empty: it can have none
  bool is_there = true;
  std::string not_maildir{};  ///< why nothing can be read or written there; empty: it can
  formats::maildir::TreeOptions tree{};
};

/// Knows by which rule mailboxes lie below a root. Called one at a time.
class MailPlaces {
 public:
  MailPlaces() = default;
  MailPlaces(const MailPlaces&) = delete;
  MailPlaces& operator=(const MailPlaces&) = delete;
  virtual ~MailPlaces() = default;
  /// Those that are there, or should be, as they shall be told.
  [[nodiscard]] virtual std::vector<MailPlace> list() = 0;
  /// Of one that is not listed.
  [[nodiscard]] virtual MailPlace place_for(const std::string& name) = 0;
};

/// By where the root lies.
[[nodiscard]] store::StoreId identity_of_root(const std::string& kind, const fs::Directory& root);

/// The Maildirs at those places as one store.
[[nodiscard]] std::unique_ptr<store::MessageSource> open_places(formats::Context& context, const fs::Directory& root,
                                                                store::StoreId identity,
                                                                std::unique_ptr<MailPlaces> places);
[[nodiscard]] std::unique_ptr<store::MessageStore> open_places(formats::Context& context, const fs::Directory& root,
                                                               store::StoreId identity,
                                                               std::unique_ptr<MailPlaces> places,
                                                               const formats::maildir::TargetOptions& options);
/// A mailbox to which nobody has logged in yet: INBOX, and nothing in it.
[[nodiscard]] std::unique_ptr<store::MessageSource> empty_mailbox();

/// What either can hold.
[[nodiscard]] store::Capabilities abilities_of_places(bool utf8);

}  // namespace mailhaul::account
