/* test_bridge.c - the page's director, natively: requests written as the page writes them, answers read as the page reads them. */
#include "director.h"

#include <cmocka.h>
#include <stdio.h>

static uint64_t hash_of(int32_t generation) {
  assert_int_equal(word_get(&the.status, WORD_hash_generation), generation);
  return (uint64_t)(uint32_t)word_get(&the.status, WORD_hash_high) << 32 | (uint32_t)word_get(&the.status, WORD_hash_low);
}

static const char *report_text(void) {
  static char text[1 << 20];
  for (;;) {
    const int32_t before = word_get(&the.status, WORD_report_sequence);
    const size_t size = the.report.size < sizeof text ? the.report.size : sizeof text - 1;
    if (size) memcpy(text, the.report.data, size);
    text[size] = '\0';
    if (!(before & 1) && word_get(&the.status, WORD_report_sequence) == before) return text;
  }
}

static void assert_report(const char *part) {
  if (!strstr(report_text(), part)) fail_msg("'%s' is not in the report: %s", part, report_text());
}

/* What the command would say. */
static uint64_t hash_directly(const char *source, const ScriptSet *sets, size_t set_count, int32_t width, int32_t height, int32_t samples,
                              const double *camera) {
  MlEngine *engine = NULL;
  assert_int_equal(ml_engine_create(&ML_DESC(MlEngineDesc, .threads = 2), &engine, NULL), ML_OK);
  const ScriptInput input = {.size = sizeof input,
                             .name = "page.lua",
                             .source = source,
                             .source_size = strlen(source),
                             .sets = sets,
                             .set_count = set_count,
                             .width = (uint32_t)width,
                             .height = (uint32_t)height};
  ScriptEvaluation *e = NULL;
  assert_int_equal(script_evaluate(engine, &input, &e, NULL), ML_OK);
  assert_non_null(e->scene);
  MlView view = e->view;
  MlSettings settings = e->settings;
  view.size = sizeof view, settings.size = sizeof settings;
  view.width = (uint32_t)width, view.height = (uint32_t)height;
  settings.samples = (uint32_t)samples;
  if (camera)
    view.camera = (MlCamera){
      .from = {camera[0], camera[1], camera[2]}, .look_at = {camera[3], camera[4], camera[5]}, .up = {0, 1, 0}, .fov = camera[9]};
  MlFilm *film = NULL;
  MlRender *render = NULL;
  assert_int_equal(ml_film_create(engine, e->scene, &view, &settings, &film, NULL), ML_OK);
  assert_int_equal(ml_render_start(engine, e->scene, &view, &settings, film, &render, NULL), ML_OK);
  ml_render_wait(render, -1);
  const uint64_t hash = ml_film_hash(film);
  ml_render_destroy(render);
  ml_film_destroy(film);
  script_evaluation_destroy(e);
  ml_engine_destroy(engine);
  return hash;
}

static int set_up(void **state) {
  (void)state;
  return bridge_start(2, 512 << 20) ? 0 : -1;
}
static int tear_down(void **state) {
  (void)state;
  bridge_stop();
  return 0;
}

static const char balls[] =
  "camera{ from={0,1,4}, look_at={0,1,0} } sphere{ center={0,1,0}, material='gold' } plane{} light{ at={2,4,3}, power=400 }";
static const char heavy[] =
  "camera{ from={0,1,4}, look_at={0,1,0} } for i=1,300 do sphere{ center={i%20-10,1,-i/20}, material='glass' } end plane{} background{1}";

static void a_request_becomes_a_picture(void **state) {
  (void)state;
  const int32_t generation = post((Wish){.source = balls, .width = 320, .height = 180, .samples = 3});
  assert_int_equal(wait_for(generation, 20), BRIDGE_IDLE);
  assert_true(hash_of(generation) == hash_directly(balls, NULL, 0, 320, 180, 3, NULL));
  assert_report("\"errors\":0");
  assert_report("\"picture\":{\"width\":320,\"height\":180,\"samples\":3}");
  assert_report("\"scene\":{\"shapes\":2,\"triangles\":0,\"center\":[0,1,0],\"radius\":");
  assert_report("\"camera\":{\"kind\":\"perspective\",\"from\":[0,1,4],\"look_at\":[0,1,0]");
  // The frame is what a picture file would hold
  assert_int_equal(word_get(&the.status, WORD_frame_generation), generation);
  assert_int_equal(word_get(&the.status, WORD_frame_scale), 1);
  assert_true(the.picture.frame.width == 320 && the.picture.frame.height == 180);
  uint8_t row[3 * 320];
  MlDisplay display = {.exposure = the.picture.frame.exposure};
  for (uint32_t y = 0; y < 180; y++) {
    ml_film_display(the.picture.film, &display, y, y + 1, row);
    for (int x = 0; x < 320; x++) assert_memory_equal(&the.picture.frame.pixels[y * 320 + (uint32_t)x], row + 3 * x, 3);
    assert_int_equal(the.picture.frame.bands[y / BRIDGE_BAND], 1);
  }
  assert_true(the.picture.frame.exposure != 0.0f); // the automatic one
}

