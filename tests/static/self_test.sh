#!/usr/bin/env bash
# usage: self_test.sh CHECK TREE
# Runs a static check over a tree whose wrong lines end in the word WRONG: the check must fail, must name each of those
# lines and no other.
set -euo pipefail
export LC_ALL=C

check=$1
tree=$2

status=0
output=$(bash "$check" "$tree") || status=$?
if ((status != 1)); then
  printf '%s\nexit status %s, not 1\n' "$output" "$status"
  exit 1
fi

named() { sed -nE 's/^([^:]+:[0-9]+): .*/\1/p' | sort -u; }
wanted=$(cd "$tree" && grep -rnE 'WRONG$' . | sed 's|^\./||; s/:/: /2' | named)
found=$(named <<<"$output")
if [[ -z $wanted || $found != "$wanted" ]]; then
  echo 'lines that are wrong (<) and lines that the check named (>):'
  diff <(echo "$wanted") <(echo "$found") || true
  exit 1
fi
echo "$(wc -l <<<"$wanted") wrong lines, all found, no false alarm"
