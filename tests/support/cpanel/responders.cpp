#include <optional>
#include <utility>

#include "support/cpanel/account_writer.hpp"

namespace mailhaul::support::cpanel {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Case {
  std::string address{};
  bool is_active = false;
  Headers headers{};
  std::string charset{};
  std::string body{};
  std::string json{};  ///< empty: there is no such file
  std::string conf{};
  std::optional<std::int64_t> start{};
  std::optional<std::int64_t> stop{};
  std::optional<std::uint32_t> interval{};
};

}  // namespace

void write_responders(AccountWriter& writer) {
  const AccountPlan& plan = writer.plan();
  const std::string at = '@' + plan.main_domain;
  const std::vector<Case> cases{
      {"info" + at,
       true,
       {{"From", "\"Gr\xc3\xbc\xc3\x9f"
                 "e\" <info" +
                     at + '>'},
        {"Content-type", "text/plain; charset=utf-8"},
        {"Subject", "Re: %subject%"}},
       "utf-8",
       "Gr\xc3\xbc\xc3\x9f"
       "e, %from%!\n\nIch bin weg. " +
           plan.home + " bleibt stehen.\n",
       R"({"interval":24,"start":1700000000,"stop":1700600000})",
       "",
       1'700'000'000,
       1'700'600'000,
       24U},
      {"web@" + plan.addon_domain,
       false,
       {{"From", "web@" + plan.addon_domain},
        {"Content-type", "text/html; charset=iso-8859-1"},
        {"Subject", "Gr\xfc\xdf"
                    "e"}},
       "iso-8859-1",
       "<p>Gr\xfc\xdf"
       "e</p>\n",
       "",
       "---\ninterval: 8\nstart: 1600000000\nstop: 0\n",
       1'600'000'000,
       std::nullopt,
       8U},
      {"away@" + plan.parked_domain,
       true,
       {{"Content-type", "text/plain; charset=us-ascii"}},
       "us-ascii",
       "Away.",
       "",
       "",
       std::nullopt,
       std::nullopt,
       std::nullopt},
      // JSON wins over what was there before it; 0 and null are no bounds, an interval of 0 answers each message.
      {"bob" + at,
       false,
       {{"Subject", "no %email%"}},
       "",
       "line\r\n\r\nline\r\n",
       R"({"start":0,"stop":null,"interval":0,"new":"key"})",
       "---\ninterval: 99\nstart: 1\nstop: 2\n",
       std::nullopt,
       std::nullopt,
       0U},
  };
  writer.directory(writer.in_home(".autorespond"), 0700);
  for (const Case& entry : cases) {
    std::string text;
    for (const auto& header : entry.headers) text += header.first + ": " + header.second + '\n';
    text += '\n' + entry.body;
    const std::string path = writer.in_home(".autorespond/" + entry.address);
    writer.file(path, text, 0600);
    if (!entry.json.empty()) writer.file(path + ".json", entry.json, 0600);
    if (!entry.conf.empty()) writer.file(path + ".conf", entry.conf, 0600);
    store::Responder responder;
    responder.is_active = entry.is_active;
    responder.headers = entry.headers;
    responder.body = entry.body;
    responder.charset = entry.charset;
    responder.start = entry.start;
    responder.stop = entry.stop;
    responder.interval_hours = entry.interval;
    responder.original = text;
    responder.schedule = entry.json.empty() ? entry.conf : entry.json;
    writer.expect(store::SettingKind::responder, entry.address, "", responder);
  }
  // Mail is led to one that has no text, as write_forwarders says.
  store::Responder broken;
  broken.is_active = true;
  broken.has_text = false;
  writer.expect(store::SettingKind::responder, "broken" + at, "", broken);
  writer.remark("broken" + at, "mail is led to a responder that has no text");
  // Of one that was removed; and what the program that answers leaves behind.
  writer.file(writer.in_home(".autorespond/removed" + at + ".json"), R"({"interval":1})", 0600);
  writer.cache(".autorespond/info" + at + ".lock", 0600);
  writer.cache(".autorespond/history", 0600);
}

}  // namespace mailhaul::support::cpanel
