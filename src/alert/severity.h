/*
 * Severity: how soon somebody should look.
 *
 * A sum of points, each for something that a person would name as well; the
 * table is alert/severity.def.  There is no learning in it and nothing is
 * hidden: the marks that counted stand on the alert beside the score.  The
 * score is the sum, kept within 0 and 100; below 30 is low, below 60 medium,
 * below 85 high, the rest critical.
 *
 * Memory: none.
 */
#ifndef ALERT_SEVERITY_H
#define ALERT_SEVERITY_H

#include "base/base.h"
#include "detect/finding.h"
#include "policy/policy.h"

enum severity_level {
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_CRITICAL,
};

enum severity_mark {
#define MARK(name, points, sentence) SEVERITY_MARK_##name,
#include "alert/severity.def"
#undef MARK
	SEVERITY_MARK_COUNT
};

enum { SEVERITY_MARKS = 20 }; /* More never count at once. */

/* What severity depends on beside the finding: where its source and targets
 * are, what is there, and who did it. */
struct severity_context {
	uint32_t other_segments; /* Touched, other than the source's own. */
	bool into_high; /* A segment or an asset of that criticality. */
	bool into_critical;
	bool only_low; /* At least one segment, and all of them low. */
	bool into_infrastructure;
	bool from_outside;     /* Its address is known, and in no segment. */
	uint8_t source_role;   /* enum policy_role */
	bool by_known_scanner; /* These of a process that is probable. */
	bool as_system;
	bool as_person;
};

struct severity {
	uint8_t score; /* 0 to 100. */
	uint8_t level; /* enum severity_level */
	uint8_t mark_count;
	uint8_t
	    marks[SEVERITY_MARKS]; /* enum severity_mark, as in the table. */
};

void severity_judge(struct severity *severity, const struct finding *finding,
    const struct severity_context *context);

/* "low", "medium", "high", "critical". */
const char *severity_level_name(enum severity_level level);

int severity_mark_points(enum severity_mark mark);
const char *severity_mark_sentence(enum severity_mark mark);

#endif
