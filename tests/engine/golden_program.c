/* golden_program.c - prints the hash of golden_program.h: what tests/engine/test_program_targets.sh compares between targets. */
#include "golden_program.h"

#include <stdio.h>

int main(void) {
  Memory memory;
  memory_init(&memory, &(MlMemoryHooks){0}, 0);
  printf("%016llx\n", (unsigned long long)golden_programs(&memory));
  return 0;
}
