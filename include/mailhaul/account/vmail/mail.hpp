#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mailhaul/formats/context.hpp"
#include "mailhaul/formats/maildir/maildir.hpp"
#include "mailhaul/fs/directory.hpp"
#include "mailhaul/store/store.hpp"

/// The mail of many users below one root, as servers with virtual users have it.
namespace mailhaul::account::vmail {

/// Where a mailbox lies below the root: "%d/%n/Maildir". %n is the part before the '@', %d the domain, %u the address.
class Pattern {
 public:
  static constexpr const char* usual = "%d/%n/Maildir";

  /// Nothing: a component is empty, "." or "..", has two variables or one that is not known; or the address can't be
  /// told from a path.
  [[nodiscard]] static std::optional<Pattern> parse(std::string_view text);

  /// "" where the name can't be a path. A name without a domain has no component that is "%d" alone. An archive is
  /// where no user's mail is (see `archives`), but with "%u", which leaves it no place.
  [[nodiscard]] std::string path_of(const std::string& name) const;

  struct Component {
    std::string before{};
    char variable = 0;  ///< 'd', 'n', 'u'; 0: there is none, and `before` is all
    std::string after{};
  };
  [[nodiscard]] const std::vector<Component>& components() const { return components_; }

 private:
  std::vector<Component> components_{};
};

/// "archive/example.com", the copies that a panel keeps of a domain's mail, belongs to no user: it lies as mail of the
/// user "example.com" of a domain that can't be one, "archive".
inline constexpr std::string_view archives = "archive/";

[[nodiscard]] store::Capabilities mail_abilities(bool utf8);
[[nodiscard]] std::unique_ptr<store::MessageSource> open_mail(formats::Context& context, const fs::Directory& root,
                                                              const Pattern& pattern, bool utf8);
[[nodiscard]] std::unique_ptr<store::MessageStore> open_mail_store(formats::Context& context, const fs::Directory& root,
                                                                   const Pattern& pattern,
                                                                   const formats::maildir::TargetOptions& options);

}  // namespace mailhaul::account::vmail
