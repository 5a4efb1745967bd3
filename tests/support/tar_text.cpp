#include "support/tar_text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

namespace mailhaul::support {
namespace {

constexpr std::size_t block = 512;
constexpr std::size_t record = 20 * block;
constexpr std::size_t longest_name = 100;

void put(std::string& header, std::size_t at, std::string_view text) { header.replace(at, text.size(), text); }

void put_octal(std::string& header, std::size_t at, std::size_t digits, std::uint64_t number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%0*llo", static_cast<int>(digits), static_cast<unsigned long long>(number));
  put(header, at, text.data());
}

}  // namespace

TarText& TarText::member(std::string_view name, std::string_view content, const Head& head) {
  if (head.link.size() > longest_name) {
    header("././@LongLink", head.link.size() + 1, {'K', {}, 0, 0});
    padded(head.link + '\0');
  }
  if (name.size() > longest_name) {
    header("././@LongLink", name.size() + 1, {'L', {}, 0, 0});
    padded(std::string(name) + '\0');
  }
  header(name, content.size(), head);
  padded(content);
  return *this;
}

TarText& TarText::pax_path(std::string_view name) {
  const std::string rest = " path=" + std::string(name) + "\n";
  std::size_t length = rest.size() + 1;
  while (std::to_string(length).size() + rest.size() != length) ++length;
  const std::string text = std::to_string(length) + rest;
  header("./PaxHeaders/x", text.size(), {'x'});
  padded(text);
  return *this;
}

void TarText::header(std::string_view name, std::uint64_t size, const Head& head) {
  std::string out(block, '\0');
  put(out, 0, name.substr(0, longest_name));
  put_octal(out, 100, 7, head.mode);
  put_octal(out, 108, 7, head.owner);
  put_octal(out, 116, 7, 1001);
  put_octal(out, 124, 11, size);
  put_octal(out, 136, 11, static_cast<std::uint64_t>(head.modified));
  put(out, 148, "        ");
  out[156] = head.type;
  put(out, 157, std::string_view(head.link).substr(0, longest_name));
  put(out, 257, "ustar  ");  // as GNU tar writes it
  const unsigned sum = std::accumulate(out.begin(), out.end(), 0U,
                                       [](unsigned so_far, char c) { return so_far + static_cast<unsigned char>(c); });
  put_octal(out, 148, 6, sum);
  out[154] = '\0';
  octets_ += out;
}

void TarText::padded(std::string_view content) {
  octets_ += content;
  octets_.append((block - content.size() % block) % block, '\0');
}

std::string TarText::finish() const {
  std::string out = octets_ + std::string(2 * block, '\0');
  out.append((record - out.size() % record) % record, '\0');
  return out;
}

}  // namespace mailhaul::support
