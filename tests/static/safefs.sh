#!/usr/bin/env bash
# usage: safefs.sh TREE
# Only fs touches customers' trees (safety.md S16, T14), and it does so by directory handles; cli opens what the operator
# named, and one file of ledger looks at a database in the root-only state directory before SQLite, which knows paths only,
# opens it. Everywhere else a path must not reach the kernel. Fails on calls that hand it one, on those that run a shell, and
# on std::regex, which recurses on its input (S13). Prints file:line: the line.
#
# A grep knows no types. `thing.rename(`, `thing->open(`, `Thing::open(` and declarations (`File open(`) are taken for ours;
# an unqualified `open(` is taken for the system's: inside a class of ours write `this->open(`.
set -euo pipefail
export LC_ALL=C

cd "$1"
roots=()
for root in include/mailhaul src; do [[ ! -d $root ]] || roots+=("$root"); done
if ((${#roots[@]} == 0)); then
  echo "safefs: no sources in $1" >&2
  exit 2
fi

# Calls that take a path, by the plain name or by `::` or `std::` before it.
calls='open|open64|openat|openat2|creat|stat|lstat|fstatat|statx|chown|lchown|fchownat|chmod|lchmod|fchmodat|rename|renameat|renameat2'
calls+='|unlink|unlinkat|rmdir|opendir|scandir|ftw|nftw|fts_open|mkdir|mkdirat|mkfifo|mkfifoat|mknod|mknodat|symlink|symlinkat'
calls+='|linkat|readlink|readlinkat|realpath|canonicalize_file_name|faccessat|utimes|utimensat|chdir|chroot|statfs|statvfs'
calls+='|fopen|fopen64|freopen|tmpfile|tmpnam|tempnam|mkstemp|mkostemp|mkdtemp|system|popen|execl|execlp|execle|execv|execvp|execve'
# The same for names that are ordinary words of our own too: only behind a `::` with nothing before it.
words='link|access|truncate|glob|getxattr|setxattr|removexattr'
# Functions of <filesystem> and Boost.Filesystem that ask or change the disk; path arithmetic is free.
disk='exists|status|symlink_status|status_known|is_[a-z_]+|canonical|weakly_canonical|absolute|relative|proximate|equivalent'
disk+='|copy|copy_[a-z_]+|rename|remove|remove_all|create_[a-z_]+|permissions|directory_iterator|recursive_directory_iterator'
disk+='|directory_entry|file_size|resize_file|hard_link_count|last_write_time|space|current_path|temp_directory_path'
disk+='|read_symlink|unique_path|[io]?fstream|basic_[io]?fstream'

# What stands before a plain name when it is called: an operator, a bracket or a keyword. After a type it is declared
# (`File open(`, `std::optional<File> open(`, `File& open(`), after a dot or an arrow it is a member's.
called='(?:^|[=(){};,!?+|<~^%/-]|(?<!:):|&&|\s[&*>]|\b(?:return|co_return|co_await|co_yield|throw|else|do|case|and|or|not)\s)[\s*&!]*'
# `::name(` with no class or namespace of ours before it.
global='(?<![A-Za-z0-9_>])::'

patterns=(
  "$called(?:$calls)\\s*\\("
  "(?<![A-Za-z0-9_>])(?:std)?::(?:$calls)\\s*\\("
  "$global(?:$words)\\s*\\("
  # std::remove(first, last, value) is an algorithm; with one argument it deletes a file.
  "(?:$called|(?<![A-Za-z0-9_>])(?:std)?::)remove\\s*\\([^,]*\$"
  "\\bstd::(?:basic_)?(?:[io]?fstream|filebuf)\\b|#\\s*include\\s*<fstream>"
  "\\bfilesystem::(?:$disk)\\b"
  # Behind an alias or a using the names above would not be seen.
  "\\bnamespace\\s+\\w+\\s*=[^;]*\\bfilesystem\\b|\\busing\\s[^;=]*\\bfilesystem\\b"
  "\\bstd::(?:[a-z]*regex\\w*|[csw]match)\\b|\\bboost::\\w*regex|#\\s*include\\s*<(?:boost/)?regex"
)
pattern=$(printf '|%s' "${patterns[@]}")
pattern=${pattern:1}
# Found by argument-dependent lookup when the argument is a path.
unqualified="$called(?:$disk)\\s*\\("

# Characters and strings are emptied, comments go; lines keep their numbers.
code_of() {
  sed -E "s/'(\\\\.|[^'\\\\])'/' '/g; s/\"(\\\\.|[^\"\\\\])*\"/\"\"/g; s|//.*||; s|/\\*([^*]\|\\*+[^*/])*\\*+/| |g" "$1" |
    sed -E '/\/\*/,/\*\// { s|/\*.*||; t; s|.*\*/||; t; s|.*||; }'
}

faults=0
while IFS= read -r -d '' file; do
  code=$(code_of "$file")
  look=$pattern
  if grep -qE 'include.*filesystem|filesystem::' <<<"$code"; then look+="|$unqualified"; fi
  while IFS=: read -r number _; do
    [[ -n $number ]] || continue
    printf '%s:%s: %s\n' "$file" "$number" "$(sed -n "${number}{s/^[ \t]*//;p}" "$file")"
    faults=1
  done < <(grep -nP "$look" <<<"$code")
done < <(find "${roots[@]}" -path include/mailhaul/fs -prune -o -path src/fs -prune -o -path src/cli -prune -o \
  -path src/ledger/database_file.cpp -prune -o \
  -type f \( -name '*.cpp' -o -name '*.hpp' \) -print0 | sort -z)

if ((faults)); then
  echo 'safefs: a path reaches the kernel outside fs, cli and src/ledger/database_file.cpp (S16)'
  exit 1
fi
echo 'safefs: no path reaches the kernel outside fs, cli and src/ledger/database_file.cpp'
