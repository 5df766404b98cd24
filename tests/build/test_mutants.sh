#!/bin/bash
# The mutants (tests/mutants, `make mutants`) still mean something: every one changes the code as it is now, and names test programs that are there.
. tests/tap.sh
list() { awk -f tests/mutants/mutants.awk tests/mutants/list.txt; }

applies() { awk -v apply="$1" -v tree=. -f tests/mutants/mutants.awk tests/mutants/list.txt >/dev/null; }
all_apply() {
  local name file programs wrong=0
  while read -r name file programs; do applies "$name" || wrong=1; done < <(list)
  [ $wrong = 0 ]
}
all_have_programs() {
  local name file programs p wrong=0
  while read -r name file programs; do
    [ -n "$programs" ] || { echo "$name names no test program" && wrong=1; }
    for p in $programs; do [ -e "tests/$p.c" ] || [ -e "tests/$p.sh" ] || { echo "$name: tests/$p is not there" && wrong=1; }; done
  done < <(list)
  [ $wrong = 0 ]
}
enough() { [ "$(list | wc -l)" -ge 80 ]; }
names_differ() { same "$(list | cut -d' ' -f1 | sort | uniq -d)" ""; }
unknown_is_said() { ! applies no-such-mutant; }

check "every mutant changes the present code (tests/mutants/list.txt)" all_apply
check "every mutant names test programs" all_have_programs
check "no two have one name" names_differ
check "there are many" enough
check "a mutant that is not there is an error" unknown_is_said
finish
