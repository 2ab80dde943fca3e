#include "attribute/room.h"

#include <ctype.h>

#include "attribute/command_line.h"

/* How soon after its start a tool begins, and ends after its last probe. */
static const int64_t at_once_ns = 3 * (int64_t)NS_PER_S;
static const int64_t soon_ns = 15 * (int64_t)NS_PER_S;
static const int64_t lately_ns = 120 * (int64_t)NS_PER_S;

/* Clocks known no better than this make no closeness. */
static const uint64_t good_error_ns = 5 * NS_PER_S;

enum {
	PERCENT = 100,
	NAMED_MOST = 90, /* Per cent. */
	NAMED_SOME = 30,
	LIVED_LEAST = 15, /* Of the probes, per cent. */
	LIVED_MOST = 90,
	PROCESSES_MAX = 4096, /* Of a host, looked at. */
	ANCESTORS = 4,
	/* A parent that speaks so much louder than its child is no wrapper. */
	WRAPPER_MARGIN = 4,
};

static uint32_t
probes_within(
    const struct inquiry *inquiry, uint64_t first_ns, uint64_t last_ns)
{
	uint32_t count = 0;
	uint32_t all = 0;

	for (uint32_t i = 0; i < inquiry->probe_count; i++) {
		uint64_t at_ns = inquiry->probes[i].attempt_ns;
		bool is_scan = inquiry->probes[i].role != ROLE_ASIDE;

		all += is_scan;
		count += is_scan && at_ns >= first_ns && at_ns <= last_ns;
	}
	return all == 0 ? 0 : count * PERCENT / all;
}

/* Of the probes that were sent while it lived, how many per cent the command
 * line names. */
static void
count_named(const struct inquiry *inquiry, const struct command_line *line,
    struct suspicion *suspicion)
{
	uint32_t named = 0;
	uint32_t exact = 0;
	uint32_t ports = 0;
	uint32_t with_port = 0;
	uint32_t lived = 0;
	bool is_any_within =
	    probes_within(inquiry, suspicion->from_ns, suspicion->until_ns) > 0;

	for (uint32_t i = 0; i < inquiry->probe_count; i++) {
		const struct probe_sample *probe = &inquiry->probes[i];
		bool is_exact;

		if (probe->role == ROLE_ASIDE ||
		    (is_any_within &&
		        (probe->attempt_ns < suspicion->from_ns ||
		            probe->attempt_ns > suspicion->until_ns))) {
			continue;
		}
		lived++;
		named += command_line_names(line, &probe->target, &is_exact);
		exact += is_exact;
		if (probe->target_port != 0) {
			with_port++;
			ports +=
			    command_line_names_port(line, probe->target_port);
		}
	}
	if (lived > 0) {
		suspicion->named_targets = named * PERCENT / lived;
		suspicion->named_exactly = exact * PERCENT / lived;
	}
	suspicion->names_ports =
	    with_port > 0 && ports * PERCENT / with_port >= NAMED_MOST;
	suspicion->names_others = named == 0 && line->range_count > 0;
}

static void
lower(char *text)
{
	for (; *text != '\0'; text++) {
		*text = (char)tolower((unsigned char)*text);
	}
}

/* Loopback and "any" are no targets. */
static void
drop_own(struct command_line *line)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < line->range_count; i++) {
		const struct ip_address *first = &line->ranges[i].first;

		if (!ip_address_is_loopback(first) &&
		    !ip_address_is_unspecified(first)) {
			line->ranges[kept++] = line->ranges[i];
		}
	}
	line->range_count = kept;
}

static void
read_command_line(struct attribute *attribute, const struct inquiry *inquiry,
    const struct process *process, struct suspicion *suspicion)
{
	struct command_line line = { .range_count = 0 };

	texts_copy(&attribute->texts, process->command_line, attribute->text,
	    sizeof(attribute->text));
	command_line_read(&line, attribute->text);
	if (command_line_decode(attribute->text, attribute->decoded,
	        sizeof(attribute->decoded))) {
		command_line_read(&line, attribute->decoded);
		lower(attribute->decoded);
		suspicion->has_words = tool_has_word(attribute->decoded);
	}
	drop_own(&line);
	suspicion->has_loop = command_line_loops(&line);
	count_named(inquiry, &line, suspicion);
	lower(attribute->text);
	suspicion->has_words =
	    suspicion->has_words || tool_has_word(attribute->text);
}

