/* params_output.c - the parameters of a scene as text and as JSON. */
#include <string.h>

#include "colors.h"
#include "params.h"
#include "script.h"
#include "text.h"

const char *params_type_name(ScriptParamType type) {
  static const char *const names[] = {"number", "int", "bool", "string", "choice", "color", "vec3", "file"};
  return names[type];
}

static bool is_vector(const ScriptParam *p) { return p->type == SCRIPT_PARAM_COLOR || p->type == SCRIPT_PARAM_VEC3; }
static bool is_text(const ScriptParam *p) {
  return p->type == SCRIPT_PARAM_STRING || p->type == SCRIPT_PARAM_CHOICE || p->type == SCRIPT_PARAM_FILE;
}

/* The 8-bit sRGB code that decodes to exactly this linear value; -1: none does. */
static int exact_code(double linear) {
  static const char hex[] = "0123456789abcdef";
  int low = 0, high = 255;
  while (low <= high) {
    const int code = (low + high) / 2;
    const char text[] = {'#', hex[code >> 4], hex[code & 15], '0', '0', '0', '0'};
    double rgb[3];
    color_parse(text, sizeof text, rgb);
    if (rgb[0] == linear) return code;
    if (rgb[0] < linear) low = code + 1;
    else high = code - 1;
  }
  return -1;
}

/* For reading, not for computing: three significant digits. */
static void put_short(double value, const MlSink *sink) {
  double unit = 1;
  for (double size = value < 0 ? -value : value; size != 0 && size * unit < 100 && unit < 1e15;) unit *= 10;
  put_format(sink, "%g", unit > 1 ? ml_floor(value * unit + 0.5) / unit : value);
}

/* "#ff8800" where that says it all, else "0.11,0.32,0.11". */
static void put_color(const double *rgb, const MlSink *sink) {
  const int r = exact_code(rgb[0]), g = exact_code(rgb[1]), b = exact_code(rgb[2]);
  if (r < 0 || g < 0 || b < 0) {
    for (int i = 0; i < 3; i++) {
      if (i) put_string(sink, ",");
      put_short(rgb[i], sink);
    }
    return;
  }
  put_string(sink, "#");
  for (int i = 0; i < 3; i++) {
    const int code = i == 0 ? r : i == 1 ? g : b;
    put_format(sink, "%c%c", "0123456789abcdef"[code >> 4], "0123456789abcdef"[code & 15]);
  }
}

/* As --set takes it. */
static void put_value(const ScriptParam *p, const double *numbers, const char *text, const MlSink *sink) {
  if (is_text(p)) script_write_visible(text, strlen(text), sink);
  else if (p->type == SCRIPT_PARAM_COLOR) put_color(numbers, sink);
  else if (is_vector(p)) put_format(sink, "%g,%g,%g", numbers[0], numbers[1], numbers[2]);
  else if (p->type == SCRIPT_PARAM_BOOL) put_string(sink, numbers[0] != 0 ? "true" : "false");
  else put_format(sink, "%g", numbers[0]);
}

static bool value_changed(const ScriptParam *p) {
  return is_text(p) ? strcmp(p->text, p->def_text) != 0 : memcmp(p->value, p->def, sizeof p->value) != 0;
}

void script_write_params(const ScriptEvaluation *e, const MlSink *sink) {
  for (size_t i = 0; i < e->param_count; i++) {
    const ScriptParam *p = &e->params[i];
    script_write_visible(p->name, strlen(p->name), sink);
    put_string(sink, "=");
    put_value(p, p->value, p->text, sink);
    put_format(sink, "  (%s", params_type_name(p->type));
    if (p->has_min) put_format(sink, ", min %g", p->min);
    if (p->has_max) put_format(sink, ", max %g", p->max);
    if (p->has_step) put_format(sink, ", step %g", p->step);
    if (*p->unit) {
      put_string(sink, ", in ");
      script_write_visible(p->unit, strlen(p->unit), sink);
    }
    if (*p->group) {
      put_string(sink, ", group ");
      script_write_visible(p->group, strlen(p->group), sink);
    }
    for (size_t k = 0; k < p->choice_count; k++) {
      put_string(sink, k ? " | " : ": ");
      script_write_visible(p->choices[k], strlen(p->choices[k]), sink);
    }
    if (value_changed(p)) {
      put_string(sink, ", default ");
      put_value(p, p->def, p->def_text, sink);
    }
    put_string(sink, ")");
    if (*p->help) put_string(sink, "  ");
    script_write_visible(p->help, strlen(p->help), sink);
    put_string(sink, "\n");
  }
}

