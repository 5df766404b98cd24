/* compare.c - moonlit compare: how far two picture files are apart. */
#include <string.h>

#include "cli.h"
#include "input.h"

#define PICTURE_LIMIT (UINT64_C(8) << 30)

typedef struct Png {
  MlEngine *engine;
  InputBytes bytes;
} Png;

static bool png_append(void *ud, const void *bytes, size_t count) {
  Png *png = ud;
  InputBytes *b = &png->bytes;
  if (count > b->capacity - b->size) {
    const size_t wanted = 2 * b->capacity + count;
    char *data = ml_engine_realloc(png->engine, b->data, b->capacity, wanted);
    if (!data) return false;
    b->data = data;
    b->capacity = wanted;
  }
  memcpy(b->data + b->size, bytes, count);
  b->size += count;
  return true;
}

static void write_text(const MlComparison *c) {
  const double pixels = (double)c->width * (double)c->height;
  printf("  size       %u x %u, %s\n", c->width, c->height, c->linear ? "linear light" : "code values 0..1");
  printf("  different  %llu pixels (%.3g %%), by at most %.6g\n", (unsigned long long)c->different, 100.0 * (double)c->different / pixels,
         c->largest);
  printf("  RMSE       %.6g\n  relMSE     %.6g\n  FLIP       %.6f", c->rmse, c->relative_mse, c->flip);
  if (c->linear) printf(" at %+.2f EV", (double)c->exposure);
  putchar('\n');
}

/* A figure that JSON has no number for is null. */
static void write_number(const char *name, double value) {
  if (value - value == 0) printf(",\"%s\":%.9g", name, value);
  else printf(",\"%s\":null", name);
}

static void write_json(const MlComparison *c) {
  printf("{\"width\":%u,\"height\":%u,\"linear\":%s,\"different\":%llu", c->width, c->height, c->linear ? "true" : "false",
         (unsigned long long)c->different);
  write_number("largest", c->largest);
  write_number("rmse", c->rmse);
  write_number("relativeMse", c->relative_mse);
  write_number("flip", c->flip);
  write_number("exposure", (double)c->exposure);
  puts("}");
}

static int compare(MlEngine *engine, const Options *options, InputBytes files[2], Png *png) {
  int code = input_read(engine, options->scene, "a picture", PICTURE_LIMIT, &files[0]);
  if (code == EXIT_DONE) code = input_read(engine, options->other, "a picture", PICTURE_LIMIT, &files[1]);
  if (code != EXIT_DONE) return code;
  MlCompareDesc desc = ML_DESC(MlCompareDesc, .a = {files[0].data, files[0].size}, .b = {files[1].data, files[1].size});
  desc.fixed_exposure = options->has_exposure && !options->auto_exposure;
  desc.exposure = options->exposure;
  if (options->difference) desc.difference = (MlSink){png_append, png};
  MlComparison comparison;
  MlError error = {0};
  if (ml_image_compare(engine, &desc, &comparison, &error) != ML_OK) return say_error(&error);
  if (options->difference && ml_file_write(options->difference, png->bytes.data, png->bytes.size, &error) != ML_OK)
    return say_error(&error);
  if (options->json) write_json(&comparison);
  else if (!options->quiet) write_text(&comparison);
  if (comparison.rmse - comparison.rmse != 0) {
    say("a picture holds values that are no finite numbers");
    return options->has_max_flip ? EXIT_COULD_NOT : EXIT_DONE;
  }
  if (!options->has_max_flip || comparison.flip <= options->max_flip) return EXIT_DONE;
  say("FLIP is %.6f, above %.6g", comparison.flip, options->max_flip);
  return EXIT_COULD_NOT;
}

int command_compare(const Options *options) {
  MlEngine *engine;
  MlError error = {0};
  if (options->difference && ml_image_format(options->difference) != ML_IMAGE_PNG) {
    say("--difference: expected a name that ends in .png, got '%s'", options->difference);
    return EXIT_WRONG;
  }
  const MlEngineDesc desc = ML_DESC(MlEngineDesc, .memory_cap = options->memory, .threads = 1);
  if (ml_engine_create(&desc, &engine, &error) != ML_OK) return say_error(&error);
  InputBytes files[2] = {{0}, {0}};
  Png png = {.engine = engine};
  int code = compare(engine, options, files, &png);
  for (int i = 0; i < 2; i++) input_free(engine, &files[i]);
  input_free(engine, &png.bytes);
  ml_engine_destroy(engine);
  if (!output_arrived() && code == EXIT_DONE) code = EXIT_COULD_NOT;
  return code;
}
