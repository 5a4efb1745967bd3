#include "mailhaul/store/message.hpp"

namespace mailhaul::store {

std::string_view to_string(DateSource source) {
  switch (source) {
  case DateSource::postmark: return "postmark line";
  case DateSource::file_time: return "file time";
  case DateSource::name: return "file name";
  case DateSource::received: return "Received";
  case DateSource::date: return "Date";
  }
  return "";
}

std::string FolderRef::display() const {
  return mailbox.empty() ? folder.display() : mailbox + ": " + folder.display();
}

}  // namespace mailhaul::store