/* The coarse picture enlarged: as large as the frame, a flat one stays flat, an upright edge stays upright and is where it was. */
static void what_rendering_finds_is_reported(void **state) {
  (void)state;
  const int32_t generation = post((Wish){.source = "background(1)\nplane{ material = function(s) return sqrt(s.p.x) end }"});
  assert_int_equal(wait_for(generation, 20), BRIDGE_IDLE);
  assert_report("this function gives no finite number at some points, by the root of a number below 0");
  assert_report("\"warnings\":1");
}

static void a_coarse_picture_is_enlarged(void **state) {
  (void)state;
  static const char halves[] =
    "camera{ from={0,0,2}, look_at={0,0,0}, kind='orthographic', size=2, exposure=0 } render{ tonemap='none' } "
    "box{ size={2,4,.1}, at={-1,0,0}, material=emit{radiance=1} } box{ size={2,4,.1}, at={1,0,0}, material=emit{color='red', radiance=1} }";
  assert_int_equal(wait_for(post((Wish){.source = halves, .width = 40, .height = 20, .samples = 4}), 20), BRIDGE_IDLE);
  Frame frame = {.engine = the.engine, .status = &the.status, .display = {.tonemap = ML_TONEMAP_NONE}};
  assert_true(frame_begin(&frame, 401, 203, 99));
  assert_true(frame_enlarge(&frame, the.picture.film));
  for (uint32_t y = 0; y < 203; y++)
    for (uint32_t x = 0; x < 401; x++) {
      const uint32_t pixel = frame.pixels[y * 401 + x];
      if (x < 190) assert_int_equal(pixel, 0xffffffff);
      if (x > 211) assert_int_equal(pixel, 0xff0000ff);
      assert_int_equal(pixel, frame.pixels[x]);
      if (x > 0) assert_true((pixel >> 8 & 255) <= (frame.pixels[y * 401 + x - 1] >> 8 & 255)); // no overshoot
    }
  for (uint32_t band = 0; band < 7; band++) assert_int_equal(frame.bands[band], 1);
  frame_free(&frame);
}

static void another_view_does_not_run_the_script(void **state) {
  (void)state;
  assert_int_equal(wait_for(post((Wish){.source = balls}), 20), BRIDGE_IDLE);
  const ScriptEvaluation *before = the.evaluation;
  const double camera[13] = {3, 2, 3, 0, 1, 0, 0, 1, 0, 35};
  const int32_t generation = post((Wish){.source = balls, .camera = camera, .same_script = true});
  assert_int_equal(wait_for(generation, 20), BRIDGE_IDLE);
  assert_ptr_equal(the.evaluation, before);
  assert_true(hash_of(generation) == hash_directly(balls, NULL, 0, 48, 27, 2, camera));
  // Other samples are told
  const int32_t more = post((Wish){.source = balls, .samples = 5, .same_script = true});
  assert_int_equal(wait_for(more, 20), BRIDGE_IDLE);
  assert_ptr_equal(the.evaluation, before);
  assert_report("\"samples\":5");
  assert_true(hash_of(more) == hash_directly(balls, NULL, 0, 48, 27, 5, NULL));
}

static void parameters_reach_the_script(void **state) {
  (void)state;
  static const char source[] =
    "local r = param('r', 1, {min=0, max=3}) local c = param('c', 'a', {'a', 'b'}) sphere{ radius=r } plane{} background{1} print(r, c)";
  const int32_t generation = post((Wish){.source = source, .sets = "r\0002.5\0c\0b", .sets_size = 10});
  assert_int_equal(wait_for(generation, 20), BRIDGE_IDLE);
  const ScriptSet sets[] = {{"r", "2.5", NULL}, {"c", "b", NULL}};
  assert_true(hash_of(generation) == hash_directly(source, sets, 2, 48, 27, 2, NULL));
  assert_report("2.5\\tb");
  // Out of range is held to it, as a slider would
  assert_int_equal(wait_for(post((Wish){.source = source, .sets = "r\0007", .sets_size = 4}), 20), BRIDGE_IDLE);
  assert_report("\"warnings\":1");
}

