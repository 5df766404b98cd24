/* gradient.c - see gradient.h. */
#include "program/gradient.h"

#include "program/evaluate.h"

typedef struct Sloped {
  Vec3 v, d[3]; /* the value, and how it changes along x, y, z */
} Sloped;

static Vec3 no_texture(const void *ud, uint32_t data, uint32_t of, Vec3 place, float width) {
  (void)ud, (void)data, (void)of, (void)width;
  return place;
}

static Vec3 all(float x) { return program_number(x); }
static Vec3 choose(Float4Lanes mask_of, Vec3 a, Vec3 b) {
  return (Vec3)lanes4_select(lanes4_is_true(mask_of), (Float4Lanes)a, (Float4Lanes)b);
}
static Float4Lanes truth(Int4Lanes mask) { return lanes4_truth(mask); }

/* The slope of the smaller one; of equal ones the mean, as on the faces of what is written with max(q, 0) and min(q, 0). */
static Vec3 smaller(Float4Lanes x, Float4Lanes y, Vec3 dx, Vec3 dy) {
  return choose(truth(x < y), dx, choose(truth(x == y), all(0.5f) * (dx + dy), dy));
}

/* The slope of an operation by components, times those of its operands. v: its value. */
static Vec3 along(MlOp op, Vec3 v, const Sloped *a, const Sloped *b, const Sloped *c, int axis, int count) {
  const Vec3 x = a->v, y = b->v, z = c->v, dx = a->d[axis], dy = b->d[axis], dz = c->d[axis], zero = all(0.0f);
  const Float4Lanes fx = (Float4Lanes)x, fy = (Float4Lanes)y, fz = (Float4Lanes)z, none = lanes4_all(0.0f);
  switch ((uint32_t)op) {
  case ML_OP_NEGATE: return -dx;
  case ML_OP_ABS: return choose(truth(fx < none), -dx, dx);
  case ML_OP_FRACT: return dx;
  case ML_OP_MOD: return dx - (Vec3)lanes4_floor(fx / fy) * dy;
  case ML_OP_SQRT: return choose(truth((Float4Lanes)v > none), dx / (v + v), zero);
  case ML_OP_EXP: return v * dx;
  case ML_OP_LOG: return dx / x;
  case ML_OP_SIN: return (Vec3)lanes4_map(cos_f, fx, count) * dx;
  case ML_OP_COS: return -((Vec3)lanes4_map(sin_f, fx, count) * dx);
  case ML_OP_TAN: return (all(1.0f) + v * v) * dx;
  case ML_OP_ASIN:
  case ML_OP_ACOS: {
    Vec3 s = (Vec3)lanes4_sqrt(lanes4_max(lanes4_all(1.0f) - fx * fx, lanes4_all(1e-12f)));
    return op == ML_OP_ASIN ? dx / s : -(dx / s);
  }
  case ML_OP_ATAN: return dx / (all(1.0f) + x * x);
  case ML_OP_ADD: return dx + dy;
  case ML_OP_SUBTRACT: return dx - dy;
  case ML_OP_MULTIPLY: return dx * y + x * dy;
  case ML_OP_DIVIDE: return (dx - v * dy) / y;
  case ML_OP_POW: {
    // b a^(b-1) da + a^b log a db, where there is such a thing
    Vec3 by_a =
      choose(truth(fx != none), y * v / choose(truth(fx != none), x, all(1.0f)), choose(truth(fy == lanes4_all(1.0f)), all(1.0f), zero));
    Vec3 log_a = (Vec3)lanes4_map(log_f, (Float4Lanes)choose(truth(fx > none), x, all(1.0f)), count);
    return by_a * dx + v * log_a * dy;
  }
  case ML_OP_ATAN2: { // y = a, x = b
    Vec3 square = x * x + y * y;
    return choose(truth((Float4Lanes)square > none), (y * dx - x * dy) / square, zero);
  }
  case ML_OP_MIN: return smaller(fx, fy, dx, dy);
  case ML_OP_MAX: return smaller(fy, fx, dx, dy);
  case ML_OP_CLAMP: return smaller(lanes4_max(fx, fy), fz, smaller(fy, fx, dx, dy), dz);
  case ML_OP_MIX: return dx + (dy - dx) * z + (y - x) * dz;
  case ML_OP_SMOOTHSTEP: { // of (z - x) / (y - x)
    Vec3 width = y - x, t = (z - x) / width, dt = (dz - dx - t * (dy - dx)) / width;
    Vec3 slope = all(6.0f) * t * (all(1.0f) - t) * dt;
    return choose(truth(((Float4Lanes)t > none) & ((Float4Lanes)t < lanes4_all(1.0f))), slope, zero);
  }
  case ML_OP_SELECT: return choose(fx, dy, dz);
  default: return zero; /* steps and conditions */
  }
}

