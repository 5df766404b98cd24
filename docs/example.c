/* example.c - a scene without Lua: a gold ball on a floor under a lamp, rendered to a picture file. */
#include <moonlit.h>
#include <stdio.h>

int main(int argc, char **argv) {
  const char *path = argc > 1 ? argv[1] : "example.png";
  MlError error = {0};
  MlEngine *engine;
  MlBuilder *builder;
  if (ml_engine_create(NULL, &engine, &error) != ML_OK || ml_builder_create(engine, &builder, &error) != ML_OK) goto failed;

  // Materials and nodes are numbers, 0 where something was wrong; the error says what.
  MlMetalDesc gold = ML_DESC(MlMetalDesc, .roughness = 0.2f);
  ml_metal_preset("gold", &gold.eta, &gold.k);
  const MlMaterial metal = ml_metal(builder, &gold, &error);
  const MlNode nodes[] = {
    ml_sphere(builder, &ML_DESC(MlSphereDesc, .center = {0, 1, 0}, .material = metal), &error),
    ml_plane(builder, &ML_DESC(MlPlaneDesc, .normal = {0, 1, 0}), &error),
    ml_area(builder, &ML_DESC(MlAreaDesc, .at = {2, 4, 2}, .facing = {-2, -3, -2}, .width = 2, .height = 2), &error),
  };
  bool built = true;
  for (int i = 0; i < 3; i++) built = built && ml_add(builder, nodes[i], &error) == ML_OK;

  const MlScene *scene = NULL;
  MlFilm *film = NULL;
  MlRender *render = NULL;
  const MlView view = ML_DESC(MlView, .camera = {.from = {0, 1.5, 6}, .look_at = {0, 0.9, 0}}, .width = 320, .height = 180);
  const MlSettings settings = ML_DESC(MlSettings, .samples = 16);
  if (built && ml_commit(builder, NULL, &scene, &error) == ML_OK &&
      ml_film_create(engine, scene, &view, &settings, &film, &error) == ML_OK &&
      ml_render_start(engine, scene, &view, &settings, film, &render, &error) == ML_OK) {
    ml_render_wait(render, -1);
    ml_film_write(engine, film, path, ml_render_progress(render).exposure, view.tonemap, &error);
    printf("%016llx\n", (unsigned long long)ml_film_hash(film));
  }
  if (!scene) ml_builder_destroy(builder); /* a commit that succeeds takes the builder with it */
  ml_render_destroy(render);
  ml_film_destroy(film);
  ml_scene_release(scene);
failed:
  ml_engine_destroy(engine);
  if (error.status != ML_OK) fprintf(stderr, "%s\n", error.message);
  return error.status != ML_OK;
}
