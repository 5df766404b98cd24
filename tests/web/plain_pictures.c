/* plain_pictures.c - what the page's first pictures need of the engine: scenes are rendered, edited, looked at from elsewhere, stopped and
 * superseded through the bridge, as the page does it. Built with CONFIG=coverage this tells which functions have to be in the first part of
 * the page's module (make first-part, web/first-part.mjs).
 *
 *   plain_pictures SCENE.lua... */
#include "director.h"

#include <stdio.h>

static char *text_of(const char *path) {
  static char text[1 << 16];
  FILE *file = fopen(path, "rb");
  if (!file) return NULL;
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  return text;
}

static bool finish(int32_t generation, const char *what) {
  const BridgeState state = wait_for(generation, 120);
  if (state != BRIDGE_IDLE) fprintf(stderr, "plain_pictures: %s: no picture, but state %d: %.*s\n", what, (int)state, (int)the.report.size, the.report.data);
  return state == BRIDGE_IDLE;
}

static bool look_at(const char *path) {
  static const double camera[13] = {0, 1, 4, 0, 1, 0, 0, 1, 0, 40};
  const char *text = text_of(path);
  if (!text) return false;
  Wish wish = {.source = text, .width = 320, .height = 180, .samples = 4};
  bool good = finish(post(wish), path);
  wish.same_script = true, wish.camera = camera; // another view
  good &= finish(post(wish), path);
  wish.camera = NULL, wish.width = 200; // another size
  good &= finish(post(wish), path);
  wish.same_script = false, wish.samples = 400; // superseded at several stages, then stopped and gone on with
  for (int i = 0; i < 12; i++) {
    post(wish);
    wake_wait(&the.status.words[WORD_request_sequence], word_get(&the.status, WORD_request_sequence), i * 0.004);
  }
  wish.samples = 64;
  const int32_t last = post(wish);
  wake_wait(&the.status.words[WORD_request_sequence], word_get(&the.status, WORD_request_sequence), 0.05);
  page_set(WORD_stop, 1);
  wake_wait(&the.status.words[WORD_request_sequence], word_get(&the.status, WORD_request_sequence), 0.05);
  page_set(WORD_threads, 1);
  page_set(WORD_stop, 0);
  good &= finish(last, path);
  page_set(WORD_threads, 2);
  return good;
}

int main(int count, char **paths) {
  if (!bridge_start(2, 512 << 20)) return 1;
  bool good = count > 1;
  for (int round = 0; round < 2; round++) {
    for (int i = 1; i < count; i++) good &= look_at(paths[i]);
  }
  bridge_stop();
  return good ? 0 : 1;
}