/* How sums of octaves change with gain and lacunarity, where these vary. */
static float options_slope(const ProgramStep *step, Vec3 place, const Sloped *gain, const Sloped *lacunarity, int axis) {
  const float by = 0x1p-10f, dg = gain->d[axis][0], dl = lacunarity->d[axis][0];
  if (step->op < ML_OP_FBM || step->op > ML_OP_TURBULENCE || (dg == 0.0f && dl == 0.0f)) return 0.0f;
  const float g = gain->v[0], l = lacunarity->v[0];
  const float up = program_noise((MlOp)step->op, place, g + by * dg, l + by * dl, 0.0f, step->data),
              down = program_noise((MlOp)step->op, place, g - by * dg, l - by * dl, 0.0f, step->data);
  return (up - down) / (2.0f * by);
}

/* The slope of noise by its place. */
static Vec3 noise_slope(const ProgramStep *step, Vec3 place, float gain, float lacunarity) {
  const float least = 0x1p-12f;
  float g[3];
  for (int i = 0; i < 3; i++) {
    // A step that does not vanish beside the place
    float h = max_f(least, abs_f(place[i]) * 0x1p-16f);
    Vec3 by = all(0.0f);
    by[i] = h;
    Vec3 hi = place + by, lo = place - by;
    float apart = hi[i] - lo[i];
    float up = program_noise((MlOp)step->op, hi, gain, lacunarity, 0.0f, step->data),
          down = program_noise((MlOp)step->op, lo, gain, lacunarity, 0.0f, step->data);
    g[i] = i < (step->of > 0 ? step->of : 3) ? (up - down) / apart : 0.0f;
  }
  return vec3(g[0], g[1], g[2]);
}

static Vec3 vector_along(const ProgramStep *step, Vec3 v, const Sloped *a, const Sloped *b, const Sloped *c, const Vec3 *noise, int axis) {
  const Vec3 dx = a->d[axis], dy = b->d[axis], dz = c->d[axis];
  switch ((uint32_t)step->op) {
  case ML_OP_DOT: return program_number(program_dot(dx, b->v, step->of) + program_dot(a->v, dy, step->of));
  case ML_OP_CROSS: return cross(dx, b->v) + cross(a->v, dy);
  case ML_OP_LENGTH: return v[0] > 0.0f ? program_number(program_dot(a->v, dx, step->of) / v[0]) : all(0.0f);
  case ML_OP_NORMALIZE: {
    float length = sqrt_f(program_dot(a->v, a->v, step->of));
    return length > 0.0f ? (dx - v * all(program_dot(v, dx, step->of))) / all(length) : all(0.0f);
  }
  case ML_OP_JOIN: return (Vec3){dx[0], dy[0], dz[0], 0.0f};
  case ML_OP_PICK: {
    float x = dx[step->data & 3];
    if (step->width == 1) return program_number(x);
    return (Vec3){x, dx[step->data >> 2 & 3], dx[step->data >> 4 & 3], 0.0f};
  }
  case ML_OP_HASH:
  case ML_OP_TEXTURE: return all(0.0f);
  default: {
    const Vec3 place = program_place(dx, step->of);
    return program_number(((place[0] * (*noise)[0] + place[1] * (*noise)[1]) + place[2] * (*noise)[2]) +
                          options_slope(step, program_place(a->v, step->of), b, c, axis));
  }
  }
}

static const Sloped *operand(const Program *program, const Sloped *registers, const Sloped *p, uint32_t x, Sloped *scratch) {
  const uint32_t index = x & OPERAND_INDEX;
  if (x >> 30 == OPERAND_REGISTER >> 30) return &registers[index];
  const bool constant = x >> 30 == OPERAND_CONSTANT >> 30;
  if (!constant && index == ML_INPUT_P) return p;
  *scratch = (Sloped){constant ? program->constants[index] : all(0.0f), {all(0.0f), all(0.0f), all(0.0f)}};
  return scratch;
}

float program_gradient(const Program *program, const Vec3 *p, Vec3 *gradient) {
  Sloped registers[GRADIENT_MAX_REGISTERS], scratch[3], point = {*p, {vec3(1, 0, 0), vec3(0, 1, 0), vec3(0, 0, 1)}};
  for (const ProgramStep *step = program->steps, *end = step + program->step_count; step != end; step++) {
    const Sloped *a = operand(program, registers, &point, step->a, &scratch[0]),
                 *b = operand(program, registers, &point, step->b, &scratch[1]),
                 *c = operand(program, registers, &point, step->c, &scratch[2]);
    const Vec3 wide = all(0.0f);
    Sloped r;
    r.v = program_step(step, a->v, b->v, c->v, &wide, no_texture, NULL);
    Vec3 noise = all(0.0f);
    if (program_is_noise((MlOp)step->op)) noise = noise_slope(step, program_place(a->v, step->of), b->v[0], c->v[0]);
    for (int axis = 0; axis < 3; axis++)
      r.d[axis] =
        step->op < ML_OP_DOT ? along((MlOp)step->op, r.v, a, b, c, axis, step->width) : vector_along(step, r.v, a, b, c, &noise, axis);
    registers[step->to] = r;
  }
  const Sloped *result = operand(program, registers, &point, program->result, &scratch[0]);
  *gradient = vec3(result->d[0][0], result->d[1][0], result->d[2][0]);
  return result->v[0];
}