/* Points for the command line: that it names the targets is the most that can
 * speak for a process without sockets. */
static int32_t
weigh_command(struct suspicion *suspicion)
{
	int32_t score = 0;

	if (suspicion->named_exactly >= NAMED_MOST) {
		score += 6;
	} else if (suspicion->named_targets >= NAMED_MOST) {
		score += 4;
	} else if (suspicion->named_targets >= NAMED_SOME) {
		score += 3;
	}
	if (suspicion->names_others) {
		score -= 5;
	}
	if (score > 0 && suspicion->names_ports) {
		score += 2;
	}
	return score;
}

static int32_t
weigh_name(struct attribute *attribute, const struct process *process,
    struct suspicion *suspicion)
{
	enum tool_usage usage = TOOL_WINDOW;
	int32_t score = 0;

	suspicion->is_tool = tool_is(attribute, process, &usage);
	suspicion->has_library = (process->flags & PROCESS_PCAP) != 0;
	if (suspicion->is_tool) {
		score += 3;
		/* It would have been told its targets, and was not. */
		if (usage == TOOL_COMMAND && process->command_line != 0 &&
		    suspicion->named_targets == 0 && !suspicion->has_library) {
			score -= 2;
		}
	} else if (suspicion->has_words) {
		score += 2;
	}
	if (suspicion->has_library) {
		score += 3;
	}
	return score;
}

static int32_t
weigh_lead(const struct suspicion *suspicion)
{
	if (!suspicion->has_lead) {
		return 0;
	}
	if (suspicion->is_close_lead && suspicion->lead_ns <= at_once_ns) {
		return 3;
	}
	if (suspicion->is_close_lead && suspicion->lead_ns <= soon_ns) {
		return 2;
	}
	return suspicion->lead_ns <= lately_ns ? 1 : 0;
}

static int32_t
weigh_trail(const struct suspicion *suspicion)
{
	if (!suspicion->has_trail || !suspicion->is_close_trail) {
		return 0;
	}
	return suspicion->trail_ns <= at_once_ns ? 2
	    : suspicion->trail_ns <= soon_ns     ? 1
	                                         : 0;
}

static uint64_t
lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The life of a process by our clock, and by how much it may be wrong. */
struct life {
	uint64_t started_ns, ended_ns; /* 0: unknown. */
	uint64_t start_error_ns, end_error_ns;
};

static void
read_life(
    const struct host *host, const struct process *process, struct life *life)
{
	life->started_ns = host_our_time(host, &process->started);
	life->ended_ns = host_our_time(host, &process->ended);
	life->start_error_ns =
	    host_read_clock(host, &process->started).error_ns + NS_PER_S;
	life->end_error_ns =
	    host_read_clock(host, &process->ended).error_ns + NS_PER_S;
}

/* Per cent of the probes within a life, give or take 'slack_ns' or what its
 * clock may be wrong, whichever is less. */
static uint32_t
lived_share(const struct inquiry *inquiry, const struct life *life,
    uint64_t slack_ns, struct suspicion *suspicion)
{
	uint64_t before_ns = lesser(slack_ns, life->start_error_ns);
	uint64_t after_ns = lesser(slack_ns, life->end_error_ns);

	suspicion->from_ns =
	    life->started_ns > before_ns ? life->started_ns - before_ns : 0;
	suspicion->until_ns =
	    life->ended_ns == 0 ? UINT64_MAX : life->ended_ns + after_ns;
	return probes_within(inquiry, suspicion->from_ns, suspicion->until_ns);
}

/* Where a clock is not known, how long a process lived is: as long as its
 * probes went on, and a little. */
static bool
is_as_long(const struct inquiry *inquiry, const struct life *life)
{
	uint64_t campaign_ns = inquiry->scan_last_ns - inquiry->scan_first_ns;
	uint64_t life_ns = life->ended_ns - life->started_ns;

	return life->started_ns != 0 && life->ended_ns > life->started_ns &&
	    life->start_error_ns > good_error_ns && life_ns >= campaign_ns &&
	    life_ns - campaign_ns <= (uint64_t)at_once_ns;
}

