#include "alert/severity.h"

#include <string.h>

/* From these scores on. */
enum {
	SCORE_MEDIUM = 30,
	SCORE_HIGH = 60,
	SCORE_CRITICAL = 85,
	SCORE_TOP = 100
};

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
    struct severity *severity, const struct severity_place *place);
static uint64_t dark_count(const struct finding *finding);
static void add(struct severity *severity, enum severity_mark mark);
static void add_step(struct severity *severity, const struct step *steps,
    size_t step_count, uint64_t size);
static void sum_up(struct severity *severity);

void
severity_judge(struct severity *severity, const struct finding *finding,
    const struct severity_place *place)
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
	judge_place(severity, place);
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
judge_place(struct severity *severity, const struct severity_place *place)
{
	add_step(severity, crossing_steps, ARRAY_SIZE(crossing_steps),
	    place->other_segments);
	if (place->into_critical) {
		add(severity, SEVERITY_MARK_INTO_CRITICAL);
	} else if (place->into_high) {
		add(severity, SEVERITY_MARK_INTO_HIGH);
	} else if (place->only_low) {
		add(severity, SEVERITY_MARK_INTO_LOW);
	}
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
