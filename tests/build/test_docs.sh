#!/bin/bash
# docs/REFERENCE.md is what the language's table says, its pictures are what it says (make docs), and what documents link to is there. Reads MOONLIT.
. tests/tap.sh
export MOONLIT
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
# Below 2 MB together, so that a clone stays small.
pictures_are_small() { local bytes; bytes=$(cat docs/pictures/*.jpg docs/pictures/files/* | wc -c); [ "$bytes" -lt 2000000 ] || { echo "docs/pictures: $bytes bytes"; false; }; }

check "the pictures of docs/REFERENCE.md are current (make docs)" .make/reference-pictures check
check "pictures take less than 2 MB" pictures_are_small
check "links between documents lead somewhere" links
finish
