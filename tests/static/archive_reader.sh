#!/usr/bin/env bash
# usage: archive_reader.sh TREE
# Archives are read and never unpacked (safety.md S12): libarchive is spoken to in one file, and nothing there, nor
# anywhere else, names what makes files on the disk or reads other formats than tar. Prints file:line: the line.
set -euo pipefail
export LC_ALL=C

cd "$1"
roots=()
for root in include/mailhaul src; do [[ ! -d $root ]] || roots+=("$root"); done
if ((${#roots[@]} == 0)); then
  echo "archive_reader: no sources in $1" >&2
  exit 2
fi
reader=src/formats/archive/reader.cpp

# Text in comments and strings is free to name them.
code_of() { sed -E 's|//.*||; s/"(\\.|[^"\\])*"/""/g' "$1"; }

# Everywhere: what writes, unpacks, opens paths, runs programs or lets other formats in.
never='\barchive_write_|\barchive_read_extract|\barchive_read_disk_|\barchive_read_open_(file|fd)|ARCHIVE_EXTRACT_'
never+='|\barchive_read_data_into_fd|\barchive_read_(support_filter|append_filter)'
never+='|\barchive_read_support_format_(?!tar\b)|\barchive_read_support_compression'
# Elsewhere than in that file: the library at all.
elsewhere='\b(?:archive_read|archive_entry)_[a-z_]+\s*\(|\bla_s?s?size_t\b|\bla_int64_t\b'

faults=0
while IFS= read -r -d '' file; do
  look=$never
  [[ $file == "$reader" ]] || look+="|$elsewhere"
  while IFS=: read -r number _; do
    [[ -n $number ]] || continue
    printf '%s:%s: %s\n' "$file" "$number" "$(sed -n "${number}{s/^[ \t]*//;p}" "$file")"
    faults=1
  done < <(
    code_of "$file" | grep -nP "$look" || true
    [[ $file == "$reader" ]] || grep -nE '#[ \t]*include[ \t]*<archive(_entry)?\.h>' "$file" || true
  )
done < <(find "${roots[@]}" -type f \( -name '*.cpp' -o -name '*.hpp' \) -print0 | sort -z)

if ((faults)); then
  echo "archive_reader: an archive could be unpacked, or is read outside $reader (S12)"
  exit 1
fi
echo 'archive_reader: archives are only read, and in one place'
