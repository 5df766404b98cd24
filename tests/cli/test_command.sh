#!/bin/bash
# The command as its users meet it: exit codes, where what is written goes, and what is left behind. Reads MOONLIT.
. tests/tap.sh
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
moonlit=$(realpath "$MOONLIT")

cat >"$work/ball.lua" <<'LUA'
local radius = param("radius", 1, { min = .1, max = 2, help = "size of the ball" })
camera{ from = {0, 1, 5}, look_at = {0, .5, 0} }
sphere{ radius = radius, material = "gold" }
background(.5)
print "rendered by \27[31mmoonlit\27[0m"
render{ size = {32, 20}, samples = 4 }
LUA
echo 'sphere{ radius = -1 }  sphere{ colour = 1 }' >"$work/wrong.lua"
echo 'while true do pcall(function() while true do end end) end' >"$work/endless.lua"
printf 'local t = {}\nwhile true do t[#t + 1] = { #t } end\n' >"$work/growing.lua"
echo 'camera{ from = {0, 1, 5}, look_at = {0, 1, 0} } sphere() background(.5) render{ size = {400, 400}, samples = 1000000 }' >"$work/long.lua"

# run EXPECTED_STATUS ARGUMENT...: out and err hold what it wrote.
run() {
  local expected=$1 status
  shift
  (cd "$work" && "$moonlit" "$@" >out 2>err </dev/null)
  status=$?
  [ $status = "$expected" ] || { echo "status $status, expected $expected: moonlit $*"; cat "$work/out" "$work/err"; false; }
}
out_has() { grep -q -- "$1" "$work/out" || { echo "no '$1' in:"; cat "$work/out"; false; }; }
err_has() { grep -q -- "$1" "$work/err" || { echo "no '$1' in:"; cat "$work/err"; false; }; }
err_is() { same "$(cat "$work/err")" "$1"; }
out_empty() { [ ! -s "$work/out" ] || { echo 'not empty:'; cat "$work/out"; false; }; }
err_empty() { [ ! -s "$work/err" ] || { echo 'not empty:'; cat "$work/err"; false; }; }
nothing_new() { same "$(cd "$work" && ls -A | grep -v -e '^out$' -e '^err$' -e '\.lua$')" ""; }
clean() { (cd "$work" && ls -A | grep -v '\.lua$' | xargs -r rm -rf); }

# ---- the call

version() { run 0 --version && out_has '^moonlit [0-9]' && out_has '^picture version [0-9]' && out_has 'scalar' && err_empty; }
help() { run 0 --help && out_has 'moonlit render' && out_has '--time-limit' && run 0 check --help && out_has '--memory' && ! grep -q -- --film "$work/out"; }
no_command() { run 2 && err_has 'what shall be done' && out_empty; }
unknown_option() { run 2 render ball.lua --sampels 3 && err_is 'moonlit: --sampels is not an option; did you mean --samples?' && nothing_new; }
unknown_isa() { run 2 hash ball.lua --isa abacus && err_has "isa: 'abacus' is not known" && err_has scalar; }
raw_argument() { run 1 check $'no\33[31m.lua' && err_has 'no such file' && ! grep -q $'\33' "$work/err"; }
check "--version" version
check "--help" help
check "no command" no_command
check "an unknown option" unknown_option
check "an unknown instruction set" unknown_isa
check "control characters of an argument are made visible" raw_argument

# ---- render

