#include "mailhaul/run/location.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/filesystem/path.hpp>
#include <fmt/format.h>

#include "mailhaul/account/cpanel/mail.hpp"
#include "mailhaul/account/cpanel/server_users.hpp"
#include "mailhaul/account/vmail/mail.hpp"
#include "mailhaul/store/dry_run_store.hpp"

namespace mailhaul::run {
namespace {

using formats::Context;
using formats::Evidence;

constexpr std::string_view below_home = "/Maildir";

/// An option that may stand behind the path of a location.
struct KnownOption {
  std::string_view key;
  std::vector<std::string_view> values{};  ///< a closed choice
  std::string_view placeholder{};          ///< any value, and what help calls it; with no `values` either: a bare word
};

/// One row a format: this table is the only place that knows them all.
struct FormatRow {
  Format format;
  std::string_view name;
  bool root_is_directory;
  std::vector<KnownOption> options;
  Evidence (*detect)(Context&, const std::string&, const fs::Rules&);
  std::unique_ptr<store::MessageSource> (*open_source)(Context&, const Store&, const fs::Rules&, const OpenOptions&);
  std::unique_ptr<store::MessageStore> (*open_store)(Context&, const Store&, const fs::Rules&, const OpenOptions&,
                                                     const fs::Birth&);
  std::unique_ptr<store::Repairs> (*open_repairs)(Context&, const Store&, const fs::Rules&,
                                                  const formats::RepairOptions&);
  store::Capabilities (*abilities)(const Store&);
  /// Where not null: what a store that is there tells beyond its location goes into the options and the evidence.
  void (*look_closer)(Context&, Store&, const fs::Rules&);
};

/// What a location says of a Maildir's tree.
formats::maildir::TreeOptions tree_options(const Store& store) {
  formats::maildir::TreeOptions options;
  if (const auto layout = store.options.find("LAYOUT"); layout != store.options.end())
    options.layout =
        layout->second == "fs" ? formats::maildir::Layout::fs : formats::maildir::Layout::maildir_plus_plus;
  options.utf8 = store.options.count("UTF-8") != 0;
  return options;
}

void look_at_tree(Context& context, Store& store, const fs::Rules& rules) {
  using formats::maildir::Layout;
  const auto facts = formats::maildir::look_at_tree(context, store.path, rules, tree_options(store));
  if (facts.options.layout == Layout::fs) store.options["LAYOUT"] = "fs";
  if (facts.options.utf8) store.options["UTF-8"] = "";
  if (!facts.evidence.empty()) store.evidence += "; " + facts.evidence;
}

/// What the operator says of single lines or of odd postmarks, he says of the source.
formats::mbox::SourceOptions reading_of(Side side, const OpenOptions& options) {
  if (side == Side::source) return options.mbox_reading;
  formats::mbox::SourceOptions reading;
  reading.quoting = options.mbox_reading.quoting;
  return reading;
}

formats::mbox::TargetOptions writing_of(const fs::Birth& birth, const OpenOptions& options) {
  return {birth, options.mbox_variant, reading_of(Side::target, options)};
}

/// The file that an mboxdir's location names for INBOX; empty when it names none.
std::string inbox_of(const Store& store) {
  const auto inbox = store.options.find("INBOX");
  return inbox == store.options.end() ? std::string() : inbox->second;
}

/// The home that a cpanel: location names.
fs::Directory open_home(Context& context, const Store& store, const fs::Rules& rules) {
  if (auto home = fs::Directory::find_root(context.kernel, context.entropy, store.path, rules)) return *home;
  const bool is_target = rules.side == Side::target;
  throw Error(is_target ? Cause::cannot_create : Cause::not_found, Scope::run, "opening the home of an account")
      .at(store.path)
      .because("no such directory")
      .hint(is_target ? "make the account first" : "")
      .on(rules.side);
}

/// What a cPanel location says, else what its directory is called.
std::string user_of(const Store& store) {
  const auto user = store.options.find("USER");
  return user == store.options.end() ? fs::split_operator_path(store.path).name : user->second;
}

/// Such trees are Maildir++ always; a new one has names in modified UTF-7 unless the location says otherwise.
formats::maildir::TargetOptions mailboxes_of(const Store& store, const OpenOptions& options, const fs::Birth& birth) {
  formats::maildir::TreeOptions tree;
  tree.utf8 = store.options.count("UTF-8") != 0;
  return {birth, tree, options.compress.value_or(formats::maildir::Compress::keep)};
}

account::vmail::Pattern pattern_of(const Store& store) {
  using account::vmail::Pattern;
  const auto layout = store.options.find("LAYOUT");
  const std::string text = layout == store.options.end() ? Pattern::usual : layout->second;
  if (auto pattern = Pattern::parse(text)) return *std::move(pattern);
  throw Error(Cause::usage, Scope::run, "reading a location")
      .at(text)
      .because("not a layout: components joined by '/', and in them %d and %n once, or %u")
      .hint("such as vmail:/var/vmail:LAYOUT=%d/%n/Maildir");
}

std::unique_ptr<store::Repairs> refuse_repairs(Context& /*context*/, const Store& store, const fs::Rules& rules,
                                               const formats::RepairOptions& /*options*/) {
  throw Error(Cause::unsupported, Scope::run, "mending mail")
      .at(store.path)
      .because("this version mends the mailboxes of such a store one by one")
      .hint("mailhaul fix maildir:DIRECTORY of each")
      .on(rules.side);
}

Error only_read(const std::string& path) {
  return Error(Cause::usage, Scope::run, "writing to a packed account")
      .at(path)
      .because("an archive is only read")
      .hint("name the home of an account that is there: cpanel:HOME or cpanel:USER")
      .on(Side::target);
}

void open_packed(Context& context, Store& store, const fs::Rules& rules) {
  if (rules.side == Side::target) throw only_read(store.path);
  const auto user = store.options.find("USER");
  store.packed = account::cpanel::PackedAccount::open(context, store.path, rules,
                                                      user == store.options.end() ? std::string() : user->second);
  store.options["USER"] = store.packed->user();
}

const std::array<FormatRow, 6>& format_rows() {
  static const std::array<FormatRow, 6> rows{
      FormatRow{
          Format::maildir,
          "maildir",
          true,
          {{"LAYOUT", {"maildir++", "fs"}}, {"UTF-8"}},
          &formats::maildir::detect,
          [](Context& context, const Store& store, const fs::Rules& rules, const OpenOptions& /*options*/) {
            return formats::maildir::open_source(context, store.path, rules, tree_options(store));
          },
          [](Context& context, const Store& store, const fs::Rules& rules, const OpenOptions& options,
             const fs::Birth& birth) {
            using formats::maildir::Compress;
            return formats::maildir::open_store(
                context, store.path, rules, {birth, tree_options(store), options.compress.value_or(Compress::keep)});
          },
          [](Context& context, const Store& store, const fs::Rules& rules, const formats::RepairOptions& options) {
            return formats::maildir::open_repairs(context, store.path, rules, tree_options(store), options);
          },
          [](const Store& store) { return formats::maildir::abilities_of(tree_options(store)); },
          &look_at_tree},
      FormatRow{Format::cpanel,
                "cpanel",
                true,
                {{"UTF-8"}, {"USER", {}, "NAME"}},
                &account::cpanel::detect,
                [](Context& context, const Store& store, const fs::Rules& rules, const OpenOptions& /*options*/) {
                  return account::cpanel::open_mail(context, open_home(context, store, rules), user_of(store));
                },
                [](Context& context, const Store& store, const fs::Rules& rules, const OpenOptions& options,
                   const fs::Birth& birth) {
                  return account::cpanel::open_mail_store(context, open_home(context, store, rules), user_of(store),
                                                          mailboxes_of(store, options, birth));
                },
                &refuse_repairs,
                [](const Store& store) { return account::cpanel::mail_abilities(store.options.count("UTF-8") != 0); },
                nullptr},
      FormatRow{Format::cpmove,
                "cpmove",
                false,
                {{"USER", {}, "NAME"}},
                &account::cpanel::detect_packed,
                [](Context& context, const Store& store, const fs::Rules& /*rules*/, const OpenOptions& /*options*/) {
                  return account::cpanel::open_mail(context, store.packed);
                },
                [](Context& /*context*/, const Store& store, const fs::Rules& /*rules*/, const OpenOptions& /*options*/,
                   const fs::Birth& /*birth*/) -> std::unique_ptr<store::MessageStore> { throw only_read(store.path); },
                [](Context& /*context*/, const Store& store, const fs::Rules& /*rules*/,
                   const formats::RepairOptions& /*options*/) -> std::unique_ptr<store::Repairs> {
                  throw only_read(store.path);
                },
                [](const Store& store) {
                  return store.packed ? store.packed->mail_abilities() : account::cpanel::mail_abilities(false);
                },
                &open_packed},
      FormatRow{
          Format::mbox,
          "mbox",
          false,
          {},
          &formats::mbox::detect,
          [](Context& context, const Store& store, const fs::Rules& rules, const OpenOptions& options) {
            return formats::mbox::open_source(context, store.path, rules, reading_of(rules.side, options));
          },
          [](Context& context, const Store& store, const fs::Rules& rules, const OpenOptions& options,
             const fs::Birth& birth) {
            return formats::mbox::open_store(context, store.path, rules, writing_of(birth, options));
          },
          [](Context& context, const Store& store, const fs::Rules& rules, const formats::RepairOptions& options) {
            return formats::mbox::open_repairs(context, store.path, rules, options);
          },
          [](const Store& /*store*/) {
            store::Capabilities abilities;
            abilities.keeps_keywords = true;
            return abilities;
          },
          nullptr},
      FormatRow{
          Format::mboxdir,
          "mboxdir",
          true,
          {{"INBOX", {}, "FILE"}},
          &formats::mboxdir::detect,
          [](Context& context, const Store& store, const fs::Rules& rules, const OpenOptions& options) {
            return formats::mboxdir::open_source(context, store.path, rules, {inbox_of(store)},
                                                 reading_of(rules.side, options));
          },
          [](Context& context, const Store& store, const fs::Rules& rules, const OpenOptions& options,
             const fs::Birth& birth) {
            return formats::mboxdir::open_store(context, store.path, rules,
                                                {{inbox_of(store)}, writing_of(birth, options)});
          },
          [](Context& context, const Store& store, const fs::Rules& rules, const formats::RepairOptions& options) {
            return formats::mboxdir::open_repairs(context, store.path, rules, options);
          },
          [](const Store& /*store*/) { return formats::mboxdir::abilities(); },
          nullptr},
      FormatRow{Format::vmail,
                "vmail",
                true,
                {{"UTF-8"}, {"LAYOUT", {}, "PATTERN"}},
                // Any tree could be one: which it is only its server knows.
                [](Context& /*context*/, const std::string& /*path*/, const fs::Rules& /*rules*/) {
                  return Evidence{false, "only where it is named"};
                },
                [](Context& context, const Store& store, const fs::Rules& rules, const OpenOptions& /*options*/) {
                  const bool utf8 = store.options.count("UTF-8") != 0;
                  return account::vmail::open_mail(
                      context, fs::Directory::open_root(context.kernel, context.entropy, store.path, rules),
                      pattern_of(store), utf8);
                },
                [](Context& context, const Store& store, const fs::Rules& rules, const OpenOptions& options,
                   const fs::Birth& birth) {
                  const auto pattern = pattern_of(store);
                  return account::vmail::open_mail_store(
                      context, fs::Directory::make_root(context.kernel, context.entropy, store.path, rules, birth),
                      pattern, mailboxes_of(store, options, birth));
                },
                &refuse_repairs,
                [](const Store& store) {
                  static_cast<void>(pattern_of(store));  // before anything is made
                  return account::vmail::mail_abilities(store.options.count("UTF-8") != 0);
                },
                nullptr},
  };
  return rows;
}

const FormatRow& row_of(Format format) {
  for (const FormatRow& row : format_rows())
    if (row.format == format) return row;
  return format_rows().front();
}

std::string format_names() {
  std::string names;
  for (const FormatRow& row : format_rows()) names += fmt::format("{}{}:PATH", names.empty() ? "" : ", ", row.name);
  return names;
}

Error bad_location(std::string_view text, std::string_view reason) {
  return Error(Cause::usage, Scope::run, "reading a location").at(text).because(reason);
}

/// "a::b" is one piece "a:b"; single colons separate.
std::vector<std::string> split_colons(std::string_view text) {
  std::vector<std::string> pieces(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != ':') {
      pieces.back() += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == ':') {
      pieces.back() += ':';
      ++i;
    } else {
      pieces.emplace_back();
    }
  }
  return pieces;
}

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string shown(const KnownOption& option) {
  std::string text(option.key);
  if (!option.placeholder.empty()) return text + '=' + std::string(option.placeholder);
  char joint = '=';
  for (const std::string_view value : option.values) {
    text += joint;
    text += value;
    joint = '|';
  }
  return text;
}

std::string shown(const FormatRow& row) {
  if (row.options.empty()) return fmt::format("a {} location has no options", row.name);
  std::string names;
  for (const KnownOption& option : row.options) names += (names.empty() ? "" : ", ") + shown(option);
  return fmt::format("a {} location knows {}", row.name, names);
}

/// One piece behind the path, in the spelling of the row; nothing when the row has no such option or value.
std::optional<std::pair<std::string, std::string>> read_option(const FormatRow& row, std::string_view piece) {
  const std::size_t equals = piece.find('=');
  const bool has_value = equals != std::string_view::npos;
  const std::string_view key = piece.substr(0, equals);
  const std::string_view value = has_value ? piece.substr(equals + 1) : std::string_view{};
  for (const KnownOption& option : row.options) {
    if (!same_word(option.key, key)) continue;
    const bool is_word = option.values.empty() && option.placeholder.empty();
    if (is_word != !has_value || (has_value && value.empty())) return std::nullopt;
    if (option.values.empty()) return std::pair{std::string(option.key), std::string(value)};
    for (const std::string_view known : option.values)
      if (same_word(known, value)) return std::pair{std::string(option.key), std::string(known)};
    return std::nullopt;
  }
  return std::nullopt;
}

fs::Rules rules_for(Side side, const OpenOptions& options, std::vector<uid_t> more_owners = {}) {
  fs::Rules rules;
  rules.more_owners = std::move(more_owners);
  rules.side = side;
  rules.allow_sparse = options.allow_sparse;
  rules.durability = options.durability;
  return rules;
}

}  // namespace

