#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <filesystem>
#include <ostream>
#include <stdexcept>
#include <system_error>

#include "cli/cli_test_case.hpp"
#include "cli/hostile_rows.hpp"

namespace mailhaul::black_box {
namespace {

namespace stdfs = std::filesystem;

void check(bool good, const std::string& doing) {
  if (!good) throw std::system_error(errno, std::generic_category(), doing);
}

}  // namespace

HostileRow row(std::string name, const std::function<void(const Grounds&)>& plant, int status, std::string finding,
               std::size_t messages) {
  HostileRow row;
  row.name = std::move(name);
  row.plant = [plant](const Grounds& grounds) {
    plant(grounds);
    return true;
  };
  row.status = status;
  row.finding = std::move(finding);
  row.messages = messages;
  return row;
}

HostileRow with_options(HostileRow row, std::vector<std::string> options) {
  row.options = std::move(options);
  return row;
}

void set_mode(const std::string& path, unsigned mode) { check(::chmod(path.c_str(), mode) == 0, path); }

std::string noise(std::size_t octets) {
  std::string text;
  std::uint32_t state = 12345;
  while (text.size() < octets) {
    state = state * 1664525U + 1013904223U;
    text += static_cast<char>(state >> 24U);
  }
  return text;
}

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

std::string gzip_of(const std::string& text) {
  constexpr int gzip_format = 16 + MAX_WBITS;
  constexpr int default_memory = 8;
  z_stream stream{};
  if (::deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_format, default_memory, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("deflateInit2");
  std::string input = text;
  std::string packed(::deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = ::deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  ::deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("deflate");
  return packed;
}

void PrintTo(const HostileRow& row, std::ostream* out) { *out << row.name; }

void Grounds::make() const {
  stdfs::create_directories(at("outside"));
  write_file(at("outside/shadow"), planted_secret);
  stdfs::permissions(at("outside/shadow"), stdfs::perms::owner_read);
  Mail mail = simple_mail("secret", 1);
  mail.octets += std::string(planted_secret) + "\n";
  fill_maildir(at("outside/victim"), {mail});
  write_file(at("outside/mbox"), mbox_of({mail}));
  stdfs::create_directories(at("home/B"));
  fill_maildir(at("home/M"), {simple_mail("good", 1), simple_mail("better", 2)});
  write_file(at("home/mbox"), mbox_of({simple_mail("good", 1), simple_mail("better", 2)}));
  write_file(at("home/B/inbox"), mbox_of({simple_mail("good", 1)}));
  write_file(at("home/B/Sub"), mbox_of({simple_mail("better", 2)}));
  fill_maildir(at("home/T"), {simple_mail("own", 3)});
  make_maildir(at("home/T/.Sub"));
  stdfs::create_directories(at("home/C"));
  write_file(at("home/C/inbox"), mbox_of({simple_mail("own", 3)}));
  fill_maildir(at("quiet"), {simple_mail("good", 1), simple_mail("better", 2)});
  Mail labelled = simple_mail("labelled", 4);
  labelled.keywords = {"work"};
  fill_maildir(at("quiet/.Sub"), {labelled});
  write_file(at("quiet/subscriptions"), "Sub\n");
  give_tree(at("quiet"), somebody_else);
}

void Grounds::hand_over() const {
  give_tree(at("home"), somebody);
  give_tree(at("outside"), 0);
}

void Grounds::file(const std::string& below, std::string_view octets) const {
  stdfs::remove_all(at(below));
  const int fd = ::open(at(below).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  check(fd >= 0, below);
  for (std::size_t done = 0; done < octets.size();) {
    const ssize_t put = ::write(fd, octets.data() + done, octets.size() - done);
    check(put > 0, below);
    done += static_cast<std::size_t>(put);
  }
  ::close(fd);
}

void Grounds::symlink(const std::string& to, const std::string& below) const {
  remove(below);
  stdfs::create_symlink(to.front() == '/' ? to : at(to), at(below));
}

void Grounds::fifo(const std::string& below) const {
  remove(below);
  make_fifo(at(below));
}

void Grounds::directory(const std::string& below) const {
  remove(below);
  stdfs::create_directories(at(below));
}

void Grounds::maildir(const std::string& below) const { make_maildir(at(below)); }
void Grounds::remove(const std::string& below) const { stdfs::remove_all(at(below)); }

void Grounds::hard_link_of_others(const std::string& below) const {
  remove(below);
  check(::link(at("outside/shadow").c_str(), at(below).c_str()) == 0, below);
}

void Grounds::message(const std::string& below) const { file(below, simple_mail("one more", 5).octets); }

void Grounds::sparse(const std::string& below, std::string_view head, std::uint64_t size) const {
  file(below, head);
  check(::truncate(at(below).c_str(), static_cast<off_t>(size)) == 0, below);
}

}  // namespace mailhaul::black_box
