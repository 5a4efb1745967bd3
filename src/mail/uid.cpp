#include "mailhaul/mail/uid.hpp"

#include <type_traits>

namespace mailhaul::mail {

// The two numbers stand side by side in every uidlist and X-IMAPbase; a mix-up must not compile.
static_assert(!std::is_convertible_v<Uid, UidValidity> && !std::is_convertible_v<UidValidity, Uid>);
static_assert(std::is_trivially_copyable_v<Uid> && std::is_trivially_copyable_v<UidValidity>);

}  // namespace mailhaul::mail
