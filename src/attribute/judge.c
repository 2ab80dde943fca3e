#include "attribute/room.h"
#include "base/sort.h"

/* The rules, and why they are so: docs/attribution.md. */
enum {
	PERCENT = 100,
	EXACT_LEAST = 3,       /* Exact matches that name a process. */
	SHARE_LARGE = 50,      /* Of the probes that make the scan, per cent. */
	SHARE_OF_SEVERAL = 15, /* Where several share them. */
	SHARE_OF_ALL = 25,     /* Of all, those of ARP and ping included... */
	SHARE_LEAST = 15,      /* ...for whoever is only probable. */
	SHARE_OF_MOST = 75,
	ALONG_LARGE = 80, /* Of the completed ones in the scan's order. */
	AGAIN_LARGE = 80,
	SCORE_PROBABLE = 9,
	SCORE_POSSIBLE = 4,
	SCORE_MARGIN = 3, /* Over whoever comes next. */
	NAMED_MOST = 90,
	FAMILY_LEAST = 3, /* Processes that share one scan as one. */
};

/* A process named, and how sure. */
struct verdict {
	const struct match_group *group; /* Null: no socket event. */
	struct suspicion suspicion;
	uint32_t process;
	uint32_t family;         /* Processes like it that shared the scan... */
	uint32_t family_matched; /* ...and the probes they match. */
	uint8_t confidence;      /* enum attribution_confidence */
	bool has_suspicion;
};

static uint32_t
share_of(uint32_t part, uint32_t whole)
{
	return whole == 0 ? 0 : part * PERCENT / whole;
}

/* Probes that the socket events of whoever scanned would match. */
static uint32_t
comparable(const struct match *match)
{
	return match->compared + match->along;
}

/* Processes of one image and one parent: a script may start one for each
 * probe. */
static void
count_family(struct attribute *attribute, struct verdict *verdict)
{
	const struct match *match = &attribute->match;
	const struct process *first = &attribute->processes[verdict->process];

	for (uint32_t i = 0; i < match->group_count; i++) {
		const struct match_group *group = &match->groups[i];
		const struct process *process =
		    &attribute->processes[group->process];

		if (!group->is_carrier && group->count > 0 &&
		    process->base_hash != 0 &&
		    process->base_hash == first->base_hash &&
		    process->parent_pid == first->parent_pid &&
		    (first->flags & PROCESS_HAS_PARENT_PID) != 0) {
			verdict->family++;
			verdict->family_matched += group->scan + group->along;
		}
	}
}

/* Whether what speaks for a process beside sockets is a lot. */
static bool
is_suspicious(const struct verdict *verdict)
{
	return verdict->has_suspicion && verdict->suspicion.has_content &&
	    verdict->suspicion.is_scanning &&
	    verdict->suspicion.score >= SCORE_PROBABLE;
}

/* Whether the failures of the scan were logged, and are others'. */
static bool
is_belied(const struct match *match, const struct match_group *group)
{
	return group->scan == 0 && match->scan_matched >= EXACT_LEAST;
}

/* Whether it sent as many of the probes that failed as make the scan its own;
 * or, where failures are not logged, of all. */
static bool
is_owner(const struct match *match, const struct match_group *group)
{
	uint32_t share = share_of(group->scan_exact, match->ported);

	if (share >= SHARE_LARGE ||
	    (share >= SHARE_OF_SEVERAL &&
	        share_of(match->exact_matched, match->ported) >= SHARE_LARGE)) {
		return true;
	}
	return !is_belied(match, group) &&
	    share_of(group->scan_exact + group->along,
	        match->ported + match->along) >= SHARE_LARGE;
}

/* By exact matches of many of the probes that can be compared so.  Where those
 * are a small part of the campaign, something else must speak for it, too. */
static bool
is_confirmed(const struct match *match, const struct verdict *verdict)
{
	const struct match_group *group = verdict->group;

	if (group->exact < EXACT_LEAST &&
	    (group->exact == 0 ||
	        group->exact < match->ported + match->along)) {
		return false;
	}
	if (share_of(group->scan + group->along, match->scan + match->along) <
	        SHARE_OF_ALL &&
	    !is_suspicious(verdict)) {
		return false;
	}
	return is_owner(match, group);
}

