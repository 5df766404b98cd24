#!/bin/sh
# wasm.sh - `make bench-wasm`: the ray sets of bench-rays under node against our native SSE4.1, one thread, no Embree.
#
# Both programs are of one source and trace the same files of rays. They take turns, ROUNDS times a scene; each round is the median of
# RUNS of CPU seconds, and the ratio is of the rounds' medians. Results must be equal to the bit.
set -eu
only=${ONLY:-ABCDEF} runs=${RUNS:-5} rounds=${ROUNDS:-3} rays=${RAYS:-.} models=${MODELS:-} isa=${ISA:-sse4.1}
bunny=${BUNNY:-/usr/share/glmark2/models/bunny.obj}
found=$(mktemp)
trap 'rm -f "$found"' EXIT

echo "WebAssembly (simd128, node $(node --version)) against native $isa: CPU time, medians of $runs in $rounds rounds, one thread"
for scene in A B C D E F; do
  case $only in *$scene*) ;; *) continue ;; esac
  round=0
  while [ "$round" -lt "$rounds" ]; do
    "$NATIVE" "$scene" "$runs" "$isa" "$rays" "$models" "$bunny" | sed 's/^/native /' >>"$found"
    node --no-experimental-fetch --no-warnings "$WASM" "$scene" "$runs" simd128 "$rays" "$models" "$bunny" | sed 's/^/wasm /' >>"$found"
    round=$((round + 1))
  done
  awk -v scene="$scene" '
    function median(text, v, n, i, k, x) {
      n = split(text, v, " ")
      for (i = 2; i <= n; i++) { x = v[i] + 0; for (k = i - 1; k > 0 && v[k] + 0 > x; k--) v[k + 1] = v[k]; v[k + 1] = x }
      return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
    }
    $2 == scene { seconds[$1, $3] = seconds[$1, $3] " " $5; rays[$3] = $4; if (!($3 in hash)) hash[$3] = $6; if (hash[$3] != $6) differ[$3] = 1 }
    END {
      split("primary diffuse shadow", sets, " ")
      for (k = 1; k <= 3; k++) {
        s = sets[k]; native = median(seconds["native", s]); wasm = median(seconds["wasm", s])
        if (native == 0 || wasm == 0) { print "FAILED: no figures for " scene " " s; exit 1 }
        printf "%s %-8s native %6.2f  wasm %6.2f Mray/s  ratio %.2f%s\n", scene, s, rays[s] / native / 1e6, rays[s] / wasm / 1e6, native / wasm, differ[s] ? "  FAILED: results differ" : ""
        if (differ[s]) failed = 1
      }
      exit failed
    }' "$found" | tee -a "$found.table"
done
awk '$7 == "ratio" || $8 == "ratio" { for (i = 1; i <= NF; i++) if ($i == "ratio") { sum += log($(i + 1)); n++ } } /FAILED/ { failed = 1 }
  END { if (n) printf "wasm: %.2f of native\n", exp(sum / n); exit failed || !n }' "$found.table" && status=0 || status=1
rm -f "$found.table"
exit $status