static void a_wrong_scene_keeps_the_last_picture(void **state) {
  (void)state;
  const int32_t good = post((Wish){.source = balls});
  assert_int_equal(wait_for(good, 20), BRIDGE_IDLE);
  const int32_t bad = post((Wish){.source = "sphere{ radus = 1 }"});
  assert_int_equal(wait_for(bad, 20), BRIDGE_WRONG);
  assert_report("did you mean 'radius'?");
  assert_report("\"errors\":1");
  assert_int_equal(word_get(&the.status, WORD_frame_generation), good);
  assert_int_equal(word_get(&the.status, WORD_hash_generation), good);
  assert_non_null(the.picture.film);
  assert_int_equal(wait_for(post((Wish){.source = balls}), 20), BRIDGE_IDLE);
}

static void wish_for_file(int32_t number, MlImageFormat format) {
  word_set(&the.status, WORD_encode_format, (int32_t)format);
  page_set(WORD_encode_wanted, number);
  for (const double end = ml_clock() + 5; word_get(&the.status, WORD_encode_done) != number && ml_clock() < end;) bridge_step(0.01);
  assert_int_equal(word_get(&the.status, WORD_encode_done), number);
}

/* Another picture has been begun, and then the scene goes wrong: what is saved is what is shown, as it is shown. */
static void the_older_picture_that_is_shown_can_be_saved(void **state) {
  (void)state;
  const int32_t good = post((Wish){.source = balls});
  assert_int_equal(wait_for(good, 20), BRIDGE_IDLE);
  wish_for_file(1, ML_IMAGE_PNG);
  const size_t size = (size_t)word_get(&the.status, WORD_encode_size);
  assert_true(size > 100);
  char *file = malloc(size);
  assert_non_null(file);
  memcpy(file, the.encoded.data, size);
  // The coarse picture of a slow scene is begun, and not shown, unless this thread is late: then it is tried again
  static const char other[] = "camera{ from={0,1,4}, look_at={0,1,0}, exposure=-3 } render{ tonemap='none' } for i=1,300 do "
                              "sphere{ center={i%20-10,1,-i/20}, material=glass{ dispersion=1 } } end plane{} background{1}";
  int32_t shown = good, begun = 0;
  for (int attempt = 0; attempt < 50; attempt++) {
    begun = post((Wish){.source = other, .width = 480, .height = 270});
#ifdef ML_NO_THREADS
    bridge_step(0.0);
#else
    while (word_get(&the.status, WORD_state_generation) != begun || word_get(&the.status, WORD_state) != BRIDGE_RENDERING)
      wake_wait(&the.status.words[WORD_state], word_get(&the.status, WORD_state), 0.0002);
#endif
    assert_int_equal(wait_for(post((Wish){.source = "sphere{ radus = 1 }"}), 20), BRIDGE_WRONG);
    if (word_get(&the.status, WORD_frame_generation) == shown) break;
    shown = post((Wish){.source = balls});
    assert_int_equal(wait_for(shown, 20), BRIDGE_IDLE);
  }
  assert_int_equal(the.picture.generation, begun);
  assert_int_equal(word_get(&the.status, WORD_frame_generation), shown);
  wish_for_file(2, ML_IMAGE_PNG);
  assert_int_equal(word_get(&the.status, WORD_encode_size), size);
  assert_memory_equal(the.encoded.data, file, size);
  free(file);
}

#ifndef ML_NO_THREADS
static void an_endless_loop_ends_at_stop_or_at_its_deadline(void **state) {
  (void)state;
  const int32_t generation = post((Wish){.source = "while true do end"});
  while (word_get(&the.status, WORD_state) != BRIDGE_EVALUATING)
    wake_wait(&the.status.words[WORD_state], word_get(&the.status, WORD_state), 0.001);
  page_set(WORD_stop, 1);
  assert_int_equal(wait_for(generation, 5), BRIDGE_IDLE);
  // Another text alone ends it, too
  page_set(WORD_stop, 0);
  assert_int_equal(wait_for(post((Wish){.source = balls}), 10), BRIDGE_IDLE);
  // and its own limit
  the.request.time_limit_ms = 50;
  Wish wish = {.source = "while true do end"};
  BridgeRequest *r = &the.request;
  post(wish);
  atomic_fetch_add(&the.status.words[WORD_request_sequence], 1);
  r->time_limit_ms = 50;
  r->script_version++;
  const int32_t last = word_get(&the.status, WORD_generation) + 1;
  word_set(&the.status, WORD_generation, last);
  atomic_fetch_add(&the.status.words[WORD_request_sequence], 1);
  wake_all(&the.status.words[WORD_request_sequence]);
  assert_int_equal(wait_for(last, 5), BRIDGE_WRONG);
  assert_report("\"limit\":\"time\"");
}

