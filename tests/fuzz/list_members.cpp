#include "account/cpanel/list_members.hpp"

#include "fuzz/fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mailhaul;
  using Kind = store::Destination::Kind;
  constexpr std::size_t most = 100;
  const fuzz::Input input(data, size,
                          {"\n", "\r\n", ",", " ", "#", "\"", "'", "\\", "(", "<", "|/x", "/x",
                           ":fail: ", ":blackhole:", ":include:/x", "a@example.com", "bob"});
  const store::ListFile list = account::cpanel::parse_list(input.text, most);
  fuzz::require(list.members.size() <= most, "no more than is asked for");
  fuzz::require(list.members.empty() || list.why_not.empty(), "all or nothing");
  std::string again;
  for (const std::string& member : list.members) {
    fuzz::require(member.find_first_of("\r\n") == std::string::npos, "a member is no line of its own");
    const Kind kind = store::destination_of_member(member).kind;
    fuzz::require(member.find('@') == std::string::npos ? kind == Kind::user : kind == Kind::address,
                  "what a member is can be told from its text");
    again += member + '\n';
  }
  // What is odd enough to be read as something else is refused where it is written.
  const bool is_plain = again.find_first_of("\"'\\()<>#|/,: ") == std::string::npos;
  fuzz::require(!is_plain || account::cpanel::parse_list(again, most).members == list.members,
                "plain members are read as they are");
  return 0;
}
