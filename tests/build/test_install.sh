#!/bin/bash
# `make install` puts command, library, header, pkg-config file and manual page where PREFIX and DESTDIR say, and with no more than
# these a program builds and runs. Reads OUT and MAKE.
. tests/tap.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root/opt/moonlit

install_it() { env -u MAKEFLAGS -u MAKELEVEL "$MAKE" DEPS=done install DESTDIR="$work/root" PREFIX=/opt/moonlit; }
holds() { same "$(cd "$root" && find . -type f | sort | paste -sd' ')" "./bin/moonlit ./include/moonlit.h ./lib/libmoonlit.a ./lib/pkgconfig/moonlit.pc ./share/man/man1/moonlit.1"; }
runs() { same "$("$root/bin/moonlit" --version | head -n 1 | grep -oE '[0-9]+\.[0-9]+\.[0-9]+')" "$(sed -n 's/.*ML_VERSION "\(.*\)"/\1/p' engine/moonlit.h)"; }
# What pkg-config would answer, had the prefix been there.
flags() { sed -n "s/^$1: //p" "$root/lib/pkgconfig/moonlit.pc" | sed "s|\${prefix}|$root|g"; }
example_builds() { gcc -std=c11 -Wall -Wextra -Werror $(flags Cflags) -o "$work/example" docs/example.c $(flags Libs); }
example_renders() { (cd "$work" && ./example) && [ -n "$(find "$work" -maxdepth 1 -name '*.p*' -size +1k)" ]; }
manual() { # the page has the options that the command has, no more
  same "$(sed 's/\\-/-/g' "$root/share/man/man1/moonlit.1" | grep -oE -- '--[a-z-]+' | sort -u)" "$(grep -oE '^  \{"--[a-z-]+' cli/options.c | cut -d'"' -f2 | sort)"
}

check "installs" install_it
check "nothing more, nothing less" holds
check "the installed command runs" runs
check "the example builds with the installed header and library" example_builds
check "the example renders" example_renders
check "the manual page has all options" manual
finish