std::string_view to_string(Format format) { return row_of(format).name; }

store::Capabilities abilities_of(const Store& store) { return row_of(store.format).abilities(store); }

bool has_maildirs_as_homes(const Store& store) {
  return !pattern_of(store).path_of("a@example.com").ends_with(below_home);
}

std::string home_of_mailbox(const Store& store, const std::string& address) {
  std::string path = pattern_of(store).path_of(address);
  if (path.ends_with(below_home)) path.erase(path.size() - below_home.size());
  return path;
}

std::string display(const Store& store) {
  std::string text = fmt::format("{}:{}", to_string(store.format), store.path);
  for (const auto& [key, value] : store.options) text += fmt::format(":{}{}{}", key, value.empty() ? "" : "=", value);
  return text;
}

Location parse_location(std::string_view text) {
  Location location;
  const std::size_t colon = text.find(':');
  const bool bare =
      colon == std::string_view::npos || text.front() == '/' || text.front() == '.' || text.front() == '~';
  std::vector<std::string> pieces;
  if (bare) {
    // A bare path is taken as it is: Maildir trees are full of names with colons.
    pieces.emplace_back(text);
  } else {
    const std::string_view name = text.substr(0, colon);
    for (const FormatRow& row : format_rows())
      if (row.name == name) location.format = row.format;
    if (!location.format)
      throw bad_location(text, fmt::format("'{}' is not a format this version knows", name))
          .hint(fmt::format("one of {}, or a path that begins with / or ./ to have it detected", format_names()));
    pieces = split_colons(text.substr(colon + 1));
  }
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const FormatRow& row = row_of(*location.format);
    auto option = read_option(row, pieces[i]);
    if (!option)
      throw bad_location(text, fmt::format("'{}' is not an option that this version knows there", pieces[i]))
          .hint(fmt::format("{}; a colon inside a path is written as ::", shown(row)));
    if (!location.options.insert(*std::move(option)).second)
      throw bad_location(text, fmt::format("'{}' says something that was said before", pieces[i]));
  }
  // "dir/" and "dir/." are "dir"; ".." stays, since what it means depends on symlinks.
  boost::filesystem::path path(pieces.front());
  while (path.has_parent_path() && (path.filename() == "." || path.filename().empty()) && path != path.root_path())
    path = path.parent_path();
  location.path = path.string();
  if (location.path.empty()) throw bad_location(text, "the path is empty");
  if (text.find('\0') != std::string_view::npos) throw bad_location(text, "it holds a NUL octet");
  return location;
}

