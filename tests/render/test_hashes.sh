#!/bin/bash
# A picture depends on neither threads, tiles, instruction set, resume points nor crop (docs/ARCHITECTURE.md, invariant 3).
# Reads MOONLIT; other compilers and machines are tried by test_targets.sh.
. tests/tap.sh
. tests/render/pictures.sh
work=$(mktemp -d)
trap 'rm -rf "$work" "$tap_errors"' EXIT

# Pixels of a PFM file of WxH, one a line, as bits; rows from the bottom up.
pixels() { tail -c $(($2 * $3 * 12)) "$1" | od -An -v -tx4 -w12; }

isas=scalar
case $(uname -m) in
  x86_64) grep -qw sse4_1 /proc/cpuinfo && isas+=" sse4.1"; grep -qw avx2 /proc/cpuinfo && isas+=" avx2" ;;
  aarch64) isas+=" neon" ;;
esac

resumes() { # SCENE OPTIONS FROM TO REFERENCE: a render of FROM samples, continued to TO
  "$MOONLIT" render "$1" $2 --samples "$3" --film "$work/film" -o "$work/part.pfm" --quiet &&
    same_hash "$5" "$MOONLIT" hash "$1" $2 --samples "$4" --resume "$work/film"
}

crop_is_part() { # SCENE OPTIONS X,Y,W,H of 96x64
  local x y w h
  IFS=, read -r x y w h <<<"$3"
  "$MOONLIT" render "$1" $2 --size 96x64 -o "$work/whole.pfm" --quiet && "$MOONLIT" render "$1" $2 --size 96x64 --crop "$3" -o "$work/crop.pfm" --quiet || return
  pixels "$work/whole.pfm" 96 64 | awk -v x="$x" -v w="$w" -v top=$((64 - y - h)) -v h="$h" \
    '{ row = int((NR - 1) / 96); column = (NR - 1) % 96 } row >= top && row < top + h && column >= x && column < x + w' >"$work/expected"
  [ "$(wc -l <"$work/expected")" = $((w * h)) ] && pixels "$work/crop.pfm" "$w" "$h" | cmp - "$work/expected"
}

while read -r _ scene options; do
  reference=$(hash_of "$MOONLIT" hash "$scene" $options --threads 1)
  without_samples=$(sed 's/--samples [0-9]*//' <<<"$options")
  for split in "2 1" "3 7" "8 32" "64 4096"; do # both at once: a gallery takes its time
    read -r threads tile <<<"$split"
    check "$scene: $threads threads, tiles of $tile" same_hash "$reference" "$MOONLIT" hash "$scene" $options --threads "$threads" --tile "$tile"
  done
  for isa in $isas; do check "$scene: $isa" same_hash "$reference" "$MOONLIT" hash "$scene" $options --isa "$isa"; done
  check "$scene: resumed after 1 of 4" resumes "$scene" "$without_samples" 1 4 "$reference"
  case $scene in tests/*)
    check "$scene: resumed after 5 of 12" resumes "$scene" "$without_samples" 5 12 "$(hash_of "$MOONLIT" hash "$scene" $without_samples --samples 12)" ;;
  esac
  check "$scene: a crop" crop_is_part "$scene" "$(sed 's/--size [0-9x]*//' <<<"$options")" 13,9,37,30
done < <(pictures)
# Hashes can tell pictures apart.
other() { [ "$(hash_of "$MOONLIT" hash "$@" $default_options)" != "$(hash_of "$MOONLIT" hash scenes/cornell.lua $default_options)" ]; }
check "another seed is another picture" other scenes/cornell.lua --seed 2
check "another scene is another picture" other scenes/hello.lua
check "there are pictures" same "$(pictures | grep -c . | sed 's/[1-9][0-9]*/some/')" some
finish
