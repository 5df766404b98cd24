#!/bin/bash
# What the library shows and what it takes: only ml_ names can be seen, every declared function is there, no mutable globals, and
# nothing that prints, exits, or computes differently from one C library to another. Reads OUT, where the library was built.
. tests/tap.sh
library=$OUT/libmoonlit.a

visible() { nm -g --defined-only "$library" | awk 'NF == 3 { print $3 }'; }
undefined() { nm -u "$library" | awk '$1 == "U" { print $2 }' | sort -u; }
declared() { grep -oE '^ML_API [^;(]*\bml_[a-z0-9_]+\(' engine/moonlit.h | grep -oE 'ml_[a-z0-9_]+'; }

none() { [ -z "$1" ] || { echo "$2:"; echo "$1"; false; }; }

only_ml() { [ -n "$(visible)" ] && none "$(visible | grep -v '^ml_')" "visible"; }
all_declared() { [ -n "$(declared)" ] && none "$(declared | sort | comm -23 - <(visible | sort))" "declared in moonlit.h, defined nowhere"; }
no_more() { none "$(visible | sort | comm -23 - <(declared | sort))" "visible, but not in moonlit.h"; }
silent() { none "$(undefined | grep -xE '(__)?v?f?printf(_chk)?|f?puts|f?putchar?|putc|stdout|stderr|perror|_?_?exit|abort|quick_exit|raise|kill')" "prints or ends the host"; }
# Elementary functions, sorting, text to number, random numbers, locale: of the C library in no case, for their bits differ.
reproducible() {
  none "$(undefined | grep -xE '(a?(sin|cos|tan)h?|atan2|exp|exp2|expm1|log|log2|log10|log1p|pow|cbrt|hypot|fmod|remainder|fma|erf|[lt]gamma|ldexp|frexp|scalbn|sincos)[fl]?|qsort(_r)?|strto(d|f|ld)|atof|rand|srand|random|drand48|setlocale|localeconv|v?sscanf|__isoc99_sscanf')" "of the C library"
}
# Sections that can be written while running. Exceptions, named here: counters that tests set (thread_fail_after), and two tables of
# stb_image_write (mapping, firstmap) that it only reads but does not call const.
no_globals() {
  none "$(nm "$library" | awk '$2 ~ /^[bBdD]$/ { print $3 }' | grep -vxE '(thread|file|memory)_(starts_left|fail_after|fail_count)(\.[0-9]+)?|(mapping|firstmap)(\.[0-9]+)?|__compound_literal.*' |
    while read -r name; do objdump -t "$library" | awk -v n="$name" '$NF == n && / \.(data|bss)[ \t]/ { print n }'; done | sort -u)" "mutable globals"
}

check "only ml_ names are visible" only_ml
check "every function of moonlit.h is defined" all_declared
check "nothing visible is missing from moonlit.h" no_more
check "prints nothing, never exits" silent
check "takes no arithmetic from the C library" reproducible
check "has no mutable globals" no_globals
finish
