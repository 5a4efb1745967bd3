#include "account/cpanel/opaque_files.hpp"

#include <gtest/gtest.h>

namespace mailhaul::account::cpanel {
namespace {

using Kind = HomePathKind;

TEST(CpanelHomePath, EachHasItsKindAndOwner) {
  const struct {
    const char* path;
    Kind kind;
    const char* owner;
  } table[] = {
      {"mail/cur/1.M1.host:2,S", Kind::mail, ""},
      {"mail/example.com/bob/.Sent/dovecot-uidlist", Kind::mail, ""},
      {"mail/example.com/bob/x.php", Kind::attack, ""},
      {"mail/x.PHP", Kind::attack, ""},
      {"etc/example.com/passwd", Kind::setting, "example.com"},
      {"etc/example.com/shadow", Kind::setting, "example.com"},
      {"etc/example.com/quota", Kind::setting, "example.com"},
      {"etc/example.com/shadow.lock", Kind::cache, ""},
      {"etc/example.com/shadow.roottn.bak", Kind::attack, ""},
      {"etc/shadow.bak", Kind::attack, ""},
      {"etc/example.com/x.php", Kind::attack, ""},
      {"etc/example.com/x.php.suspected", Kind::attack, ""},
      {"etc/example.com/bob/.boxtrapper/x.phtml", Kind::attack, ""},
      {"etc/example.com/passwd,v", Kind::unknown, ""},
      {"etc/example.com/_domain.filter", Kind::unknown, ""},
      {"etc/example.com/_privs.json", Kind::not_ours, ""},
      {"etc/example.com/@pwcache/bob", Kind::cache, ""},
      {"etc/example.com/bob/filter", Kind::setting, "bob@example.com"},
      {"etc/example.com/bob/filter.yaml", Kind::setting, "bob@example.com"},
      {"etc/example.com/bob/filter.cache", Kind::cache, ""},
      {"etc/example.com/bob/.boxtrapperenable", Kind::opaque, "bob@example.com"},
      {"etc/example.com/bob/boxtrapper.conf", Kind::opaque, "bob@example.com"},
      {"etc/example.com/bob/.boxtrapper/forms/verify.txt", Kind::opaque, "bob@example.com"},
      {"etc/example.com/bob/boxtrapper/queue/1.msg", Kind::opaque, "bob@example.com"},
      {"etc/example.com/bob/boxtrapper/queue/1.msg.lock", Kind::opaque, "bob@example.com"},
      {"etc/example.com/bob/other/x", Kind::unknown, ""},
      {"etc/example.com/b|ob/filter", Kind::unknown, ""},
      {"etc/exa_mple.com/passwd", Kind::unknown, ""},
      {"etc/.boxtrapperenable", Kind::opaque, ""},
      {"etc/.boxtrapper/white-list.txt", Kind::opaque, ""},
      {"etc/boxtrapper/queue/1.msg", Kind::opaque, ""},
      {"etc/boxtrapper.conf", Kind::opaque, ""},
      {"etc/example.com/bob.rcube.db", Kind::database, "bob@example.com"},
      {"etc/example.com/b.rcube.db.rcube.db", Kind::database, "b.rcube.db@example.com"},
      {"etc/example.com/bob.rcube.db-wal", Kind::companion, "bob@example.com"},
      {"etc/example.com/bob.rcube.db-shm", Kind::companion, "bob@example.com"},
      {"etc/example.com/bob.rcube.db-journal", Kind::companion, "bob@example.com"},
      {"etc/example.com/bob.rcube.db.1700000000", Kind::snapshot, "bob@example.com"},
      {"etc/example.com/bob.rcube.db.latest", Kind::snapshot, "bob@example.com"},
      {"etc/example.com/bob.rcube.db.20160101.sqlite2", Kind::snapshot, "bob@example.com"},
      {"etc/example.com/bob.rcube.db.copy", Kind::unknown, ""},
      {"etc/example.com/.rcube.db", Kind::unknown, ""},
      {"etc/user.rcube.db", Kind::database, ""},
      {"etc/user.rcube.db.latest", Kind::snapshot, ""},
      {"etc/.bob@example.com.suspended_incoming", Kind::setting, "bob@example.com"},
      {"etc/bob@example.com.suspended_incoming", Kind::unknown, ""},
      {"etc/webdav/passwd", Kind::not_ours, ""},
      {"etc/ftpquota", Kind::not_ours, ""},
      {"etc/quota", Kind::not_ours, ""},
      {"etc", Kind::not_ours, ""},
      {".autorespond/info@example.com", Kind::setting, "info@example.com"},
      {".autorespond/info@example.com.json", Kind::setting, "info@example.com"},
      {".autorespond/info@example.com.lock", Kind::cache, ""},
      {".autorespond/x/y", Kind::unknown, ""},
      {".spamassassinenable", Kind::setting, ""},
      {".spamassassinboxenable", Kind::setting, ""},
      {".spamassassin/user_prefs", Kind::setting, ""},
      {".spamassassin/bayes_toks", Kind::opaque, ""},
      {".spamassassin/auto-whitelist", Kind::opaque, ""},
      {".spamassassin/bayes_toks.expire123", Kind::cache, ""},
      {".spamassassin/bayes.lock.host.1", Kind::cache, ""},
      {".cpanel/filter.yaml", Kind::setting, ""},
      {".cpanel/filter.cache", Kind::cache, ""},
      {".cpanel/email_accounts.json", Kind::cache, ""},
      {".cpanel/email_accounts_count", Kind::cache, ""},
      {".cpanel/nvdata/bob@example.com_default_webmail_app", Kind::opaque, "bob@example.com"},
      {".cpanel/nvdata/default_webmail_app", Kind::opaque, ""},
      {".cpanel/nvdata/x", Kind::not_ours, ""},
      {".cpanel/vcards/bob.vcf", Kind::opaque, ""},
      {".cpanel/caches/x/y", Kind::not_ours, ""},
      {".cphorde/meta/x", Kind::opaque, ""},
      {".sqmaildata/bob@example.com.pref", Kind::opaque, "bob@example.com"},
      {".sqmaildata/bob@example.com.abook", Kind::opaque, "bob@example.com"},
      {".sqmaildata/user.pref", Kind::opaque, ""},
      {".sqmailattach/x", Kind::cache, ""},
      {".caldav/bob@example.com/calendar/1.ics", Kind::opaque, "bob@example.com"},
      {".caldav/user/calendar/1.ics", Kind::opaque, ""},
      {".subaccounts/storage.sqlite", Kind::unknown, ""},
      {".filter", Kind::opaque, ""},
      {".forward", Kind::opaque, ""},
      {".contactemail", Kind::opaque, ""},
      {".ftpquota", Kind::not_ours, ""},
      {"public_html/etc/example.com/shadow.x", Kind::not_ours, ""},
      {"public_html/x.php", Kind::not_ours, ""},
      {"", Kind::unknown, ""},
      {"etc/../x", Kind::unknown, ""},
      {"etc//x", Kind::unknown, ""},
      {"/etc/passwd", Kind::unknown, ""},
  };
  for (const auto& row : table) {
    const HomePath is = classify_home_path(row.path);
    EXPECT_EQ(static_cast<int>(is.kind), static_cast<int>(row.kind)) << row.path;
    EXPECT_EQ(is.owner, row.owner) << row.path;
    // What is left behind is said, and why.
    const bool is_said = is.kind == Kind::attack || is.kind == Kind::unknown || is.kind == Kind::snapshot;
    const bool is_silent = is.kind == Kind::cache || is.kind == Kind::not_ours;
    EXPECT_TRUE(!is_said || !is.remark.empty()) << row.path;
    EXPECT_TRUE(!is_silent || is.remark.empty()) << row.path;
  }
}

TEST(CpanelHomePath, IsTheNameOfASetting) {
  const store::SettingId id = file_setting_id(".forward", classify_home_path(".forward"));
  EXPECT_EQ(id, (store::SettingId{"", store::SettingKind::file, ".forward"}));
}

}  // namespace
}  // namespace mailhaul::account::cpanel
