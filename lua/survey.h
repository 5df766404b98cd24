/* survey.h - surfaces that things are put on while the script runs. */
#ifndef MOONLIT_LUA_SURVEY_H
#define MOONLIT_LUA_SURVEY_H

#include "reader.h"

/* Of the node `id`, made once per run and purpose. NULL: reported at the step at hand. */
const MlSurvey *survey_of_node(Reading *r, MlNode id, bool drops);
/* What drawing one of its points costs, for budget_charge. */
uint64_t survey_cost(const MlSurvey *survey);
/* Whether things can be put on it; else why not, in words that "this sphere " may begin. */
const char *survey_lacks(const MlSurvey *survey);

#endif
