#include "command_line.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "batch_options.hpp"
#include "owner_options.hpp"
#include "units.hpp"

namespace mailhaul::cli {
namespace {

constexpr std::string_view version = "mailhaul 0.1.0";

constexpr std::string_view about =
    "mailhaul brings the mail at DST up to date with the mail at SRC, by their files, as often as you like.\n"
    "Nothing is overwritten at DST, nothing is removed there unless you say --delete, and nothing is changed at SRC.";

constexpr std::string_view notes = R"(Locations:
  maildir:DIR   a Maildir or Maildir++ (folders as DIR/.Name); with :LAYOUT=fs behind it folders are DIR/Name, with
                :UTF-8 their names are that on disk. What is there already is looked at and need not be said
  mbox:FILE     one mbox file (it holds one folder, INBOX)
  mboxdir:DIR   a tree in which each file is an mbox; mboxdir:DIR:INBOX=FILE where INBOX lies apart
  cpanel:HOME   a cPanel account, mailboxes and what lies beside them; cpanel:USER is looked up in etc/passwd
                (--src-root and --dst-root say where the rest of the server is)
  cpmove:FILE   a packed cPanel account (tar, tar.gz, parts) or the directory of one; only as SRC
  vmail:DIR     mailboxes as DIR/DOMAIN/USER/Maildir; :LAYOUT=PATTERN of %d, %n or %u where they lie otherwise
  PATH          any other path is looked at and its format detected (with a colon in it: begin it with / or ./);
                in FORMAT:PATH a colon is written ::

Examples:
  mailhaul scan /var/mail/bob                               what is there
  mailhaul sync mbox:/var/mail/bob maildir:/home/bob/Maildir   copy; run it again at any time
  mailhaul verify mbox:/var/mail/bob maildir:/home/bob/Maildir prove that every message is there
  mailhaul sync -n maildir:/srv/a/Maildir maildir:/srv/b/Maildir   show what would be done
  mailhaul sync maildir:/old/bob/Maildir maildir:/home/bob/Maildir --usermap 1007:bob   owners by other numbers
  mailhaul fix -n maildir:/srv/mail/bob --chown bob:bob     what another program's copy needs; without -n: mend it
  mailhaul sync --src-root /mnt/old cpanel:/mnt/old/home/a cpanel:/home/b --map-user a=b   a whole account
  mailhaul settings cpanel:bob                              what lies beside the mail of an account
  mailhaul sync cpanel:bob vmail:/srv/vmail --chown vmail:vmail --settings dovecot:/etc/dovecot/mailhaul
                                                            out of cPanel, with passwords and filters
  mailhaul scan cpanel: --csv --to cpanel:%u > list.csv     all accounts of this server, a line each
  mailhaul batch list.csv -j 4 --report report.csv          many pairs, each a run of its own
  mailhaul batch --retry-failed report.csv                  those that failed, again
  mailhaul runs list                                        what was done before

Exit status:
  0 all of SRC is at DST          2 done, but SRC changed meanwhile: run again    20 stopped by a signal: run again
  23 some messages failed, listed 64 usage      66 no such store     73 cannot create DST   74 I/O error at DST
  25 too much is missing at DST, or would be removed there: nothing more was done, see the line above it
  75 locked by another program    77 permission 113 DST is full      1 other error
  3 all mail is at DST, but subscriptions, access lists or settings of the account are not
  batch ends with the worst of its pairs: 3 only where all mail is there, then 2 and 20, then the others by number)";

/// Options as typed, before they mean anything.
struct Typed {
  std::vector<std::string> stores;
  std::string source, target;
  std::vector<std::string> includes, excludes, maps, user_maps, domain_maps, special_uses, from_lines, settings;
  std::string min_size, max_size, min_age, max_age, fsync = "batch", variant, quoting, state, postmark, source_zone,
                                                    compress, dates = "mtime", dovecot = "2.3";
  TypedOwners owners{};
  std::optional<std::uint64_t> max_delete{};
  std::size_t jobs = 0;
  std::uint32_t lock_wait = 30;
  bool mail_only = false, checksum = false, restore_missing = false, accept_missing = false, remove = false,
       expunge = false;
  bool dry_run = false, allow_sparse = false, no_sandbox = false, subscribed = false, audit = false, no_openat2 = false,
       vacation_seconds = false;
  std::string mailbox{}, source_root{"/"}, target_root{"/"};
  int verbose = 0;
  std::vector<std::string> from_owners{};
  bool drop_indexes = false;
  std::string log_file{}, to{};
  TypedBatch batch{};
  bool csv = false;
  bool quiet = false, itemize = false, json = false, stats = false, progress = false, no_progress = false;
};

Error bad_option(std::string_view option, std::string_view value, std::string_view reason) {
  return Error(Cause::usage, Scope::run, fmt::format("reading {}", option)).at(value).because(reason);
}

void add_log_file(CLI::App& command, Typed& typed) {
  command
      .add_option("--log-file", typed.log_file,
                  "append what is said to that file too, each line with the time and the process")
      ->type_name("FILE");
}

void add_no_sandbox(CLI::App& command, Typed& typed) {
  command.add_flag("--no-sandbox", typed.no_sandbox,
                   "keep rights that are not needed (landlock, seccomp; -v says what was given away)");
}

void add_common(CLI::App& command, Typed& typed) {
  add_log_file(command, typed);
  command.add_option("--include", typed.includes, "only folders that match (glob: * anything, % without /, ?)")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  command.add_option("--exclude", typed.excludes, "leave out folders that match")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  command.add_option("-j,--jobs", typed.jobs, "folders at a time (default: processors, at most 4)")->type_name("N");
  command
      .add_option("--from-quoting", typed.quoting,
                  "how '>From ' lines of an mbox are read: rd or o (one '>' is taken off), none; default: rd, but "
                  "none for a message whose Content-Length holds")
      ->type_name("rd|o|none");
  command
      .add_option(
          "--postmark", typed.postmark,
          "which lines open a message in an mbox: dovecot (what Dovecot takes), strict (and an empty line stands "
          "before), loose (what any reader takes, such as 'From - '); default: dovecot, or loose when only that "
          "takes the first line of the file")
      ->type_name("dovecot|strict|loose");
  command
      .add_option("--from-line", typed.from_lines,
                  "what the line at that octet of the source mbox is, whatever it looks like (scan --audit lists them)")
      ->type_name("OFFSET=split|body")
      ->allow_extra_args(false);
  command
      .add_option("--source-tz", typed.source_zone,
                  "zone of received dates at the source that name none (default: this machine's)")
      ->type_name("ZONE|+hhmm");
  command
      .add_option("--lock-wait", typed.lock_wait, "how long to wait for locks of other programs, in all (default 30)")
      ->type_name("SECONDS");
  command
      .add_option(
          "--dates", typed.dates,
          "when a message arrived: mtime (default: file time, in an mbox the postmark line), name (the time in the "
          "file name) or received (the topmost Received: line); what is missing is passed over")
      ->type_name("mtime|name|received");
  command.add_flag("--allow-sparse", typed.allow_sparse, "read files that are mostly holes");
  command
      .add_option("--state", typed.state,
                  "directory for what keeps runs apart and remembers them, mode 0700 (default: root's "
                  "/var/lib/mailhaul, else below XDG_STATE_HOME; or MAILHAUL_STATE)")
      ->type_name("DIR");
  add_no_sandbox(command, typed);
  command.add_flag("-v,--verbose", typed.verbose, "list every finding");
  command.add_flag("-q,--quiet", typed.quiet, "say nothing unless something is wrong");
  command.add_flag("--json", typed.json, "one JSON object a line instead of text");
  command.add_flag("-P,--progress", typed.progress, "a progress line even when not on a terminal");
  command.add_flag("--no-progress", typed.no_progress, "no progress line");
  command.add_flag("--stats", typed.stats, "time, rate and memory at the end");
  command.add_flag("--no-openat2", typed.no_openat2, "resolve paths as on a kernel without openat2 (for tests)")
      ->group("");
}

void add_server_root(CLI::App& command, const char* name, std::string& typed, const char* of) {
  command
      .add_option(name, typed,
                  fmt::format("where the files of {}'s server are, etc/passwd among them (default: /)", of))
      ->type_name("DIR");
}

void add_source_and_target(CLI::App& command, Typed& typed) {
  command.add_option("SRC", typed.source, "where the mail is")->required()->type_name("");
  command.add_option("DST", typed.target, "where it shall be too")->required()->type_name("");
  add_server_root(command, "--src-root", typed.source_root, "SRC");
  add_server_root(command, "--dst-root", typed.target_root, "DST");
  add_owner_options(command, typed.owners);
}

void add_mailbox_options(CLI::App& command, Typed& typed) {
  command
      .add_option("--mailbox", typed.mailbox,
                  "only that mailbox of an account; where the other end holds a single one, which one it is")
      ->type_name("ADDRESS");
  command
      .add_option("--map-user", typed.user_maps,
                  "a mailbox of SRC has another name at DST; so has that of an account itself, named by its user")
      ->type_name("OLD=NEW")
      ->allow_extra_args(false);
  command.add_option("--map-domain", typed.domain_maps, "all mailboxes of a domain are in another one at DST")
      ->type_name("OLD=NEW")
      ->allow_extra_args(false);
}

void add_places(CLI::App& command, Typed& typed) {
  command
      .add_option("--settings", typed.settings,
                  "what lies beside the mail of an account goes there too, as files for another server: dovecot:DIR "
                  "(users, quotas, Sieve), postfix:DIR (maps), modoboa:FILE.csv (for its importer), json:FILE")
      ->type_name("KIND:PATH")
      ->allow_extra_args(false);
  command.add_option("--dovecot", typed.dovecot, "which Dovecot the files of dovecot:DIR are for (default 2.3)")
      ->type_name("2.3|2.4");
  command.add_flag(
      "--sieve-vacation-seconds", typed.vacation_seconds,
      "the server that runs the Sieve scripts has the extension vacation-seconds switched on: a responder's "
      "interval of hours is written as it is (default: rounded up to days)");
}

void add_message_filters(CLI::App& command, Typed& typed) {
  add_mailbox_options(command, typed);
  command
      .add_option("--map-folder", typed.maps,
                  "folder A and those below it become B; A may be a glob, then all that match go into B")
      ->type_name("A=B")
      ->allow_extra_args(false);
  command.add_flag("--subscribed", typed.subscribed, "only INBOX and the folders that are subscribed");
  command
      .add_option("--special-use", typed.special_uses,
                  "as --map-folder, several in one, without case and below an INBOX. prefix too: \"spam=Junk,Sent "
                  "Items=Sent\"; none (default: spam=Junk where DST is vmail:)")
      ->type_name("A=B,...")
      ->allow_extra_args(false);
  command.add_option("--min-size", typed.min_size, "only messages of at least that size (K, M, G)")->type_name("SIZE");
  command.add_option("--max-size", typed.max_size, "only messages of at most that size")->type_name("SIZE");
  command
      .add_option("--min-age", typed.min_age, "only messages that arrived at least that long ago (s, m, h, d, w, y)")
      ->type_name("AGE");
  command.add_option("--max-age", typed.max_age, "only messages that arrived at most that long ago")->type_name("AGE");
}

void add_sync_options(CLI::App& command, Typed& typed) {
  command.add_flag("-n,--dry-run,--dry", typed.dry_run, "show what would be done, change nothing");
  command.add_flag("-i,--itemize-changes", typed.itemize, "a line for every message that is copied or changed");
  command.add_flag("--mail-only", typed.mail_only,
                   "of an account only the mail: passwords, forwarders, filters and the like stay behind");
  add_places(command, typed);
  command.add_flag("-c,--checksum", typed.checksum, "read every message again, whatever the last run remembers");
  command.add_flag("--delete", typed.remove,
                   "messages that were copied, are gone at SRC since and untouched at DST go into the folder "
                   "Mailhaul-Removed there");
  command.add_flag("--expunge", typed.expunge, "with --delete: remove them for good");
  command
      .add_option("--max-delete", typed.max_delete,
                  "stop before the first when --delete would remove more (default: a tenth of a folder, at most 100)")
      ->type_name("N");
  command.add_flag("--restore-missing", typed.restore_missing,
                   "copy again what an earlier run copied and is missing at DST");
  command.add_flag("--accept-missing", typed.accept_missing,
                   "whatever is missing at DST was removed by its user, however much it is");
  add_mode_options(command, typed.owners);
  command
      .add_option("--fsync", typed.fsync,
                  "batch: all of a batch at once (default); each: every file; none: a power cut may lose mail")
      ->type_name("batch|each|none");
  command
      .add_option(
          "--compress", typed.compress,
          "keep: messages that are compressed in a Maildir are so in the other one too (default); none; gzip: all "
          "messages (the server at DST must be able to read them)")
      ->type_name("keep|none|gzip");
  command
      .add_option("--mbox-variant", typed.variant,
                  "which mbox is written (default rd; dovecot in an mboxdir and for an mbox that has an X-IMAPbase)")
      ->type_name("rd|o|cl|cl2|dovecot");
}

void add_fix_options(CLI::App& command, Typed& typed) {
  command.add_option("STORE", typed.stores, "what is to be mended")->required()->expected(1)->type_name("");
  command.add_flag("-n,--dry-run,--dry", typed.dry_run, "show what would be mended, change nothing");
  command.add_flag("-i,--itemize-changes", typed.itemize, "a line for every repair");
  command.add_option("--chown", typed.owners.chown, "whose it shall be (default: who owns STORE itself)")
      ->type_name("USER:GROUP");
  command.add_flag("--numeric-ids", typed.owners.numeric_ids, "only numbers in --chown and --from-owner");
  command
      .add_option(
          "--chmod", typed.owners.chmod,
          "its modes, wider or not (default: what goes beyond D700,F600 is taken away, an mbox keeps its group)")
      ->type_name("D700,F600");
  command
      .add_option("--owner-profile", typed.owners.profile,
                  "owner and modes as a kind of server has them (see sync --help); --chown and --chmod overrule it")
      ->type_name("user|vmail|cpanel");
  command
      .add_option("--from-owner", typed.from_owners,
                  "what belongs to that user in there is taken too (default: only what the owner of STORE has)")
      ->type_name("USER")
      ->allow_extra_args(false);
  command.add_flag("--drop-indexes", typed.drop_indexes,
                   "remove Dovecot's indexes, whatever they say (default: those of another UIDVALIDITY)");
  command
      .add_option("--lock-wait", typed.lock_wait, "how long to wait for locks of other programs, in all (default 30)")
      ->type_name("SECONDS");
  command.add_option("--state", typed.state, "directory for what keeps runs apart, mode 0700")->type_name("DIR");
  add_log_file(command, typed);
  add_no_sandbox(command, typed);
  command.add_flag("-v,--verbose", typed.verbose, "list every finding");
  command.add_flag("-q,--quiet", typed.quiet, "say nothing unless something is wrong");
  command.add_flag("--json", typed.json, "one JSON object a line instead of text");
}

void add_settings_options(CLI::App& command, Typed& typed) {
  command.add_option("SRC", typed.stores, "the account; or files with settings, named as in --settings")
      ->required()
      ->expected(1)
      ->type_name("");
  add_server_root(command, "--src-root", typed.source_root, "SRC");
  add_places(command, typed);
  add_mailbox_options(command, typed);
  command.add_flag("-n,--dry-run,--dry", typed.dry_run, "with --settings: show what would be written, write nothing");
  command.add_flag("--delete", typed.remove, "with --settings: what is gone at SRC since is taken away there too");
  command.add_option("--state", typed.state, "the directory that remembers what was written (default: as of sync)")
      ->type_name("DIR");
  add_log_file(command, typed);
  add_no_sandbox(command, typed);
  command.add_flag("-v,--verbose", typed.verbose, "list every finding");
  command.add_flag("-q,--quiet", typed.quiet, "say nothing unless something is wrong");
  command.add_flag("--json", typed.json, "one JSON object a line instead of text");
}

/// Habits of rsync's users: harmless ones are taken, those that could lose mail are refused with the reason.
void add_rsync_habits(CLI::App& command) {
  command.add_flag("-a,-r,-t,--archive,--recursive,--times")->description("always on (accepted for rsync's users)");
  for (const char* name : {"-u,--update", "--inplace", "--append", "--size-only"}) {
    command
        .add_flag_callback(name,
                           [name] {
                             throw bad_option(
                                 name, "", "this could lose mail and is not needed: messages are compared by content");
                           })
        ->group("");
  }
}

/// An unset variable of a script must not read as an option that was not given (S7).
void refuse_empty_values(CLI::App& command) {
  for (CLI::Option* option : command.get_options())
    if (option->get_items_expected_max() > 0)
      option->check([](const std::string& value) { return value.empty() ? "the value is empty" : ""; });
}

template <typename Value>
Value choose(std::string_view option, const std::string& typed,
             const std::vector<std::pair<std::string_view, Value>>& choices) {
  std::string known;
  for (const auto& [name, value] : choices) {
    if (name == typed) return value;
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  throw bad_option(option, typed, "unknown value").hint("one of " + known);
}

void read_filters(const Typed& typed, const Clock& clock, sync::Options& options) {
  for (const auto* patterns : {&typed.includes, &typed.excludes})
    for (const std::string& pattern : *patterns)
      if (pattern.empty() || pattern.starts_with("re:") || pattern.front() == '\\')
        throw bad_option("--include/--exclude", pattern, "only globs on folder names are known in this version");
  options.folders = {typed.includes, typed.excludes};
  options.only_subscribed = typed.subscribed;
  for (const std::string& pair : typed.maps)
    if (!options.map.add(pair)) throw bad_option("--map-folder", pair, "not of the form A=B with a folder name as B");
  for (const std::string& pairs : typed.special_uses)
    if (pairs != "none" && !options.map.add_special_uses(pairs))
      throw bad_option("--special-use", pairs, "not of the form A=B,C=D with folder names on both sides");

  const auto size = [](std::string_view option, const std::string& text) -> std::optional<std::uint64_t> {
    if (text.empty()) return std::nullopt;
    const auto octets = parse_size(text);
    if (!octets) throw bad_option(option, text, "not a size").hint("such as 840, 10K, 1.5M, 2G");
    return octets;
  };
  options.messages.min_octets = size("--min-size", typed.min_size);
  options.messages.max_octets = size("--max-size", typed.max_size);
  const auto date = [&](std::string_view option, const std::string& text) -> std::optional<mail::InternalDate> {
    if (text.empty()) return std::nullopt;
    const auto age = parse_age(text);
    if (!age) throw bad_option(option, text, "not an age").hint("such as 30d, 6h, 2w, 1y; a bare number is days");
    return std::chrono::floor<std::chrono::seconds>(clock.now()) - *age;
  };
  options.messages.not_after = date("--min-age", typed.min_age);
  options.messages.not_before = date("--max-age", typed.max_age);
}

/// "1234=split"
formats::mbox::FromLine parse_from_line(const std::string& text) {
  using formats::mbox::FromLine;
  const std::size_t equals = text.find('=');
  FromLine line;
  const char* const end = text.data() + std::min(equals, text.size());
  const auto [stopped, error] = std::from_chars(text.data(), end, line.offset);
  if (equals == std::string::npos || equals == 0 || error != std::errc{} || stopped != end)
    throw bad_option("--from-line", text, "not of the form OFFSET=split or OFFSET=body");
  line.is = choose<FromLine::Is>("--from-line", text.substr(equals + 1),
                                 {{"split", FromLine::Is::split}, {"body", FromLine::Is::body}});
  return line;
}

void read_postmark_options(const Typed& typed, run::Request& request) {
  using formats::mbox::PostmarkRule;
  formats::mbox::SourceOptions& reading = request.open.mbox_reading;
  if (!typed.postmark.empty())
    reading.postmark = choose<PostmarkRule>(
        "--postmark", typed.postmark,
        {{"dovecot", PostmarkRule::dovecot}, {"strict", PostmarkRule::strict}, {"loose", PostmarkRule::loose}});
  for (const std::string& text : typed.from_lines) reading.from_lines.push_back(parse_from_line(text));
  reading.audit = typed.audit;
  if (typed.source_zone.empty()) return;
  request.source_zone = Zone::find(typed.source_zone);
  if (!request.source_zone)
    throw bad_option("--source-tz", typed.source_zone, "no such time zone").hint("such as Europe/Berlin, UTC or +0100");
}

void read_resync_options(const Typed& typed, sync::Options& options) {
  options.checksum = typed.checksum;
  if (typed.restore_missing && typed.accept_missing)
    throw bad_option("--restore-missing", "", "it says the opposite of --accept-missing");
  if (typed.restore_missing) options.missing = sync::Missing::restore;
  if (typed.accept_missing) options.missing = sync::Missing::accept;
  for (const auto& [name, is_given] :
       {std::pair{"--expunge", typed.expunge}, std::pair{"--max-delete", typed.max_delete.has_value()}})
    if (is_given && !typed.remove) throw bad_option(name, "", "it says how --delete works, which is not there");
  if (typed.remove) options.removal = typed.expunge ? sync::Removal::expunge : sync::Removal::quarantine;
  options.max_removals = typed.max_delete;
}

/// --csv and --to are about a list of accounts.
void check_list_options(const Typed& typed, Command& command) {
  if (!typed.to.empty() && !typed.csv)
    throw bad_option("--to", typed.to, "it says what --csv writes, which is not there");
  const bool is_server = command.locations.front().path.empty();
  if (is_server || typed.csv) command.kind = Command::Kind::list_accounts;
  if (!typed.csv) return;
  if (typed.json) throw bad_option("--csv", "", "asked for at once with --json");
  if (command.locations.size() != 1) throw bad_option("--csv", "", "it lists the accounts of one place");
}

Command understand(const Typed& typed, Command::Kind kind, const Clock& clock) {
  Command command;
  command.kind = kind;
  const bool names_stores =
      kind == Command::Kind::scan || kind == Command::Kind::fix || kind == Command::Kind::settings;
  command.list = {typed.csv, typed.to};
  command.log_file = typed.log_file;
  const bool has_no_store = kind == Command::Kind::list_runs || kind == Command::Kind::batch;
  const auto texts = names_stores   ? typed.stores
                     : has_no_store ? std::vector<std::string>{}
                                    : std::vector<std::string>{typed.source, typed.target};
  for (const std::string& text : texts) {
    if (kind == Command::Kind::settings && run::names_settings_place(text))
      command.settings_source = run::parse_settings_place(text);
    else if (kind == Command::Kind::scan && texts.size() == 1 && text == "cpanel:")
      command.locations.emplace_back();  // no home: all of that server
    else
      command.locations.push_back(run::parse_location(text));
  }
  if (kind == Command::Kind::scan) check_list_options(typed, command);
  for (run::Location& location : command.locations)
    location.server_root =
        &location != &command.locations.front() && !names_stores ? typed.target_root : typed.source_root;
  run::Request& request = command.request;
  for (const std::string& place : typed.settings) request.settings.push_back(run::parse_settings_place(place));
  using DovecotVersion = account::dovecot::Version;
  request.dovecot = choose<DovecotVersion>("--dovecot", typed.dovecot,
                                           {{"2.3", DovecotVersion::v2_3}, {"2.4", DovecotVersion::v2_4}});
  request.vacation_seconds = typed.vacation_seconds;
  request.mailboxes.mailbox = typed.mailbox;
  for (const std::string& pair : typed.user_maps) run::add_user_map(request.mailboxes, pair);
  for (const std::string& pair : typed.domain_maps) run::add_domain_map(request.mailboxes, pair);
  read_filters(typed, clock, request.options);
  // What panels call "spam" is "Junk" on servers of virtual users (targets.md 7).
  const bool is_to_users = command.locations.size() > 1 && command.locations[1].format == run::Format::vmail;
  if (is_to_users && typed.special_uses.empty()) (void)request.options.map.add_special_uses("spam=Junk");
  const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
  request.options.jobs = typed.jobs > 0 ? std::min<std::size_t>(typed.jobs, 64) : std::min<std::size_t>(processors, 4);
  request.open.allow_sparse = typed.allow_sparse;
  request.open.durability = choose<fs::Durability>(
      "--fsync", typed.fsync,
      {{"batch", fs::Durability::batch}, {"each", fs::Durability::each}, {"none", fs::Durability::none}});
  using formats::mbox::Variant;
  if (!typed.variant.empty())
    request.open.mbox_variant = choose<Variant>("--mbox-variant", typed.variant,
                                                {{"rd", Variant::rd},
                                                 {"o", Variant::o},
                                                 {"cl", Variant::cl},
                                                 {"cl2", Variant::cl2},
                                                 {"dovecot", Variant::dovecot}});
  if (!typed.quoting.empty())
    request.open.mbox_reading.quoting = choose<mail::FromQuoting>(
        "--from-quoting", typed.quoting,
        {{"rd", mail::FromQuoting::rd}, {"o", mail::FromQuoting::o}, {"none", mail::FromQuoting::none}});
  read_postmark_options(typed, request);
  using store::DateOrder;
  request.open.dates =
      choose<DateOrder>("--dates", typed.dates,
                        {{"mtime", DateOrder::stored}, {"name", DateOrder::name}, {"received", DateOrder::received}});
  using formats::maildir::Compress;
  if (!typed.compress.empty())
    request.open.compress = choose<Compress>(
        "--compress", typed.compress, {{"keep", Compress::keep}, {"none", Compress::none}, {"gzip", Compress::gzip}});
  request.ownership = read_owner_options(typed.owners);
  command.fix.from_owners = read_from_owners(typed.from_owners, typed.owners);
  command.fix.drop_indexes = typed.drop_indexes;
  request.lock_wait = std::chrono::seconds{typed.lock_wait};
  request.dry_run = typed.dry_run;
  request.mail_only = typed.mail_only;
  request.sandbox = !typed.no_sandbox;
  read_resync_options(typed, request.options);
  request.state_directory = typed.state;
  if (typed.progress && typed.no_progress) throw bad_option("--progress", "", "asked for and refused at once");
  command.saying = {typed.verbose, typed.quiet, typed.itemize, typed.json, typed.stats, std::nullopt, typed.audit};
  if (typed.progress) command.saying.progress = true;
  if (typed.no_progress) command.saying.progress = false;
  command.forbid_openat2 = typed.no_openat2;
  return command;
}

}  // namespace

Parsed parse_command_line(int argc, const char* const* argv, const Clock& clock) {
  Typed typed;
  CLI::App app{std::string(about), "mailhaul"};
  app.footer(std::string(notes));
  app.set_version_flag("--version", std::string(version));
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);

