/*
 * Keeps and forwards alerts as the ledger and the forwarder do, in one process
 * that may end between any two calls to the system.
 *
 *	keeper run FOLDER NOW_S TURNS PORT...   makes revisions for TURNS turns,
 *	                                        0: for ever; then waits until
 *	                                        each destination has all
 *
 * Each PORT is a receiver of RELP on this machine.  What is told goes to
 * standard output:
 *
 *	P {...}      an alert's line, printed
 *	A COUNT      the audit log has so many entries, on the disk
 *	F, W         the store fails; works again
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "forward/format.h"
#include "forward/forward.h"
#include "pipeline/keeping.h"
#include "pipeline/records.h"
#include "support/finding_builder.h"

enum {
	SLOTS = 8,    /* Alerts that go on at a time. */
	LAST = 12,    /* Revision with which each ends. */
	TEXT = 600,   /* Bytes of a configuration. */
	DRAIN_S = 60, /* How long receivers are waited for. */
	TURN_S = 7,   /* Of the store's clock. */
	RETAIN = 16,  /* Turns between two looks at retention. */
};

struct slot {
	uint32_t generation;
	uint32_t revision; /* The last that was made. */
};

/* What is kept of an active alert. */
struct state {
	uint32_t slot;
	struct slot is;
};

struct keeper {
	struct keeping keeping;
	struct config config;
	struct policy policy;
	struct finding finding;
	struct alert alert;
	struct counters counters;
	struct log log;
	struct loop loop;
	struct region region;
	struct forward forward;
	struct keeping_recalled recalled;
	struct slot slots[SLOTS];
	uint64_t given[KEEPING_DESTINATIONS];
	uint64_t now_ns;
	uint64_t audited;
	bool was_failing;
};

