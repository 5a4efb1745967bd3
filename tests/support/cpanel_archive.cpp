#include "support/cpanel_archive.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace mailhaul::support {
namespace {

namespace files = std::filesystem;

void run(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<std::string, 2> variables{"PATH=/usr/bin:/bin", "LC_ALL=C"};
  std::array<char*, 3> environment{variables[0].data(), variables[1].data(), nullptr};
  pid_t pid = -1;
  int status = -1;
  if (::posix_spawnp(&pid, arguments.front(), nullptr, nullptr, arguments.data(), environment.data()) != 0 ||
      ::waitpid(pid, &status, 0) != pid || status != 0)
    throw std::runtime_error(words.front() + " failed");
}

void put(const files::path& path, std::string_view octets) {
  files::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  out.write(octets.data(), static_cast<std::streamsize>(octets.size()));
  out.close();
  if (!out) throw std::runtime_error("writing " + path.string());
}

/// Removed with all that is in it.
class Staging {
 public:
  explicit Staging(files::path path) : path_(std::move(path)) { files::create_directories(path_); }
  ~Staging() {
    std::error_code ignored;
    files::remove_all(path_, ignored);
  }
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  [[nodiscard]] const files::path& path() const { return path_; }

 private:
  files::path path_;
};

/// All members but the home.
void stage_members(const AccountFacts& facts, const files::path& root, const files::path& top) {
  const AccountPlan& plan = facts.plan;
  std::vector<std::string> domains;
  for (const store::Setting& setting : facts.settings)
    if (setting.id.kind == store::SettingKind::domain) domains.push_back(setting.id.owner);
  const auto copy = [&](const files::path& from, const files::path& to) {
    if (!files::exists(root / from)) return;
    files::create_directories((top / to).parent_path());
    files::copy(root / from, top / to, files::copy_options::recursive);
  };
  copy("var/cpanel/users/" + plan.user, "cp/" + plan.user);
  copy("var/cpanel/userdata/" + plan.user, "userdata");
  copy("var/cpanel/suspended/" + plan.user, "suspended/" + plan.user);
  for (const std::string& domain : domains) {
    copy("etc/valiases/" + domain, "va/" + domain);
    copy("etc/vdomainaliases/" + domain, "vad/" + domain);
    copy("etc/vfilters/" + domain, "vf/" + domain);
    put(top / "dnszones" / (domain + ".db"), domain + ".\t14400\tIN\tMX\t0\t" + domain + ".\n");
  }
  std::string sds;
  std::string sds2;
  for (const store::Setting& setting : facts.settings) {
    const auto* domain = std::get_if<store::Domain>(&setting.value);
    if (domain == nullptr || domain->kind != store::Domain::Kind::sub) continue;
    const std::string label = setting.id.owner.substr(0, setting.id.owner.size() - plan.main_domain.size() - 1);
    sds += label + '_' + plan.main_domain + '\n';
    sds2 += label + '_' + plan.main_domain + "=/public_html/" + label + '\n';
  }
  put(top / "sds", sds);
  put(top / "sds2", sds2);
  put(top / "addons", plan.addon_domain + '=' + plan.addon_domain.substr(0, plan.addon_domain.find('.')) + '_' +
                          plan.main_domain + '\n');
  put(top / "pds", plan.parked_domain + '\n');
  put(top / "shadow", (plan.suspended ? "!!" : "") + facts.account_hash);
  put(top / "shell", "/bin/bash");
  put(top / "quota", "1024\n");
  put(top / "homedir_paths", plan.home + '\n');
  put(top / "meta/homedir_paths", plan.home + '\n');
  put(top / "meta/mailserver", "dovecot");
  put(top / "meta/hostname", "server.example.net");
  put(top / "version", "pkgacct version: 10\narchive version: 4\n");
  put(top / "mysql/roundcube.sql", "");
  files::create_directories(top / "mm");
}

std::vector<files::path> split(const files::path& archive) {
  constexpr std::size_t count = 12;  // more than nine, so that an order by text without zeros would show
  std::ifstream in(archive, std::ios::binary);
  std::string piece(static_cast<std::size_t>(files::file_size(archive)) / count + 1, '\0');
  std::vector<files::path> parts;
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0) {
    std::array<char, 16> suffix{};
    std::snprintf(suffix.data(), suffix.size(), ".part%05zu", parts.size() + 1);
    parts.push_back(archive.string() + suffix.data());
    put(parts.back(), std::string_view(piece).substr(0, static_cast<std::size_t>(in.gcount())));
  }
  files::remove(archive);
  return parts;
}

}  // namespace