  CLI::App* scan =
      app.add_subcommand("scan", "What is there: folders, messages, octets, problems; two stores: side by side");
  scan->add_option("STORE", typed.stores,
                   "one or two locations; cpanel: alone lists the accounts of the server, and a directory of packed "
                   "accounts those in it")
      ->required()
      ->expected(1, 2);
  scan->add_flag("--audit", typed.audit,
                 "list every doubtful 'From ' line of an mbox: its octet, what it is taken for");
  add_server_root(*scan, "--src-root", typed.source_root, "STORE");
  scan->add_flag("--csv", typed.csv,
                 "list the accounts of a server (cpanel:) or the packed ones in a directory as lines for batch");
  scan->add_option("--to", typed.to,
                   "with --csv: the target of each, where %u is the user, %d the main domain (cpanel:%u, "
                   "vmail:/srv/vmail)")
      ->type_name("PATTERN");
  add_common(*scan, typed);

  CLI::App* sync =
      app.add_subcommand("sync", "Bring DST up to date with SRC: first copy, conversion, and every run after it");
  add_source_and_target(*sync, typed);
  add_sync_options(*sync, typed);
  add_message_filters(*sync, typed);
  add_common(*sync, typed);
  add_rsync_habits(*sync);

  CLI::App* verify =
      app.add_subcommand("verify", "Prove by content that every message of SRC is at DST; list what is not");
  add_source_and_target(*verify, typed);
  add_message_filters(*verify, typed);
  add_common(*verify, typed);

