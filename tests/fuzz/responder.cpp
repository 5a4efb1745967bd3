#include "account/cpanel/responder.hpp"

#include "fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  using namespace mailhaul::account::cpanel;
  const fuzz::Input input(data, size,
                          {"From: ", "Content-type: text/plain; charset=", "Subject: ", "\r\n", "\n\n", "\x01",
                           "{\"interval\":", "\"start\":", "\"stop\":", "interval: ", "start: ", "---\n", "1700000000",
                           "null", "}", "\""});
  // Three files in one text.
  const std::size_t first = input.text.find('\x01');
  const std::size_t second = first == std::string::npos ? first : input.text.find('\x01', first + 1);
  ResponderFiles files;
  files.text = input.text.substr(0, first);
  if (first != std::string::npos) files.json = input.text.substr(first + 1, second - first - 1);
  if (second != std::string::npos) files.conf = input.text.substr(second + 1);

  const ReadResponder read = read_responder(files, true);
  const ResponderFiles same = responder_files(read.value);
  fuzz::require(same.text == files.text, "a text that says the same is written as it was");

  store::Responder value = read.value;
  value.original.clear();
  const ReadResponder again = read_responder(responder_files(value), true);
  fuzz::require(again.value.headers == value.headers && again.value.body == value.body,
                "a text written anew says the same");
  fuzz::require(again.value.start == value.start && again.value.stop == value.stop &&
                    again.value.interval_hours == value.interval_hours,
                "a schedule that is written says the same");

  value = read.value;
  if (!value.headers.empty()) value.headers.front().second = "info@new.example";
  value.stop = 5;
  value.interval_hours = 3;
  const ReadResponder changed = read_responder(responder_files(value), true);
  fuzz::require(changed.value.headers == value.headers && changed.value.body == value.body,
                "a header that is changed is the only change");
  fuzz::require(changed.value.start == value.start && changed.value.stop == 5 && changed.value.interval_hours == 3U,
                "times that are changed are read again");
  return 0;
}
