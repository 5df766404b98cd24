#!/bin/bash
# Other compilers, optimisation levels and machines draw the same bits. Reads MOONLIT (the reference), BUILD, and HASH_BUILDS: folders
# below BUILD (as the Makefile names them) to compare, e.g. "wasm clang O0 aarch64". What is not built fails. Emulated, a script takes its time.
# LONG=1: the scalar kernels of other machines with the scenes of the gallery, too.
. tests/tap.sh
. tests/render/pictures.sh

command_of() {
  case $1 in
    wasm*) echo "node --no-experimental-fetch --no-warnings $BUILD/$1/moonlit.js" ;;
    aarch64*) echo "qemu-aarch64 $BUILD/$1/moonlit" ;;
    *) echo "$BUILD/$1/moonlit" ;;
  esac
}

while read -r _ scene options; do
  reference=$(hash_of "$MOONLIT" hash "$scene" $options)
  for build in ${HASH_BUILDS:-wasm}; do
    check "$scene: $build" same_hash "$reference" $(command_of "$build") hash "$scene" --eval-timeout 120 $options
    case ${LONG:+tests/}$scene-$build in tests/*-wasm* | tests/*-aarch64*) # their instruction set is their own; here is the reference's
      check "$scene: $build, scalar" same_hash "$reference" $(command_of "$build") hash "$scene" --eval-timeout 120 $options --isa scalar ;;
    esac
  done
done < <(pictures)
check "there are pictures" same "$(pictures | grep -c . | sed 's/[1-9][0-9]*/some/')" some
finish