namespace {

/// Whether the path of a `cpanel:` location is the name of a user: one word. A directory of that name here is "./name".
bool names_a_user(const Location& location) {
  const std::string& path = location.path;
  return !path.empty() && path != "." && path != ".." && path.find('/') == std::string::npos && path.front() != '~';
}

Store find_format(Context& context, const Location& location, const fs::Rules& rules) {
  const Side side = rules.side;
  if (location.format == Format::cpanel && names_a_user(location)) {
    Store store{Format::cpanel,
                account::cpanel::home_of_user(context, location.path, location.server_root, side),
                "the home of " + location.path,
                location.options,
                {}};
    store.options.emplace("USER", location.path);
    return store;
  }
  if (location.format)
    return {*location.format,
            location.path,
            fmt::format("the location says {}", to_string(*location.format)),
            location.options,
            {}};
  // Whichever side it is on, looking changes nothing there.
  fs::Rules looking;
  looking.as_runner = rules.as_runner;
  std::string seen;
  for (const FormatRow& row : format_rows()) {
    const Evidence evidence = row.detect(context, location.path, looking);
    if (evidence.matches) return {row.format, location.path, evidence.text, {}, {}};
    seen += fmt::format("{}{}: {}", seen.empty() ? "" : "; ", row.name, evidence.text);
  }
  // A directory that may not be looked into is not seen to be no store: this throws with the true cause.
  try {
    if (const auto root = fs::Directory::find_root(context.kernel, context.entropy, location.path, rules))
      (void)root->look_at("cur");
  } catch (const Error& error) {
    if (error.cause() == Cause::permission) throw;
  }
  const fs::ParentAndName parts = fs::split_operator_path(location.path);
  const auto parent = fs::Directory::find_root(context.kernel, context.entropy, parts.parent, rules);
  const bool missing = !parent || (parts.name != "." && parts.name != ".." && !parent->look_at(parts.name));
  Error error(missing ? Cause::not_found : Cause::not_a_store, Scope::run, "looking for mail");
  error.at(location.path).on(side);
  if (missing && side == Side::target)
    throw Error(Cause::usage, Scope::run, "choosing a format for the target")
        .at(location.path)
        .because("it does not exist yet, so its format can't be detected")
        .hint(fmt::format("say it: {}", format_names()));
  if (missing) throw error.because("no such file or directory");
  throw error.because(seen).hint(fmt::format("if it is mail all the same, name the format: {}", format_names()));
}

}  // namespace

