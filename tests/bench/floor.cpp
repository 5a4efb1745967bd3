// floor JOB CORPUS TARGET: the least that a job can be done with, in one thread: each piece is read and written with
// one call where one is enough. No times, no owners, nothing unnamed, nothing synced, nothing looked at. Not for use on
// mail.
//
//   mbox-maildir     what CORPUS/pieces says of CORPUS/mbox to files
//   maildir-mbox     the files of CORPUS/maildir behind each other
//   maildir-maildir  file by file
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::array folders{"INBOX", "Archive", "Lists", "Sent", "Work"};

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

int open_at(int directory, const std::string& path, int flags) {
  const int fd = ::openat(directory, path.c_str(), flags | O_CLOEXEC, 0600);
  if (fd < 0) fail(path);
  return fd;
}

void read_all(int fd, char* into, std::size_t octets, off_t offset) {
  while (octets > 0) {
    const ssize_t got = ::pread(fd, into, octets, offset);
    if (got <= 0) fail("reading");
    into += got;
    offset += got;
    octets -= static_cast<std::size_t>(got);
  }
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put <= 0) fail("writing");
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

class Buffer {
 public:
  std::string_view read(int fd, std::size_t octets, off_t offset) {
    if (octets_.size() < octets) octets_.resize(octets);
    read_all(fd, octets_.data(), octets, offset);
    return {octets_.data(), octets};
  }

 private:
  std::vector<char> octets_ = std::vector<char>(std::size_t{1} << 20U);
};

std::string maildir_folder(const std::string& root, const std::string& folder) {
  return folder == "INBOX" ? root : root + "/." + folder;
}

int make_folder(const std::string& root, const std::string& folder) {
  const std::string path = maildir_folder(root, folder);
  for (const char* part : {"new", "tmp", "cur"}) std::filesystem::create_directories(path + "/" + part);
  return open_at(AT_FDCWD, path + "/cur", O_RDONLY | O_DIRECTORY);
}

void write_file(int directory, const std::string& name, std::string_view text) {
  const int fd = open_at(directory, name, O_WRONLY | O_CREAT | O_EXCL);
  write_all(fd, text);
  if (::close(fd) != 0) fail(name);
}

void mbox_to_maildir(const std::string& corpus, const std::string& target) {
  Buffer buffer;
  for (const std::string folder : folders) {
    const int cur = make_folder(target, folder);
    const int mbox = open_at(AT_FDCWD, corpus + "/mbox/" + folder, O_RDONLY);
    std::ifstream pieces(corpus + "/pieces/" + folder);
    off_t offset = 0;
    std::size_t octets = 0;
    for (std::string name; pieces >> offset >> octets >> name;)
      write_file(cur, name, buffer.read(mbox, octets, offset));
    ::close(mbox);
    ::close(cur);
  }
}

void each_message(const std::string& directory,
                  const std::function<void(const std::string& name, std::string_view text)>& take) {
  Buffer buffer;
  DIR* const listing = ::opendir(directory.c_str());
  if (listing == nullptr) fail(directory);
  while (const dirent* const entry = ::readdir(listing)) {
    if (entry->d_name[0] == '.') continue;
    const int fd = open_at(::dirfd(listing), entry->d_name, O_RDONLY);
    struct stat status {};
    if (::fstat(fd, &status) != 0) fail(entry->d_name);
    take(entry->d_name, buffer.read(fd, static_cast<std::size_t>(status.st_size), 0));
    ::close(fd);
  }
  ::closedir(listing);
}

void maildir_to_mbox(const std::string& corpus, const std::string& target) {
  constexpr std::string_view postmark = "From user@example.org Fri Feb 14 00:00:00 2003\n";
  std::filesystem::create_directories(target);
  for (const std::string folder : folders) {
    const int mbox = open_at(AT_FDCWD, target + "/" + folder, O_WRONLY | O_CREAT | O_EXCL);
    each_message(maildir_folder(corpus + "/maildir", folder) + "/cur", [&](const std::string&, std::string_view text) {
      std::array<iovec, 3> parts{};
      std::size_t wanted = 0;
      const std::array<std::string_view, 3> texts{postmark, text, "\n"};
      for (std::size_t i = 0; i < parts.size(); ++i) {
        parts[i] = {const_cast<char*>(texts[i].data()), texts[i].size()};
        wanted += texts[i].size();
      }
      if (::writev(mbox, parts.data(), parts.size()) != static_cast<ssize_t>(wanted)) fail("writing");
    });
    if (::close(mbox) != 0) fail("closing");
  }
}

void maildir_to_maildir(const std::string& corpus, const std::string& target) {
  for (const std::string folder : folders) {
    const int cur = make_folder(target, folder);
    each_message(maildir_folder(corpus + "/maildir", folder) + "/cur",
                 [&](const std::string& name, std::string_view text) { write_file(cur, name, text); });
    ::close(cur);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: floor mbox-maildir|maildir-mbox|maildir-maildir CORPUS TARGET\n";
    return 64;
  }
  const std::string_view job = argv[1];
  try {
    if (job == "mbox-maildir") mbox_to_maildir(argv[2], argv[3]);
    if (job == "maildir-mbox") maildir_to_mbox(argv[2], argv[3]);
    if (job == "maildir-maildir") maildir_to_maildir(argv[2], argv[3]);
  } catch (const std::exception& error) {
    std::cerr << "floor: " << error.what() << '\n';
    return 1;
  }
}
