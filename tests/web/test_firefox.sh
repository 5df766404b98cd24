#!/bin/bash
# The page as it is built, in Firefox: page.mjs says how. Reads MOONLIT and BUILD; ONLY picks. Without the browser it fails.
BROWSER=firefox exec node "$(dirname "$0")/page.mjs"
