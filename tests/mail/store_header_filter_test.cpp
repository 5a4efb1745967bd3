#include "mailhaul/mail/store_header_filter.hpp"

#include <gtest/gtest.h>

#include "mailhaul/mail/store_headers.hpp"

namespace mailhaul::mail {
namespace {

std::string filtered(std::string_view text, std::size_t piece) {
  io::StringSink out;
  StoreHeaderFilter filter(out);
  for (std::size_t at = 0; at < text.size(); at += piece) filter.write(as_bytes(text.substr(at, piece)));
  filter.finish();
  return out.take();
}

TEST(StoreHeaderFilter, DropsTheSevenWithTheirFoldsHoweverTheInputIsCut) {
  const std::string block =
      "Subject: x\nStatus: RO\n folded\n\tmore\nX-Keep: y\n status: kept, it continues X-Keep\ncontent-LENGTH : 12\n"
      "no colon here\nX-UID:7\r\nLast: z\n";
  const std::string body = "\nStatus: in the body\nContent-Length: 5\n";
  const std::string wanted = strip_store_headers(block) + body;
  for (std::size_t piece = 1; piece < 40; ++piece) EXPECT_EQ(filtered(block + body, piece), wanted) << piece;
}

TEST(StoreHeaderFilter, AgreesWithStrippingAWholeBlockOfAnyShape) {
  for (const char* block : {"", "Status: x", "X", "Status", " Status: x\n", ":\n", "Status:\nA: b\n", "A: b\n\n",
                            "Status: x\r\n y\r\nA: b\r\n\r\n"})
    for (std::size_t piece = 1; piece < 5; ++piece)
      EXPECT_EQ(filtered(block, piece), strip_store_headers(block)) << block;
}

TEST(StoreHeaderFilter, AnEndlessLineTakesNoMemoryAndPasses) {
  const std::string line = "X-Long" + std::string(3'000'000, 'x') + "\nStatus: R\n";
  EXPECT_EQ(filtered(line, 4096), line.substr(0, line.size() - 10));
}

}  // namespace
}  // namespace mailhaul::mail
