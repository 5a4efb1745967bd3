#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/account/cpanel/packed_account.hpp"
#include "mailhaul/formats/context.hpp"
#include "mailhaul/formats/location_options.hpp"
#include "mailhaul/formats/maildir/maildir.hpp"
#include "mailhaul/formats/mbox/mbox.hpp"
#include "mailhaul/formats/mboxdir/mboxdir.hpp"
#include "mailhaul/formats/repair_options.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/run/owner_profile.hpp"
#include "mailhaul/store/dated_source.hpp"
#include "mailhaul/store/repairs.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::run {

enum class Format { maildir, mbox, mboxdir, cpanel, cpmove, vmail };
[[nodiscard]] std::string_view to_string(Format format);

/// What the user types: PATH, or `FORMAT:PATH[:KEY=VALUE | :WORD]…` where `::` is a colon in the path or a value.
struct Location {
  std::optional<Format> format{};  ///< unset: to be detected
  std::string path{};
  formats::LocationOptions options{};
  /// Where the files of its server are (etc/passwd): that of a mounted disk is not that of this machine.
  std::string server_root{"/"};
};

/// Error(usage) for an unknown format, an empty path, and an option that the format does not know, that is there twice
/// or has no such value: the known ones are named. Keys, and values of a closed choice, are matched without case.
[[nodiscard]] Location parse_location(std::string_view text);

/// A location whose format is known, and why.
struct Store {
  Format format{};
  std::string path{};
  std::string evidence{};
  formats::LocationOptions options{};
  std::shared_ptr<const account::cpanel::PackedAccount> packed{};  ///< of Format::cpmove, opened
};
/// `cpanel:USER` is looked up in etc/passwd of its server; of a cPanel home, packed or not, the option USER is filled
/// in. A packed account is opened, once for all that is read of it; as a target it is an Error(usage).
///
/// A stated format is believed (opening it will tell); else the path is looked at. What the store tells of itself (how
/// folders are laid out) joins the options. Error(not_found) when there is nothing, Error(not_a_store) with what each
/// format missed.
[[nodiscard]] Store detect(formats::Context& context, const Location& location, Side side);
/// The same by other rules than those of a side.
[[nodiscard]] Store detect(formats::Context& context, const Location& location, const fs::Rules& rules);

/// How stores are opened; one for both sides.
struct OpenOptions {
  bool allow_sparse = false;
  fs::Durability durability = fs::Durability::batch;
  std::optional<formats::mbox::Variant> mbox_variant{};  ///< unset: what the format's row says
  /// How mboxes are read; of a target only the quoting.
  formats::mbox::SourceOptions mbox_reading{};
  store::DateOrder dates = store::DateOrder::stored;     ///< of a source
  std::optional<formats::maildir::Compress> compress{};  ///< unset: as the format thinks best
};

/// `more_owners` may own what is there beside the owner of the root (S6).
[[nodiscard]] std::unique_ptr<store::MessageSource> open_source(formats::Context& context, const Store& store,
                                                                const OpenOptions& options,
                                                                const std::vector<uid_t>& more_owners = {});
/// `birth.owner` may own what is there beside the owner of the root: earlier runs made it so (S6).
[[nodiscard]] std::unique_ptr<store::MessageStore> open_target(formats::Context& context, const Store& store,
                                                               const OpenOptions& options, const fs::Birth& birth);
/// What open_target would give, without making or changing anything.
[[nodiscard]] std::unique_ptr<store::MessageStore> open_preview(formats::Context& context, const Store& store,
                                                                const OpenOptions& options, const fs::Birth& birth);
/// Reading a target (verify): errors are the target's.
[[nodiscard]] std::unique_ptr<store::MessageSource> read_target(formats::Context& context, const Store& store,
                                                                const OpenOptions& options, const fs::Birth& birth);

/// What `fix` does to a store that is there: owners of `repairs` may own what is in it.
[[nodiscard]] std::unique_ptr<store::Repairs> open_repairs(formats::Context& context, const Store& store,
                                                           const OpenOptions& options,
                                                           const formats::RepairOptions& repairs);

/// fstat of the store's root (the directory, or the mbox file); nothing when it does not exist.
[[nodiscard]] std::optional<fs::Status> root_status(formats::Context& context, const Store& store, Side side);

/// Whose owner and modes such a store has where the operator does not say; null: no kind of server's.
[[nodiscard]] const OwnerProfile* usual_profile(Format format);

/// What a store is made of, each as a store of its own: itself, and the INBOX that an mboxdir has apart.
[[nodiscard]] std::vector<Store> parts_of(const Store& store);

/// What a store can hold, before it exists.
[[nodiscard]] store::Capabilities abilities_of(const Store& store);

/// The home of a mail user below the root of such a store, "example.com/bob": what holds its Maildir, or is it. Empty
/// where the name can't be a path. Of Format::vmail alone.
[[nodiscard]] std::string home_of_mailbox(const Store& store, const std::string& address);
/// Whether the homes there are the Maildirs themselves.
[[nodiscard]] bool has_maildirs_as_homes(const Store& store);

/// As an operator would type it, for people: "maildir:/a:LAYOUT=fs". Not escaped.
[[nodiscard]] std::string display(const Store& store);

}  // namespace mailhaul::run
