# tests/tap.sh - what test scripts share: results in TAP. Source it, call check for every test, finish at the end.
tap_count=0

# check NAME COMMAND...: one test; it passes when the command succeeds. What the command says goes to the log.
check() {
  tap_name=$1
  shift
  tap_count=$((tap_count + 1))
  if "$@" >&2; then echo "ok $tap_count - $tap_name"; else echo "not ok $tap_count - $tap_name"; fi
}

same() { [ "$1" = "$2" ] || { echo "got '$1', expected '$2'"; return 1; }; }

finish() { echo "1..$tap_count"; }
