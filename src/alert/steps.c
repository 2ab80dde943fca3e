#include "alert/steps.h"

#include <stdio.h>
#include <string.h>

#include "alert/json_help.h"
#include "alert/judge.h"
#include "alert/service.h"

enum { ANSWER_SIZE = SERVICE_LABEL_SIZE + IP_ADDRESS_TEXT_SIZE + 4 };

static uint32_t steps_of_process(const struct attribution *attribution);
static uint32_t steps_of_source(const struct alert *alert);
static uint32_t steps_of_kind(const struct finding *finding);
static uint32_t steps_of_targets(const struct alert *alert);
static bool has_mark(const struct alert *alert, enum severity_mark mark);
static bool has_answered(uint8_t outcome);
static bool is_on_link_only(const struct finding *finding);

#define BIT(step) (1u << (step))
_Static_assert(STEP_COUNT <= 32, "steps are bits of a word");

const char *
step_sentence(enum step step)
{
	static const char *const sentences[STEP_COUNT] = {
#define STEP(when, sentence) sentence,
#include "alert/steps.def"
#undef STEP
	};

	return sentences[step];
}

uint32_t
steps_of(const struct alert *alert)
{
	const struct finding *finding = &alert->finding;
	uint32_t steps = 0;

	if (alert->status == ALERT_AUTHORISED) {
		return BIT(STEP_AUTHORISED);
	}
	steps |= steps_of_process(&alert->attribution);
	steps |= steps_of_source(alert);
	steps |= steps_of_kind(finding);
	steps |= steps_of_targets(alert);
	if (finding->dropped_packets > 0 || finding->one_way) {
		steps |= BIT(STEP_BLIND);
	}
	return steps | BIT(finding->active ? STEP_ONGOING : STEP_OVER);
}

json_t *
steps_json(const struct alert *alert)
{
	uint32_t steps = steps_of(alert);
	json_t *list = json_array();
	bool whole = true;

	for (uint32_t i = 0; i < STEP_COUNT; i++) {
		if ((steps & BIT(i)) != 0) {
			whole =
			    push(list, json_string(step_sentence(i))) && whole;
		}
	}
	return finished(list, whole);
}

json_t *
scope_json(const struct alert *alert)
{
	const struct finding *finding = &alert->finding;
	json_t *list = json_array();
	uint64_t answered = 0;
	bool whole = true;

	for (uint32_t i = 0; i < finding->sample_count; i++) {
		const struct finding_sample *sample = &finding->samples[i];
		char service[SERVICE_LABEL_SIZE];
		char target[IP_ADDRESS_TEXT_SIZE];
		char text[ANSWER_SIZE];

		if (!has_answered(sample->outcome)) {
			continue;
		}
		answered++;
		service_label_of_sample(sample, service);
		(void)snprintf(text, sizeof(text), "%s of %s", service,
		    ip_address_format(&sample->target, target));
		whole = push(list, json_string(text)) && whole;
	}
	return json_pack("{s:o, s:b}", "answered", finished(list, whole),
	    "complete", answered >= finding->answered);
}

static uint32_t
steps_of_process(const struct attribution *attribution)
{
	const struct attribution_process *process = &attribution->processes[0];
	uint32_t steps;

	if (attribution->process_count == 0) {
		return BIT(STEP_UNNAMED);
	}
	if (process->confidence < ATTRIBUTION_PROBABLE) {
		return BIT(STEP_NAMED_UNSURELY);
	}
	steps = BIT(process->confidence == ATTRIBUTION_CONFIRMED
	        ? STEP_NAMED_SURELY
	        : STEP_NAMED_UNSURELY);
	if (process->user[0] != '\0') {
		steps |= BIT(judge_is_system(process->user) ? STEP_AS_SYSTEM
		                                            : STEP_AS_PERSON);
	}
	return steps;
}

static uint32_t
steps_of_source(const struct alert *alert)
{
	const struct finding *finding = &alert->finding;
	bool is_shared = finding->kind_count > 0 &&
	    finding->kinds[0] == FINDING_DISTRIBUTED_SCAN;
	uint32_t steps = 0;

	if (is_shared) {
		steps |= BIT(STEP_SHARED);
	} else if (finding->apparent_count > 0) {
		steps |= BIT(STEP_HIDDEN);
	}
	if (finding->has_address && !alert->source_in_segment) {
		steps |= BIT(STEP_OUTSIDE);
	}
	if (is_on_link_only(finding)) {
		steps |= BIT(STEP_LINK_ONLY);
	}
	return steps;
}

static uint32_t
steps_of_kind(const struct finding *finding)
{
	uint32_t steps = 0;

	for (uint32_t i = 0; i < finding->kind_count; i++) {
		switch ((enum finding_kind)finding->kinds[i]) {
		case FINDING_PORT_SCAN:
			steps |= BIT(STEP_PORTS);
			break;
		case FINDING_HOST_SWEEP:
			steps |= BIT(STEP_SWEPT);
			break;
		case FINDING_SERVICE_PROBE:
			steps |= BIT(STEP_ONE_SERVICE);
			break;
		case FINDING_BLOCK_SCAN:
		case FINDING_DISTRIBUTED_SCAN:
			steps |= BIT(STEP_BLOCK);
			break;
		case FINDING_SEQUENTIAL_IP: /* Comes beside another. */
		case FINDING_KIND_COUNT:
			break;
		}
	}
	return steps;
}

static uint32_t
steps_of_targets(const struct alert *alert)
{
	uint32_t steps =
	    BIT(alert->finding.answered > 0 ? STEP_ANSWERED : STEP_UNANSWERED);

	if (has_mark(alert, SEVERITY_MARK_ASKED_CONTROL)) {
		steps |= BIT(STEP_CONTROL);
	}
	if (has_mark(alert, SEVERITY_MARK_INTO_INFRASTRUCTURE)) {
		steps |= BIT(STEP_VITAL);
	}
	return steps;
}

static bool
has_mark(const struct alert *alert, enum severity_mark mark)
{
	for (uint32_t i = 0; i < alert->severity.mark_count; i++) {
		if (alert->severity.marks[i] == mark) {
			return true;
		}
	}
	return false;
}

static bool
has_answered(uint8_t outcome)
{
	return outcome == PROBE_ANSWERED || outcome == PROBE_HALF ||
	    outcome == PROBE_ONE_WAY || outcome == PROBE_PRODUCTIVE;
}

static bool
is_on_link_only(const struct finding *finding)
{
	const uint32_t neighbours = 1u << PROBE_ARP | 1u << PROBE_ND;

	return finding->techniques != 0 &&
	    (finding->techniques & ~neighbours) == 0;
}
