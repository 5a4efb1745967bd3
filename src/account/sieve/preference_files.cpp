#include "account/sieve/preference_files.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "account/text/result.hpp"
#include "account/text/text_lines.hpp"
#include "mailhaul/base/error.hpp"

namespace mailhaul::account::sieve {
namespace {

constexpr std::string_view section_name = "spam-preferences";
constexpr std::size_t limit_octets = 1'000'000;

/// SpamAssassin makes such a file itself, of remarks alone.
bool sets_anything(std::string_view text) {
  const std::vector<TextLine> lines = text_lines(text);
  return std::any_of(lines.begin(), lines.end(), [](const TextLine& line) {
    const std::string_view content = trimmed(line.content);
    return !content.empty() && content.front() != '#';
  });
}

}  // namespace

PreferenceFiles::PreferenceFiles(std::optional<fs::Directory> root, std::string shown_as, const fs::Birth& birth,
                                 std::string directory)
    : files_(std::move(root), shown_as, EditedFiles::Missing::is_made,
             [birth](const std::string& /*path*/) {
               return FileStyle{birth, false, false};
             }),
      shown_as_(std::move(shown_as)),
      directory_(std::move(directory)) {}

std::string PreferenceFiles::file_in(const std::string& home) const { return home + '/' + directory_ + "/user_prefs"; }

std::string PreferenceFiles::text_in(const std::string& home) {
  return files_.text(file_in(home), limit_octets).value_or("");
}

std::optional<Section> PreferenceFiles::section(const std::string& home) {
  Sections there = read_sections(text_in(home));
  if (there.form == ScriptForm::broken)
    throw Error(Cause::damaged, Scope::folder, "reading preferences")
        .at(shown_as_ + file_in(home))
        .because("the marks of what this program wrote there are broken")
        .hint("move it away and run the same command again");
  for (Section& section : there.list)
    if (section.name == section_name) return std::move(section);
  return std::nullopt;
}

bool PreferenceFiles::has_file(const std::string& home) { return files_.text(file_in(home), limit_octets).has_value(); }

store::SettingResult PreferenceFiles::plan(const std::string& home, const std::string& text, std::size_t number) {
  const std::string path = file_in(home);
  const std::optional<Section> there = section(home);
  if (there && !there->is_as_written)
    return not_carried("what this program wrote of it was changed by hand", "change " + shown_as_ + path + " by hand");
  if (!there && text.empty()) return written();
  const std::string before = text_in(home);
  // Remarks of others stand before it, whatever they say.
  const bool has_remarks_alone = !there && !before.empty() && !sets_anything(before);
  auto after = with_sections(has_remarks_alone ? std::string_view() : std::string_view(before),
                             {{std::string(section_name), text, {}}});
  if (!after) return not_carried("there is another " + shown_as_ + path, "take over what is missing in it by hand");
  if (has_remarks_alone) after->insert(0, before + (before.back() == '\n' ? "" : "\n"));
  if (after->size() > limit_octets)
    return not_carried("it would make " + shown_as_ + path + " longer than 1 MB", "make it shorter at the source");
  files_.plan(path, after->empty() ? std::nullopt : std::optional(*after), number);
  return written();
}

}  // namespace mailhaul::account::sieve
