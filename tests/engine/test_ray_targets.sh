#!/bin/bash
# Rays hit the same, to the bit, from every compiler, machine and instruction set at hand, by trees of either width: the floors base, math,
# shape, program and bvh compiled by each, without the rest. Targets whose compiler is missing are left out, and said so. Reads BUILD, DEPS_DIR.
. tests/engine/targets.sh
folder=${BUILD:-build}/ray-targets
sources=(tests/engine/golden_rays.c engine/base/*.c engine/math/*.c engine/shape/prim.c engine/program/{field,gradient}.c engine/bvh/*.c)
golden=$(of_header 'GOLDEN_RAYS' tests/engine/golden_rays.h)

target gcc-scalar-O0 "" gcc -O0 -DML_ISA_SCALAR -pthread
target clang-O2 "" clang -O2 -pthread
target wasm-simd "$node" emcc -O3 -msimd128 -DML_NO_THREADS -sALLOW_MEMORY_GROWTH=1
target wasm-scalar "$node" emcc -O2 -DML_ISA_SCALAR -DML_NO_THREADS -sALLOW_MEMORY_GROWTH=1
target aarch64 qemu-aarch64 aarch64-linux-gnu-gcc -O2 -pthread -static
case $(uname -m) in x86_64)
  target gcc-sse4.1 "" gcc -O3 -msse4.1 -pthread
  if grep -q avx2 /proc/cpuinfo 2>/dev/null; then
    target gcc-avx2 "" gcc -O2 -mavx2 -DLANE_COUNT=8 -pthread
    target clang-avx2-fma "" clang -O2 -mavx2 -mfma -DLANE_COUNT=8 -pthread
  fi ;;
esac
finish
