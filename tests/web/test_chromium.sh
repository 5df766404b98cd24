#!/bin/bash
# The page as it is built, in Chromium: page.mjs says how. Reads MOONLIT and BUILD; ONLY picks. Without the browser it fails.
BROWSER=chromium exec node "$(dirname "$0")/page.mjs"
