#!/usr/bin/env bash
# usage: layering.sh TREE
# Fails when a layer names one that it must not know (README, architecture): reads the #include lines below include/ and
# src/ and the link lines of src/<layer>/CMakeLists.txt. Prints file:line: what is wrong.
set -euo pipefail
export LC_ALL=C

cd "$1"
roots=()
for root in include/mailhaul src; do [[ ! -d $root ]] || roots+=("$root"); done
if ((${#roots[@]} == 0)); then
  echo "layering: no sources in $1" >&2
  exit 2
fi

status=0
# shellcheck disable=SC2016 # awk expands it
find "${roots[@]}" -type f \( -name '*.cpp' -o -name '*.hpp' -o -name CMakeLists.txt \) -print0 | sort -z |
  xargs -0 -r awk '
    BEGIN {
      # Who may know whom, itself aside. mail and fs meet in formats, sync and account meet in run.
      may["base"] = ""
      may["io"] = "base"
      may["mail"] = "io base"
      may["fs"] = "io base"
      may["store"] = "mail io base"
      may["formats"] = "store mail fs io base"
      may["ledger"] = "store mail io base"
      may["sync"] = "ledger store mail io base"
      may["account"] = "formats store mail fs io base"
      may["run"] = "account sync ledger formats store mail fs io base"
      may["cli"] = "run account sync ledger formats store mail fs io base"
    }
    function wrong(text) {
      printf "%s:%d: %s\n", FILENAME, FNR, text
      faults = 1
    }
    function known(other) {
      if (!(other in may)) wrong("there is no layer \"" other "\"")
      else if (other != layer && index(" " may[layer] " ", " " other " ") == 0) wrong(layer " must not know " other)
    }
    FNR == 1 {
      sub(/^\.\//, "", FILENAME)
      split(FILENAME, parts, "/")
      layer = parts[1] == "src" ? parts[2] : parts[3]
      if (!(layer in may)) wrong("there is no layer \"" layer "\"")
    }
    !(layer in may) { next }
    FILENAME ~ /CMakeLists\.txt$/ {
      rest = $0
      sub(/#.*/, "", rest)
      while (match(rest, /mailhaul_[a-z]+/)) {
        target = substr(rest, RSTART + 9, RLENGTH - 9)
        rest = substr(rest, RSTART + RLENGTH)
        if (target != "layer" && target != "warnings") known(target)
      }
      next
    }
    /^[ \t]*#[ \t]*include[ \t]*["<]/ {
      path = $0
      sub(/^[^"<]*["<]/, "", path)
      sub(/[">].*/, "", path)
      if (path ~ /(^|\/)\.\.?\//) wrong("an include goes by its layer, not by \"..\"")
      else if (path ~ /^mailhaul\//) {
        split(path, part, "/")
        known(part[2])
      } else if (match(path, /^[a-z_]+\//) && (substr(path, 1, RLENGTH - 1) in may)) {
        other = substr(path, 1, RLENGTH - 1)
        known(other)
        if (other != layer && index(" " may[layer] " ", " " other " ") != 0)
          wrong("a header below src/" other " belongs to that layer alone: what others use is below include/mailhaul")
        else if (FILENAME ~ /^include\//) wrong("a public header must not need one below src/")
      }
    }
    END { exit faults }
  ' || status=$?
case $status in
  0) echo 'layering: no layer names one above or beside it' ;;
  123) exit 1 ;; # what xargs makes of awk's 1
  *) exit 2 ;;
esac
