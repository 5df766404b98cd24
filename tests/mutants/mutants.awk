# tests/mutants/mutants.awk - reads the list of mutants (its format: list.txt).
#   awk -f mutants.awk list.txt                          one line a mutant: name, file, programs
#   awk -v apply=NAME -v tree=FOLDER -f mutants.awk …    prints the mutated file; fails with a reason unless the old text is there exactly once

function begin_mutant() {
  count++
  name[count] = $1
  file[count] = $2
  $1 = $2 = ""
  programs[count] = substr($0, 3)
}

/^#/ { next }
/^- / { old[count] = old[count] (old[count] == "" ? "" : "\n") substr($0, 3); next }
/^\+ / { new[count] = new[count] (new[count] == "" ? "" : "\n") substr($0, 3); next }
NF > 0 { begin_mutant() }

function fail(why) {
  print "mutant " apply ": " why > "/dev/stderr"
  exit 1
}

END {
  for (i = 1; i <= count; i++) {
    if (apply == "") {
      print name[i], file[i], programs[i]
      continue
    }
    if (name[i] == apply) which = i
  }
  if (apply == "") exit 0
  if (!which) fail("is not in the list")
  path = tree "/" file[which]
  while ((status = (getline line < path)) > 0) text = text line "\n"
  if (status < 0) fail(file[which] " is not there")
  if (old[which] == "" || old[which] == new[which]) fail("changes nothing")
  at = index(text, old[which])
  if (!at) fail("its old text is not in " file[which] ": the code has changed, and so must the mutant")
  if (index(substr(text, at + 1), old[which])) fail("its old text stands in " file[which] " more than once")
  printf "%s%s%s", substr(text, 1, at - 1), new[which], substr(text, at + length(old[which]))
}