default_name() { clean; run 0 render ball.lua && [ -s "$work/ball.png" ] && out_has 'ball.png  32 x 20 pixels, 4 samples' && out_has '  hash     [0-9a-f]\{16\}$' && out_has 'Mray/s' && out_has '  memory   '; }
plain_progress() { run 0 render ball.lua && err_has '100 %   4 of 4 samples' && ! grep -q $'\r' "$work/err"; }
quiet() { run 0 render ball.lua --quiet && out_empty && err_empty; }
console_is_filtered() { run 0 render ball.lua && err_has 'ball.lua:5: rendered by' && ! grep -q $'\33' "$work/err" "$work/out"; }
formats() {
  clean
  for f in png jpg hdr pfm PNG; do run 0 render ball.lua -o "p.$f" --quiet && [ -s "$work/p.$f" ] || return; done
  same "$(head -c 2 "$work/p.pfm")" PF && same "$(head -c 10 "$work/p.hdr")" '#?RADIANCE' && same "$(head -c 4 "$work/p.png" | tail -c 3)" PNG
}
to_pipe() { run 0 render ball.lua -o - && same "$(head -c 4 "$work/out" | tail -c 3)" PNG && err_has '  hash ' && same "$(tail -c 8 "$work/out" | head -c 4)" IEND; }
options_replace() { run 0 render ball.lua -o p.pfm --size 7x5 --samples 2 && out_has '7 x 5 pixels, 2 samples' && same "$(head -n 2 "$work/p.pfm" | tail -n 1)" '7 5'; }
# Options of the camera are what camera{ } would say, to the bit; what is not given stays.
picture_of() { printf '%s\nsphere{ floor = true }\nplane{}\nbackground{ 1 }\nrender{ size = {32, 20}, samples = 2 }\n' "$1" >"$work/look.lua"; shift; run 0 hash look.lua "$@" && cp "$work/out" "$work/seen"; }
as_options() { picture_of "$1" "${@:3}" && cp "$work/seen" "$work/options" && picture_of "$2" && same "$(cat "$work/options")" "$(cat "$work/seen")"; }
looks() {
  as_options 'camera{ fov = 30 }' 'camera{ fov = 30, from = {3, 2, .125}, look_at = {0, .5, 0} }' --from 3,2,.125 --look-at 0,.5,0 &&
    as_options 'camera{ aperture = .2 }' 'camera{ aperture = .2, from = {3, 2, 1}, fov = 25 }' --from 3,2,1 --fov 25 &&
    as_options 'camera{ aperture = .2, focus = 3 }' 'camera{ aperture = .4, focus = 3, from = {3, 2, 1} }' --from 3,2,1 --aperture .4 &&
    as_options 'camera{ aperture = .2 }' 'camera{ aperture = .2, focus = 4 }' --focus 4 &&
    as_options 'camera{ kind = "orthographic" }' 'camera{ kind = "orthographic", size = 4, up = {1, 1, 0} }' --height 4 --up 1,1,0 &&
    as_options 'camera{}' 'camera{ from = {0, 5, 0}, look_at = {0, 0, 0} }' --from 0,5,0 --look-at 0,0,0 &&
    as_options 'camera{ from = {0, 5, 0}, look_at = {0, 0, 0} }' 'camera{ from = {1, 2, 5}, look_at = {0, 0, 0} }' --from 1,2,5 &&
    as_options 'camera{ from = {0, 5, 0}, look_at = {0, 0, 0}, up = {1, 0, 0} }' 'camera{ from = {1, 2, 5}, look_at = {0, 0, 0}, up = {1, 0, 0} }' --from 1,2,5 &&
    as_options 'camera{ kind = "orthographic" }' 'camera{ kind = "orthographic", from = {-2e8, 3e8, 1e8}, size = 4 }' --from -2e8,3e8,1e8 --height 4
}
looks_wrong() {
  picture_of 'camera{ kind = "orthographic" }' && run 2 hash look.lua --fov 30 && err_has 'orthographic and has no angle; --height M' &&
    picture_of 'camera{}' && run 2 hash look.lua --height 720 && err_has '--size WxH' && run 2 hash look.lua --from 0,1,0 && err_has 'both are {0, 1, 0}' &&
    run 2 hash look.lua --up 0,.6,5 && err_has 'up: {0, 0.6, 5} lies along the view' && run 2 hash look.lua --up 0,0,0 && err_has 'lies along the view'
}
cropped() { run 0 render ball.lua -o p.pfm --crop 3,2,9,4 && same "$(head -n 2 "$work/p.pfm" | tail -n 1)" '9 4' && run 2 render ball.lua --crop 30,0,9,4 && err_has 'crop: 30,0,9,4 reaches outside the picture of 32x20'; }
json() { run 0 render ball.lua -o p.png --json --quiet && same "$(wc -l <"$work/out")" 2 && out_has '^{"diagnostics":\[' && out_has '^{"summary":{"output":"p.png","width":32,.*"hash":"[0-9a-f]\{16\}"'; }
time_limit() { clean; run 0 render long.lua -o p.png --time-limit .1 && [ -s "$work/p.png" ] && out_has 'of 1000000 samples'; }
check "the default name, and the summary" default_name
check "progress in plain lines" plain_progress
check "--quiet" quiet
check "what a scene prints is filtered" console_is_filtered
check "every format" formats
check "-o -" to_pipe
check "options replace the scene's" options_replace
check "options of the camera" looks
check "options that no camera has" looks_wrong
check "--crop" cropped
check "--json" json
check "--time-limit" time_limit

