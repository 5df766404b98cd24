/* survey.c - see survey.h. */
#include "survey.h"

#include <string.h>

#include "api.h"
#include "budget.h"

struct SurveyRecord {
  MlNode node;
  bool drops;
  const MlSurvey *survey;
  struct SurveyRecord *before;
};

/* A solid that no scene could have, either: what is wrong with it, and where that is made if it is elsewhere. */
static void report_failure(Reading *r, const MlError *error) {
  static const char own[] = "survey: ";
  const char *text = error->message;
  const size_t name = strcspn(text, ":");
  const bool mine = strncmp(text, own, sizeof own - 1) == 0;
  const char *where = error->place != r->place ? runtime_place_text(r->runtime, error->place, r->place) : NULL;
  if (mine || !where || !api_is_entry(text, name))
    reader_fail(r, "survey", "nothing can be put on it: %s", mine ? text + sizeof own - 1 : text);
  else reader_fail(r, "survey", "nothing can be put on it: %.*s (%s)%s", (int)name, text, where, text + name);
}

uint64_t survey_cost(const MlSurvey *survey) {
  const double trials = ml_survey_trials(survey);
  return 256 + (trials > 1 ? 1024 * (uint64_t)(trials < 1e9 ? trials : 1e9) : 0);
}

const char *survey_lacks(const MlSurvey *survey) {
  if (ml_survey_area(survey) > 0) return NULL;
  return ml_survey_trials(survey) > 1 ? "has no surface, or too little of one to be found," : "has no surface";
}

const MlSurvey *survey_of_node(Reading *r, MlNode id, bool drops) {
  Runtime *runtime = r->runtime;
  for (struct SurveyRecord *s = runtime->surveys; s; s = s->before)
    if (s->node == id && s->drops == drops) return s->survey;
  MlError error = {0};
  const MlCancel cancel = {.poll = budget_is_over, .ud = NULL};
  struct SurveyRecord *record = store_alloc(&runtime->store, sizeof *record);
  if (!record) runtime_check_memory(r->L, &(MlError){.status = ML_ERROR_MEMORY});
  *record = (struct SurveyRecord){.node = id, .drops = drops, .before = runtime->surveys};
  const MlSurveyDesc desc = ML_DESC(MlSurveyDesc, .node = id, .drops = drops, .no_points = drops, .cancel = &cancel, .place = r->place);
  if (ml_survey(runtime->builder, &desc, &record->survey, &error) != ML_OK) {
    if (error.status == ML_ERROR_CANCELLED) budget_check(r->L);
    runtime_check_memory(r->L, &error);
    report_failure(r, &error);
    return NULL;
  }
  runtime->surveys = record;
  return record->survey;
}
