/* progress.c - see progress.h. */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define MEASURED 0.5 /* seconds of rendering that an estimate of the time left needs */

static bool on_terminal(void) {
  const char *term = getenv("TERM");
  return isatty(STDERR_FILENO) && (!term || strcmp(term, "dumb") != 0);
}

void progress_begin(Progress *progress, bool quiet, uint32_t samples, double time_limit, const MlProgress *now) {
  *progress =
    (Progress){.quiet = quiet, .samples = samples, .limit = time_limit, .before = now->samples_done, .told = -10, .told_at = -1.0};
  progress->terminal = on_terminal();
}

void format_duration(char *text, size_t size, double seconds) {
  const unsigned long s = (unsigned long)(seconds + 0.5);
  if (s < 3600) snprintf(text, size, "%lu:%02lu", s / 60, s % 60);
  else snprintf(text, size, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
}

static int percentage(const MlProgress *now) {
  return now->samples_total ? (int)((double)now->samples_done * 100.0 / (double)now->samples_total) : 100;
}

/* " 42 %   27 of 64 samples   3.81 Mray/s   0:12 left" */
static void format_line(const Progress *progress, const MlProgress *now, char *text, size_t size) {
  char left_text[40] = "";
  const double rate = now->seconds > 0.0 ? (double)now->rays / now->seconds * 1e-6 : 0.0;
  const double done = (double)(now->samples_done - progress->before), to_do = (double)(now->samples_total - now->samples_done);
  const bool measured = done > 0.0 && now->seconds >= MEASURED;
  double left = measured ? now->seconds * to_do / done : -1.0;
  if (measured && progress->limit > 0.0) {
    const double rest = progress->limit > now->seconds ? progress->limit - now->seconds : 0.0;
    if (left < 0.0 || left > rest) left = rest;
  }
  if (left >= 0.0 && now->state == ML_RENDER_RUNNING) {
    memcpy(left_text, "   ", 3);
    format_duration(left_text + 3, sizeof left_text - 3 - sizeof " left", left);
    strcat(left_text, " left");
  }
  snprintf(text, size, "%3d %%   %u of %u samples   %.2f Mray/s%s", percentage(now), now->fewest, progress->samples, rate, left_text);
}

/* Characters of a line, which a longer one would break so that it cannot be rewritten; 160 where the terminal does not tell. */
static int terminal_width(void) {
  struct winsize size = {0};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 160;
}

void progress_show(Progress *progress, const MlProgress *now) {
  char line[160];
  if (progress->quiet) return;
  if (progress->terminal) {
    format_line(progress, now, line, sizeof line);
    fprintf(stderr, "\r%.*s\033[K", terminal_width() - 1, line);
    fflush(stderr);
    return;
  }
  // Elsewhere: every tenth of the way but no two lines within a second, and every half minute.
  const int percent = percentage(now);
  const double since = now->seconds - progress->told_at;
  if (since < 1.0 || (percent / 10 <= progress->told / 10 && since < 30.0)) return;
  format_line(progress, now, line, sizeof line);
  fprintf(stderr, "%s\n", line);
  progress->told = percent;
  progress->told_at = now->seconds;
}

void progress_end(Progress *progress, const MlProgress *now) {
  if (progress->quiet) return;
  if (progress->terminal) {
    fputs("\r\033[K", stderr);
    return;
  }
  char line[160];
  format_line(progress, now, line, sizeof line);
  fprintf(stderr, "%s\n", line);
}

/* --------------------------------------------------------------- builds */

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

BuildProgress build_progress_begin(bool quiet) { return (BuildProgress){.terminal = !quiet && on_terminal()}; }

void build_progress_show(void *ud, double done) {
  BuildProgress *progress = ud;
  if (!progress->terminal) return;
  const double now = seconds_now();
  if (progress->began == 0) progress->began = now;
  if (now - progress->began < MEASURED) return;
  fprintf(stderr, "\rbuilding: %d %%\033[K", (int)(100 * done));
  fflush(stderr);
  progress->shown = true;
}

void build_progress_end(BuildProgress *progress) {
  if (progress->shown) fputs("\r\033[K", stderr);
  progress->shown = false;
}
