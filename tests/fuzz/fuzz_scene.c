/* fuzz_scene.c - libFuzzer's way into the evaluator: scenes drawn from the API table, made and frozen: make fuzz ONLY=scene. */
#include <stdlib.h>

#include "fuzz/scene_input.h"
#include "script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static SceneDraft draft;
  static MlEngine *engine;
  ScriptEvaluation *e = NULL;
  if (!engine && ml_engine_create(&(MlEngineDesc){.size = sizeof(MlEngineDesc), .threads = 1, .memory_cap = UINT64_C(1) << 30}, &engine,
                                  NULL) != ML_OK)
    abort();
  draft_scene(&draft, data, size);
  const ScriptInput input = {
    .size = sizeof input, .name = "s.lua", .source = draft.text, .source_size = draft.size, .time_limit = 4, .memory_cap = 64 << 20};
  if (script_evaluate(engine, &input, &e, NULL) != ML_OK) abort();
  if (!e->scene && !e->errors && !e->out_of_memory) abort(); // an answer, always
  script_evaluation_destroy(e);
  return 0;
}
