#include <utility>

#include "support/cpanel/account_writer.hpp"

namespace mailhaul::support::cpanel {
namespace {

using store::Destination;
using Kind = Destination::Kind;

struct Line {
  std::string key{};
  std::string text{};  ///< behind the colon and a blank, as it is stored; may go over several lines
  std::vector<Destination> to{};
};

/// How the lines of one file end.
enum class LineEnds { lf, crlf };

class ForwardersWriter {
 public:
  explicit ForwardersWriter(AccountWriter& writer) : writer_(writer) {}

  void file(const std::string& domain, const std::string& head, const std::vector<Line>& lines, LineEnds ends,
            const std::string& tail = "") {
    std::string text = head;
    for (const Line& line : lines) {
      text += line.key + ": " + line.text + '\n';
      writer_.expect(store::SettingKind::forwarder, domain, line.key, store::Forwarder{line.to, line.text});
    }
    text += tail;
    if (ends == LineEnds::crlf)
      for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.insert(at, 1, '\r');
    writer_.file("etc/valiases/" + domain, text, 0640, Whose::user_and_mail);
  }

 private:
  AccountWriter& writer_;
};

std::vector<Line> lines_of_main(const AccountPlan& plan) {
  const std::string at = '@' + plan.main_domain;
  const std::string& home = plan.home;
  const std::string answers = "/usr/local/cpanel/bin/autorespond info" + at + ' ' + home + "/.autorespond";
  std::vector<Line> lines{
      // The default comes first here: it is the default by its key, not by its place.
      {"*", plan.user, {{Kind::user, plan.user}}},
      {"one" + at, "someone@other.example", {{Kind::address, "someone@other.example"}}},
      {"team" + at,
       "bob" + at + ", al" + at + ",sal" + at,
       {{Kind::address, "bob" + at}, {Kind::address, "al" + at}, {Kind::address, "sal" + at}}},
      {"plus+list" + at, "a+b@other.example", {{Kind::address, "a+b@other.example"}}},
      {"UPPER" + at, "Someone@Other.Example", {{Kind::address, "Someone@Other.Example"}}},
      {"bare", "x@other.example", {{Kind::address, "x@other.example"}}},
      {"me" + at, plan.user, {{Kind::user, plan.user}}},
      {"comma" + at,
       "a@other.example,b@other.example,",
       {{Kind::address, "a@other.example"}, {Kind::address, "b@other.example"}}},
      {"program" + at,
       "\"|/usr/bin/php -q " + home + "/hook.php\"",
       {{Kind::pipe, "/usr/bin/php -q " + home + "/hook.php"}}},
      {"plain-program" + at, '|' + home + "/bin/hook", {{Kind::pipe, home + "/bin/hook"}}},
      {"commas" + at,
       "\"|/usr/bin/printf a,b,c\", x@other.example",
       {{Kind::pipe, "/usr/bin/printf a,b,c"}, {Kind::address, "x@other.example"}}},
      {"escaped" + at, R"("|/usr/bin/printf \"a b\" c\\d")", {{Kind::pipe, R"(/usr/bin/printf "a b" c\d)"}}},
      {"refused" + at,
       ":fail: No, we do not, and never did, know " + home,
       {{Kind::fail, "No, we do not, and never did, know " + home}}},
      {"refused2" + at, "\":fail: No Such User Here\"", {{Kind::fail, "No Such User Here"}}},
      {"refused3" + at, ":fail:", {{Kind::fail, ""}}},
      {"void" + at, ":blackhole:", {{Kind::discard, ""}}},
      {"void2" + at, "/dev/null", {{Kind::discard, "/dev/null"}}},
      {"box" + at,
       home + "/mail/" + plan.main_domain + "/bob/.Sent/",
       {{Kind::file, home + "/mail/" + plan.main_domain + "/bob/.Sent/"}}},
      {"blanks" + at, '"' + home + "/mail/with blanks\"", {{Kind::file, home + "/mail/with blanks"}}},
      {"included" + at, ":include:" + home + "/list.txt", {{Kind::include, home + "/list.txt"}}},
      // One responder answers beside a forwarder, another beside a mailbox that keeps its mail without being named.
      {"info" + at,
       "\"|" + answers + "\", copy@other.example",
       {{Kind::responder, "info" + at}, {Kind::address, "copy@other.example"}}},
      {"broken" + at,
       "\"|/usr/local/cpanel/bin/autorespond broken" + at + ' ' + home + "/.autorespond\"",
       {{Kind::responder, "broken" + at}}},
      {"continued" + at,
       "a@other.example,\n b@other.example,\n\tc@other.example",
       {{Kind::address, "a@other.example"}, {Kind::address, "b@other.example"}, {Kind::address, "c@other.example"}}},
  };
  Line many{"many" + at, "", {}};
  for (int i = 0; i < 3000; ++i) {
    std::string address = "reader" + std::to_string(i) + "@other.example";
    many.text += (i == 0 ? "" : ", ") + address;
    many.to.push_back({Kind::address, std::move(address)});
  }
  lines.push_back(std::move(many));

  const std::string mailman = "/usr/local/cpanel/3rdparty/mailman/mail/wrapper ";
  const std::string list = "news_" + plan.main_domain;
  lines.push_back({"news" + at, "\"|" + mailman + "post " + list + '"', {{Kind::pipe, mailman + "post " + list}}});
  for (const char* part :
       {"admin", "bounces", "confirm", "join", "leave", "owner", "request", "subscribe", "unsubscribe"})
    lines.push_back({std::string("news-") + part + at,
                     "\"|" + mailman + part + ' ' + list + '"',
                     {{Kind::pipe, mailman + part + ' ' + list}}});
  lines.push_back({"owner-news" + at, "news-admin" + at, {{Kind::address, "news-admin" + at}}});
  return lines;
}

}  // namespace

void write_forwarders(AccountWriter& writer) {
  const AccountPlan& plan = writer.plan();
  const std::string at = '@' + plan.main_domain;
  ForwardersWriter forwarders(writer);
  writer.directory("etc/valiases", 0711, Whose::server);
  writer.directory("etc/vdomainaliases", 0711, Whose::server);

  // lsearch takes the first of two equal keys.
  forwarders.file(plan.main_domain, "# made by hand, and kept\n\n", lines_of_main(plan), LineEnds::lf,
                  "one" + at + ": the-second-is-never-used@other.example\n");
  writer.remark("one" + at, "a second line with the same key");
  forwarders.file(plan.addon_domain, "",
                  {{"web@" + plan.addon_domain, "w@other.example", {{Kind::address, "w@other.example"}}},
                   {"*", ":blackhole:", {{Kind::discard, ""}}}},
                  LineEnds::crlf);
  forwarders.file(
      plan.parked_domain, "",
      {{"away@" + plan.parked_domain,
        "\"|/usr/local/cpanel/bin/autorespond away@" + plan.parked_domain + ' ' + plan.home + "/.autorespond\"",
        {{Kind::responder, "away@" + plan.parked_domain}}},
       {"*", "\":fail: No Such User Here\"", {{Kind::fail, "No Such User Here"}}}},
      LineEnds::lf);
  forwarders.file(writer.sub_domain(), "", {{"*", ":fail: No Such User Here", {{Kind::fail, "No Such User Here"}}}},
                  LineEnds::lf);
  forwarders.file(writer.backing_domain(), "", {}, LineEnds::lf);

  for (const std::string& domain : {plan.main_domain, plan.addon_domain, writer.backing_domain()})
    writer.file("etc/vdomainaliases/" + domain, "", 0640, Whose::user_and_mail);
  writer.file("etc/vdomainaliases/" + plan.parked_domain, plan.parked_domain + ": " + plan.main_domain + '\n', 0640,
              Whose::user_and_mail);
  writer.expect(store::SettingKind::domain_forwarder, plan.parked_domain, "", store::DomainForwarder{plan.main_domain});
  writer.file("etc/vdomainaliases/" + writer.sub_domain(), "other.example\n", 0640, Whose::user_and_mail);
  writer.expect(store::SettingKind::domain_forwarder, writer.sub_domain(), "", store::DomainForwarder{"other.example"});
  // Somebody else's.
  writer.file("etc/valiases/other.example", "*: :blackhole:\n", 0640, Whose::server);
}

}  // namespace mailhaul::support::cpanel