/* It came back to what had just been found open, nobody else did, and it looks
 * like a scanner: a browser or a monitor does not. */
static bool
came_back(const struct match *match, const struct verdict *verdict)
{
	const struct match_group *group = verdict->group;

	return group->again >= EXACT_LEAST &&
	    share_of(group->again, match->again) >= AGAIN_LARGE &&
	    verdict->has_suspicion && verdict->suspicion.has_content &&
	    verdict->suspicion.score >= SCORE_POSSIBLE;
}

/* Half of the failures that its logs would show, had it sent them all. */
static bool
has_fair_share(const struct match *match, const struct match_group *group)
{
	uint32_t needed = SHARE_LARGE * match->coverage / PERCENT;

	if (needed < SHARE_LEAST) {
		needed = SHARE_LEAST;
	}
	return group->scan >= EXACT_LEAST &&
	    share_of(group->scan, match->compared) >= needed &&
	    share_of(group->scan, match->scan) >= SHARE_LEAST;
}

/* Only completed connections are logged, and in the time and order of the scan
 * nearly all are its own; not that it had as many elsewhere.  Where the log is
 * one that has failures, too, as a rule, something else must speak for it. */
static bool
is_along(const struct match *match, const struct verdict *verdict)
{
	const struct match_group *group = verdict->group;

	return !is_belied(match, group) && group->along >= EXACT_LEAST &&
	    group->along > group->aside &&
	    share_of(group->along, match->along) >= ALONG_LARGE &&
	    (!match->has_failures ||
	        (verdict->has_suspicion && verdict->suspicion.has_content &&
	            verdict->suspicion.score >= SCORE_POSSIBLE));
}

/* By fewer matches, or less exact ones, that all agree. */
static bool
is_probable(const struct match *match, const struct verdict *verdict)
{
	const struct match_group *group = verdict->group;

	return has_fair_share(match, group) || is_along(match, verdict) ||
	    (verdict->family >= FAMILY_LEAST &&
	        share_of(verdict->family_matched, comparable(match)) >=
	            SHARE_LARGE) ||
	    is_suspicious(verdict) || came_back(match, verdict);
}

static void
judge_group(struct attribute *attribute, const struct inquiry *inquiry,
    const struct match_group *group, struct verdict *verdict)
{
	const struct process *process = &attribute->processes[group->process];

	*verdict = (struct verdict){ .process = group->process,
		.confidence = ATTRIBUTION_POSSIBLE,
		.group = group };
	verdict->has_suspicion =
	    suspicion_weigh(attribute, inquiry, process, &verdict->suspicion);
	count_family(attribute, verdict);
	if (is_confirmed(&attribute->match, verdict)) {
		verdict->confidence = ATTRIBUTION_CONFIRMED;
	} else if (is_probable(&attribute->match, verdict)) {
		verdict->confidence = ATTRIBUTION_PROBABLE;
	}
}

static int
compare_verdicts(const void *one, const void *other)
{
	const struct verdict *left = one;
	const struct verdict *right = other;

	return right->confidence - left->confidence;
}

/* By socket events, the surest first.  Returns how many processes they name. */
static uint32_t
judge_sockets(struct attribute *attribute, const struct inquiry *inquiry,
    struct verdict verdicts[ATTRIBUTION_PROCESSES])
{
	const struct match *match = &attribute->match;
	uint32_t count = 0;

	for (uint32_t i = 0;
	     i < match->group_count && count < ATTRIBUTION_PROCESSES; i++) {
		if (!match->groups[i].is_carrier &&
		    match->groups[i].count > 0) {
			judge_group(attribute, inquiry, &match->groups[i],
			    &verdicts[count++]);
		}
	}
	sort_few(verdicts, count, sizeof(verdicts[0]), compare_verdicts);
	return count;
}