static void a_stopped_render_goes_on_with_other_threads(void **state) {
  (void)state;
  const int32_t generation = post((Wish){.source = heavy, .width = 96, .height = 72, .samples = 16});
  while (word_get(&the.status, WORD_samples_most) < 2) wake_wait(&the.status.words[WORD_samples_most], 0, 0.001);
  page_set(WORD_stop, 1);
  assert_int_equal(wait_for(generation, 5), BRIDGE_IDLE);
  assert_int_not_equal(word_get(&the.status, WORD_hash_generation), generation);
  const MlFilm *film = the.picture.film;
  page_set(WORD_threads, 3);
  page_set(WORD_stop, 0);
  while (word_get(&the.status, WORD_threads_used) != 3) wake_wait(&the.status.words[WORD_threads_used], 0, 0.001);
  page_set(WORD_threads, 1); // live
  while (word_get(&the.status, WORD_state) != BRIDGE_IDLE) wake_wait(&the.status.words[WORD_state], BRIDGE_RENDERING, 0.001);
  assert_ptr_equal(the.picture.film, film);
  assert_true(hash_of(generation) == hash_directly(heavy, NULL, 0, 96, 72, 16, NULL));
}

static void the_newest_request_wins(void **state) {
  (void)state;
  int32_t generation = 0;
  for (int i = 0; i < 300; i++) generation = post((Wish){.source = i % 3 ? balls : i % 2 ? heavy : "while true do end"});
  generation = post((Wish){.source = balls});
  assert_int_equal(wait_for(generation, 20), BRIDGE_IDLE);
  assert_true(hash_of(generation) == hash_directly(balls, NULL, 0, 48, 27, 2, NULL));
}
#endif

/* Files come as the page hands them over, turn by turn. */
static void turn_is(int32_t turn) {
  for (const double end = ml_clock() + 5; word_get(&the.status, WORD_asset_turn) != turn;) {
    assert_true(ml_clock() < end);
    bridge_step(0.001);
    wake_wait(&the.status.words[WORD_asset_turn], word_get(&the.status, WORD_asset_turn), 0.001);
  }
}

static void hand_over(const char *path, const char *bytes, int32_t size) {
  memcpy(the.asset_name, path, strlen(path));
  word_set(&the.status, WORD_asset_name_size, (int32_t)strlen(path));
  word_set(&the.status, WORD_asset_size, size);
  page_set(WORD_asset_turn, 1);
  if (size >= 0) {
    turn_is(2);
    if (size) memcpy(the.files.coming.bytes, bytes, (size_t)size);
    page_set(WORD_asset_turn, 4);
  }
  turn_is(0);
}

static void files_are_asked_for_kept_and_forgotten(void **state) {
  (void)state;
  static const char source[] = "local m = require 'parts' sphere{ radius = m.r } plane{} background{1}", module[] = "return { r = 2 }";
  assert_int_equal(wait_for(post((Wish){.source = source}), 20), BRIDGE_WRONG);
  assert_report("\"missing\":[\"parts.lua\"]");
  hand_over("parts.lua", module, sizeof module - 1);
  hand_over("empty.png", "", 0);
  const int32_t generation = post((Wish){.source = source});
  assert_int_equal(wait_for(generation, 20), BRIDGE_IDLE);
  assert_report("\"missing\":[]");
  assert_report("\"assets\":[\"parts.lua\"]");
  hand_over("parts.lua", "return { r = 1 }", 16); // in its place
  const int32_t other = post((Wish){.source = source});
  assert_int_equal(wait_for(other, 20), BRIDGE_IDLE);
  hand_over("parts.lua", NULL, -1);
  hand_over("parts.lua", NULL, -1); // not there any more: no harm
  assert_int_equal(wait_for(post((Wish){.source = source}), 20), BRIDGE_WRONG);
  // What does not fit is refused, and nothing is lost
  word_set(&the.status, WORD_asset_size, INT32_MAX);
  page_set(WORD_asset_turn, 1);
  turn_is(3);
  page_set(WORD_asset_turn, 0);
}

