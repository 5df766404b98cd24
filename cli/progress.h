/* progress.h - how far a render is, on standard error: one line that is rewritten on a terminal, now and then a plain line elsewhere. */
#ifndef MOONLIT_CLI_PROGRESS_H
#define MOONLIT_CLI_PROGRESS_H

#include "moonlit.h"

typedef struct Progress {
  bool quiet, terminal;
  uint32_t samples; /* wanted, per pixel */
  double limit;     /* seconds, 0: none */
  uint64_t before;  /* samples that a resumed film brought */
  int told;         /* plain lines: the last percentage */
  double told_at;   /* seconds */
} Progress;

void progress_begin(Progress *progress, bool quiet, uint32_t samples, double time_limit, const MlProgress *now);
void progress_show(Progress *progress, const MlProgress *now);
/* Leaves the last state as a plain line, or wipes the terminal's. */
void progress_end(Progress *progress, const MlProgress *now);
/* How far a build is, on terminals alone and where it takes long: "building: 40 %". */
typedef struct BuildProgress {
  bool terminal, shown;
  double began; /* 0: not yet */
} BuildProgress;
BuildProgress build_progress_begin(bool quiet);
void build_progress_show(void *progress, double done); /* as MlCancel wants it */
void build_progress_end(BuildProgress *progress);

/* "0:12", "1:02:03" */
void format_duration(char *text, size_t size, double seconds);

#endif
