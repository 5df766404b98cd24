#!/bin/bash
# The set-up, against a package manager of straw: what it installs, what it says, and that it leaves alone what it should.
. tests/tap.sh
unset DEPS # the caller's own choice is not what is tested
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/bin" "$work/none" "$work/deps"

# Commands of straw. have: installed packages, one a line; calls: what apt-get and sudo were asked for.
cat >"$work/bin/dpkg-query" <<'STRAW'
#!/bin/sh
for package; do :; done
case $package in -*) cat "$STRAW/provided" 2>/dev/null; exit ;; esac
if grep -qx "$package" "$STRAW/have"; then echo "ii "; else exit 1; fi
STRAW
cat >"$work/bin/apt-get" <<'STRAW'
#!/bin/sh
echo "apt-get $* frontend=$DEBIAN_FRONTEND" >>"$STRAW/calls"
[ -e "$STRAW/broken" ] && { echo "E: no network"; exit 100; }
case "$*" in *install*) for word; do case $word in -* | install) ;; *) echo "$word" >>"$STRAW/have" ;; esac; done ;; esac
exit 0
STRAW
printf '#!/bin/sh\necho sudo >>"$STRAW/calls"\nexec "$@"\n' >"$work/bin/sudo"
printf '#!/bin/sh\necho "${STRAW_UID:-0}"\n' >"$work/bin/id"
chmod +x "$work/bin/"*
for command in sh awk cut mktemp rm ln mkdir env tail cat grep sed sha256sum tar touch mv cp head dirname; do ln -s "$(command -v $command)" "$work/none/$command"; done
export STRAW=$work

setup() { : >"$work/calls"; PATH=$work/bin:$work/none DEPS_DIR=$work/deps .make/setup "$@" >"$work/said" 2>&1; }
without() { PATH=$work/none DEPS_DIR=$work/deps .make/setup "$@" >"$work/said" 2>&1; }
packages() { awk -F'|' -v set="$1" 'NF == 7 { gsub(/ /, "", $2); gsub(/ /, "", $3); if ($2 == set) print $3 }' docs/DEPENDENCIES.md; }
said() { grep -qF -- "$1" "$work/said" || { cat "$work/said"; false; }; }
called() { same "$(grep -c -- "$1" "$work/calls")" "$2" || { cat "$work/calls"; false; }; }

fresh() {
  : >"$work/have"
  setup build && called "update" 1 && called "install --no-install-recommends" 1 && called "frontend=noninteractive" 2 && called "sudo" 0 &&
    for package in $(packages build); do grep -qx "$package" "$work/have" && said "$package" || return; done
}
twice() { setup build && called . 0 && same "$(cat "$work/said")" ""; }
part() { grep -vx libstb-dev "$work/have" >"$work/h"; mv "$work/h" "$work/have"; setup build && called "install --no-install-recommends libstb-dev" 1; }
more() { setup build test && called "install --no-install-recommends $(packages test | paste -sd' ')" 1; }
provided() {
  echo 'ii  bundle-dev, libcmocka-dev (= 1.1),' >"$work/provided"
  grep -vx libcmocka-dev "$work/have" >"$work/h"; mv "$work/h" "$work/have"
  setup build test && called . 0 && rm "$work/provided" && setup build test && called "install --no-install-recommends libcmocka-dev" 1
}
user() { : >"$work/have"; STRAW_UID=1000 setup build && called sudo 2; }
no_sudo() { : >"$work/have"; mv "$work/bin/sudo" "$work/sudo"; STRAW_UID=1000 setup build; local status=$?; mv "$work/sudo" "$work/bin/"; [ $status != 0 ] && called . 0 && said "As root, run: apt-get install"; }
offline() { : >"$work/have"; touch "$work/broken"; setup build; local status=$?; rm "$work/broken"; [ $status != 0 ] && said "E: no network" && said "Could not install:"; }
skip() { : >"$work/have"; DEPS=skip setup build && called . 0 && same "$(cat "$work/said")" ""; }
elsewhere() { ! without build && said "gcc" && said "Debian: binutils" && said "DEPS=skip"; }
headers() { rm -rf "$work/deps" && without build; [ -e "$work/deps/include/xxhash.h" ] && [ -e "$work/deps/include/stb/stb_image.h" ] && [ -e "$work/deps/include/jsmn.h" ]; }

lua() { PATH=$work/none DEPS_DIR=$work/lua LUA_TARBALL=${1:-} .make/fetch-lua >"$work/said" 2>&1; }
lua_fails() { ! lua && said "Could not get Lua 5.4.9" && said "$work/lua/lua-5.4.9.tar.gz" && said "LUA_TARBALL=" && [ ! -e "$work/lua/lua-5.4.9" ]; }
lua_foreign() { ! lua README.md && said "is not lua-5.4.9.tar.gz" && [ ! -e "$work/lua/lua-5.4.9" ]; }
lua_given() { ln -sf "$(command -v gzip)" "$work/none/gzip"; lua "$DEPS_DIR/lua-5.4.9.tar.gz" && [ -e "$work/lua/lua-5.4.9/src/lapi.c" ] && [ -e "$work/lua/lua-5.4.9/ready" ]; }
lua_kept() { rm -r "$work/lua/lua-5.4.9" && lua && [ -e "$work/lua/lua-5.4.9/ready" ]; }
lua_damaged() { rm -r "$work/lua/lua-5.4.9" && echo x >>"$work/lua/lua-5.4.9.tar.gz" && ! lua && [ ! -e "$work/lua/lua-5.4.9" ]; }

check "a fresh system gets every package, once, unasked" fresh
check "a second run does and says nothing" twice
check "a removed package comes back alone" part
check "tests add theirs" more
check "what another package brings is there" provided
check "as a user, by sudo" user
check "without root and sudo it says what to run" no_sudo
check "without a network it says so" offline
check "DEPS=skip leaves the system alone" skip
check "elsewhere it prints what is missing" elsewhere
check "header libraries are linked apart from the C library's" headers
check "Lua: a failure says what to fetch and where to put it" lua_fails
check "Lua: a foreign tarball is refused" lua_foreign
check "Lua: a tarball given by hand" lua_given
check "Lua: the kept tarball serves offline" lua_kept
check "Lua: a damaged tarball is refused" lua_damaged
finish