/* Two that lived one after the other share a campaign, and do not compete. */
static bool
compete(const struct suspicion *one, const struct suspicion *other)
{
	return one->from_ns <= other->until_ns &&
	    other->from_ns <= one->until_ns;
}

/* Whether a suspect stands out enough to be probable: never more, since nothing
 * that it did itself was logged. */
static bool
stands_out(struct attribute *attribute, const struct suspicion *suspicion)
{
	bool is_told =
	    suspicion->named_targets >= NAMED_MOST && suspicion->is_scanning;
	bool came_and_went = suspicion->is_tool && suspicion->has_library &&
	    suspicion->is_close_lead && suspicion->is_close_trail;

	for (uint32_t i = 0; i < attribute->suspicion_count; i++) {
		const struct suspicion *other = &attribute->suspicions[i];

		if (other->process != suspicion->process &&
		    compete(suspicion, other) &&
		    suspicion->score < other->score + SCORE_MARGIN) {
			return false;
		}
	}
	/* It stayed, or was there before, while another came and went. */
	if (!suspicion->is_tool && suspicion->has_trail &&
	    !suspicion->came_and_went &&
	    suspicion_has_rival(attribute, suspicion)) {
		return false;
	}
	return suspicion->score >= SCORE_PROBABLE && (is_told || came_and_went);
}

/* By what is known of the processes alone. */
static uint32_t
judge_suspicions(struct attribute *attribute, const struct inquiry *inquiry,
    struct verdict verdicts[ATTRIBUTION_PROCESSES])
{
	uint32_t count = 0;

	suspicion_gather(attribute, inquiry);
	for (uint32_t i = 0;
	     i < attribute->suspicion_count && count < ATTRIBUTION_PROCESSES;
	     i++) {
		const struct suspicion *suspicion = &attribute->suspicions[i];

		if (suspicion->score < SCORE_POSSIBLE) {
			break;
		}
		verdicts[count] = (struct verdict){
			.process = suspicion->process,
			.confidence = ATTRIBUTION_POSSIBLE,
			.has_suspicion = true,
			.suspicion = *suspicion,
		};
		if (!attribute->match.tenancy.is_weak &&
		    stands_out(attribute, suspicion)) {
			verdicts[count].confidence = ATTRIBUTION_PROBABLE;
		}
		count++;
	}
	return count;
}

static bool
is_among(const struct verdict *verdicts, uint32_t count, uint32_t process)
{
	for (uint32_t i = 0; i < count; i++) {
		if (verdicts[i].process == process) {
			return true;
		}
	}
	return false;
}

/* Few sockets and strong suspicions: whoever is surer comes first. */
static uint32_t
merge(struct verdict by_sockets[ATTRIBUTION_PROCESSES], uint32_t socket_count,
    const struct verdict *suspected, uint32_t suspected_count)
{
	uint32_t count = socket_count;

	for (uint32_t i = 0; i < suspected_count; i++) {
		uint32_t at = 0;

		if (is_among(by_sockets, count, suspected[i].process)) {
			continue;
		}
		while (at < count &&
		    (by_sockets[at].confidence > suspected[i].confidence ||
		        (by_sockets[at].confidence == suspected[i].confidence &&
		            (by_sockets[at].group == NULL ||
		                is_suspicious(&by_sockets[at]))))) {
			at++;
		}
		if (at == ATTRIBUTION_PROCESSES) {
			continue;
		}
		if (count < ATTRIBUTION_PROCESSES) {
			count++;
		}
		memmove(&by_sockets[at + 1], &by_sockets[at],
		    (count - at - 1) * sizeof(by_sockets[0]));
		by_sockets[at] = suspected[i];
	}
	return count;
}

static void
write_parent(struct attribute *attribute, const struct process *process,
    struct attribution_process *out)
{
	const struct texts *texts = &attribute->texts;
	const struct process *parent = process_parent(attribute, process);