static void a_report_lists_no_more_than_a_page_can_show(void **state) {
  (void)state;
  static const char source[] = "for i = 1, 1200 do param('p' .. i, i) end "
                               "for i = 1, 1200 do sphere{ material = matte{ color = image{ 'f' .. i .. '.png' } } } end";
  assert_int_equal(wait_for(post((Wish){.source = source}), 20), BRIDGE_WRONG);
  assert_report("\"name\":\"p1000\"");
  assert_report("\"f1000.png\"]");
  assert_null(strstr(report_text(), "\"p1001\""));
  assert_null(strstr(report_text(), "\"f1001.png\""));
}

static void pictures_are_encoded(void **state) {
  (void)state;
  wish_for_file(1, ML_IMAGE_PNG); // before there is any
  assert_int_equal(word_get(&the.status, WORD_encode_size), 0);
  assert_report("there is no picture yet");
  assert_int_equal(wait_for(post((Wish){.source = balls}), 20), BRIDGE_IDLE);
  wish_for_file(2, ML_IMAGE_PNG);
  assert_true(word_get(&the.status, WORD_encode_size) > 100);
  assert_memory_equal(the.encoded.data, "\x89PNG", 4);
}

static void a_refused_picture_file_does_not_end_the_picture(void **state) {
  (void)state;
  const int32_t generation = post((Wish){.source = balls, .width = 128, .height = 72, .samples = 64});
  for (const double end = ml_clock() + 10; word_get(&the.status, WORD_state) != BRIDGE_RENDERING && ml_clock() < end;) bridge_step(0.01);
  page_set(WORD_stop, 1);
  assert_int_equal(wait_for(generation, 20), BRIDGE_IDLE);
  assert_int_equal(word_get(&the.status, WORD_hash_generation), 0);
  wish_for_file(1, (MlImageFormat)99);
  assert_int_equal(word_get(&the.status, WORD_encode_size), 0);
  page_set(WORD_stop, 0);
  for (const double end = ml_clock() + 20; word_get(&the.status, WORD_hash_generation) != generation && ml_clock() < end;)
    bridge_step(0.01);
  assert_true(hash_of(generation) == hash_directly(balls, NULL, 0, 128, 72, 64, NULL));
}

static void what_cannot_be_rendered_is_said(void **state) {
  (void)state;
  const int32_t generation = post((Wish){.source = balls, .width = 60000, .height = 60000});
  assert_int_equal(wait_for(generation, 20), BRIDGE_WRONG);
  assert_report("\"failure\":\"out of memory: rendering 60000 x 60000 pixels");
  assert_int_equal(wait_for(post((Wish){.source = balls}), 20), BRIDGE_IDLE);
}

/* A request whose sizes are nonsense, as only a broken page would write it. */
static void nonsense_is_survived(void **state) {
  (void)state;
  static const int32_t values[] = {-1, INT32_MIN, INT32_MAX, 1 << 30};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    atomic_fetch_add(&the.status.words[WORD_request_sequence], 1);
    the.request.name_size = the.request.sets_size = the.request.source_size = the.request.width = the.request.samples = values[i];
    the.request.script_version++;
    word_set(&the.status, WORD_generation, word_get(&the.status, WORD_generation) + 1);
    atomic_fetch_add(&the.status.words[WORD_request_sequence], 1);
    wake_all(&the.status.words[WORD_request_sequence]);
    const int32_t generation = word_get(&the.status, WORD_generation);
    for (const double end = ml_clock() + 5; word_get(&the.status, WORD_state_generation) != generation;) {
      assert_true(ml_clock() < end);
      bridge_step(0.001);
    }
    wait_for(generation, 0.1); // a billion samples are begun, too
  }
  assert_int_equal(wait_for(post((Wish){.source = balls}), 20), BRIDGE_IDLE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
int main(void) {
  const struct CMUnitTest tests[] = {
    TEST(a_request_becomes_a_picture),
    TEST(what_rendering_finds_is_reported),
    TEST(a_coarse_picture_is_enlarged),
    TEST(another_view_does_not_run_the_script),
    TEST(parameters_reach_the_script),
    TEST(a_wrong_scene_keeps_the_last_picture),
    TEST(the_older_picture_that_is_shown_can_be_saved),
#ifndef ML_NO_THREADS
    TEST(an_endless_loop_ends_at_stop_or_at_its_deadline),
    TEST(a_stopped_render_goes_on_with_other_threads),
    TEST(the_newest_request_wins),
#endif
    TEST(files_are_asked_for_kept_and_forgotten),
    TEST(a_report_lists_no_more_than_a_page_can_show),
    TEST(pictures_are_encoded),
    TEST(a_refused_picture_file_does_not_end_the_picture),
    TEST(what_cannot_be_rendered_is_said),
    TEST(nonsense_is_survived),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
