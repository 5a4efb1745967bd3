#include "account/sieve/sieve_programs.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "cli/program.hpp"

namespace mailhaul::account::sieve::testing {
namespace {

constexpr const char* compiler = "/usr/bin/sievec";
constexpr const char* interpreter = "/usr/bin/sieve-test";
constexpr unsigned nobody = 65534;

black_box::Result run(const char* program, const std::vector<std::string>& arguments) {
  black_box::How how;
  how.program = program;
  return black_box::run(arguments, how);
}

}  // namespace

bool has_sieve_programs() { return ::access(compiler, X_OK) == 0 && ::access(interpreter, X_OK) == 0; }

SievePrograms::SievePrograms(std::string_view plugin) : directory_("mailhaul-sieve") {
  const bool is_root = ::geteuid() == 0;
  const std::string user = std::to_string(is_root ? nobody : ::geteuid());
  const std::string group = std::to_string(is_root ? nobody : ::getegid());
  if (is_root && ::chown(directory_.path().c_str(), nobody, nobody) != 0) throw std::runtime_error("chown");
  static_cast<void>(written("dovecot.conf", "mail_uid = " + user + "\nmail_gid = " + group +
                                                "\nfirst_valid_uid = 1\nfirst_valid_gid = 1\nmail_location = maildir:" +
                                                (directory_ / "Maildir") + "\nmail_home = " + directory_.path() +
                                                "\nlog_path = /dev/stderr\nbase_dir = " + (directory_ / "run") +
                                                "\nplugin {\n" + std::string(plugin) + "\n}\n"));
}

std::string SievePrograms::written(const char* name, std::string_view octets) const {
  const std::string path = directory_ / name;
  std::ofstream out(path, std::ios::binary);
  out.write(octets.data(), static_cast<std::streamsize>(octets.size()));
  out.close();
  ::chmod(path.c_str(), 0644);
  if (!out) throw std::runtime_error("writing " + path);
  return path;
}

std::string SievePrograms::complaint(std::string_view script) const {
  const std::string path = written("compiled.sieve", script);
  const auto result = run(compiler, {"-c", directory_ / "dovecot.conf", path, directory_ / "compiled.svbin"});
  return result.status == 0 ? result.err : result.err + "status " + std::to_string(result.status);
}

std::vector<std::string> SievePrograms::arguments(const char* mode, std::string_view script,
                                                  std::string_view text) const {
  const std::string path = written("run.sieve", script);
  const std::string mail = written("message", text);
  return {mode,
          "-c",
          directory_ / "dovecot.conf",
          "-f",
          "alice@other.example",
          "-r",
          "info@example.com",
          "-a",
          "info@example.com",
          path,
          mail};
}

std::string SievePrograms::actions(std::string_view script, std::string_view text) const {
  auto result = run(interpreter, arguments("-C", script, text));
  result.out.erase(std::remove(result.out.begin(), result.out.end(), '\r'), result.out.end());
  return result.status == 0 ? result.out : result.out + result.err + "status " + std::to_string(result.status);
}

std::string SievePrograms::log(std::string_view script, std::string_view text) const {
  return run(interpreter, arguments("-e", script, text)).err;
}

std::string message(const std::string& headers, const std::string& body) {
  const bool has_from = has('\n' + headers, "\nFrom:");
  const bool has_to = has('\n' + headers, "\nTo:");
  return headers + (has_from ? "" : "From: Alice <alice@other.example>\n") + (has_to ? "" : "To: info@example.com\n") +
         "Date: Thu, 1 Jan 2026 00:00:00 +0000\nMessage-ID: <1@other.example>\n\n" + body;
}

}  // namespace mailhaul::account::sieve::testing
