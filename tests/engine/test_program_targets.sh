#!/bin/bash
# Random programs and noise (tests/engine/golden_program.h) come out the same from every compiler, optimisation level and machine at hand: the floors
# base, math and program compiled by each, without the rest. Targets whose compiler is missing are left out, and said so. Reads BUILD, DEPS_DIR.
. tests/engine/targets.sh
folder=${BUILD:-build}/program-targets
sources=(tests/engine/golden_program.c engine/base/*.c engine/math/*.c engine/program/*.c)
golden=$(of_header 'GOLDEN_PROGRAMS' tests/engine/golden_program.h)

target gcc-O0 "" gcc -O0 -pthread
target gcc-O3 "" gcc -O3 -pthread
target clang-O2 "" clang -O2 -pthread
target wasm "$node" emcc -O2 -DML_NO_THREADS
target wasm-simd "$node" emcc -O2 -msimd128 -DML_NO_THREADS
target aarch64 qemu-aarch64 aarch64-linux-gnu-gcc -O2 -pthread -static
case $(uname -m) in x86_64)
  if grep -q avx2 /proc/cpuinfo 2>/dev/null; then target gcc-avx2 "" gcc -O3 -mavx2 -pthread; fi ;;
esac
finish
