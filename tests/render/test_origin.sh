#!/bin/bash
# scenes/origin.lua agrees with an independent ray tracer (origin_reference.py, whose picture is origin.ppm): at least 97 % of the pixels
# within 2/255, encoded as the demo did. Reads MOONLIT.
. tests/tap.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rows_of_pfm() { tail -c $((200 * 200 * 12)) "$1" | od -An -v -tf4 -w2400 | tac | awk '{ for (i = 1; i <= NF; i += 3) print $i, $(i + 1), $(i + 2) }'; }
rows_of_ppm() { tail -c $((200 * 200 * 3)) "$1" | od -An -v -tu1 -w3; }

agrees() {
  "$MOONLIT" render scenes/origin.lua --size 200x200 -o "$work/origin.pfm" --quiet || return
  paste <(rows_of_pfm "$work/origin.pfm") <(rows_of_ppm tests/render/origin.ppm) | awk '
    function code(v) { v = v < 0 ? 0 : v > 1 ? 1 : v; return int(v ^ (1 / 2.2) * 255) }
    function off(a, b) { return a > b ? a - b : b - a }
    { pixels++; near += off(code($1), $4) <= 2 && off(code($2), $5) <= 2 && off(code($3), $6) <= 2 }
    END { printf "%d of %d pixels agree\n", near, pixels; exit !(pixels == 40000 && near >= 0.97 * pixels) }'
}

check "the picture agrees with the reference" agrees
finish
