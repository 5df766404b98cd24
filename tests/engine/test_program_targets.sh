#!/bin/bash
# Random programs and noise (tests/engine/golden_program.h) come out the same from every compiler, optimisation level and machine at hand: the floors
# base, math and program compiled by each, without the rest. Targets whose compiler is missing are left out, and said so. Reads BUILD, DEPS_DIR.
. tests/tap.sh
folder=${BUILD:-build}/program-targets
mkdir -p "$folder"
export NODE_PATH=${NODE_PATH:-/usr/share/nodejs}
golden=$(sed -n 's/^#define GOLDEN_PROGRAMS 0x\([0-9a-f]*\)ull$/\1/p' tests/engine/golden_program.h | tr '\n' ' ')

# target NAME RUNNER COMPILER FLAGS...: build with the flags that every build has, run, compare.
target() {
  name=$1 runner=$2 program=$folder/$1
  shift 2
  if ! command -v "$1" >/dev/null || { [ -n "$runner" ] && ! command -v "${runner%% *}" >/dev/null; }; then
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $name # SKIP ${1} or ${runner:-it} is not installed"
    return
  fi
  case $1 in emcc) program=$program.js ;; esac
  "$@" -std=gnu17 -Wno-psabi -ffp-contract=off -fno-math-errno -fno-trapping-math -Iengine -isystem "${DEPS_DIR:-.deps}/include" -o "$program" \
    tests/engine/golden_program.c engine/base/*.c engine/math/*.c engine/program/*.c >&2
  check "$name" same "$($runner "$program") " "$golden"
}

target gcc-O0 "" gcc -O0 -pthread
target gcc-O3 "" gcc -O3 -pthread
target clang-O2 "" clang -O2 -pthread
target wasm "node --no-experimental-fetch --no-warnings" emcc -O2 -DML_NO_THREADS
target wasm-simd "node --no-experimental-fetch --no-warnings" emcc -O2 -msimd128 -DML_NO_THREADS
target aarch64 qemu-aarch64 aarch64-linux-gnu-gcc -O2 -pthread -static
case $(uname -m) in x86_64)
  if grep -q avx2 /proc/cpuinfo 2>/dev/null; then target gcc-avx2 "" gcc -O3 -mavx2 -pthread; fi ;;
esac
finish
