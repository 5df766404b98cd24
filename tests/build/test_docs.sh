#!/bin/bash
# docs/REFERENCE.md is what the language's table says (make docs), and what the documents link to is there. Reads MOONLIT.
. tests/tap.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

current() { "$MOONLIT" doc --markdown >"$work/now" && diff docs/REFERENCE.md "$work/now" | head -n 20 && cmp docs/REFERENCE.md "$work/now"; }

links() {
  for page in *.md docs/*.md tests/*/*.md; do
    [ -e "$page" ] || continue
    for link in $(grep -oE '\]\([^)# ]+' "$page" | cut -c3- | grep -v '^[a-z]*:'); do
      [ -e "$(dirname "$page")/$link" ] || { echo "$page: $link is not there"; wrong=1; }
    done
  done
  [ -z "${wrong:-}" ]
}

check "docs/REFERENCE.md is current (make docs)" current
check "links between documents lead somewhere" links
finish
