/* mutate.h - spoilt copies of files, the same ones in every run, and the kept corpora they are made of. Tests run in the root of the tree. */
#ifndef TESTS_FUZZ_MUTATE_H
#define TESTS_FUZZ_MUTATE_H

#include <dirent.h>
#include <stdio.h>

#include "base/hash.h"
#include "engine/fault_memory.h"

enum { CORPUS_MOST = 400 };

typedef struct Corpus {
  Bytes files[CORPUS_MOST];
  size_t count;
} Corpus;

static inline void corpus_read(const char *folder, Corpus *corpus) {
  DIR *dir = opendir(folder);
  corpus->count = 0;
  if (!dir) {
    perror(folder);
    abort();
  }
  for (struct dirent *entry; (entry = readdir(dir)) && corpus->count < CORPUS_MOST;) {
    char path[600];
    if (entry->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    FILE *file = fopen(path, "rb");
    if (!file) {
      perror(path);
      abort();
    }
    Bytes *bytes = &corpus->files[corpus->count++];
    *bytes = (Bytes){0};
    char block[4096];
    for (size_t got; (got = fread(block, 1, sizeof block, file)) > 0;) bytes_write(bytes, block, got);
    fclose(file);
  }
  closedir(dir);
}
static inline void corpus_free(Corpus *corpus) {
  while (corpus->count) bytes_free(&corpus->files[--corpus->count]);
}

/* ---- mutation */

static inline uint32_t mutate_next(uint32_t *random) { return *random = hash_u32(*random + 0x9e3779b9u); }

/* Puts `insert` in place of size bytes at `at`. */
static inline void mutate_replace(Bytes *b, size_t at, size_t size, const void *insert, size_t count) {
  Bytes out = {0};
  bytes_write(&out, b->data, at);
  bytes_write(&out, insert, count);
  bytes_write(&out, b->data + at + size, b->count - at - size);
  bytes_free(b);
  *b = out;
}

/* A number written in text, from `at` on, becomes another one; false: there is none. */
static inline bool mutate_number(Bytes *b, size_t at, uint32_t *random) {
  static const char *const numbers[] = {"0",
                                        "1",
                                        "-1",
                                        "2",
                                        "3",
                                        "255",
                                        "65536",
                                        "4294967295",
                                        "4294967296",
                                        "1e999",
                                        "-0",
                                        "1e-50",
                                        "nan",
                                        "99999999999999999999",
                                        "9007199254740992",
                                        "",
                                        "5125",
                                        "5126",
                                        "0.5",
                                        "x"};
  while (at < b->count && !(b->data[at] >= '0' && b->data[at] <= '9')) at++;
  size_t end = at;
  while (end < b->count && ((b->data[end] >= '0' && b->data[end] <= '9') || b->data[end] == '.')) end++;
  if (at == end) return false;
  const char *number = numbers[mutate_next(random) % (sizeof numbers / sizeof *numbers)];
  mutate_replace(b, at, end - at, number, strlen(number));
  return true;
}

/* A copy of the file with up to four changes: of bytes, bits, numbers in text; pieces are moved, doubled, left out, cut off. */
static inline Bytes mutate(const Bytes *file, uint32_t seed) {
  static const uint8_t odd[] = {0, 1, 2, '\n', ' ', 127, 128, 254, 255};
  uint32_t random = hash_combine((uint32_t)hash_bytes(file->data, file->count, 0), seed);
  Bytes b = {0};
  bytes_write(&b, file->data, file->count);
  for (uint32_t changes = 1 + mutate_next(&random) % 4; changes > 0 && b.count > 0; changes--) {
    const size_t at = mutate_next(&random) % (seed % 2 || b.count < 64 ? b.count : 64), left = b.count - at;
    const size_t piece = 1 + mutate_next(&random) % (left < 40 ? left : 40);
    uint8_t copy[40];
    memcpy(copy, b.data + at, piece);
    switch (mutate_next(&random) % 9) {
    case 0: b.data[at] = (uint8_t)mutate_next(&random); break;
    case 1: b.data[at] ^= (uint8_t)(1u << mutate_next(&random) % 8); break;
    case 2: b.data[at] = odd[mutate_next(&random) % sizeof odd]; break;
    case 3: b.data[at]++; break;
    case 4: mutate_replace(&b, mutate_next(&random) % b.count, 0, copy, piece); break;
    case 5: mutate_replace(&b, at, piece, "", 0); break;
    case 6: b.count = mutate_next(&random) % 4 ? b.count : at; break;
    default:
      if (!mutate_number(&b, at, &random)) b.data[at]--;
      break;
    }
  }
  return b;
}

#endif
