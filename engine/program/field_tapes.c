/* field_tapes.c - see field_tapes.h. */
#include "program/field_tapes.h"

#include <string.h>

#include "base/hash.h"

Program tapes_program(const FieldTapes *tapes, const Program *whole, uint32_t tape) {
  const Field field = {.distance = whole, .tapes = tapes->tapes.data, .steps = tapes->steps.data};
  return field_program(&field, &(FieldCell){.tape = tape});
}

static uint64_t hash_of(const ProgramStep *steps, uint32_t count, uint32_t result) {
  return hash_bytes(steps, count * sizeof *steps, result);
}

/* Where it is or would be. */
static uint64_t find(const FieldTapes *tapes, const ProgramStep *steps, uint32_t count, uint32_t result) {
  uint64_t at = hash_of(steps, count, result);
  for (;; at++) {
    at &= tapes->table_size - 1;
    if (tapes->table[at] == 0) return at;
    const FieldTape *tape = &tapes->tapes.data[tapes->table[at] - 1];
    if (tape->count == count && tape->result == result &&
        (count == 0 || memcmp(tapes->steps.data + tape->first, steps, count * sizeof *steps) == 0))
      return at;
  }
}

static void fill_table(FieldTapes *tapes) {
  memset(tapes->table, 0, (size_t)tapes->table_size * sizeof *tapes->table);
  for (uint32_t i = 0; i < tapes->tapes.count; i++) {
    const FieldTape *tape = &tapes->tapes.data[i];
    tapes->table[find(tapes, tapes->steps.data + tape->first, tape->count, tape->result)] = i + 1;
  }
}

static bool grow_table(Memory *memory, FieldTapes *tapes) {
  if (2 * (tapes->tapes.count + 1) <= tapes->table_size) return true;
  const uint64_t size = tapes->table_size != 0 ? 2 * tapes->table_size : 64;
  uint32_t *table = memory_alloc(memory, (size_t)size * sizeof *table, 8);
  if (table == NULL) return false;
  memory_free(memory, tapes->table, (size_t)tapes->table_size * sizeof *table);
  tapes->table = table;
  tapes->table_size = size;
  fill_table(tapes);
  return true;
}

bool tapes_add(Memory *memory, FieldTapes *tapes, const ProgramStep *steps, uint32_t count, uint32_t result, uint64_t cost,
               uint32_t *tape) {
  if (!grow_table(memory, tapes)) return false;
  const uint64_t at = find(tapes, steps, count, result);
  if (tapes->table[at] == 0) {
    if (tapes->steps.count + count > FIELD_MAX_STEPS) return true;
    const FieldTape made = {(uint32_t)tapes->steps.count, count, result};
    if (!array_reserve(memory, &tapes->steps, count) || !array_reserve(memory, &tapes->costs, 1) ||
        !array_push(memory, &tapes->tapes, made))
      return false;
    if (count != 0) memcpy(tapes->steps.data + tapes->steps.count, steps, count * sizeof *steps);
    tapes->steps.count += count;
    tapes->costs.data[tapes->costs.count++] = cost;
    tapes->table[at] = (uint32_t)tapes->tapes.count;
  }
  *tape = tapes->table[at];
  return true;
}

void tapes_keep(FieldTapes *tapes, uint32_t *numbers) {
  uint64_t kept = 0, steps = 0;
  for (uint64_t i = 0; i < tapes->tapes.count; i++) {
    if (numbers[i] == 0) continue;
    FieldTape tape = tapes->tapes.data[i];
    if (tape.count != 0) memmove(tapes->steps.data + steps, tapes->steps.data + tape.first, tape.count * sizeof *tapes->steps.data);
    tape.first = (uint32_t)steps;
    steps += tape.count;
    tapes->costs.data[kept] = tapes->costs.data[i];
    tapes->tapes.data[kept++] = tape;
    numbers[i] = (uint32_t)kept;
  }
  tapes->tapes.count = tapes->costs.count = kept;
  tapes->steps.count = steps;
  if (tapes->table_size != 0) fill_table(tapes);
}

void tapes_free(Memory *memory, FieldTapes *tapes) {
  array_free(memory, &tapes->steps);
  array_free(memory, &tapes->tapes);
  array_free(memory, &tapes->costs);
  memory_free(memory, tapes->table, (size_t)tapes->table_size * sizeof *tapes->table);
}
