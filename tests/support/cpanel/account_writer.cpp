#include "support/cpanel/account_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace mailhaul::support::cpanel {
namespace {

void check(bool good, const std::string& doing) {
  if (!good) throw std::system_error(errno, std::generic_category(), doing);
}

}  // namespace

AccountWriter::AccountWriter(const AccountPlan& plan, std::string root)
    : root_(std::move(root)),
      uid_(plan.uid.value_or(::geteuid())),
      gid_(plan.gid.value_or(::getegid())),
      random_(plan.seed) {
  facts_.plan = plan;
  if (plan.home.size() < 2 || plan.home.front() != '/') throw std::invalid_argument("a home begins with '/'");
  if (std::filesystem::exists(root_) && !std::filesystem::is_empty(root_))
    throw std::runtime_error(root_ + " is not empty");
  std::filesystem::create_directories(root_);
}

std::string AccountWriter::backing_domain() const {
  return plan().addon_domain.substr(0, plan().addon_domain.find('.')) + '.' + plan().main_domain;
}

std::vector<std::string> AccountWriter::domains() const {
  return {plan().main_domain, plan().addon_domain, plan().parked_domain, sub_domain(), backing_domain()};
}

void AccountWriter::dress(const std::string& path, mode_t mode, Whose whose) const {
  if (::geteuid() == 0) {
    uid_t uid = uid_;
    gid_t gid = gid_;
    if (whose == Whose::user_and_mail) gid = plan().mail_gid;
    if (whose == Whose::server || whose == Whose::outside) uid = gid = 0;
    check(::lchown(on_disk(path).c_str(), uid, gid) == 0, "chown " + path);
  }
  check(::chmod(on_disk(path).c_str(), mode) == 0, "chmod " + path);
}

void AccountWriter::directory(const std::string& path, mode_t mode, Whose whose) {
  if (std::filesystem::is_directory(std::filesystem::symlink_status(on_disk(path)))) return;
  if (const auto slash = path.rfind('/'); slash != std::string::npos) {
    // What is above the home is the server's.
    const std::string above = path.substr(0, slash);
    const bool is_in_home = path.starts_with(home() + '/');
    directory(above, is_in_home ? mode : 0755, is_in_home ? whose : Whose::server);
  }
  check(::mkdir(on_disk(path).c_str(), mode) == 0, "mkdir " + path);
  dress(path, mode, whose);
}

void AccountWriter::file(const std::string& path, std::string_view octets, mode_t mode, Whose whose) {
  const std::string above = path.substr(0, path.rfind('/'));
  if (!std::filesystem::is_directory(on_disk(above)))
    directory(above, path.starts_with(home()) ? 0751 : 0755, path.starts_with(home()) ? whose : Whose::server);
  std::ofstream out(on_disk(path), std::ios::binary | std::ios::trunc);
  out.write(octets.data(), static_cast<std::streamsize>(octets.size()));
  out.close();
  check(bool{out}, "writing " + path);
  dress(path, mode, whose);
}

void AccountWriter::modified(const std::string& path, std::int64_t seconds) {
  const timespec times[2] = {{seconds, 0}, {seconds, 0}};
  check(::utimensat(AT_FDCWD, on_disk(path).c_str(), times, AT_SYMLINK_NOFOLLOW) == 0, "utimensat " + path);
}

void AccountWriter::symlink(const std::string& path, const std::string& target) {
  check(::symlink(target.c_str(), on_disk(path).c_str()) == 0, "symlink " + path);
  if (::geteuid() == 0) check(::lchown(on_disk(path).c_str(), uid_, gid_) == 0, "lchown " + path);
}

void AccountWriter::fifo(const std::string& path) {
  check(::mkfifo(on_disk(path).c_str(), 0640) == 0, "mkfifo " + path);
  dress(path, 0640, Whose::user);
}

void AccountWriter::hard_link(const std::string& path, const std::string& existing) {
  check(::link(on_disk(existing).c_str(), on_disk(path).c_str()) == 0, "link " + path);
}

void AccountWriter::opaque(const std::string& owner, const std::string& path_in_home, std::string_view octets,
                           mode_t mode, Whose whose) {
  file(in_home(path_in_home), octets, mode, whose);
  facts_.files.emplace(store::SettingId{owner, store::SettingKind::file, path_in_home}, octets);
}

void AccountWriter::cache(const std::string& path_in_home, mode_t mode) {
  file(in_home(path_in_home), std::string(AccountFacts::poison) + " a cache\n", mode);
  facts_.dropped.insert(path_in_home);
}

void AccountWriter::expect(store::SettingKind kind, std::string owner, std::string name, store::SettingValue value) {
  facts_.settings.push_back({{std::move(owner), kind, std::move(name)}, std::move(value)});
}

void AccountWriter::remark(std::string about, std::string what, bool in_archive) {
  facts_.remarks.push_back({std::move(about), std::move(what), in_archive});
}

std::string AccountWriter::hash(std::string_view scheme) {
  static constexpr std::string_view letters = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const std::size_t octets = scheme == "1" ? 22 : scheme == "5" ? 43 : 86;
  std::string text = '$' + std::string(scheme) + '$';
  for (int i = 0; i < 8; ++i) text += letters[below(letters.size())];
  text += '$';
  for (std::size_t i = 0; i < octets; ++i) text += letters[below(letters.size())];
  return text;
}

}  // namespace mailhaul::support::cpanel
