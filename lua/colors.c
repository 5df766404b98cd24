/* colors.c - see colors.h. Hex and names are sRGB (CSS Color Module Level 4), decoded by ml_srgb_decode.
 *
 * Black bodies and lines: Planck's law, and the standard observer CIE 1931 (2 degrees) every 10 nm from 380 to 780, linear in between.
 * XYZ goes to linear Rec.709 by the matrix of IEC 61966-2-1; what is negative is out of gamut and becomes 0; then the luminance is
 * made 1. */
#include "colors.h"

#include <string.h>

#include "script.h"

const ColorName color_names[] = {
  {"aliceblue", 0xF0F8FF},
  {"antiquewhite", 0xFAEBD7},
  {"aqua", 0x00FFFF},
  {"aquamarine", 0x7FFFD4},
  {"azure", 0xF0FFFF},
  {"beige", 0xF5F5DC},
  {"bisque", 0xFFE4C4},
  {"black", 0x000000},
  {"blanchedalmond", 0xFFEBCD},
  {"blue", 0x0000FF},
  {"blueviolet", 0x8A2BE2},
  {"brown", 0xA52A2A},
  {"burlywood", 0xDEB887},
  {"cadetblue", 0x5F9EA0},
  {"chartreuse", 0x7FFF00},
  {"chocolate", 0xD2691E},
  {"coral", 0xFF7F50},
  {"cornflowerblue", 0x6495ED},
  {"cornsilk", 0xFFF8DC},
  {"crimson", 0xDC143C},
  {"cyan", 0x00FFFF},
  {"darkblue", 0x00008B},
  {"darkcyan", 0x008B8B},
  {"darkgoldenrod", 0xB8860B},
  {"darkgray", 0xA9A9A9},
  {"darkgreen", 0x006400},
  {"darkgrey", 0xA9A9A9},
  {"darkkhaki", 0xBDB76B},
  {"darkmagenta", 0x8B008B},
  {"darkolivegreen", 0x556B2F},
  {"darkorange", 0xFF8C00},
  {"darkorchid", 0x9932CC},
  {"darkred", 0x8B0000},
  {"darksalmon", 0xE9967A},
  {"darkseagreen", 0x8FBC8F},
  {"darkslateblue", 0x483D8B},
  {"darkslategray", 0x2F4F4F},
  {"darkslategrey", 0x2F4F4F},
  {"darkturquoise", 0x00CED1},
  {"darkviolet", 0x9400D3},
  {"deeppink", 0xFF1493},
  {"deepskyblue", 0x00BFFF},
  {"dimgray", 0x696969},
  {"dimgrey", 0x696969},
  {"dodgerblue", 0x1E90FF},
  {"firebrick", 0xB22222},
  {"floralwhite", 0xFFFAF0},
  {"forestgreen", 0x228B22},
  {"fuchsia", 0xFF00FF},
  {"gainsboro", 0xDCDCDC},
  {"ghostwhite", 0xF8F8FF},
  {"gold", 0xFFD700},
  {"goldenrod", 0xDAA520},
  {"gray", 0x808080},
  {"green", 0x008000},
  {"greenyellow", 0xADFF2F},
  {"grey", 0x808080},
  {"honeydew", 0xF0FFF0},
  {"hotpink", 0xFF69B4},
  {"indianred", 0xCD5C5C},
  {"indigo", 0x4B0082},
  {"ivory", 0xFFFFF0},
  {"khaki", 0xF0E68C},
  {"lavender", 0xE6E6FA},
  {"lavenderblush", 0xFFF0F5},
  {"lawngreen", 0x7CFC00},
  {"lemonchiffon", 0xFFFACD},
  {"lightblue", 0xADD8E6},
  {"lightcoral", 0xF08080},
  {"lightcyan", 0xE0FFFF},
  {"lightgoldenrodyellow", 0xFAFAD2},
  {"lightgray", 0xD3D3D3},
  {"lightgreen", 0x90EE90},
  {"lightgrey", 0xD3D3D3},
  {"lightpink", 0xFFB6C1},
  {"lightsalmon", 0xFFA07A},
  {"lightseagreen", 0x20B2AA},
  {"lightskyblue", 0x87CEFA},
  {"lightslategray", 0x778899},
  {"lightslategrey", 0x778899},
  {"lightsteelblue", 0xB0C4DE},
  {"lightyellow", 0xFFFFE0},
  {"lime", 0x00FF00},
  {"limegreen", 0x32CD32},
  {"linen", 0xFAF0E6},
  {"magenta", 0xFF00FF},
  {"maroon", 0x800000},
  {"mediumaquamarine", 0x66CDAA},
  {"mediumblue", 0x0000CD},
  {"mediumorchid", 0xBA55D3},
  {"mediumpurple", 0x9370DB},
  {"mediumseagreen", 0x3CB371},
  {"mediumslateblue", 0x7B68EE},
  {"mediumspringgreen", 0x00FA9A},
  {"mediumturquoise", 0x48D1CC},
  {"mediumvioletred", 0xC71585},
  {"midnightblue", 0x191970},
  {"mintcream", 0xF5FFFA},
  {"mistyrose", 0xFFE4E1},
  {"moccasin", 0xFFE4B5},
  {"navajowhite", 0xFFDEAD},
  {"navy", 0x000080},
  {"oldlace", 0xFDF5E6},
  {"olive", 0x808000},
  {"olivedrab", 0x6B8E23},
  {"orange", 0xFFA500},
  {"orangered", 0xFF4500},
  {"orchid", 0xDA70D6},
  {"palegoldenrod", 0xEEE8AA},
  {"palegreen", 0x98FB98},
  {"paleturquoise", 0xAFEEEE},
  {"palevioletred", 0xDB7093},
  {"papayawhip", 0xFFEFD5},
  {"peachpuff", 0xFFDAB9},
  {"peru", 0xCD853F},
  {"pink", 0xFFC0CB},
  {"plum", 0xDDA0DD},
  {"powderblue", 0xB0E0E6},
  {"purple", 0x800080},
  {"rebeccapurple", 0x663399},
  {"red", 0xFF0000},
  {"rosybrown", 0xBC8F8F},
  {"royalblue", 0x4169E1},
  {"saddlebrown", 0x8B4513},
  {"salmon", 0xFA8072},
  {"sandybrown", 0xF4A460},
  {"seagreen", 0x2E8B57},
  {"seashell", 0xFFF5EE},
  {"sienna", 0xA0522D},
  {"silver", 0xC0C0C0},
  {"skyblue", 0x87CEEB},
  {"slateblue", 0x6A5ACD},
  {"slategray", 0x708090},
  {"slategrey", 0x708090},
  {"snow", 0xFFFAFA},
  {"springgreen", 0x00FF7F},
  {"steelblue", 0x4682B4},
  {"tan", 0xD2B48C},
  {"teal", 0x008080},
  {"thistle", 0xD8BFD8},
  {"tomato", 0xFF6347},
  {"turquoise", 0x40E0D0},
  {"violet", 0xEE82EE},
  {"wheat", 0xF5DEB3},
  {"white", 0xFFFFFF},
  {"whitesmoke", 0xF5F5F5},
  {"yellow", 0xFFFF00},
  {"yellowgreen", 0x9ACD32},
};
const size_t color_name_count = sizeof color_names / sizeof *color_names;