std::string_view to_string(ArchiveForm form) {
  switch (form) {
  case ArchiveForm::tar_gz: return "tar.gz";
  case ArchiveForm::tar: return "tar";
  case ArchiveForm::homedir_tar: return "homedir";
  case ArchiveForm::directory: return "dir";
  case ArchiveForm::parts: return "parts";
  case ArchiveForm::without_top: return "notop";
  }
  return "";
}

const std::vector<ArchiveForm>& all_archive_forms() {
  static const std::vector<ArchiveForm> forms{ArchiveForm::tar_gz,    ArchiveForm::tar,   ArchiveForm::homedir_tar,
                                              ArchiveForm::directory, ArchiveForm::parts, ArchiveForm::without_top};
  return forms;
}

std::string pack_cpanel_account(const AccountFacts& facts, const std::string& root, const std::string& into,
                                ArchiveForm form) {
  const AccountPlan& plan = facts.plan;
  const std::string top = "cpmove-" + plan.user;
  const files::path home = root + plan.home;
  const files::path target(into);
  files::create_directories(target);
  if (form == ArchiveForm::directory) {
    stage_members(facts, root, target / top);
    run({"cp", "-a", "--", home.string(), (target / top / "homedir").string()});
    return target / top;
  }

  const Staging staging(target / ".staging");
  stage_members(facts, root, staging.path() / top);
  const bool is_compressed = form != ArchiveForm::tar;
  const files::path archive =
      target / ((form == ArchiveForm::without_top ? plan.user : top) + (is_compressed ? ".tar.gz" : ".tar"));
  std::vector<std::string> words{"tar", "--create", "--numeric-owner",
                                 form == ArchiveForm::tar ? "--format=pax" : "--format=gnu"};
  if (is_compressed) words.insert(words.end(), {"--use-compress-program", "gzip -1"});
  words.insert(words.end(), {"--file", archive.string()});
  if (form == ArchiveForm::homedir_tar) {
    // No directory leads it: "./mail/…".
    run({"tar", "--create", "--numeric-owner", "--file", (staging.path() / top / "homedir.tar").string(), "--directory",
         home.string(), "."});
  } else {
    // The home is not copied for it: its name is changed on the way. Not within the targets of symlinks.
    const std::string as = form == ArchiveForm::without_top ? "homedir" : top + "/homedir";
    words.push_back("--transform=s,^" + home.filename().string() + "\\(/\\|$\\)," + as + "\\1,S");
  }
  if (form == ArchiveForm::without_top) {
    words.insert(words.end(), {"--directory", (staging.path() / top).string()});
    std::vector<std::string> members;
    for (const files::directory_entry& entry : files::directory_iterator(staging.path() / top))
      members.push_back(entry.path().filename());
    words.insert(words.end(), members.begin(), members.end());
  } else {
    words.insert(words.end(), {"--directory", staging.path().string(), top});
  }
  if (form != ArchiveForm::homedir_tar)
    words.insert(words.end(), {"--directory", home.parent_path().string(), home.filename().string()});
  run(std::move(words));
  return form == ArchiveForm::parts ? split(archive).front().string() : archive.string();
}

}  // namespace mailhaul::support
