#!/bin/bash
# The rings and floors of docs/ARCHITECTURE.md, held by looking at every include and at what the engine's objects refer to:
# nothing includes outward or upward, the engine knows neither Lua nor a terminal, its own header comes first.
. tests/tap.sh

includes() { grep -nHE '^[[:space:]]*#[[:space:]]*include' "$@" /dev/null; }
sources() { find "$@" -name node_modules -prune -o -name '*.[ch]' -print 2>/dev/null; }

# Prints every include that breaks a rule; reads grep's file:line:text.
broken() {
  awk -F: -v lua_source="${DEPS_DIR:-.deps}/lua-5.4.9/src" '
    BEGIN {
      # Neighbours on one floor do not know each other, but for these; the arrows have no circle.
      split("math/base camera/shape light/bvh light/shade", n, " ")
      for (i in n) neighbours[n[i]] = 1
      split("base 1 math 1 image 2 shape 2 camera 2 program 2 shade 3 light 3 bvh 3 scene 4 render 5", f, " ")
      for (i = 1; i in f; i += 2) floor[f[i]] = f[i + 1]
      split("assert errno fcntl fenv float immintrin emmintrin smmintrin arm_neon wasm_simd128 inttypes limits math pthread sched setjmp signal stdarg" \
            " stdatomic stdbool stddef stdint stdio stdlib string jsmn sys/mman sys/stat sys/sysinfo sys/types time unistd xxhash stb/stb_image" \
            " stb/stb_image_write stb/stb_truetype font_bytes emscripten/heap cpuid xmmintrin", s, " ")
      for (i in s) system_header["<" s[i] ".h>"] = 1
      split("lua lauxlib lualib luaconf", s, " ")
      for (i in s) lua_header[s[i] ".h"] = 1
    }
    function bad(why) { print $1 ":" $2 ": " why ": " $3 }
    {
      match($0, /[<"][^>"]*[>"]/)
      name = substr($0, RSTART, RLENGTH); inner = substr(name, 2, length(name) - 2); quoted = name ~ /^"/
      depth = split($1, path, "/"); ring = path[1]; folder = $1; sub("/[^/]*$", "", folder)
    }
    ring == "engine" && $1 == "engine/moonlit.h" { if (!(name ~ /^<std(bool|def|int)\.h>$/)) bad("the public header stands alone"); next }
    ring == "engine" {
      if (!quoted) { if (!system_header[name]) bad("not among the headers that the engine uses"); next }
      if (inner == "moonlit.h") next
      mine = depth == 2 ? 6 : floor[path[2]]
      if (depth > 2 && !mine) { bad("no such floor"); next }
      if (split(inner, to, "/") != 2 || !floor[to[1]]) { bad("the engine includes engine/<folder>/<file> only"); next }
      if (depth > 2 && (to[1] == path[2] || ((path[2] "/" to[1]) in neighbours))) next
      if (floor[to[1]] >= mine) bad("floor " mine " must not include floor " floor[to[1]])
      next
    }
    ring == "lua" {
      if (inner ~ /\// && inner !~ /^sys\//) bad("lua/ includes moonlit.h, its own files and Lua only")
      else if (!lua_header[inner] && !system("test -e " lua_source "/" inner)) bad("of Lua, only the public headers")
      else if (quoted && inner != "moonlit.h" && !lua_header[inner] && system("test -e lua/" inner)) bad("not in lua/")
      next
    }
    ring == "cli" || ring == "web" {
      if (lua_header[inner]) bad("Lua itself is seen in lua/ only")
      else if (quoted && inner != "moonlit.h" && system("test -e " folder "/" inner " || test -e lua/" inner)) bad("drivers include moonlit.h, lua/ and their own files only")
    }'
}

nothing_broken() { found=$(includes $(sources "$@") | broken); [ -z "$found" ] || { echo "$found"; false; }; }

own_header_first() {
  for file in $(find engine lua cli web/bridge -name '*.c' 2>/dev/null); do
    header=$(basename "${file%.c}").h
    [ -e "${file%.c}.h" ] && [ $header != luaconf_moonlit.h ] || continue # that one is included by force
    first=$(includes "$file" | head -n 1)
    case $first in *"/$header\""* | *"\"$header\""*) ;; *) echo "$first: $header should come first"; wrong=1 ;; esac
  done
  [ -z "${wrong:-}" ]
}

# The rules themselves are tried on lines that break them.
caught() { [ -n "$(echo "$1" | broken)" ] || { echo "let through: $1"; false; }; }
passes() { [ -z "$(echo "$1" | broken)" ] || { echo "refused: $1"; false; }; }

check "the engine's floors" nothing_broken engine
check "lua/ stays in its ring" nothing_broken lua
check "drivers stay in theirs" nothing_broken cli web
check "own header first" own_header_first
check "catches an include of an upper floor" caught 'engine/base/arena.c:1:#include "scene/scene.h"'
check "catches an include of a neighbour" caught 'engine/shade/matte.c:1:#include "light/light.h"'
check "catches Lua in the engine" caught 'engine/api.c:1:#include <lua.h>'
check "catches lua/ in the engine" caught 'engine/api.c:1:#include "script.h"'
check "catches the engine's insides in lua/" caught 'lua/reader.c:1:#include "base/arena.h"'
check "catches the engine's insides in cli/" caught 'cli/main.c:1:#include "render/film.h"'
check "catches Lua's insides in lua/" caught 'lua/reader.c:1:#include "lstate.h"'
check "catches cli/ in lua/" caught 'lua/reader.c:1:#include "cli/options.h"'
check "catches Lua in cli/" caught 'cli/main.c:1:#include "lua.h"'
check "catches cli/ in web/" caught 'web/bridge/bridge.c:1:#include "options.h"'
check "lets a bridge see itself and lua/" passes 'web/bridge/bridge.c:1:#include "script.h"'
check "lets a lower floor pass" passes 'engine/scene/scene.c:1:#include "base/arena.h"'
check "lets the top floor see all" passes 'engine/api.c:1:#include "render/film.h"'
finish