/* ------------------------------------------------------------------------ text */

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

static void decode(uint32_t srgb, double rgb[3]) {
  for (int i = 0; i < 3; i++) rgb[i] = ml_srgb_decode((double)((srgb >> (16 - 8 * i)) & 255u) / 255.0);
}

static bool parse_hex(const char *text, size_t length, double rgb[3]) {
  if (length != 3 && length != 6) return false;
  uint32_t value = 0;
  for (size_t i = 0; i < length; i++) {
    int digit = hex_digit(text[i]);
    if (digit < 0) return false;
    value = value << 4 | (uint32_t)digit;
    if (length == 3) value = value << 4 | (uint32_t)digit;
  }
  decode(value, rgb);
  return true;
}

bool color_parse(const char *text, size_t length, double rgb[3]) {
  if (length > 0 && text[0] == '#') return parse_hex(text + 1, length - 1, rgb);
  char name[24];
  if (length == 0 || length >= sizeof name) return false;
  for (size_t i = 0; i < length; i++) name[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 'a' - 'A') : text[i];
  name[length] = 0;
  size_t low = 0, high = color_name_count;
  while (low < high) {
    size_t middle = (low + high) / 2;
    int order = strcmp(name, color_names[middle].name);
    if (order == 0 && strlen(name) == length) {
      decode(color_names[middle].rgb, rgb);
      return true;
    }
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return false;
}

/* -------------------------------------------------------------------- pickers */

/* A point of the hue circle: each channel rises, stays, falls and stays over 120 degrees. */
static double hue_channel(double h, double offset) {
  double x = (h + offset) / 60.0;
  x -= 6.0 * ml_floor(x / 6.0);
  double k = ml_fabs(x - 3.0) - 1.0;
  return k < 0.0 ? 0.0 : k > 1.0 ? 1.0 : k;
}

void color_hsv(double h, double s, double v, double rgb[3]) {
  static const double offset[3] = {0.0, 240.0, 120.0};
  for (int i = 0; i < 3; i++) rgb[i] = ml_srgb_decode(v * (1.0 + s * (hue_channel(h, offset[i]) - 1.0)));
}

void color_hsl(double h, double s, double l, double rgb[3]) {
  static const double offset[3] = {0.0, 240.0, 120.0};
  double chroma = (1.0 - ml_fabs(2.0 * l - 1.0)) * s;
  for (int i = 0; i < 3; i++) {
    double c = l + chroma * (hue_channel(h, offset[i]) - 0.5);
    rgb[i] = ml_srgb_decode(c < 0.0 ? 0.0 : c > 1.0 ? 1.0 : c);
  }
}

/* -------------------------------------------------------------------- physics */

static void finish(const double xyz[3], double rgb[3]) {
  static const double matrix[3][3] = {
    {3.2404541621141054, -1.5371385127977166, -0.4985314095560162},
    {-0.9692660305051868, 1.8760108454466942, 0.0415560175303498},
    {0.0556434309591147, -0.2040259135167538, 1.0572251882231791},
  };
  for (int i = 0; i < 3; i++) {
    double c = matrix[i][0] * xyz[0] + matrix[i][1] * xyz[1] + matrix[i][2] * xyz[2];
    rgb[i] = c > 0.0 ? c : 0.0;
  }
  double luminance = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
  for (int i = 0; i < 3; i++) rgb[i] /= luminance;
}

void color_kelvin(double kelvin, double rgb[3]) {
  double xyz[3] = {0.0, 0.0, 0.0};
  for (int nm = 380; nm <= 780; nm += 10) {
    double matching[3], r = 560.0 / nm; /* relative to 560 nm: only the shape matters, and nothing overflows */
    ml_observer(nm, matching);
    double planck = r * r * r * r * r / (ml_exp(1.438776877e7 / (nm * kelvin)) - 1.0);
    for (int i = 0; i < 3; i++) xyz[i] += planck * matching[i];
  }
  double y = xyz[1];
  for (int i = 0; i < 3; i++) xyz[i] /= y;
  finish(xyz, rgb);
}

MlColor script_white(double kelvin) {
  double rgb[3] = {0.0, 0.0, 0.0};
  if (kelvin > 0.0) color_kelvin(kelvin, rgb);
  return (MlColor){(float)rgb[0], (float)rgb[1], (float)rgb[2]};
}

void color_wavelength(double nm, double rgb[3]) {
  double xyz[3];
  ml_observer(nm, xyz);
  finish(xyz, rgb);
}