/* How a process's life lies to the campaign; false: it cannot have sent it. */
static bool
place_in_time(const struct host *host, const struct inquiry *inquiry,
    const struct process *process, struct suspicion *suspicion)
{
	struct life life;
	uint32_t lived;

	read_life(host, process, &life);
	if (life.started_ns > inquiry->scan_last_ns + life.start_error_ns ||
	    (life.ended_ns != 0 &&
	        life.ended_ns + life.end_error_ns < inquiry->scan_first_ns)) {
		return false;
	}
	if ((life.started_ns == 0 && life.ended_ns == 0) ||
	    lived_share(inquiry, &life, UINT64_MAX, suspicion) < LIVED_LEAST) {
		return false;
	}
	lived = lived_share(inquiry, &life, good_error_ns, suspicion);
	if (life.started_ns != 0 &&
	    suspicion->from_ns <= inquiry->scan_first_ns) {
		suspicion->has_lead = true;
		suspicion->lead_ns =
		    (int64_t)(inquiry->scan_first_ns - life.started_ns);
		suspicion->is_close_lead = life.start_error_ns <= good_error_ns;
	}
	if (life.ended_ns != 0 &&
	    suspicion->until_ns >= inquiry->scan_last_ns) {
		suspicion->has_trail = true;
		suspicion->trail_ns =
		    (int64_t)(life.ended_ns - inquiry->scan_last_ns);
		suspicion->is_close_trail = life.end_error_ns <= good_error_ns;
	}
	suspicion->is_as_long = is_as_long(inquiry, &life);
	if (!suspicion->is_as_long) {
		suspicion->score -=
		    lived < LIVED_LEAST ? 3 : lived < LIVED_MOST;
	}
	return true;
}

/* A process whose sockets are logged, and were meanwhile, would be known by
 * them: if its like are, and none meets a probe, it was another. */
static void
weigh_sockets(const struct attribute *attribute, const struct host *host,
    const struct inquiry *inquiry, const struct process *process,
    struct suspicion *suspicion)
{
	uint64_t seen_ns = host_our_time(host, &process->seen);

	if (process->sockets == 0 ||
	    seen_ns + good_error_ns < inquiry->scan_first_ns) {
		return;
	}
	suspicion->has_sockets = true;
	if (attribute->match.raw == 0 && attribute->match.expected > 0) {
		suspicion->score -= 8;
	} else if (!suspicion->is_tool) {
		suspicion->score -= 2;
	}
}

static bool
came_and_went(const struct suspicion *suspicion)
{
	return suspicion->has_lead && suspicion->is_close_lead &&
	    suspicion->lead_ns <= at_once_ns && suspicion->has_trail &&
	    suspicion->is_close_trail && suspicion->trail_ns <= at_once_ns;
}

/* Addresses on a command line are a route's or a firewall's as well.  Only what
 * began with the scan, and says that it scans, or came and went with it, is
 * taken at its word. */
static bool
is_scanning(const struct match *match, const struct suspicion *suspicion)
{
	bool is_timely = suspicion->is_as_long ||
	    (suspicion->has_lead && suspicion->lead_ns <= lately_ns) ||
	    (suspicion->has_trail && suspicion->is_close_trail &&
	        suspicion->trail_ns <= soon_ns);

	/* Who has connections of its own does not make packets itself. */
	if (suspicion->has_sockets && !match->is_by_sockets &&
	    !suspicion->is_tool && !suspicion->has_library) {
		return false;
	}
	return is_timely &&
	    (suspicion->is_tool || suspicion->has_words ||
	        suspicion->has_library || suspicion->has_loop ||
	        suspicion->is_as_long || came_and_went(suspicion));
}

