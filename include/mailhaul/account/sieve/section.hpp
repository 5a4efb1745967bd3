#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// How what this program writes stands in a Sieve script, so that it can be read back, and so that what an admin or a
/// mail program changed or added later is seen and kept.
///
///   script  = *other [ require ] *( section / other )
///   require = "require [" name *( ", " name ) "]; # mailhaul" LF
///   section = "# mailhaul: begin " NAME " " DIGEST [ " " extension *( "," extension ) ] LF
///             text
///             "# mailhaul: end " NAME LF
///
/// NAME: small letters and `-`. DIGEST: mail::digest_of the text, in which CRLF counts as LF, since a ManageSieve
/// client may send it back so. The extensions are those that the text needs. `other` are whole lines of anybody else.
namespace mailhaul::account::sieve {

/// The sections, in the order in which they stand: what answers comes first, since `stop` ends everything behind it.
inline constexpr std::string_view autoresponder_section = "autoresponder";
inline constexpr std::string_view account_filters_section = "account-filters";
inline constexpr std::string_view own_filters_section = "filters";
inline constexpr std::string_view spam_box_section = "spam-box";

struct Section {
  std::string name{};
  std::string text{};  ///< as it stands there
  std::set<std::string> extensions{};
  bool is_as_written = false;  ///< nobody changed the text
};

enum class ScriptForm {
  empty,
  ours,    ///< has sections
  others,  ///< has none: somebody else's script
  broken,  ///< a marker without its counterpart, or two sections of one name: which text is whose can't be said
};

struct Sections {
  ScriptForm form = ScriptForm::empty;
  std::vector<Section> list{};  ///< in the order of the script; none unless `ours`
};
/// Any octets; never throws; linear.
[[nodiscard]] Sections read_sections(std::string_view script);

struct SectionChange {
  std::string name{};
  std::string text{};  ///< whole lines, none of which begins with "# mailhaul: "; empty: the section is taken away
  std::set<std::string> extensions{};
};

/// The script with these sections, and one line of ours that requires what all sections need. All other octets are
/// kept, and so is what others added to that line. A script in which nothing is left is empty. Nothing where the script
/// is not empty and not ours: it is never touched.
[[nodiscard]] std::optional<std::string> with_sections(std::string_view script,
                                                       const std::vector<SectionChange>& changes);

}  // namespace mailhaul::account::sieve