	out->has_parent_pid = (process->flags & PROCESS_HAS_PARENT_PID) != 0;
	out->parent_pid = process->parent_pid;
	texts_copy(texts,
	    process->parent_image == 0 && parent != NULL
	        ? parent->image
	        : process->parent_image,
	    out->parent_image, sizeof(out->parent_image));
	texts_copy(texts,
	    process->parent_command_line == 0 && parent != NULL
	        ? parent->command_line
	        : process->parent_command_line,
	    out->parent_command_line, sizeof(out->parent_command_line));
}

static void
write_process(struct attribute *attribute, const struct process *process,
    struct attribution_process *out)
{
	const struct texts *texts = &attribute->texts;
	const struct host *host =
	    host_at(attribute, process->host, process->host_serial);

	out->has_pid = (process->flags & PROCESS_HAS_PID) != 0;
	out->pid = process->pid;
	out->has_guid = (process->flags & PROCESS_HAS_GUID) != 0;
	memcpy(out->guid, process->guid, sizeof(out->guid));
	if (host != NULL) {
		out->started_ns = host_our_time(host, &process->started);
		memcpy(out->host, host->name, sizeof(out->host));
	}
	texts_copy(texts, process->user, out->user, sizeof(out->user));
	texts_copy(texts, process->image, out->image, sizeof(out->image));
	texts_copy(texts, process->command_line, out->command_line,
	    sizeof(out->command_line));
	texts_copy(texts, process->hashes, out->hashes, sizeof(out->hashes));
	write_parent(attribute, process, out);
}

static void
write_verdict(struct attribute *attribute, const struct inquiry *inquiry,
    const struct verdict *verdict, struct attribution_process *out)
{
	const struct process *process = &attribute->processes[verdict->process];
	const struct host *host =
	    host_at(attribute, process->host, process->host_serial);

	write_process(attribute, process, out);
	out->confidence = verdict->confidence;
	out->matched_of = comparable(&attribute->match);
	if (verdict->group != NULL) {
		out->matched = verdict->group->count;
		sentence_of_matches(attribute, inquiry, verdict->group, out);
	}
	if (verdict->family >= FAMILY_LEAST) {
		sentence_add(out->evidence, &out->evidence_count,
		    ATTRIBUTION_EVIDENCE,
		    "It is one of %u processes of the same program and parent "
		    "that match %u probes together.",
		    verdict->family, verdict->family_matched);
	}
	if (verdict->has_suspicion) {
		sentence_of_suspicion(
		    &verdict->suspicion, &attribute->match, out);
	}
	if (host != NULL && verdict->group != NULL) {
		sentence_of_clock(host, out);
	}
	sentence_of_ancestors(attribute, process, out);
}

/* Where sockets leave no doubt nobody else is looked for; but a campaign may be
 * of several processes, of which some send raw packets. */
static bool
is_settled(
    const struct match *match, const struct verdict *verdicts, uint32_t count)
{
	return count > 0 && verdicts[0].confidence == ATTRIBUTION_CONFIRMED &&
	    share_of(match->scan_matched, match->scan) >= SHARE_OF_MOST;
}

void
judge(struct attribute *attribute, struct inquiry *inquiry,
    struct attribution *attribution)
{
	struct verdict verdicts[ATTRIBUTION_PROCESSES + 1];
	struct verdict suspected[ATTRIBUTION_PROCESSES];
	uint32_t named[ATTRIBUTION_PROCESSES];
	uint32_t count = 0;

	memset(attribution, 0, sizeof(*attribution));
	match_probes(attribute, inquiry);
	attribute->suspicion_count = 0;
	if (attribute->match.host != HOST_NONE) {
		count = judge_sockets(attribute, inquiry, verdicts);
		if (!is_settled(&attribute->match, verdicts, count)) {
			uint32_t suspects =
			    judge_suspicions(attribute, inquiry, suspected);

			count = merge(verdicts, count, suspected, suspects);
		}
	}
	for (uint32_t i = 0; i < count; i++) {
		write_verdict(attribute, inquiry, &verdicts[i],
		    &attribution->processes[i]);
		named[i] = verdicts[i].process;
	}
	attribution->process_count = count;
	inquiry_pin(attribute, inquiry, named, count);
	sentence_notes(attribute, inquiry, attribution);
}
