# tests/render/pictures.sh - what the scripts on pictures share. tests/render/golden.txt holds one picture a line: hash, scene, options.
golden=tests/render/golden.txt
default_options="--size 96x64 --samples 4"

# Every scene of the gallery and of the tests.
all_scenes() { ls scenes/*.lua tests/render/scenes/*.lua 2>/dev/null; }

# The golden pictures, `hash scene options`; scenes that have no line yet come with the default options and the hash "none".
pictures() {
  [ -e "$golden" ] && grep -v '^#' "$golden"
  for scene in $(all_scenes); do
    grep -qsE "^[0-9a-z]+ $scene( |\$)" "$golden" || echo "none $scene $default_options"
  done
}

# hash_of COMMAND... SCENE OPTIONS: the film's hash, the last line of `hash`.
hash_of() { "$@" --quiet 2>"$tap_errors" | tail -n 1 | tr -d '\r'; }
tap_errors=$(mktemp)
trap 'rm -f "$tap_errors"' EXIT

# same_hash EXPECTED COMMAND...
same_hash() {
  local expected=$1 got
  shift
  got=$(hash_of "$@")
  [ -n "$got" ] && [ "$got" = "$expected" ] || { echo "$*: got '$got', expected '$expected'"; head -n 20 "$tap_errors"; false; }
}