# ---- hash, film, resume

hash_alone() { run 0 hash ball.lua && same "$(wc -l <"$work/out")" 1 && out_has '^[0-9a-f]\{16\}$'; }
same_hash() { run 0 render ball.lua && grep -q "$("$moonlit" hash "$work/ball.lua" --quiet)" "$work/out"; }
resume() {
  clean
  run 0 render ball.lua --film f --samples 3 --quiet && run 0 hash ball.lua --resume f --samples 11 && h=$(cat "$work/out") &&
    run 0 hash ball.lua --samples 11 && same "$(cat "$work/out")" "$h"
}
foreign_film() { run 2 render ball.lua --resume f --set radius=.5 && err_has "'f' is of another scene" && run 1 hash ball.lua --resume nowhere && err_has 'no such file'; }
damaged_film() { head -c 100 "$work/f" >"$work/cut" && run 1 hash ball.lua --resume cut && err_has cut && run 1 hash ball.lua --resume ball.lua; }
check "the hash is alone on the last line" hash_alone
check "hash and render agree" same_hash
check "--film and --resume give the same bits" resume
check "a foreign film is refused" foreign_film
check "a damaged film is refused" damaged_film

# ---- check, params, doc

checked() { clean; run 0 check ball.lua && out_has 'ball.lua: no errors, 0 warnings' && out_has 'shapes     1' && nothing_new; }
check_quiet() {
  run 0 check ball.lua --quiet && out_empty && err_empty && echo 'material("blue", matte()) sphere() background(1)' >"$work/warns.lua" &&
    run 0 check warns.lua --quiet && out_empty && err_has 'never used'
}
check_json() {
  run 0 check ball.lua --json --quiet && out_has '^{"statistics":{"shapes":1,' && out_has '"width":32,"height":20,"samples":4,"assets":\[\]' &&
    echo 'render{ size = {30, 20}, samples = 3 } local m = require "part" m() require "other"' >"$work/asks.lua" && echo 'return function() sphere() background(1) end' >"$work/part.lua" &&
    echo 'return 1' >"$work/other.lua" && run 0 check asks.lua --json --quiet && out_has '"width":30,"height":20,"samples":3,"assets":\["part.lua","other.lua"\]'
}
scene_errors() { run 2 check wrong.lua && err_has 'wrong.lua:1:' && err_has radius && err_has colour && run 2 render wrong.lua && nothing_new; }
error_json() { run 2 check wrong.lua --json --quiet && out_has '"errors":2' && out_has '"severity":"error"'; }
params() { run 0 params ball.lua && out_has radius && run 0 params ball.lua --json && out_has '"radius"'; }
set_param() { h=$("$moonlit" hash "$work/ball.lua" --quiet) && run 0 hash ball.lua --set radius=.5 && [ "$(cat "$work/out")" != "$h" ]; }
set_wrong() { run 2 hash ball.lua --set radios=2 && err_has radius && run 2 hash ball.lua --set radius=3 && err_has radius; }
doc() { run 0 doc sphere && out_has radius && run 0 doc && out_has sphere && run 0 doc --search glow && run 2 doc sphree && err_has "did you mean 'sphere'" && out_empty; }
too_large() { run 1 check ball.lua --size 65535x65535 --memory 100M && err_has '65535' && err_has 'memory' && run 1 render ball.lua --memory 64M --size 9000x9000 && nothing_new; }
too_large_to_write() { clean; run 1 render ball.lua --size 3000x2000 --samples 1 --memory 150M && err_has 'and writing them up to' && nothing_new && run 0 render ball.lua --size 3000x2000 --samples 1 --memory 150M -o p.pfm --integrator normals --quiet; }
eval_timeout() { run 2 check endless.lua --eval-timeout .2 && err_has '^endless.lua:[0-9]*: error: the script ran longer than 0.2 s' && err_has '^moonlit: --eval-timeout 0.6 '; }
script_memory() { run 2 check growing.lua && err_has '^growing.lua:2: error: the script needs more than its 256 MB' && err_has '^moonlit: --memory 2048M ' && run 2 check growing.lua --memory 2048M && err_has 'its 512 MB'; }
whole_memory() { run 1 check growing.lua --memory 100M && err_has '^growing.lua:2: error: out of memory while the script ran: the limit for everything is 100 MB' && err_has '^moonlit: .*--memory SIZE'; }
check "check --quiet prints only what is wrong" check_quiet
check "check" checked
check "check --json" check_json
check "errors of a scene" scene_errors
check "errors of a scene as JSON" error_json
check "params" params
params_file() {
  printf '{ "radius": 0.5 }\n' >"$work/p.json" && printf '{ "radius": 3 }\n' >"$work/far.json" && printf '{ radius: 3 }\n' >"$work/bad.json"
  h=$("$moonlit" hash "$work/ball.lua" --quiet --set radius=.5) && run 0 hash ball.lua --params p.json --quiet && same "$(cat "$work/out")" "$h" &&
    run 0 hash ball.lua --params p.json --set radius=1 --quiet && same "$(cat "$work/out")" "$("$moonlit" hash "$work/ball.lua" --quiet)" &&
    run 2 hash ball.lua --params far.json && err_has 'far.json: radius=3: expected at most 2' && run 2 check ball.lua --params bad.json && err_has 'bad.json:1:3: expected the name' &&
    run 1 check ball.lua --params nowhere.json && err_has 'nowhere.json' && run 0 params ball.lua --params p.json && out_has '^radius=0.5 ' && rm "$work"/*.json
}
params_schema() { run 0 params ball.lua --schema --quiet && out_has '"radius":{"type":"number","default":1,"minimum":0.1,"maximum":2,"description":"size of the ball"}'; }
fixes() {
  printf 'sphree{ radus = 1, material = metal{ "coper" } }\r\n-- \303\244 sphere{ radus = 1 }\nsphere{ material = "goldd", radus = 2 }\n' >"$work/typos.lua"
  cp "$work/typos.lua" "$work/before.lua"
  run 0 fix typos.lua --dry-run && out_has '^typos.lua:1:1: sphree . sphere$' && out_has ', not written$' && cmp "$work/typos.lua" "$work/before.lua" || return
  run 0 fix typos.lua && out_has '^typos.lua:1:9: radus . radius$' && out_has '^5 changes$' || return
  printf 'sphere{ radius = 1, material = metal{ "copper" } }\r\n-- \303\244 sphere{ radus = 1 }\nsphere{ material = "gold", radius = 2 }\n' | cmp - "$work/typos.lua" || return
  run 0 fix typos.lua && out_has '^0 changes$' && run 0 check typos.lua || return
  printf 'sphere{ radius = -1, colour = 2 }\n' >"$work/typos.lua" && cp "$work/typos.lua" "$work/before.lua"
  run 2 fix typos.lua && err_has 'expected a number > 0' && out_has 'errors are left$' && rm "$work/typos.lua" "$work/before.lua"
}
fixes_modules() {
  mkdir -p "$work/house/lib"
  printf 'local ball = require "lib/ball"\nball(2):at(0, 1, 0)\nsphree{}\n' >"$work/house/a.lua"
  printf 'local r = require "lib/r"\nreturn function(x) return sphere{ radus = x * r, material = "goldd" } end\n' >"$work/house/lib/ball.lua"
  printf 'return mth.abs(-1)\n' >"$work/house/lib/r.lua"
  cp -r "$work/house" "$work/before"
  run 0 fix house/a.lua --dry-run && out_has '^house/lib/r.lua:1:8: mth . math$' && out_has ', not written$' && diff -r "$work/house" "$work/before" || return
  run 0 fix house/a.lua && out_has '^house/lib/ball.lua:2:35: radus . radius$' && out_has '^4 changes$' || return
  grep -q '^sphere{}$' "$work/house/a.lua" && grep -q 'radius = x \* r, material = "gold" }' "$work/house/lib/ball.lua" && grep -q '^return math' "$work/house/lib/r.lua" || return
  run 0 check house/a.lua && rm -r "$work/house" "$work/before"
}
fix_unwritable() {
  mkdir "$work/shut" && echo 'sphree{}' >"$work/shut/a.lua" && chmod a-w "$work/shut"
  if [ -w "$work/shut" ]; then chmod u+w "$work/shut"; rm -r "$work/shut"; return 0; fi # root may write anywhere
  run 1 fix shut/a.lua && grep -q sphree "$work/shut/a.lua"; local status=$?
  chmod u+w "$work/shut" && rm -r "$work/shut" && return $status
}
check "fix takes over suggestions" fixes
check "fix mends modules, too" fixes_modules
check "fix writes nothing where it cannot" fix_unwritable
inits() {
  run 0 init new && out_has '^wrote  new/scene.lua$' && (cd "$work/new" && "$moonlit" check scene.lua --strict >../out 2>../err) || { cat "$work/err"; return 1; }
  python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$work/new/.luarc.json" || return
  echo '-- mine' >"$work/new/scene.lua" && echo old >"$work/new/moonlit.d.lua" && run 0 init new && out_has '^kept   new/scene.lua$' && out_has '^wrote  new/moonlit.d.lua$' || return
  same "$(cat "$work/new/scene.lua")" '-- mine' && grep -q '^function sphere(t) end$' "$work/new/moonlit.d.lua" && rm -r "$work/new"
  run 1 init nowhere/new && err_has 'No such file'
}
check "init makes a folder to begin in" inits
dump_scene() {
  run 0 check ball.lua --dump-scene --quiet && out_has '^added 1$' && out_has '^node 1 sphere (0, 0, 0) r 1 material 1$' && out_has '^around (0.5, 0.5, 0.5)$' && err_empty || return
  cp "$work/out" "$work/first" && run 0 check ball.lua --dump-scene --quiet && cmp "$work/out" "$work/first" && run 0 check ball.lua --dump-scene --quiet --set radius=.5 &&
    same "$(diff "$work/first" "$work/out" | grep -c '^[<>]')" 2 && rm "$work/first" || return
  echo 'background(1) sphere{ material = plastic{ function(s) return mix("red", checker{ "blue" }, fbm(s.p * 3)) end, roughness = stripes{} } }' >"$work/dumped.lua"
  run 0 check dumped.lua --dump-scene --quiet && out_has '^  color of lobe 1 by texture 3$' && out_has '^  roughness of lobe 0 by texture 1$' &&
    out_has '^texture 2 checker a (0, 0, 1) b (0, 0, 0) place (0, 0, 0) size (1, 1, 1)$' && out_has '^    r[0-9] = multiply p 3$' && out_has '^    r[0-9] = fbm 5 r[0-9] 0.5 2$' &&
    out_has '^    r[0-9] = mix (1, 0, 0) r[0-9] r[0-9]$' && rm "$work/dumped.lua"
}
check "--dump-scene" dump_scene
check "--set" set_param
check "--params" params_file
check "--schema" params_schema
check "--set of what is not there" set_wrong
check "doc" doc
check "what does not fit in memory" too_large
check "what does not fit in memory when it is written" too_large_to_write
check "a script that does not end" eval_timeout
check "a script that grows" script_memory
check "a script that takes all memory" whole_memory

# ---- compare

two_pictures() { run 0 render ball.lua -o a.pfm --quiet && run 0 render ball.lua -o b.pfm --seed 2 --quiet && run 0 render ball.lua -o a.png --quiet; }
compare_equal() { two_pictures && run 0 compare a.pfm a.pfm && out_has '^  different  0 pixels' && out_has '^  RMSE       0$' && out_has '^  FLIP       0.000000' && run 0 compare a.png a.png --max-flip 0 --quiet && out_empty; }
compare_different() { run 0 compare a.pfm b.pfm --difference d.png --json && out_has '"linear":true,"different":[1-9]' && [ "$(head -c 4 "$work/d.png" | tail -c 3)" = PNG ] && run 1 compare a.pfm b.pfm --max-flip 0.000001 && err_has '^moonlit: FLIP is 0.*above 1e-06$'; }
compare_wrong() {
  run 2 compare a.pfm && err_is 'moonlit: which two pictures? moonlit compare REFERENCE PICTURE' && run 2 compare a.pfm b.pfm c.pfm && err_has "'c.pfm' is a third" &&
    run 2 compare a.pfm a.png && err_has 'two of one sort' && run 1 compare a.pfm ball.lua && err_has '^moonlit: the second picture: not a picture' &&
    run 1 compare nothing.png a.png && err_has "cannot read 'nothing.png'" && run 2 compare a.pfm b.pfm --difference d.jpg && err_has 'ends in .png' && run 1 compare a.pfm b.pfm --difference no/d.png
}
compare_nan() { printf 'PF\n1 1\n-1\n\0\0\300\177\0\0\0\0\0\0\0\0' >"$work/nan.pfm" && run 0 compare nan.pfm nan.pfm && err_has 'no finite numbers' && run 1 compare nan.pfm nan.pfm --max-flip 1; }
check "compare equal pictures" compare_equal
check "compare what is no number" compare_nan
check "compare different pictures" compare_different
check "compare what cannot be compared" compare_wrong
clean

# ---- files that cannot be read or written

no_scene() { run 1 render nothing.lua && err_is "moonlit: cannot read 'nothing.lua': there is no such file" && run 1 check . && err_has 'it is a folder'; }
big_scene() { head -c 4194305 /dev/zero | tr '\0' ' ' >"$work/big.lua" && run 1 check big.lua && err_has 'at most 4 MiB' && rm "$work/big.lua"; }
empty_scene() { : >"$work/empty.lua" && run 0 check empty.lua; }
no_folder() { clean; run 1 render long.lua -o no/p.png && err_is "moonlit: cannot write 'no/p.png': the folder 'no' does not exist" && nothing_new; }
is_folder() { mkdir "$work/d.png" && run 1 render long.lua -o d.png && err_has 'it is a folder' && rmdir "$work/d.png"; }
no_extension() { run 2 render long.lua -o picture.bmp && err_has "'picture.bmp' has no known extension" && nothing_new; }
no_film_folder() { run 1 render long.lua --film no/f && err_has "the folder 'no' does not exist" && nothing_new; }
too_large_for_format() { clean; run 2 render ball.lua --size 65535x30000 --crop 0,0,65535,30000 --samples 1 --memory 400G -o p.png && err_has png && nothing_new; }
full_disk() { [ -w /dev/full ] || return 0; ln -sf /dev/full "$work/full.png" && run 1 render ball.lua -o full.png && err_has 'the disk is full' && rm "$work/full.png" && nothing_new; }
full_stdout() { [ -w /dev/full ] || return 0; "$moonlit" render "$work/ball.lua" -o - --quiet >/dev/full 2>"$work/err"; same $? 1 && err_is 'moonlit: cannot write to standard output: the disk is full'; }
# without_reader ARGUMENTS...: run with a standard output whose reader has ended for certain; the status in $work/status.
without_reader() {
  local pipe
  exec {pipe}> >(true)
  wait $!
  "$moonlit" "$@" 2>"$work/err" >&"$pipe"
  echo $? >"$work/status"
  exec {pipe}>&-
}
closed_pipe() { without_reader render "$work/ball.lua" -o - --quiet; same "$(cat "$work/status")" 1 && err_is 'moonlit: cannot write to standard output: the reader has gone'; }
# More than a pipe holds, so that the failure comes while the picture is being written.
reader_leaves() { { "$moonlit" render scenes/spheres.lua --size 600x400 --samples 1 -o - --quiet 2>"$work/err"; echo $? >"$work/status"; } | head -c 10 >"$work/out"; same "$(cat "$work/status")" 1 && err_is 'moonlit: cannot write to standard output: the reader has gone'; }
no_files_there() { [ -d /proc/self ] || return 0; run 1 render endless.lua -o /proc/a.png && err_has "^moonlit: cannot write '/proc/a.png': cannot create a file in '/proc': " && same "$(wc -l <"$work/err")" 1; }
film_over_picture() {
  clean
  run 2 render ball.lua -o a.png --film a.png && err_has "is where the picture goes" && nothing_new &&
    run 2 render ball.lua --film ../"$(basename "$work")"/ball.png && nothing_new && touch "$work/b.png" && ln -s b.png "$work/link.png" &&
    run 2 render ball.lua -o b.png --film link.png && run 0 render ball.lua -o b.png --film b.film --quiet
}
scene_is_kept() {
  clean
  cp "$work/ball.lua" "$work/kept" && run 2 render ball.lua --film ball.lua && err_has "'ball.lua' is the scene" && run 2 hash ball.lua --film ./ball.lua &&
    cp "$work/ball.lua" "$work/scene.png" && run 2 render scene.png -o scene.png && err_has 'is the scene' && cmp "$work/kept" "$work/ball.lua" && cmp "$work/kept" "$work/scene.png"
}
closed_streams() { clean; (cd "$work" && "$moonlit" render ball.lua --quiet >&- 2>err && "$moonlit" render ball.lua -o b.png 2>&- >out && ! "$moonlit" render ball.lua >&- 2>err) && err_has 'it is closed' && same "$(head -c 4 "$work/ball.png" | tail -c 3)" PNG && cmp "$work/ball.png" "$work/b.png"; }
scene_from_pipe() {
  clean
  mkfifo "$work/pipe" && { cat "$work/ball.lua" >"$work/pipe" & } && run 0 check pipe && (cd "$work" && exec timeout --foreground -s INT .3 "$moonlit" check pipe >out 2>err) ; err_is 'moonlit: interrupted' && clean
}
forgotten_ending() { run 1 check ball && err_has 'there is one that ends in .lua'; }
closed_doc() { without_reader doc --markdown; same "$(cat "$work/status")" 1 && same "$(wc -l <"$work/err")" 1; }
read_only() { [ "$(id -u)" != 0 ] || return 0; mkdir "$work/ro" && chmod a-w "$work/ro" && run 1 render ball.lua -o ro/p.png && err_has 'no permission'; }
check "no such scene" no_scene
check "a scene of more than 4 MiB" big_scene
check "an empty scene" empty_scene
check "no such folder" no_folder
check "a folder in the way" is_folder
check "an unknown extension" no_extension
check "no folder for the film" no_film_folder
check "too large for the format" too_large_for_format
check "a full disk" full_disk
check "a full disk behind standard output" full_stdout
check "a closed pipe" closed_pipe
check "a reader that leaves" reader_leaves
check "a folder in which no file can be made" no_files_there
check "the film and the picture are two files" film_over_picture
check "the scene is not written over" scene_is_kept
check "standard streams that are closed" closed_streams
check "a scene from a pipe, and a pipe that nobody writes into" scene_from_pipe
check "a scene's name without its ending" forgotten_ending
check "a closed pipe behind doc" closed_doc
check "a folder that is read-only" read_only

# ---- the automatic camera

# framed ARGUMENT...: the camera that is printed, and the picture's hash.
framed() { run 0 hash "$@" && grep 'framed automatically' "$work/err" | sed 's/.*: camera/camera/' >"$work/camera" && tail -n 1 "$work/out" >"$work/hash"; }
camera_fits_size() {
  local first body='sphere() background(.5)'
  echo "$body" >"$work/bare.lua"
  echo "$body render{ size = {20, 60} }" >"$work/sized.lua"
  framed bare.lua --samples 2 --size 64x36 && first=$(cat "$work/camera") && [ -n "$first" ] &&
    framed bare.lua --samples 2 --size 20x60 && [ "$first" != "$(cat "$work/camera")" ] && first=$(cat "$work/camera" "$work/hash") &&
    framed sized.lua --samples 2 && same "$(cat "$work/camera" "$work/hash")" "$first" &&
    { echo "$(cat "$work/camera")"; echo "$body render{ size = {20, 60} }"; } >"$work/pasted.lua" && run 0 check pasted.lua
}
own_camera_stays() { run 0 hash ball.lua --size 20x60 && ! grep -q 'framed automatically' "$work/err"; }
check "the automatic camera fits --size" camera_fits_size
check "a scene's own camera is not framed" own_camera_stays

# ---- signals

# interrupt COUNT ARGUMENT...: starts it, waits for its first sign of life, sends SIGINT so often; the status goes to $status.
interrupt() {
  local count=$1 pid
  shift
  (cd "$work" && exec "$moonlit" "$@" >out 2>err </dev/null) &
  pid=$!
  for _ in $(seq 200); do kill -0 $pid 2>/dev/null && grep -qs 'of 1000000 samples' "$work/err" && break; sleep .02; done
  for _ in $(seq "$count"); do kill -INT $pid; sleep .02; done
  wait $pid
  status=$?
}
interrupted_once() { clean; interrupt 1 render long.lua -o p.png --film f; same $status 130 && [ -s "$work/p.png" ] && [ -s "$work/f" ] && out_has 'of 1000000 samples' && err_has '^moonlit: interrupted$' && err_has '^moonlit: go on with --resume f$' && ! head -n 1 "$work/err" | grep -q ' left'; }
goes_on() { run 0 render long.lua --resume f --time-limit .1 -o q.png && [ -s "$work/q.png" ]; }
interrupted_twice() { clean; interrupt 2 render long.lua -o p.png; same $status 130 && rm -f "$work/p.png" && nothing_new; }
interrupted_script() {
  clean
  (cd "$work" && exec "$moonlit" render endless.lua --eval-timeout 60 >out 2>err </dev/null) &
  local pid=$!
  sleep .2
  kill -INT $pid
  wait $pid
  same $? 130 && nothing_new && err_is 'moonlit: interrupted'
}
check "Ctrl-C writes what there is" interrupted_once
check "an interrupted film can be resumed" goes_on
check "Ctrl-C twice leaves nothing unfinished" interrupted_twice
check "Ctrl-C while the script runs" interrupted_script

finish
