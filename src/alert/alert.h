/*
 * Alert: what people and the SOC are told of a finding.
 *
 * A finding speaks in numbers of this sensor's policy; an alert speaks in
 * names: it adds an identifier, how severe it is and why, the segments by name,
 * and the state that people give it.  alert_json.h and alert_text.h write it
 * down.
 *
 *	alert_make(&alert, &finding, &policy);
 *
 * The same finding and policy give the same alert, byte for byte: nothing here
 * reads a clock or makes a random number.
 *
 * Memory: one struct alert, the caller's; fixed size and free of pointers.
 */
#ifndef ALERT_ALERT_H
#define ALERT_ALERT_H

#include "alert/people.h"
#include "alert/severity.h"
#include "alert/ulid.h"
#include "attribute/attribution.h"
#include "authorise/authorisation.h"
#include "base/base.h"
#include "detect/finding.h"
#include "policy/policy.h"

enum { ALERT_CHANGES = 12, ALERT_CHANGE_SIZE = 512 };

enum alert_status {
	ALERT_OPEN,
	ALERT_ACKNOWLEDGED,
	ALERT_CLOSED,
	ALERT_AUTHORISED, /* An authorised scanner's entry covers it. */
};

struct alert {
	char id[ULID_SIZE];
	uint32_t revision; /* From 1; the finding's, unless it is changed. */
	uint8_t status;    /* enum alert_status */
	struct severity severity;
	struct finding finding;
	struct attribution attribution;
	struct authorisation authorisation;
	struct alert_people people;
	/* What is new since the revision before, in sentences. */
	uint32_t change_count;
	char changes[ALERT_CHANGES][ALERT_CHANGE_SIZE];

	char sensor_name[POLICY_NAME_SIZE];
	bool source_in_segment; /* False: outside every one, or not known. */
	char source_segment[POLICY_NAME_SIZE];
	uint16_t target_segment_count;
	char target_segments[FINDING_SEGMENTS][POLICY_NAME_SIZE];
};

/* Makes the alert that 'finding' is under 'policy', for one that knows of no
 * process, no entry and no act of people: those are the caller's to fill in.  A
 * finding that was made under another version of the policy has its segments
 * looked up anew. */
void alert_make(struct alert *alert, const struct finding *finding,
    const struct policy *policy);

/* Judges anew how severe the alert is: to be called when its process has been
 * filled in, which alert_make() cannot know of. */
void alert_judge(struct alert *alert, const struct policy *policy);

/* The identifier of the alert that a finding is: the same for all its
 * revisions, in every replay. */
void alert_id_of(
    const struct finding *finding, const char *sensor_name, char id[ULID_SIZE]);

/* "open", "acknowledged", "closed", "authorised". */
const char *alert_status_name(enum alert_status status);

#endif
