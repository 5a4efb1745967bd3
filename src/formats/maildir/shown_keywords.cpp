#include "formats/maildir/shown_keywords.hpp"

#include "mailhaul/fs/control_file.hpp"

namespace mailhaul::formats::maildir {

namespace {

/// What stands there is no such file, and says nothing; every other error is the run's.
bool says_nothing(const Error& error) { return error.cause() == Cause::refused || error.cause() == Cause::limit; }

}  // namespace

ShownKeywords::Files ShownKeywords::read() const {
  Files files;
  try {
    const auto file = fs::read_control_file(home_, keyword_file_name, keyword_file_limit);
    if (file) files.slots = KeywordSlots::parse(file->text);
    // Courier's are of long ago where there is a keyword file.
    if (!file) files.courier = CourierKeywords::find(home_, [](std::string_view) { return true; });
    files.are_readable = true;
  } catch (const Error& error) {
    if (!says_nothing(error)) throw;
  }
  return files;
}

std::optional<mail::KeywordSet> ShownKeywords::of(const FileName& name) {
  if (!files_) files_ = read();
  if (!files_->are_readable) return name.slots == 0 ? std::optional(mail::KeywordSet{}) : std::nullopt;
  mail::KeywordSet out = files_->slots.names_of(name.slots);
  if (!files_->courier) return out;
  try {
    for (const std::string& keyword : files_->courier->of(name.base)) out.add(keyword);
  } catch (const Error& error) {
    if (!says_nothing(error)) throw;
    return std::nullopt;
  }
  return out;
}

bool ShownKeywords::are_as_seen(const FileName& name, const store::AsSeen& message) {
  return name.flags == message.flags && of(name) == message.keywords;
}

}  // namespace mailhaul::formats::maildir
