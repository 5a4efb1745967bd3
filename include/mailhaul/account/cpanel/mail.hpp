#pragma once

#include <memory>
#include <optional>
#include <string>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/formats/maildir/maildir.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/store/store.hpp"

/// The mail of a cPanel account: one mailbox for each address, and that of the account itself under its user's name.
namespace mailhaul::account::cpanel {

/// Whether a directory is such a home: `mail` and `etc`, with something of an account's in one of them.
[[nodiscard]] formats::Evidence detect(formats::Context& context, const std::string& path, const fs::Rules& rules = {});

[[nodiscard]] store::Capabilities mail_abilities(bool utf8);

/// `identity`: unset, by where the home lies.
[[nodiscard]] std::unique_ptr<store::MessageSource>
open_mail(formats::Context& context, const fs::Directory& home, const std::string& user,
          const std::optional<store::StoreId>& identity = std::nullopt);
/// Mailboxes are made where they are missing, as Maildirs. Nothing is written to one of another format.
[[nodiscard]] std::unique_ptr<store::MessageStore> open_mail_store(formats::Context& context, const fs::Directory& home,
                                                                   const std::string& user,
                                                                   const formats::maildir::TargetOptions& options);

}  // namespace mailhaul::account::cpanel