bool
suspicion_weigh(struct attribute *attribute, const struct inquiry *inquiry,
    const struct process *process, struct suspicion *suspicion)
{
	const struct host *host =
	    host_at(attribute, process->host, process->host_serial);
	int32_t lead;
	int32_t trail;

	*suspicion =
	    (struct suspicion){ .process = process_index(attribute, process) };
	if (host == NULL || !place_in_time(host, inquiry, process, suspicion)) {
		return false;
	}
	read_command_line(attribute, inquiry, process, suspicion);
	suspicion->score += weigh_command(suspicion);
	suspicion->score += weigh_name(attribute, process, suspicion);
	lead = weigh_lead(suspicion);
	trail = weigh_trail(suspicion);
	/* A word alone is nothing, unless it came and went with the probes. */
	suspicion->has_content = suspicion->named_targets >= NAMED_SOME ||
	    suspicion->is_tool || suspicion->has_library ||
	    (suspicion->has_words && lead + trail >= 4);
	suspicion->score += lead + trail;
	if (suspicion->has_content && suspicion->is_as_long) {
		suspicion->score += 2;
	}
	weigh_sockets(attribute, host, inquiry, process, suspicion);
	suspicion->came_and_went = came_and_went(suspicion);
	suspicion->is_scanning = is_scanning(&attribute->match, suspicion);
	return true;
}

/* Keeps the best, in order. */
static void
keep(struct attribute *attribute, const struct suspicion *suspicion)
{
	uint32_t at = attribute->suspicion_count;

	if (at == SUSPICIONS) {
		if (attribute->suspicions[--at].score >= suspicion->score) {
			return;
		}
	} else {
		attribute->suspicion_count++;
	}
	while (
	    at > 0 && attribute->suspicions[at - 1].score < suspicion->score) {
		attribute->suspicions[at] = attribute->suspicions[at - 1];
		at--;
	}
	attribute->suspicions[at] = *suspicion;
}

static bool
is_ancestor(struct attribute *attribute, uint32_t ancestor, uint32_t process)
{
	const struct process *at = &attribute->processes[process];

	for (uint32_t i = 0; i < ANCESTORS && at != NULL; i++) {
		at = process_parent(attribute, at);
		if (at != NULL && process_index(attribute, at) == ancestor) {
			return true;
		}
	}
	return false;
}

/* A shell that was told to run the scanner says all that the scanner says, but
 * the probes are the child's. */
static void
drop_wrappers(struct attribute *attribute)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < attribute->suspicion_count; i++) {
		const struct suspicion *one = &attribute->suspicions[i];
		bool is_wrapper = false;

		for (uint32_t j = 0; j < attribute->suspicion_count; j++) {
			const struct suspicion *other =
			    &attribute->suspicions[j];

			is_wrapper = is_wrapper ||
			    (j != i &&
			        other->score + WRAPPER_MARGIN >= one->score &&
			        is_ancestor(
			            attribute, one->process, other->process));
		}
		attribute->suspicions[kept] = *one;
		kept += !is_wrapper;
	}
	attribute->suspicion_count = kept;
}

bool
suspicion_has_rival(
    struct attribute *attribute, const struct suspicion *suspicion)
{
	for (uint32_t i = 0; i < attribute->rival_count; i++) {
		uint32_t rival = attribute->rivals[i];

		if (rival != suspicion->process &&
		    !is_ancestor(attribute, suspicion->process, rival) &&
		    !is_ancestor(attribute, rival, suspicion->process)) {
			return true;
		}
	}
	return false;
}

void
suspicion_gather(struct attribute *attribute, const struct inquiry *inquiry)
{
	struct table hosts = attribute->hosts;
	const struct host *host = table_at(&hosts, attribute->match.host);
	uint32_t at = host->processes;

	attribute->suspicion_count = 0;
	attribute->rival_count = 0;
	for (uint32_t i = 0; i < PROCESSES_MAX && at != PROCESS_NONE; i++) {
		const struct process *process = &attribute->processes[at];
		struct suspicion suspicion;

		at = process->host_next;
		if (!suspicion_weigh(attribute, inquiry, process, &suspicion) ||
		    process_is_carrier(attribute, process)) {
			continue;
		}
		if (suspicion.has_content) {
			keep(attribute, &suspicion);
		}
		if (suspicion.came_and_went &&
		    attribute->rival_count < SUSPICIONS) {
			attribute->rivals[attribute->rival_count++] =
			    suspicion.process;
		}
	}
	drop_wrappers(attribute);
}
