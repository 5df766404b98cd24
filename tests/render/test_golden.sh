#!/bin/bash
# Every scene's picture is the one that was blessed: tests/render/golden.txt, by `make bless REASON="..."`. Reads MOONLIT.
. tests/tap.sh
. tests/render/pictures.sh

version_is_blessed() { same "$(sed -n 's/^# picture version //p' $golden)" "$(sed -n 's/.*ML_PICTURE_VERSION \([0-9]*\).*/\1/p' engine/moonlit.h)"; }

check "the picture version is the blessed one" version_is_blessed
while read -r hash scene options; do
  check "$scene $options" same_hash "$hash" "$MOONLIT" hash "$scene" $options
done < <(pictures)
finish
