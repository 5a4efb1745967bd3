#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/message_generator.hpp"

/// Readers and writers of mail that share no code with the program: simple, slow, whole files in memory. They follow
/// maildir.md and mbox.md, so where they and the program differ one of them is wrong.
namespace mailhaul::black_box {

using Mail = support::PlainMessage;

/// How `From ` lines were kept apart from postmarks when an mbox was written.
enum class Quoting { none, o, rd };

/// One folder: the directory that holds cur and new. A file twice, by two names, is two messages.
[[nodiscard]] std::vector<Mail> read_maildir(const std::string& directory);
/// By Dovecot's rules (mbox.md section 3), in UTC. Without `quoting` as rd, but where a Content-Length holds as none.
[[nodiscard]] std::vector<Mail> read_mbox(const std::string& path, std::optional<Quoting> quoting = std::nullopt);

/// One folder, base names "DATE.M1P1.host" with ascending numbers, and dovecot-keywords where there are any.
void fill_maildir(const std::string& directory, const std::vector<Mail>& messages);
enum class Written { rd, o, cl, cl2 };
[[nodiscard]] std::string mbox_of(const std::vector<Mail>& messages, Written variant = Written::rd);
/// "From alice@example.org  Thu Nov 29 22:33:52 2001 +0000"
[[nodiscard]] std::string postmark_of(std::int64_t date);

/// A plain message of one line: "Subject: NAME", a body of `octets` octets.
[[nodiscard]] Mail simple_mail(std::string_view name, std::int64_t date = 1'000'000'000, std::size_t octets = 40);

/// What survives an mbox by promise: without the seven headers of mbox.md section 5 and the line ends at the very end.
[[nodiscard]] std::string without_store_parts(std::string_view octets);
/// What the program compares by (architecture.md section 1): that, CRLF as LF, lines `^>*From ` as `From `.
[[nodiscard]] std::string folded(std::string_view octets);
/// Whether a line begins with '>' and "From ": what mboxo and mboxcl can't give back.
[[nodiscard]] bool has_quoted_from(std::string_view octets);

enum class As { exact, kept_by_mbox, folded };
/// For comparing as a multiset.
[[nodiscard]] std::multiset<Mail> multiset_of(const std::vector<Mail>& messages, As as);
/// Empty when equal; else counts and the first few that only one has.
[[nodiscard]] std::string difference(const std::vector<Mail>& wanted, const std::vector<Mail>& found, As as);

}  // namespace mailhaul::black_box
