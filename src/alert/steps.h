/*
 * Steps: what to do next about an alert, and what it reached.
 *
 * An alert that only says what happened leaves the hard part to whoever reads
 * it at night.  The steps are sentences of a table, alert/steps.def, chosen by
 * what the alert is: its kind, what answered, who is named, where it comes
 * from.  They are advice; the sensor itself touches nothing.
 *
 * The scope says what is to be checked: which service of which target
 * answered, as far as the samples show it.
 *
 * Memory: none.
 */
#ifndef ALERT_STEPS_H
#define ALERT_STEPS_H

#include <jansson.h>

#include "alert/alert.h"

enum step {
#define STEP(when, sentence) STEP_##when,
#include "alert/steps.def"
#undef STEP
	STEP_COUNT
};

const char *step_sentence(enum step step);

/* Which steps fit the alert, as 1 << enum step. */
uint32_t steps_of(const struct alert *alert);

/* Their sentences, in the table's order. */
json_t *steps_json(const struct alert *alert);

/* {answered: ["tcp/445 of 10.20.2.5", ...], complete}: 'complete' where no
 * target answered that is not among them. */
json_t *scope_json(const struct alert *alert);

#endif
