#!/bin/bash
# Every ```lua block of docs/GUIDE.md evaluates without an error or a warning, and draws something; a block that begins with "-- name.lua" is
# that file, below lib/ a module. A ```lua wrong block fails with the ```text that follows it. The options it names are there. Reads MOONLIT.
. tests/tap.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/lib" "$work/wrong"

# One file for each block, named by its first line or its number.
awk -v work="$work" '
  /^```/ && inside { inside = 0; close(file); next }
  /^```lua wrong$/ { inside = 1; wrong = 1; n++; first = 1; next }
  /^```lua$/ { inside = 1; wrong = 0; n++; first = 1; next }
  /^```text$/ { inside = 1; first = 0; file = work "/wrong/expected"; next }
  inside && first {
    first = 0
    file = $0 ~ /^-- [a-z\/]+\.lua$/ ? substr($0, 4) : "block-" n ".lua"
    file = work (wrong ? "/wrong/" : "/") file
  }
  inside { print > file }
' docs/GUIDE.md

evaluates() { "$MOONLIT" check "$1" --strict >"$work/out" && grep -q '^  shapes     [1-9]' "$work/out"; }
mistakes() { (cd "$work/wrong" && ! "$(realpath "$MOONLIT")" check wrong.lua 2>err && grep -v '^[0-9]* errors' err | diff expected -); }
options() {
  local help wrong=
  help=$(for c in render doc params; do "$MOONLIT" $c --help; done)
  for option in $(grep -oE -- '(^|[ `])--[a-z-]+' docs/GUIDE.md | tr -d ' `' | sort -u); do
    grep -q -- "^  $option " <<<"$help" || wrong+=" $option"
  done
  same "$wrong" ""
}

MOONLIT=$(realpath "$MOONLIT")
for scene in "$work"/*.lua; do check "$(basename "$scene") evaluates" evaluates "$scene"; done
check "mistakes are reported as shown" mistakes
check "the options are there" options
check "there are scenes" [ "$(ls "$work"/*.lua | wc -l)" -ge 8 ]
finish
