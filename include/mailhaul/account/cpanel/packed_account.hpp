#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mailhaul/account/cpanel/settings.hpp"
#include "mailhaul/base/error.hpp"
#include "mailhaul/formats/context.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/store/store.hpp"

namespace mailhaul::account::cpanel {

/// An account as pkgacct packs it (cpanel.md section 3): a tar in one file or in parts, or the same as a directory,
/// each with the home as a tree or as a tar of its own. It can only be read.
///
/// Opened once for all that is in it: an archive is read through for that. Nothing is looked up by name later.
class PackedAccount {
 public:
  /// `user`: empty, the single name in `cp`. Errors of scope run: not_found, not_a_store, refused, damaged (it breaks
  /// off before anything of an account) …
  [[nodiscard]] static std::shared_ptr<const PackedAccount> open(formats::Context& context, const std::string& path,
                                                                 const fs::Rules& rules, const std::string& user = {});
  ~PackedAccount();
  PackedAccount(const PackedAccount&) = delete;
  PackedAccount& operator=(const PackedAccount&) = delete;

  [[nodiscard]] const std::string& user() const;
  /// Every path that its home had, as the account's own files say it; the last one first, and at least one.
  [[nodiscard]] const std::vector<std::string>& homes() const;
  /// The account and its main domain: another archive of it is the same store.
  [[nodiscard]] const store::StoreId& identity() const;
  [[nodiscard]] bool is_directory() const;
  /// fstat of the directory, or of the archive's first file.
  [[nodiscard]] const fs::Status& opened_as() const;
  /// Why it could not be read to its end: what is missing in it is no evidence.
  [[nodiscard]] const std::optional<Error>& damage() const;
  [[nodiscard]] store::Capabilities mail_abilities() const;

  struct Parts;
  /// For those who read it.
  [[nodiscard]] const Parts& parts() const { return *parts_; }

 private:
  explicit PackedAccount(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Whether a path is such an archive, or such a directory: `cp`, and `homedir` or `homedir.tar`.
[[nodiscard]] formats::Evidence detect_packed(formats::Context& context, const std::string& path,
                                              const fs::Rules& rules = {});

/// Its mailboxes, as of a live account. That it is damaged is told once, its folders never held still (D11).
[[nodiscard]] std::unique_ptr<store::MessageSource> open_mail(formats::Context& context,
                                                              std::shared_ptr<const PackedAccount> account);

/// `scratch` as in LiveAccount, `renaming` as for one. Of a damaged one it is never complete.
[[nodiscard]] std::unique_ptr<SettingsSource> open_settings(formats::Context& context,
                                                            std::shared_ptr<const PackedAccount> account,
                                                            const std::optional<fs::Directory>& scratch,
                                                            const store::Renaming* renaming);

}  // namespace mailhaul::account::cpanel
