# tests/engine/targets.sh - what test_*_targets.sh share: one program, compiled by every compiler and for every machine at hand, prints the same.
# Source it; set folder (of the programs), sources (an array: flags of its own and files) and golden. Reads DEPS_DIR.
. tests/tap.sh
export NODE_PATH=${NODE_PATH:-/usr/share/nodejs}
node="node --no-experimental-fetch --no-warnings"

# target NAME RUNNER COMPILER FLAGS...: build with the flags that every build has, run, compare. Without the compiler or runner it is left out, and
# said so.
target() {
  name=$1 runner=$2 program=$folder/$1
  shift 2
  if ! command -v "$1" >/dev/null || { [ -n "$runner" ] && ! command -v "${runner%% *}" >/dev/null; }; then
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $name # SKIP ${1} or ${runner:-it} is not installed"
    return
  fi
  case $1 in emcc) program=$program.js ;; esac
  mkdir -p "$folder"
  "$@" -std=gnu17 -Wno-psabi -ffp-contract=off -fno-math-errno -fno-trapping-math -Iengine -Itests -isystem "${DEPS_DIR:-.deps}/include" \
    -o "$program" "${sources[@]}" >&2
  check "$name" same "$($runner "$program" | tr '\n' ' ' | sed 's/ *$//')" "${golden:?}"
}

# of_header DEFINE FILE: the numbers behind #define DEFINE, in hexadecimal.
of_header() { sed -n "s/^#define $1 0x\([0-9a-f]*\)ull\$/\1/p" "$2" | tr '\n' ' ' | sed 's/ *$//'; }
