#include "mailhaul/store/message.hpp"

namespace mailhaul::store {

std::string FolderRef::display() const {
  return mailbox.empty() ? folder.display() : mailbox + ": " + folder.display();
}

}  // namespace mailhaul::store
