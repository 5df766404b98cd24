#!/bin/bash
# The page's modules without a browser: every unit/test_*.mjs by node's own runner, in TAP.
MOONLIT=${MOONLIT:+$(realpath "$MOONLIT")}; export MOONLIT
cd "$(dirname "$0")/unit" && exec node --test --test-reporter=tap test_*.mjs
