#pragma once

#include <string>
#include <string_view>

#include "mailhaul/store/settings.hpp"

namespace mailhaul::formats::dovecot {

/// `dovecot-acl` of a folder's directory.
///
///   file = *( line LF )     line = identifier SP rights [ SP ":" named rights ] | "#" comment | nothing
///
/// An identifier with a space or a quotation mark is quoted. Lines without rights are kept (they take all away); lines
/// with control octets are read over. Source: dovecot/core:src/plugins/acl/acl-backend-vfile.c.
[[nodiscard]] store::Acl parse_acl(std::string_view text);
[[nodiscard]] std::string acl_text(const store::Acl& acl);

/// `courierimapacl`: lines of identifier and rights in Courier's letters, turned into Dovecot's. What every folder has
/// (the owner's and the administrators' full rights) says nothing and is left out; `untranslated` counts other lines
/// that Dovecot has no word for. Source: maildiracl(1).
[[nodiscard]] store::Acl parse_courier_acl(std::string_view text, std::size_t& untranslated);

}  // namespace mailhaul::formats::dovecot
