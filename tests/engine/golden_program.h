/* golden_program.h - values of random programs and of noise, hashed into one number that is the same from every compiler and machine. */
#ifndef TESTS_GOLDEN_PROGRAM_H
#define TESTS_GOLDEN_PROGRAM_H

#include "base/hash.h"
#include "random_programs.h"

#define GOLDEN_PROGRAMS 0x757807fd6a5ee198ull

static inline Vec3 golden_no_texture(const void *ud, uint32_t data, uint32_t of, Vec3 place, float width) {
  (void)ud, (void)data, (void)of, (void)width;
  return place;
}

/* 0: no memory. */
static inline uint64_t golden_programs(Memory *memory) {
  HashStream stream;
  Chance random = {1};
  hash_begin(&stream, 0);
  for (int i = 0; i < 300; i++) {
    RandomProgram source;
    random_program(&random, ML_INPUT_COUNT, &source);
    MlProgramDesc desc = ML_DESC(MlProgramDesc, .nodes = source.nodes, .node_count = source.count, .result = source.count - 1);
    Program *program;
    if (program_compile(memory, &desc, 0, &program, NULL) != ML_OK) return 0;
    hash_add(&stream, &program->step_count, sizeof program->step_count);
    hash_add(&stream, &program->register_count, sizeof program->register_count);
    for (int k = 0; k < 8; k++) {
      ProgramPoint point;
      for (uint32_t n = 0; n < PROGRAM_INPUTS; n++) {
        float x = chance_unit(&random) * 20.0f - 10.0f, y = chance_unit(&random), z = chance_unit(&random);
        point.inputs[n] = program_input_width(n) == 1 ? program_number(n < ML_INPUT_COUNT ? x : y * 0.2f) : vec3(x, y, z);
      }
      Vec3 value = program_evaluate(program, &point, golden_no_texture, NULL);
      for (uint32_t c = 0; c < program->width; c++) {
        uint32_t bits = plain_bits(value[c]);
        hash_add(&stream, &bits, sizeof bits);
      }
    }
    memory_free(memory, program, program_bytes(program));
  }
  for (int i = 0; i < 2000; i++) {
    float scale = i & 1 ? 10.0f : 1e4f, x = chance_unit(&random), y = chance_unit(&random), z = chance_unit(&random);
    Vec3 p = scale * vec3(x - 0.5f, y - 0.5f, z - 0.5f);
    for (uint32_t op = ML_OP_NOISE; op <= ML_OP_VORONOI_EDGE; op++) {
      uint32_t bits = float_bits(program_noise((MlOp)op, p, 0.5f, 2.03f, i & 2 ? 0.1f * x : 0.0f, 1 + (uint32_t)i % 8));
      hash_add(&stream, &bits, sizeof bits);
    }
  }
  return hash_end(&stream);
}

#endif
