/* survey.c - see survey.h. */
#include "survey.h"

#include <string.h>

#include "budget.h"

struct SurveyRecord {
  MlNode node;
  bool drops;
  const MlSurvey *survey;
  struct SurveyRecord *before;
};

const MlSurvey *survey_of_node(Reading *r, MlNode id, bool drops) {
  Runtime *runtime = r->runtime;
  for (struct SurveyRecord *s = runtime->surveys; s; s = s->before)
    if (s->node == id && s->drops == drops) return s->survey;
  MlError error = {0};
  const MlCancel cancel = {.poll = budget_is_over, .ud = NULL};
  struct SurveyRecord *record = store_alloc(&runtime->store, sizeof *record);
  if (!record) runtime_check_memory(r->L, &(MlError){.status = ML_ERROR_MEMORY});
  *record = (struct SurveyRecord){.node = id, .drops = drops, .before = runtime->surveys};
  const MlSurveyDesc desc = ML_DESC(MlSurveyDesc, .node = id, .drops = drops, .cancel = &cancel, .place = r->place);
  if (ml_survey(runtime->builder, &desc, &record->survey, &error) != ML_OK) {
    if (error.status == ML_ERROR_CANCELLED) budget_check(r->L);
    runtime_check_memory(r->L, &error);
    const char *colon = strstr(error.message, ": ");
    const char *why = colon ? colon + 2 : error.message;
    reader_fail(r, "survey", "%s: %s%s", error.status == ML_ERROR_LIMIT ? "too large to put things on it" : "nothing can be put on it",
                strncmp(why, "has ", 4) == 0 ? "it " : "", why); // a solid that no scene could have, either
    return NULL;
  }
  runtime->surveys = record;
  return record->survey;
}