static void put_json_value(const ScriptParam *p, const double *numbers, const char *text, const MlSink *sink) {
  if (is_text(p)) script_write_json_string(text, sink);
  else if (is_vector(p)) put_format(sink, "[%g,%g,%g]", numbers[0], numbers[1], numbers[2]);
  else put_value(p, numbers, text, sink);
}

void script_write_params_json(const ScriptEvaluation *e, const MlSink *sink) {
  put_string(sink, "[");
  for (size_t i = 0; i < e->param_count; i++) {
    const ScriptParam *p = &e->params[i];
    put_format(sink, "%s{\"name\":", i ? "," : "");
    script_write_json_string(p->name, sink);
    put_format(sink, ",\"type\":\"%s\",\"value\":", params_type_name(p->type));
    put_json_value(p, p->value, p->text, sink);
    put_string(sink, ",\"default\":");
    put_json_value(p, p->def, p->def_text, sink);
    if (p->has_min) put_format(sink, ",\"min\":%g", p->min);
    if (p->has_max) put_format(sink, ",\"max\":%g", p->max);
    if (p->has_step) put_format(sink, ",\"step\":%g", p->step);
    if (p->drag) put_string(sink, ",\"drag\":true");
    const char *const texts[3][2] = {{"unit", p->unit}, {"help", p->help}, {"group", p->group}};
    for (size_t k = 0; k < 3; k++) {
      if (!*texts[k][1]) continue;
      put_format(sink, ",\"%s\":", texts[k][0]);
      script_write_json_string(texts[k][1], sink);
    }
    for (size_t k = 0; k < p->choice_count; k++) {
      put_string(sink, k ? "," : p->type == SCRIPT_PARAM_FILE ? ",\"endings\":[" : ",\"choices\":[");
      script_write_json_string(p->choices[k], sink);
    }
    if (p->choice_count) put_string(sink, "]");
    put_string(sink, ",\"file\":");
    script_write_json_string(p->file, sink);
    put_format(sink, ",\"line\":%u}", p->line);
  }
  put_string(sink, "]\n");
}

/* --------------------------------------------------------------------- schema */

static void put_schema_type(const ScriptParam *p, const MlSink *sink) {
  switch (p->type) {
  case SCRIPT_PARAM_NUMBER: put_string(sink, "\"type\":\"number\""); break;
  case SCRIPT_PARAM_INT: put_string(sink, "\"type\":\"integer\""); break;
  case SCRIPT_PARAM_BOOL: put_string(sink, "\"type\":\"boolean\""); break;
  case SCRIPT_PARAM_STRING:
  case SCRIPT_PARAM_CHOICE: put_string(sink, "\"type\":\"string\""); break;
  case SCRIPT_PARAM_FILE: put_string(sink, "\"type\":\"string\",\"minLength\":1"); break;
  case SCRIPT_PARAM_COLOR:
    put_string(sink, "\"type\":[\"string\",\"array\"],\"items\":{\"type\":\"number\"},\"minItems\":3,\"maxItems\":3");
    break;
  case SCRIPT_PARAM_VEC3: put_string(sink, "\"type\":\"array\",\"items\":{\"type\":\"number\"},\"minItems\":3,\"maxItems\":3"); break;
  }
}

static void put_schema(const ScriptParam *p, const MlSink *sink) {
  script_write_json_string(p->name, sink);
  put_string(sink, ":{");
  put_schema_type(p, sink);
  put_string(sink, ",\"default\":");
  put_json_value(p, p->def, p->def_text, sink);
  if (p->has_min) put_format(sink, ",\"minimum\":%g", p->min);
  if (p->has_max) put_format(sink, ",\"maximum\":%g", p->max);
  if (p->type == SCRIPT_PARAM_CHOICE) {
    for (size_t k = 0; k < p->choice_count; k++) {
      put_string(sink, k ? "," : ",\"enum\":[");
      script_write_json_string(p->choices[k], sink);
    }
    put_string(sink, "]");
  }
  if (*p->help) {
    put_string(sink, ",\"description\":");
    script_write_json_string(p->help, sink);
  }
  const char *const texts[2][2] = {{"x-unit", p->unit}, {"x-group", p->group}};
  for (size_t k = 0; k < 2; k++) {
    if (!*texts[k][1]) continue;
    put_format(sink, ",\"%s\":", texts[k][0]);
    script_write_json_string(texts[k][1], sink);
  }
  if (p->has_step) put_format(sink, ",\"x-step\":%g", p->step);
  put_string(sink, "}");
}

void script_write_params_schema(const ScriptEvaluation *e, const MlSink *sink) {
  put_string(sink, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\",\"properties\":{");
  for (size_t i = 0; i < e->param_count; i++) {
    put_string(sink, i ? ",\n  " : "\n  ");
    put_schema(&e->params[i], sink);
  }
  put_string(sink, "},\n\"additionalProperties\":false}\n");
}
