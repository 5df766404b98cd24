#!/bin/bash
# The page as it is built, in Chromium and in Firefox: page.mjs says how. Reads MOONLIT and BUILD; ONLY and BROWSER pick. A browser that is
# missing fails.
exec node "$(dirname "$0")/page.mjs"
