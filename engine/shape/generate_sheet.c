/* generate_sheet.c - sheets over a grid of points: fields of heights, parametric surfaces. */
#include "shape/generate.h"

typedef struct Sheet {
  const float *points;
  uint32_t columns, rows;
  double near; /* points closer than this are one */
  bool joins_u, joins_v;
  bool is_point[4]; /* the edges v = 0, v = 1, u = 0, u = 1 */
} Sheet;

static MlVec3 sheet_point(const Sheet *sheet, uint32_t i, uint32_t j) {
  const float *p = sheet->points + 3 * ((size_t)j * sheet->columns + i);
  return (MlVec3){(double)p[0], (double)p[1], (double)p[2]};
}

static bool are_near(const Sheet *sheet, uint32_t i, uint32_t j, uint32_t k, uint32_t l) {
  return dvec_largest(dvec_subtract(sheet_point(sheet, i, j), sheet_point(sheet, k, l))) <= sheet->near;
}

static void find_welds(Sheet *sheet) {
  const uint32_t right = sheet->columns - 1, top = sheet->rows - 1;
  MlVec3 lo = sheet_point(sheet, 0, 0), hi = lo;
  for (uint32_t j = 0; j <= top; j++)
    for (uint32_t i = 0; i <= right; i++) {
      const MlVec3 p = sheet_point(sheet, i, j);
      lo = (MlVec3){p.x < lo.x ? p.x : lo.x, p.y < lo.y ? p.y : lo.y, p.z < lo.z ? p.z : lo.z};
      hi = (MlVec3){p.x > hi.x ? p.x : hi.x, p.y > hi.y ? p.y : hi.y, p.z > hi.z ? p.z : hi.z};
    }
  sheet->near = 1e-6 * dvec_largest(dvec_subtract(hi, lo));
  sheet->joins_u = right > 2;
  sheet->joins_v = top > 2;
  for (int k = 0; k < 4; k++) sheet->is_point[k] = true;
  for (uint32_t j = 0; j <= top; j++) {
    if (!are_near(sheet, 0, j, right, j)) sheet->joins_u = false;
    if (!are_near(sheet, 0, 0, 0, j)) sheet->is_point[2] = false;
    if (!are_near(sheet, right, 0, right, j)) sheet->is_point[3] = false;
  }
  for (uint32_t i = 0; i <= right; i++) {
    if (!are_near(sheet, i, 0, i, top)) sheet->joins_v = false;
    if (!are_near(sheet, 0, 0, i, 0)) sheet->is_point[0] = false;
    if (!are_near(sheet, 0, top, i, top)) sheet->is_point[1] = false;
  }
}

/* The place in the grid of the point that stands for (i, j). */
static void find_representative(const Sheet *sheet, uint32_t *i, uint32_t *j) {
  if (sheet->joins_u && *i == sheet->columns - 1) *i = 0;
  if (sheet->joins_v && *j == sheet->rows - 1) *j = 0;
  if ((sheet->is_point[0] && *j == 0) || (sheet->is_point[1] && *j == sheet->rows - 1)) *i = 0;
  if ((sheet->is_point[2] && *i == 0) || (sheet->is_point[3] && *i == sheet->columns - 1)) *j = 0;
}

static ShellCorner sheet_corner(const Sheet *sheet, const uint32_t *numbers, uint32_t i, uint32_t j, uint32_t column, uint32_t row) {
  const bool middle_u = (sheet->is_point[0] && j == 0) || (sheet->is_point[1] && j == sheet->rows - 1);
  const bool middle_v = (sheet->is_point[2] && i == 0) || (sheet->is_point[3] && i == sheet->columns - 1);
  const double u = middle_u ? (double)column + 0.5 : (double)i, v = middle_v ? (double)row + 0.5 : (double)j;
  return (ShellCorner){numbers[(size_t)j * sheet->columns + i], (float)(u / (double)(sheet->columns - 1)),
                       (float)(v / (double)(sheet->rows - 1))};
}

bool generate_sheet(Shell *shell, const float *points, uint32_t columns, uint32_t rows, bool weld) {
  Sheet sheet = {.points = points, .columns = columns, .rows = rows};
  if (weld) find_welds(&sheet);
  size_t bytes;
  uint32_t *numbers = size_multiply((uint64_t)columns * rows, sizeof *numbers, &bytes) ? memory_alloc(shell->memory, bytes, 64) : NULL;
  if (numbers == NULL) {
    shell->out_of_memory = true;
    return false;
  }
  for (uint32_t j = 0; j < rows; j++)
    for (uint32_t i = 0; i < columns; i++) {
      uint32_t k = i, l = j;
      find_representative(&sheet, &k, &l);
      numbers[(size_t)j * columns + i] =
        k == i && l == j ? shell_point(shell, sheet_point(&sheet, i, j)) : numbers[(size_t)l * columns + k];
    }
  for (uint32_t j = 0; j + 1 < rows && shell_goes_on(shell); j++)
    for (uint32_t i = 0; i + 1 < columns; i++)
      shell_quad(shell, sheet_corner(&sheet, numbers, i, j, i, j), sheet_corner(&sheet, numbers, i + 1, j, i, j),
                 sheet_corner(&sheet, numbers, i + 1, j + 1, i, j), sheet_corner(&sheet, numbers, i, j + 1, i, j));
  memory_free(shell->memory, numbers, bytes);
  const bool *is_point = sheet.is_point;
  const bool closed = (sheet.joins_u || (is_point[2] && is_point[3])) && (sheet.joins_v || (is_point[0] && is_point[1]));
  if (closed && shell_volume(shell) < 0.0) shell_flip(shell);
  return closed;
}