Store detect(Context& context, const Location& location, Side side) {
  fs::Rules rules;
  rules.side = side;
  return detect(context, location, rules);
}

Store detect(Context& context, const Location& location, const fs::Rules& rules) {
  Store store = find_format(context, location, rules);
  if (store.format == Format::cpanel && store.options.count("USER") == 0)
    store.options["USER"] = account::cpanel::user_of_home(context, store.path, location.server_root, rules.side);
  if (const auto look_closer = row_of(store.format).look_closer) look_closer(context, store, rules);
  return store;
}

std::unique_ptr<store::MessageSource> open_source(Context& context, const Store& store, const OpenOptions& options,
                                                  const std::vector<uid_t>& more_owners) {
  if (store.format != Format::mbox && !options.mbox_reading.from_lines.empty())
    throw Error(Cause::usage, Scope::run, "reading --from-line")
        .at(store.path)
        .because("it is no mbox, and the option is about lines of one");
  auto source =
      row_of(store.format).open_source(context, store, rules_for(Side::source, options, more_owners), options);
  return std::make_unique<store::DatedSource>(std::move(source), options.dates, context.findings);
}

std::unique_ptr<store::MessageSource> read_target(Context& context, const Store& store, const OpenOptions& options,
                                                  const fs::Birth& birth) {
  return row_of(store.format).open_source(context, store, rules_for(Side::target, options, {birth.owner.uid}), options);
}

