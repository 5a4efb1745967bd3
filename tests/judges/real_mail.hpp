#pragma once

#include <string>

#include "judges/dovecot.hpp"

namespace mailhaul::judges {

/// What an mbox tree cannot have: a folder with mail of its own and folders below it.
enum class Parents { without_mail, with_mail };

/// Makes the same mail in any form, through Dovecot and as its clients do: folders with names from everywhere, flags,
/// keywords, received dates, expunged messages (so that UIDs have gaps), an emptied folder, subscriptions. Every
/// message has a Message-ID of its own.
void make_real_mail(const Dovecot& dovecot, const Form& form, const std::string& directory,
                    Parents parents = Parents::without_mail);

}  // namespace mailhaul::judges
