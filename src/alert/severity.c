#include "alert/severity.h"

#include <string.h>

#include "alert/service.h"

/* From these scores on. */
enum {
	SCORE_MEDIUM = 30,
	SCORE_HIGH = 60,
	SCORE_CRITICAL = 85,
	SCORE_TOP = 100
};

/* The most services of which what they are for says anything. */
enum { ASKED_MOST = 32 };

/* Between two probes, on average. */
static const uint64_t patient_gap_ns = 300 * NS_PER_S;

/* A size from which on a mark counts; the smallest of a group comes first. */
struct step {
	uint64_t from;
	enum severity_mark mark;
};

static const struct step target_steps[] = {
	{ 16, SEVERITY_MARK_TARGETS_16 },
	{ 64, SEVERITY_MARK_TARGETS_64 },
	{ 256, SEVERITY_MARK_TARGETS_256 },
	{ 4096, SEVERITY_MARK_TARGETS_4096 },
};

static const struct step service_steps[] = {
	{ 10, SEVERITY_MARK_SERVICES_10 },
	{ 100, SEVERITY_MARK_SERVICES_100 },
	{ 1000, SEVERITY_MARK_SERVICES_1000 },
};

static const struct step dark_steps[] = {
	{ 1, SEVERITY_MARK_DARK_1 },
	{ 8, SEVERITY_MARK_DARK_8 },
};

static const struct step learned_steps[] = {
	{ 1, SEVERITY_MARK_LEARNED_1 },
	{ 10, SEVERITY_MARK_LEARNED_10 },
	{ 100, SEVERITY_MARK_LEARNED_100 },
};

static const struct step crossing_steps[] = {
	{ 1, SEVERITY_MARK_CROSSING },
	{ 3, SEVERITY_MARK_CROSSING_3 },
};

static void judge_technique(
    struct severity *severity, const struct finding *finding);
static void judge_place(
    struct severity *severity, const struct severity_context *context);
static void judge_origin(
    struct severity *severity, const struct severity_context *context);
static void judge_maker(struct severity *severity,
    const struct finding *finding, const struct severity_context *context);
static void judge_asked(
    struct severity *severity, const struct finding *finding);
static bool is_patient(const struct finding *finding);
static uint64_t dark_count(const struct finding *finding);
static void add(struct severity *severity, enum severity_mark mark);
static void add_step(struct severity *severity, const struct step *steps,
    size_t step_count, uint64_t size);
static void sum_up(struct severity *severity);

void
severity_judge(struct severity *severity, const struct finding *finding,
    const struct severity_context *context)
{
	static const enum severity_mark of_kind[FINDING_KIND_COUNT] = {
		[FINDING_PORT_SCAN] = SEVERITY_MARK_KIND_PORT_SCAN,
		[FINDING_HOST_SWEEP] = SEVERITY_MARK_KIND_HOST_SWEEP,
		[FINDING_SERVICE_PROBE] = SEVERITY_MARK_KIND_SERVICE_PROBE,
		[FINDING_BLOCK_SCAN] = SEVERITY_MARK_KIND_BLOCK_SCAN,
		[FINDING_SEQUENTIAL_IP] = SEVERITY_MARK_KIND_SEQUENTIAL_IP,
		[FINDING_DISTRIBUTED_SCAN] =
		    SEVERITY_MARK_KIND_DISTRIBUTED_SCAN,
	};

	memset(severity, 0, sizeof(*severity));
	if (finding->kind_count > 0) {
		add(severity, of_kind[finding->kinds[0]]);
	}
	judge_technique(severity, finding);
	add_step(severity, target_steps, ARRAY_SIZE(target_steps),
	    finding->target_count);
	add_step(severity, service_steps, ARRAY_SIZE(service_steps),
	    finding->service_count);
	add_step(
	    severity, dark_steps, ARRAY_SIZE(dark_steps), dark_count(finding));
	add_step(severity, learned_steps, ARRAY_SIZE(learned_steps),
	    finding->answered);
	if (is_patient(finding)) {
		add(severity, SEVERITY_MARK_PATIENT);
	}
	judge_asked(severity, finding);
	judge_place(severity, context);
	judge_origin(severity, context);
	judge_maker(severity, finding, context);
	sum_up(severity);
}

const char *
severity_level_name(enum severity_level level)
{
	static const char *const names[] = {
		[SEVERITY_LOW] = "low",
		[SEVERITY_MEDIUM] = "medium",
		[SEVERITY_HIGH] = "high",
		[SEVERITY_CRITICAL] = "critical",
	};

	return names[level];
}

int
severity_mark_points(enum severity_mark mark)
{
	static const int8_t points[SEVERITY_MARK_COUNT] = {
#define MARK(name, points, sentence) points,
#include "alert/severity.def"
#undef MARK
	};

	return points[mark];
}

const char *
severity_mark_sentence(enum severity_mark mark)
{
	static const char *const sentences[SEVERITY_MARK_COUNT] = {
#define MARK(name, points, sentence) sentence,
#include "alert/severity.def"
#undef MARK
	};

	return sentences[mark];
}