std::unique_ptr<store::MessageStore> open_target(Context& context, const Store& store, const OpenOptions& options,
                                                 const fs::Birth& birth) {
  return row_of(store.format)
      .open_store(context, store, rules_for(Side::target, options, {birth.owner.uid}), options, birth);
}

std::unique_ptr<store::Repairs> open_repairs(Context& context, const Store& store, const OpenOptions& options,
                                             const formats::RepairOptions& repairs) {
  std::vector<uid_t> owners = repairs.adoption.from;
  owners.push_back(repairs.adoption.owner.uid);
  fs::Rules rules = rules_for(Side::target, options, std::move(owners));
  rules.as_runner = true;
  return row_of(store.format).open_repairs(context, store, rules, repairs);
}

namespace {

/// A target that exists and holds nothing: a run would make a store of it.
bool holds_nothing(Context& context, const Store& store) {
  if (!row_of(store.format).root_is_directory) return false;
  const auto root = fs::Directory::find_root(context.kernel, context.entropy, store.path, rules_for(Side::target, {}));
  bool is_empty = root.has_value();
  if (root) root->list([&is_empty](const fs::Entry&) { is_empty = false; });
  return is_empty;
}

/// Only the last component of a target is ever made.
void require_parent(Context& context, const Store& store) {
  const std::string parent = fs::split_operator_path(store.path).parent;
  if (fs::Directory::find_root(context.kernel, context.entropy, parent, rules_for(Side::target, {}))) return;
  throw Error(Cause::cannot_create, Scope::run, "previewing a target")
      .at(store.path)
      .because("there is no directory " + parent)
      .hint("make it first")
      .on(Side::target);
}

}  // namespace

