#!/bin/bash
# Pictures are decoded, reduced and looked up to the same bits by every compiler, optimisation level and machine at hand: the floors base,
# math and image compiled by each, without the rest. Targets whose compiler is missing are left out, and said so. Reads BUILD, DEPS_DIR.
. tests/engine/targets.sh
folder=${BUILD:-build}/image-targets
sources=(-fwrapv tests/engine/golden_images.c engine/base/*.c engine/math/*.c engine/image/read*.c engine/image/texture_build.c engine/image/color.c)
golden=$(of_header 'GOLDEN_IMAGES' tests/engine/golden_images.h)

target gcc-O0 "" gcc -O0 -pthread
target clang-O2 "" clang -O2 -pthread
target wasm "$node" emcc -O2 -DML_NO_THREADS -msimd128 -sSUPPORT_LONGJMP=wasm -sNODERAWFS=1 -sALLOW_MEMORY_GROWTH=1
target aarch64 qemu-aarch64 aarch64-linux-gnu-gcc -O2 -pthread -static
case $(uname -m) in x86_64)
  if grep -q avx2 /proc/cpuinfo 2>/dev/null; then target gcc-avx2 "" gcc -O3 -mavx2 -pthread; fi ;;
esac
finish