static uint64_t
clock_of(clockid_t which)
{
	struct timespec time;

	clock_gettime(which, &time);
	return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

static uint64_t
wall_ns(void)
{
	return clock_of(CLOCK_REALTIME);
}

static struct forward_now
now(void)
{
	return (struct forward_now){ .monotonic_ns = clock_of(CLOCK_MONOTONIC),
		.wall_ns = wall_ns() };
}

/* One call to the system each: it may be cut within. */
static void
say(const char *mark, const char *text, size_t size)
{
	static char line[ALERT_JSON_SIZE + 64];
	int length =
	    snprintf(line, sizeof(line), "%s%.*s", mark, (int)size, text);

	(void)!write(STDOUT_FILENO, line, (size_t)length);
}

static void
print(void *context, const char *line, size_t size)
{
	(void)context;
	say("P ", line, size);
}

static void
refuse(const char *what)
{
	fprintf(stderr, "keeper: %s\n", what);
	exit(3);
}

static void
report(void *context, const struct config_error *error)
{
	(void)context;
	refuse(error->sentence);
}

static void
configure(struct keeper *keeper, int count, char **ports)
{
	static const char *const more[] = { "",
		"filter { revisions = \"first-and-last\" }" };
	char text[TEXT];
	int length = snprintf(text, sizeof(text),
	    "sensor { name = \"span-01\" }\ncapture { interface = \"none0\" }\n");

	for (int i = 0; i < count; i++) {
		length += snprintf(text + length, sizeof(text) - (size_t)length,
		    "soc \"s%d\" { transport = \"relp\"\naddress = "
		    "\"127.0.0.1:%s\"\nformat = \"ecs\"\nsize-limit = \"32K\"\n"
		    "rate = \"10000\"\n%s }\n",
		    i, ports[i], more[i % 2]);
	}
	if (config_read_text("keeper", text, (size_t)length, &keeper->config,
	        report, NULL) != 0) {
		refuse("the configuration");
	}
}

static void
find(struct keeper *keeper, uint32_t slot)
{
	const struct slot *is = &keeper->slots[slot];

	finding_for_tests(&keeper->finding);
	keeper->finding.campaign = is->generation * SLOTS + slot + 1;
	/* An alert's id is of its source and its first sight. */
	keeper->finding.first_seen_ns += keeper->finding.campaign;
	keeper->finding.revision = is->revision;
	keeper->finding.probe_count = 64 + is->revision;
	keeper->finding.active = is->revision < LAST;
	keeper->finding.revised_at_ns = keeper->now_ns;
}

/* What the store has of an active alert must be what was saved with it. */
static bool
take_back(void *context, const struct store_revision *revision,
    const void *bytes, size_t size)
{
	struct keeper *keeper = context;
	struct state state;
	char id[ULID_SIZE];

	if (size != sizeof(state)) {
		refuse("an active alert without its state");
	}
	memcpy(&state, bytes, sizeof(state));
	keeper->slots[state.slot] = state.is;
	find(keeper, state.slot);
	alert_id_of(&keeper->finding, keeper->policy.sensor_name, id);
	if (strcmp(id, revision->id) != 0 ||
	    state.is.revision != revision->revision) {
		refuse("a state of another revision");
	}
	return true;
}

/* The first generation that the store does not know of. */
static void
begin_anew(struct keeper *keeper, uint32_t slot)
{
	struct slot *is = &keeper->slots[slot];
	char id[ULID_SIZE];
	json_t *object;

	*is = (struct slot){ .generation = is->generation };
	for (;; is->generation++) {
		find(keeper, slot);
		alert_id_of(&keeper->finding, keeper->policy.sensor_name, id);
		if (!keeping_recall(
		        &keeper->keeping, id, &object, &keeper->recalled)) {
			return;
		}
		json_decref(object);
	}
}

static void
settings_for(const char *folder, struct store_settings *settings)
{
	*settings = (struct store_settings){ .max_bytes = 256u << 20,
		.keep_alerts_s = 365 * 86400,
		.keep_open_s = 365 * 86400,
		.keep_evidence_s = 365 * 86400,
		.keep_audit_s = 365 * 86400,
		.keep_summaries_s = 365 * 86400,
		.keep_health_s = 3600,
		.evidence_packets = 4 };
	(void)snprintf(
	    settings->directory, sizeof(settings->directory), "%s", folder);
}

static void
open_all(struct keeper *keeper, const char *folder)
{
	const struct forward_terms terms = { &keeper->counters, &keeper->log,
		&keeper->loop, keeper->now_ns };
	struct store_settings settings;
	struct store_report found;

	policy_for_tests(&keeper->policy);
	settings_for(folder, &settings);
	keeping_init(&keeper->keeping, &keeper->counters, print, keeper);
	if (keeping_open(&keeper->keeping, &settings, keeper->now_ns, &found) !=
	        0 ||
	    found.found == STORE_SET_ASIDE) {
		refuse(found.reason);
	}
	if (store_active(&keeper->keeping.store, take_back, keeper) != 0) {
		refuse("active alerts cannot be read");
	}
	for (uint32_t i = 0; i < SLOTS; i++) {
		if (keeper->slots[i].revision == 0) {
			begin_anew(keeper, i);
		}
	}
	keeping_configure(&keeper->keeping, &keeper->config, keeper->now_ns);
	keeper->log =
	    (struct log){ .level = LOG_LEVEL_ERROR, .clock = wall_ns };
	if (loop_init(&keeper->loop) != 0 ||
	    region_init(&keeper->region, forward_bytes()) != 0) {
		refuse("memory");
	}
	forward_init(&keeper->forward, &keeper->region, &terms);
	for (uint32_t i = 0; i < keeper->config.soc_count; i++) {
		(void)forward_add(
		    &keeper->forward, &keeper->config.socs[i], NULL);
		keeper->given[i] = keeper->keeping.destinations[i].acknowledged;
	}
}

static void
audit(struct keeper *keeper)
{
	struct store_audit entry = { .actor = "keeper",
		.origin = "local",
		.action = "alert.note",
		.object = keeper->alert.id,
		.time_ns = keeper->now_ns,
		.reason = "it was \"seen\"" };
	json_t *object;

	if (keeping_begin(&keeper->keeping, keeper->now_ns)) {
		keeping_failed(&keeper->keeping,
		    store_put_audit(&keeper->keeping.store, &entry));
	}
	object = record_audit(keeper->policy.sensor_name, &entry);
	keeping_record(&keeper->keeping, FORWARD_AUDIT, FORWARD_INFO, object,
	    keeper->now_ns);
	json_decref(object);
	keeper->audited = entry.number;
}

static void
revise(struct keeper *keeper, uint32_t slot)
{
	struct slot *is = &keeper->slots[slot];
	struct state state = { .slot = slot };
	const struct keeping_state kept = { &state, sizeof(state) };
	struct packet_head head = { .time_ns = keeper->now_ns,
		.wire_size = 60,
		.size = 60,
		.link_type = 1 };

	if (is->revision == LAST) {
		is->generation++;
		is->revision = 0;
	}
	is->revision++;
	state.is = *is;
	find(keeper, slot);
	alert_make(&keeper->alert, &keeper->finding, &keeper->policy);
	keeping_alert(&keeper->keeping, &keeper->alert, &kept);
	keeping_packet(
	    &keeper->keeping, keeper->alert.id, &head, keeper->now_ns);
}

/* As the ledger does at the end of each of its turns. */
static void
commit(struct keeper *keeper)
{
	char count[24];
	bool is_failing;
	int length;

	(void)keeping_commit(&keeper->keeping, keeper->now_ns);
	is_failing = keeper->keeping.store.state == STORE_FAILING;
	if (is_failing != keeper->was_failing) {
		keeper->was_failing = is_failing;
		say(is_failing ? "F\n" : "W\n", "", 0);
	}
	if (keeper->audited > 0 && !is_failing) {
		length = snprintf(count, sizeof(count), "%llu\n",
		    (unsigned long long)keeper->audited);
		say("A ", count, (size_t)length);
	}
	keeper->audited = 0;
}

static void
make(struct keeper *keeper, uint32_t turn)
{
	static struct store_dropped dropped;

	keeper->now_ns += TURN_S * NS_PER_S;
	for (uint32_t i = 0; i <= turn % 4; i++) {
		revise(keeper, (turn * 3 + i) % SLOTS);
	}
	if (turn % 5 == 0) {
		audit(keeper);
	}
	commit(keeper);
	if (turn % RETAIN == 0) {
		(void)!store_retain(
		    &keeper->keeping.store, keeper->now_ns, &dropped);
	}
}

static bool
give(struct keeper *keeper, uint32_t index)
{
	const struct config_soc *soc = &keeper->config.socs[index];
	const struct forward_destination *to =
	    &keeper->forward.destinations[index];
	const struct forward_format_terms terms = { .form = FORWARD_ECS,
		.facility = soc->facility,
		.limit_bytes = soc->size_limit,
		.destination = soc->name,
		.hostname = "sensor-7",
		.app = "spanwatch",
		.procid = "812",
		.version = "1.0.0",
		.sensor_id = "span-01" };
	struct keeping_item item;
	json_t *object;
	char *room;
	size_t size;

	if (to->given >= to->credit ||
	    !keeping_next(
	        &keeper->keeping, index, keeper->given[index], &item)) {
		return false;
	}
	keeper->given[index] = item.record.seq;
	room = forward_room(&keeper->forward, index);
	object = json_loadb(item.text, item.length, 0, NULL);
	if (room == NULL || object == NULL) {
		refuse("a record that is none, or no room within the credit");
	}
	size =
	    forward_format(&terms, &item.record, object, room, soc->size_limit);
	json_decref(object);
	forward_give(&keeper->forward, index, size, item.record.seq);
	return true;
}

static void
call(struct keeper *keeper, uint32_t index)
{
	struct sockaddr_in peer = { .sin_family = AF_INET,
		.sin_port = htons(keeper->config.socs[index].peer.port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct forward_now moment;
	const char *why = "";

	if (connect(fd, (const struct sockaddr *)&peer, sizeof(peer)) < 0) {
		why = strerror(errno);
		close(fd);
		fd = -1;
	} else {
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	}
	moment = now();
	forward_attach(&keeper->forward, index, fd, why, &moment);
}

static void
forward(struct keeper *keeper)
{
	struct forward_now moment = now();
	uint32_t wanted;

	for (uint32_t i = 0; i < keeper->config.soc_count; i++) {
		while (give(keeper, i)) {
			continue;
		}
	}
	forward_turn(&keeper->forward, &moment);
	while ((wanted = forward_wanted(&keeper->forward)) != 0) {
		call(keeper, wanted - 1);
	}
	for (uint32_t i = 0; i < keeper->config.soc_count; i++) {
		if (forward_changed(&keeper->forward, i)) {
			keeping_acknowledge(&keeper->keeping, i,
			    keeper->forward.destinations[i].seq);
		}
	}
	if (loop_wait(&keeper->loop, 1) < 0) {
		refuse("the loop");
	}
}

static bool
is_delivered(const struct keeper *keeper)
{
	for (uint32_t i = 0; i < keeper->config.soc_count; i++) {
		if (keeping_waiting(&keeper->keeping, i) > 0) {
			return false;
		}
	}
	return true;
}

static int
run(struct keeper *keeper, char **arguments)
{
	uint32_t turns = (uint32_t)atol(arguments[2]);
	uint64_t end_ns;

	open_all(keeper, arguments[0]);
	for (uint32_t turn = 1; turns == 0 || turn <= turns; turn++) {
		make(keeper, turn);
		forward(keeper);
	}
	end_ns = clock_of(CLOCK_MONOTONIC) + DRAIN_S * NS_PER_S;
	while (!is_delivered(keeper) && clock_of(CLOCK_MONOTONIC) < end_ns) {
		forward(keeper);
	}
	keeper->now_ns += TURN_S * NS_PER_S;
	commit(keeper);
	forward_finish(&keeper->forward);
	keeping_close(&keeper->keeping, keeper->now_ns);
	return is_delivered(keeper) ? 0 : 4;
}

int
main(int argument_count, char **arguments)
{
	static struct keeper keeper; /* Large. */

	if (argument_count >= 6 && strcmp(arguments[1], "run") == 0) {
		configure(&keeper, argument_count - 5, arguments + 5);
		keeper.now_ns = strtoull(arguments[3], NULL, 10) * NS_PER_S;
		return run(&keeper, arguments + 2);
	}
	return 2;
}
