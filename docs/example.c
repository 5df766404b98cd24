/* example.c - a scene without Lua: a gold ball on a floor under a lamp, rendered to example.png or the file that is named. */
#include <moonlit.h>
#include <stdio.h>
#include <stdlib.h>

static MlError error;

static void must(bool done) {
  if (done) return;
  fprintf(stderr, "%s\n", error.message);
  exit(1);
}

int main(int argc, char **argv) {
  MlEngine *engine;
  MlBuilder *builder;
  must(ml_engine_create(NULL, &engine, &error) == ML_OK);
  must(ml_builder_create(engine, &builder, &error) == ML_OK);

  MlMetalDesc gold = ML_DESC(MlMetalDesc, .roughness = 0.2f);
  MlMaterial material;
  MlNode ball, floor, lamp;
  must(ml_metal_preset("gold", &gold.eta, &gold.k));
  must(material = ml_metal(builder, &gold, &error));
  must(ball = ml_sphere(builder, &ML_DESC(MlSphereDesc, .center = {0, 1, 0}, .material = material), &error));
  must(floor = ml_plane(builder, &ML_DESC(MlPlaneDesc, .normal = {0, 1, 0}), &error));
  must(lamp = ml_area(builder, &ML_DESC(MlAreaDesc, .at = {2, 4, 2}, .facing = {-2, -3, -2}, .width = 2, .height = 2), &error));
  must(ml_add(builder, ball, &error) == ML_OK);
  must(ml_add(builder, floor, &error) == ML_OK);
  must(ml_add(builder, lamp, &error) == ML_OK);

  const MlScene *scene; /* frozen from here on; the builder is gone */
  MlFilm *film;
  MlRender *render;
  const MlView view = ML_DESC(MlView, .camera = {.from = {0, 1.5, 6}, .look_at = {0, 0.9, 0}}, .width = 320, .height = 180);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 16);
  must(ml_commit(builder, NULL, &scene, &error) == ML_OK);
  must(ml_film_create(engine, scene, &view, &settings, &film, &error) == ML_OK);
  must(ml_render_start(engine, scene, &view, &settings, film, &render, &error) == ML_OK);
  ml_render_wait(render, -1);
  const float exposure = ml_render_progress(render).exposure;
  must(ml_film_write(engine, film, argc > 1 ? argv[1] : "example.png", exposure, view.tonemap, &error) == ML_OK);
  printf("%016llx\n", (unsigned long long)ml_film_hash(film));

  ml_render_destroy(render);
  ml_film_destroy(film);
  ml_scene_release(scene);
  ml_engine_destroy(engine);
}
