/* example.c - a scene without Lua: a gold ball on a floor under a lamp, rendered to example.png or the file that is named. */
#include <moonlit.h>
#include <stdio.h>
#include <stdlib.h>

static MlError error;

static void fail(void) {
  fprintf(stderr, "%s\n", error.message);
  exit(1);
}
static void done(MlStatus status) {
  if (status != ML_OK) fail();
}
static uint32_t made(uint32_t id) { /* of a node or a material; 0 is none */
  if (id == 0) fail();
  return id;
}

int main(int argc, char **argv) {
  MlEngine *engine;
  MlBuilder *builder;
  done(ml_engine_create(NULL, &engine, &error));
  done(ml_builder_create(engine, &builder, &error));

  MlMetalDesc gold = ML_DESC(MlMetalDesc, .roughness = 0.2f);
  ml_metal_preset("gold", &gold.eta, &gold.k);
  const MlMaterial material = made(ml_metal(builder, &gold, &error));
  const MlNode ball = made(ml_sphere(builder, &ML_DESC(MlSphereDesc, .center = {0, 1, 0}, .material = material), &error));
  const MlNode floor = made(ml_plane(builder, &ML_DESC(MlPlaneDesc, .normal = {0, 1, 0}), &error));
  const MlNode lamp =
    made(ml_area(builder, &ML_DESC(MlAreaDesc, .at = {2, 4, 2}, .facing = {-2, -3, -2}, .width = 2, .height = 2), &error));
  done(ml_add(builder, ball, &error));
  done(ml_add(builder, floor, &error));
  done(ml_add(builder, lamp, &error));

  const MlScene *scene; /* frozen from here on; the builder is gone */
  MlFilm *film;
  MlRender *render;
  const MlView view = ML_DESC(MlView, .camera = {.from = {0, 1.5, 6}, .look_at = {0, 0.9, 0}}, .width = 320, .height = 180);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 16);
  done(ml_commit(builder, NULL, &scene, &error));
  done(ml_film_create(engine, scene, &view, &settings, &film, &error));
  done(ml_render_start(engine, scene, &view, &settings, film, &render, &error));
  ml_render_wait(render, -1);
  const float exposure = ml_render_progress(render).exposure;
  done(ml_film_write(engine, film, argc > 1 ? argv[1] : "example.png",
                     &(MlDisplay){.exposure = exposure, .tonemap = view.tonemap, .white = view.white}, &error));
  printf("%016llx\n", (unsigned long long)ml_film_hash(film));

  ml_render_destroy(render);
  ml_film_destroy(film);
  ml_scene_release(scene);
  ml_engine_destroy(engine);
}