std::unique_ptr<store::MessageStore> open_preview(Context& context, const Store& store, const OpenOptions& options,
                                                  const fs::Birth& birth) {
  std::unique_ptr<store::MessageSource> there;
  if (root_status(context, store, Side::target)) {
    if (!holds_nothing(context, store)) there = read_target(context, store, options, birth);
  } else {
    require_parent(context, store);
  }
  return std::make_unique<store::DryRunStore>(std::move(there), abilities_of(store));
}

std::optional<fs::Status> root_status(Context& context, const Store& store, Side side) {
  if (store.packed) return store.packed->opened_as();
  fs::Rules rules;
  rules.side = side;
  if (row_of(store.format).root_is_directory) {
    const auto root = fs::Directory::find_root(context.kernel, context.entropy, store.path, rules);
    if (!root) return std::nullopt;
    return root->opened_as();
  }
  const fs::ParentAndName parts = fs::split_operator_path(store.path);
  const auto parent = fs::Directory::find_root(context.kernel, context.entropy, parts.parent, rules);
  return parent ? parent->look_at(parts.name) : std::nullopt;
}

const OwnerProfile* usual_profile(Format format) {
  switch (format) {
  case Format::cpanel: return &find_owner_profile("cpanel");
  case Format::vmail: return &find_owner_profile("user");  // its modes, and the owner of the root
  default: return nullptr;
  }
}

std::vector<Store> parts_of(const Store& store) {
  std::vector<Store> parts{store};
  if (std::string inbox = inbox_of(store); !inbox.empty())
    parts.push_back({Format::mbox, std::move(inbox), "", {}, {}});
  return parts;
}

}  // namespace mailhaul::run
