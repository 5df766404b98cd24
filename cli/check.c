/* check.c - moonlit check: evaluates a scene and builds it, says what it found, renders nothing. */
#include <string.h>

#include "scene.h"

static void statistics_as_text(const SceneFile *scene, const MlSceneStats *s, uint64_t film, FILE *out) {
  const ScriptEvaluation *e = scene->evaluation;
  const MlSink sink = stream_sink(out);
  script_write_visible(scene->options->scene, strlen(scene->options->scene), &sink);
  fprintf(out, ": no errors, %u warning%s\n", e->warnings, e->warnings == 1 ? "" : "s");
  fprintf(out, "  shapes     %llu\n", (unsigned long long)s->shapes);
  if (s->triangles)
    fprintf(out, "  triangles  %llu, of which %llu are stored\n", (unsigned long long)s->triangles,
            (unsigned long long)s->unique_triangles);
  if (s->instances) fprintf(out, "  instances  %llu\n", (unsigned long long)s->instances);
  fprintf(out, "  lights     %llu%s\n", (unsigned long long)s->lights, s->has_light ? "" : " (nothing emits)");
  fprintf(out, "  materials  %llu\n", (unsigned long long)s->materials);
  if (s->degenerate_triangles) fprintf(out, "  degenerate %llu triangles without an area\n", (unsigned long long)s->degenerate_triangles);
  fprintf(out, "  memory     scene %.2f MiB, film %.2f MiB, script %.2f MiB\n", (double)s->bytes / 1048576.0, (double)film / 1048576.0,
          (double)e->statistics.lua_peak / 1048576.0);
  fprintf(out, "  time       script %.3f s, build %.3f s\n", e->statistics.seconds, e->statistics.commit_seconds);
  fprintf(out, "  contents   %016llx\n", (unsigned long long)s->hash);
}

static void statistics_as_json(const SceneFile *scene, const MlSceneStats *s, uint64_t film, FILE *out) {
  const ScriptStatistics *statistics = &scene->evaluation->statistics;
  fprintf(
    out,
    "{\"statistics\":{\"shapes\":%llu,\"triangles\":%llu,\"uniqueTriangles\":%llu,\"instances\":%llu,\"lights\":%llu,\"materials\":%llu,"
    "\"degenerateTriangles\":%llu,\"sceneBytes\":%llu,\"filmBytes\":%llu,\"scriptBytes\":%llu,\"scriptSeconds\":%.3f,"
    "\"buildSeconds\":%.3f,\"contents\":\"%016llx\",\"width\":%u,\"height\":%u,\"samples\":%u,\"assets\":[",
    (unsigned long long)s->shapes, (unsigned long long)s->triangles, (unsigned long long)s->unique_triangles,
    (unsigned long long)s->instances, (unsigned long long)s->lights, (unsigned long long)s->materials,
    (unsigned long long)s->degenerate_triangles, (unsigned long long)s->bytes, (unsigned long long)film,
    (unsigned long long)statistics->lua_peak, statistics->seconds, statistics->commit_seconds, (unsigned long long)s->hash,
    scene->view.width ? scene->view.width : 1280, scene->view.height ? scene->view.height : 720, scene->settings.samples);
  const MlSink sink = stream_sink(out);
  for (size_t i = 0; i < scene->evaluation->asset_count; i++) {
    if (i) fputc(',', out);
    script_write_json_string(scene->evaluation->assets[i], &sink);
  }
  fputs("]}}\n", out);
}

int command_check(const Options *options) {
  SceneFile scene;
  int code = scene_open(&scene, options, SCENE_COMMIT, options->json ? stdout : NULL);
  if (code == EXIT_DONE) {
    uint64_t film = 0;
    const MlSceneStats stats = ml_scene_stats(scene.evaluation->scene);
    ml_render_check(scene.engine, &scene.view, &scene.settings, &film, NULL);
    if (options->json) statistics_as_json(&scene, &stats, film, stdout);
    else if (!options->quiet && !options->dump_scene) statistics_as_text(&scene, &stats, film, stdout);
  }
  scene_close(&scene);
  if (!output_arrived() && code == EXIT_DONE) code = EXIT_COULD_NOT;
  return code;
}