  CLI::App* fix = app.add_subcommand(
      "fix", "Mend mail that was copied by other means: owners, modes, sizes in names, UID lists, stale files");
  add_fix_options(*fix, typed);

  CLI::App* settings = app.add_subcommand(
      "settings", "What lies beside the mail of an account: passwords (that there are), quotas, forwarders, ...");
  add_settings_options(*settings, typed);

  CLI::App* batch = app.add_subcommand("batch", "Many pairs: each a sync of its own, one report, one exit status");
  add_batch_options(*batch, typed.batch);
  batch->add_flag("-n,--dry-run,--dry", typed.dry_run, "the same for every pair");
  add_log_file(*batch, typed);
  batch->add_flag("-v,--verbose", typed.verbose, "a line for each pair as it ends");
  batch->add_flag("-q,--quiet", typed.quiet, "only what did not end with 0");
  batch->add_flag("--json", typed.json, "one JSON object a line: a pair as it ends, and the summary");
  batch->add_flag("-P,--progress", typed.progress, "a progress line even when not on a terminal");
  batch->add_flag("--no-progress", typed.no_progress, "no progress line");

  CLI::App* runs = app.add_subcommand("runs", "Past runs: date, counts, verdict, failures with their reasons");
  runs->require_subcommand(1);
  CLI::App* list_runs = runs->add_subcommand("list", "Of all pairs of stores");
  CLI::App* show_runs = runs->add_subcommand("show", "Of one pair");
  show_runs->add_option("SRC", typed.source, "where the mail came from")->required()->type_name("");
  show_runs->add_option("DST", typed.target, "where it went")->required()->type_name("");
  show_runs->add_option("--mailbox", typed.mailbox, "the mailbox that was chosen")->type_name("ADDRESS");
  add_server_root(*show_runs, "--src-root", typed.source_root, "SRC");
  add_server_root(*show_runs, "--dst-root", typed.target_root, "DST");
  for (CLI::App* command : {list_runs, show_runs}) {
    command->add_option("--state", typed.state, "the directory that remembers runs")->type_name("DIR");
    command->add_flag("--json", typed.json, "one JSON object a line instead of text");
  }

  for (CLI::App* command : {scan, sync, verify, fix, settings, batch, list_runs, show_runs})
    refuse_empty_values(*command);
  const BatchWords words = split_batch_words(argc, argv);
  try {
    app.parse(words.own, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    std::ostringstream out;
    app.exit(asked, out, out);
    return {std::nullopt, out.str()};
  } catch (const CLI::ParseError& error) {
    throw Error(Cause::usage, Scope::run, "reading the command line").because(error.what()).hint("see mailhaul --help");
  }
  const auto kind = scan->parsed()        ? Command::Kind::scan
                    : sync->parsed()      ? Command::Kind::sync
                    : verify->parsed()    ? Command::Kind::verify
                    : fix->parsed()       ? Command::Kind::fix
                    : settings->parsed()  ? Command::Kind::settings
                    : batch->parsed()     ? Command::Kind::batch
                    : list_runs->parsed() ? Command::Kind::list_runs
                                          : Command::Kind::show_runs;
  Command command = understand(typed, kind, clock);
  if (kind == Command::Kind::batch) command.batch = read_batch_options(typed.batch, typed.dry_run, words.common);
  return {std::move(command), ""};
}

}  // namespace mailhaul::cli
