#!/bin/bash
# docs/example.c, built against the installed header and library, renders its scene. Reads OUT.
. tests/tap.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

renders() {
  "$OUT/docs/example" "$work/a.png" >"$work/a" && "$OUT/docs/example" "$work/b.png" >"$work/b" || return
  grep -qx '[0-9a-f]\{16\}' "$work/a" && cmp "$work/a" "$work/b" && cmp "$work/a.png" "$work/b.png"
}
says_why() {
  ! "$OUT/docs/example" "$work/no/a.png" 2>"$work/err" && same "$(cat "$work/err")" "cannot write '$work/no/a.png': the folder '$work/no' does not exist"
}
check "the example renders, twice the same" renders
check "the example says why it cannot" says_why
finish
