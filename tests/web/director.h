/* director.h - the page's side of the bridge, for programs that drive its director natively: requests are written as the page writes them. The bridge
 * is included whole, because its addresses are 32 bits wide and mean nothing here. */
#ifndef TESTS_WEB_DIRECTOR_H
#define TESTS_WEB_DIRECTOR_H

#include "../../web/bridge/bridge.c"

static void page_wake(void) {
  atomic_fetch_add(&the.status.words[WORD_request_sequence], 2);
  wake_all(&the.status.words[WORD_request_sequence]);
}

static void page_set(enum Word word, int32_t value) {
  word_set(&the.status, word, value);
  page_wake();
}

typedef struct Wish {
  const char *source, *sets;
  size_t sets_size;
  int32_t width, height, samples;
  const double *camera;
  bool same_script;
} Wish;

static int32_t post(Wish wish) {
  BridgeRequest *r = &the.request;
  atomic_fetch_add(&the.status.words[WORD_request_sequence], 1);
  const int32_t version = r->script_version + !wish.same_script;
  *r = (BridgeRequest){.script_version = version,
                       .name_size = 8,
                       .sets_size = (int32_t)wish.sets_size,
                       .source_size = (int32_t)strlen(wish.source),
                       .width = wish.width ? wish.width : 48,
                       .height = wish.height ? wish.height : 27,
                       .samples = wish.samples ? wish.samples : 2,
                       .has_camera = wish.camera != NULL};
  if (wish.camera) memcpy(r->camera, wish.camera, sizeof r->camera);
  memcpy(r->text, "page.lua", 8);
  if (wish.sets) memcpy(r->text + 8, wish.sets, wish.sets_size);
  memcpy(r->text + 8 + wish.sets_size, wish.source, strlen(wish.source));
  const int32_t generation = word_get(&the.status, WORD_generation) + 1;
  word_set(&the.status, WORD_generation, generation);
  atomic_fetch_add(&the.status.words[WORD_request_sequence], 1);
  wake_all(&the.status.words[WORD_request_sequence]);
  return generation;
}

static BridgeState wait_for(int32_t generation, double seconds) {
  const double end = ml_clock() + seconds;
  while (ml_clock() < end) {
    bridge_step(0.01);
    const BridgeState state = (BridgeState)word_get(&the.status, WORD_state);
    if (word_get(&the.status, WORD_state_generation) == generation && (state == BRIDGE_IDLE || state == BRIDGE_WRONG)) return state;
    wake_wait(&the.status.words[WORD_heartbeat], word_get(&the.status, WORD_heartbeat), 0.001);
  }
  return (BridgeState)word_get(&the.status, WORD_state);
}

#endif
