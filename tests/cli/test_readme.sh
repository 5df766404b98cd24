#!/bin/bash
# What README.md shows is so: its first scene is scenes/hello.lua, its page of the language evaluates, its example of a mistake is what is
# said, and the files and tests that it names are there. Reads MOONLIT.
. tests/tap.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

block() { awk -v wanted="$1" '/^```lua$/ { n++; inside = 1; next } /^```$/ { inside = 0 } inside && n == wanted' README.md; }

first_scene() { block 1 | diff scenes/hello.lua -; }
language() { block 2 >"$work/page.lua" && [ -s "$work/page.lua" ] && "$MOONLIT" check "$work/page.lua" --strict; }
mistake() {
  printf '%s\n' '' '' '' '' 'sphere{' '  center = {0, 1, 0},' '  radus  = 1,' '}' >"$work/scene.lua"
  "$MOONLIT" check "$work/scene.lua" 2>"$work/err"
  grep -A 3 '^    scene.lua:7:3:' README.md | sed 's/^    //' >"$work/expected"
  [ -s "$work/expected" ] && grep -A 3 error: "$work/err" | sed "s|$work/||" | diff "$work/expected" -
}
named_files() {
  local missing=
  for f in $(grep -oE '`(tests|scenes|docs)/[^ `]*`' README.md | tr -d '`'); do [ -e "$f" ] || missing+=" $f"; done
  same "$missing" ""
}
check "the first scene is hello.lua" first_scene
check "the page of the language evaluates" language
check "the mistake is reported as shown" mistake
check "what is named is there" named_files
finish
