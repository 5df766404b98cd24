/* golden_math.c - prints the hashes of golden_math.h: what tests/engine/test_math_targets.sh compares between targets. */
#include "golden_math.h"

#include <stdio.h>

int main(void) {
  uint64_t count;
  printf("%016llx ", (unsigned long long)golden_doubles(&count));
  printf("%016llx ", (unsigned long long)golden_floats(&count));
  printf("%016llx\n", (unsigned long long)golden_sequences(&count));
  return 0;
}