static void
judge_technique(struct severity *severity, const struct finding *finding)
{
	const uint32_t stealth = 1u << PROBE_TCP_FIN | 1u << PROBE_TCP_NULL |
	    1u << PROBE_TCP_XMAS | 1u << PROBE_TCP_MAIMON |
	    1u << PROBE_TCP_ACK | 1u << PROBE_TCP_OTHER;
	const uint32_t neighbours = 1u << PROBE_ARP | 1u << PROBE_ND;

	if ((finding->techniques & stealth) != 0) {
		add(severity, SEVERITY_MARK_STEALTH);
	}
	if (finding->fragmented) {
		add(severity, SEVERITY_MARK_FRAGMENTED);
	}
	if (finding->techniques != 0 &&
	    (finding->techniques & ~neighbours) == 0) {
		add(severity, SEVERITY_MARK_NEIGHBOURS);
	}
}

static void
judge_place(struct severity *severity, const struct severity_context *context)
{
	add_step(severity, crossing_steps, ARRAY_SIZE(crossing_steps),
	    context->other_segments);
	if (context->into_critical) {
		add(severity, SEVERITY_MARK_INTO_CRITICAL);
	} else if (context->into_high) {
		add(severity, SEVERITY_MARK_INTO_HIGH);
	} else if (context->only_low) {
		add(severity, SEVERITY_MARK_INTO_LOW);
	}
	if (context->into_infrastructure) {
		add(severity, SEVERITY_MARK_INTO_INFRASTRUCTURE);
	}
}

static void
judge_origin(struct severity *severity, const struct severity_context *context)
{
	if (context->source_role == POLICY_ROLE_SCANNER ||
	    context->source_role == POLICY_ROLE_MONITORING) {
		add(severity, SEVERITY_MARK_FROM_ASKER);
	} else if (context->source_role == POLICY_ROLE_WORKSTATION) {
		add(severity, SEVERITY_MARK_FROM_WORKSTATION);
	} else if (context->from_outside) {
		add(severity, SEVERITY_MARK_FROM_OUTSIDE);
	}
}

static void
judge_maker(struct severity *severity, const struct finding *finding,
    const struct severity_context *context)
{
	bool is_crafted = false;

	for (uint32_t i = 0; i < finding->reason_count; i++) {
		is_crafted = is_crafted ||
		    finding->reasons[i].code == FINDING_REASON_CRAFTED;
	}
	if (context->by_known_scanner) {
		add(severity, SEVERITY_MARK_TOOL_PROCESS);
	} else if (is_crafted) {
		add(severity, SEVERITY_MARK_TOOL_WIRE);
	}
	if (context->as_system) {
		add(severity, SEVERITY_MARK_AS_SYSTEM);
	} else if (context->as_person) {
		add(severity, SEVERITY_MARK_AS_PERSON);
	}
}

/* Whoever asks for many services asks for these as well; it says something of
 * his aim only where there are few. */
static void
judge_asked(struct severity *severity, const struct finding *finding)
{
	uint32_t purposes = 0;

	if (finding->service_count > ASKED_MOST || finding->ranges_cut) {
		return;
	}
	for (uint32_t i = 0; i < finding->service_range_count; i++) {
		const struct finding_service_range *range =
		    &finding->service_ranges[i];

		for (uint32_t port = range->first; port <= range->last;
		     port++) {
			purposes |= 1u
			    << service_purpose(range->protocol, (uint16_t)port);
		}
	}
	if ((purposes & 1u << SERVICE_CONTROL) != 0) {
		add(severity, SEVERITY_MARK_ASKED_CONTROL);
	} else if ((purposes & 1u << SERVICE_ADMIN) != 0) {
		add(severity, SEVERITY_MARK_ASKED_ADMIN);
	} else if ((purposes & 1u << SERVICE_DATA) != 0) {
		add(severity, SEVERITY_MARK_ASKED_DATA);
	}
}

static bool
is_patient(const struct finding *finding)
{
	return finding->probe_count > 1 &&
	    finding->last_seen_ns - finding->first_seen_ns >=
	    (finding->probe_count - 1) * patient_gap_ns;
}

/* How many addresses that nobody has were tried, as the reasons say it. */
static uint64_t
dark_count(const struct finding *finding)
{
	for (uint32_t i = 0; i < finding->reason_count; i++) {
		const struct finding_reason *reason = &finding->reasons[i];

		if (reason->code == FINDING_REASON_DARK &&
		    reason->figure[0] > 0) {
			return (uint64_t)reason->figure[0];
		}
	}
	return 0;
}

static void
add(struct severity *severity, enum severity_mark mark)
{
	SW_ASSERT(severity->mark_count < SEVERITY_MARKS);
	severity->marks[severity->mark_count++] = (uint8_t)mark;
}

/* Adds the mark of the largest step that 'size' reaches, if any. */
static void
add_step(struct severity *severity, const struct step *steps, size_t step_count,
    uint64_t size)
{
	for (size_t i = step_count; i-- > 0;) {
		if (size >= steps[i].from) {
			add(severity, steps[i].mark);
			return;
		}
	}
}

static void
sum_up(struct severity *severity)
{
	int score = 0;

	for (uint32_t i = 0; i < severity->mark_count; i++) {
		score += severity_mark_points(severity->marks[i]);
	}
	if (score < 0) {
		score = 0;
	} else if (score > SCORE_TOP) {
		score = SCORE_TOP;
	}
	severity->score = (uint8_t)score;
	severity->level = SEVERITY_LOW;
	if (score >= SCORE_CRITICAL) {
		severity->level = SEVERITY_CRITICAL;
	} else if (score >= SCORE_HIGH) {
		severity->level = SEVERITY_HIGH;
	} else if (score >= SCORE_MEDIUM) {
		severity->level = SEVERITY_MEDIUM;
	}
}
