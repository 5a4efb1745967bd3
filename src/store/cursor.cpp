#include "mailhaul/io/pump.hpp"
#include "mailhaul/store/source.hpp"

namespace mailhaul::store {

mail::ContentKey MessageCursor::key(const mail::KeySecrets& secrets) {
  mail::KeyHasher hasher(secrets);
  io::copy(content(), hasher);
  return hasher.finish();
}

}  // namespace mailhaul::store
