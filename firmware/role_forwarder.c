/*
 * The forwarder: records of the ledger in, messages to SOCs out.
 *
 * It reads certificates and keys, takes all the memory it will ever have, and
 * is then confined (firmware/confine.h): it can connect to nobody, so whom it
 * wants to reach the supervisor has called (firmware/dial.h), and opens
 * nothing.  Room forward makes messages of records and sends them.
 *
 * How much it may be given it tells the ledger, which keeps the rest on disk;
 * what was given and not acknowledged when it ends, the ledger gives to its
 * successor: it may be sent twice, and is never lost.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "firmware/clock.h"
#include "firmware/command.h"
#include "firmware/dial.h"
#include "firmware/forwarder.h"
#include "firmware/sealed.h"

/* At the end, for what is still to be written. */
#define FLUSH_PATIENCE_NS (2 * NS_PER_S)

static int forwarder_run(int argc, char **argv);
static void take_order(
    void *context, const struct channel_header *header, int descriptor);
static void take_configuration(struct forwarder *forwarder, int descriptor);
static void apply_policy(void *context);
static int prepare(struct forwarder *forwarder);
static int take_memory(struct forwarder *forwarder);
static void add_destinations(struct forwarder *forwarder);
static int open_tls(struct forwarder *forwarder, uint32_t index);
static void read_names(struct forwarder *forwarder);
static struct forward_now now(void);
static void go_on(struct forwarder *forwarder);
static void call_out(struct forwarder *forwarder);
static void take_call(
    struct forwarder *forwarder, uint32_t index, int descriptor);
static void on_call(void *context, uint32_t events);
static void peer_changed(void *context, enum role_id with);
static void every_second(void *context, uint64_t now_ns);
static void on_turn(void *context, uint64_t now_ns);
static void finish(struct forwarder *forwarder);
static void set_timer(
    struct forwarder *forwarder, struct timer *timer, uint64_t due_ns);

const struct command command_role_forwarder = {
	.name = "role-forwarder",
	.line = "the forwarder of a running sensor",
	.text = "Started by \"spanwatch run\".\n",
	.is_hidden = true,
	.run = forwarder_run,
};

static int
forwarder_run(int argc, char **argv)
{
	static struct forwarder forwarder; /* With its region, all it has. */
	const struct role_terms terms = { .id = ROLE_FORWARDER,
		.take_order = take_order,
		.take_message = forwarder_take_record,
		.peer_changed = peer_changed,
		.apply_policy = apply_policy,
		.context = &forwarder };
	struct role *role = &forwarder.role;
	int status;

	(void)argc;
	(void)argv;
	status = role_open(role, &terms);
	if (status == ROLE_EXIT_DONE) {
		status = role_await(role, &forwarder.is_started);
	}
	if (status == ROLE_EXIT_DONE) {
		status = prepare(&forwarder);
	}
	if (status == ROLE_EXIT_DONE) {
		forwarder_publish(&forwarder);
		status = role_confine(role, NULL);
	}
	if (status != ROLE_EXIT_DONE) {
		return status;
	}
	every_second(&forwarder, clock_monotonic_ns());
	go_on(&forwarder);
	while (!role->is_stopping) {
		role_turn(role);
		go_on(&forwarder);
	}
	finish(&forwarder);
	return role->exit_status;
}

static void
take_order(void *context, const struct channel_header *header, int descriptor)
{
	struct forwarder *forwarder = context;
	const struct message_start_forwarder *start = (const void *)header;
	const struct message_relay *dialed = (const void *)header;

	switch (header->type) {
	case MESSAGE_CONFIGURATION:
		take_configuration(forwarder, descriptor);
		break;
	case MESSAGE_START_FORWARDER:
		forwarder->needs_all = start->needs_all == 1;
		forwarder->is_started = forwarder->soc_count > 0;
		break;
	case MESSAGE_DIALED:
		take_call(forwarder, dialed->relay, descriptor);
		return;
	}
	if (descriptor >= 0) {
		close(descriptor);
	}
}

/* Only the first: where the socs have changed, another forwarder is started. */
static void
take_configuration(struct forwarder *forwarder, int descriptor)
{
	const struct config *config;

	if (forwarder->is_started) {
		return;
	}
	config = config_map(descriptor);
	if (config == NULL) {
		log_error(&forwarder->role.log, "forwarder",
		    "the configuration that came is not sound");
		return;
	}
	forwarder->soc_count = config_forwarder_socs(config);
	forwarder->generation = config->soc_version;
	memcpy(forwarder->socs, config->socs, sizeof(forwarder->socs));
	config_unmap(config);
}

static void
apply_policy(void *context)
{
	(void)context;
}

/* Takes all memory, and reads the files.  Returns an exit status. */
static int
prepare(struct forwarder *forwarder)
{
	int error = take_memory(forwarder);
	int status = ROLE_EXIT_DONE;

	if (error != 0) {
		fprintf(stderr,
		    "spanwatch run: there is no memory for what is forwarded, "
		    "%zu bytes: %s\n",
		    forward_bytes(), strerror(-error));
		return ROLE_EXIT_REFUSED;
	}
	read_names(forwarder);
	timer_init(&forwarder->second, every_second, forwarder);
	timer_init(&forwarder->turn, on_turn, forwarder);
	for (uint32_t i = 0; i < ARRAY_SIZE(forwarder->calls); i++) {
		forwarder->calls[i] = (struct call){ forwarder, i, -1 };
	}
	for (uint32_t i = 0;
	     i < forwarder->soc_count && status == ROLE_EXIT_DONE; i++) {
		status = open_tls(forwarder, i);
	}
	if (status == ROLE_EXIT_DONE) {
		add_destinations(forwarder);
	}
	return status;
}

static int
take_memory(struct forwarder *forwarder)
{
	struct forward_terms terms = { .counters = &forwarder->role.counters,
		.log = &forwarder->role.log,
		.loop = &forwarder->role.loop };
	int error = region_init(&forwarder->region, forward_bytes());

	if (error != 0) {
		return error;
	}
	if (getrandom(&terms.seed, sizeof(terms.seed), 0) !=
	    (ssize_t)sizeof(terms.seed)) {
		return -EIO;
	}
	forward_init(&forwarder->forward, &forwarder->region, &terms);
	region_seal(&forwarder->region);
	return 0;
}

static void
add_destinations(struct forwarder *forwarder)
{
	for (uint32_t i = 0; i < forwarder->soc_count; i++) {
		(void)forward_add(&forwarder->forward, &forwarder->socs[i],
		    &forwarder->destinations[i].tls);
	}
}

/* One whose files are no good must not keep the others from being told, but
 * for the first start, when somebody is there to mend it: without a trusted
 * authority no server is trusted, so it is told why at each attempt. */
static int
open_tls(struct forwarder *forwarder, uint32_t index)
{
	const struct config_soc *soc = &forwarder->socs[index];
	const struct tls_files files = { .certificate = soc->certificate,
		.key = soc->key,
		.client_ca = "",
		.server_ca = soc->ca };
	char sentence[TLS_SENTENCE_SIZE];
	int error;

	if (soc->transport != CONFIG_TRANSPORT_TLS &&
	    soc->transport != CONFIG_TRANSPORT_RELP_TLS) {
		return ROLE_EXIT_DONE;
	}
	error = tls_open(
	    &forwarder->destinations[index].tls, &files, false, true, sentence);
	if (error == 0) {
		return ROLE_EXIT_DONE;
	}
	if (forwarder->needs_all || error != -EINVAL) {
		fprintf(stderr, "spanwatch run: soc \"%s\": %s\n", soc->name,
		    sentence);
		return error == -EINVAL ? ROLE_EXIT_INPUT : ROLE_EXIT_REFUSED;
	}
	log_error(&forwarder->role.log, "forwarder",
	    "soc \"%s\": %s: it cannot be told", soc->name, sentence);
	return ROLE_EXIT_DONE;
}

/* What stands in every message; Linux gives each boot a name. */
static void
read_names(struct forwarder *forwarder)
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (file != NULL) {
		if (fgets(forwarder->boot_id, sizeof(forwarder->boot_id),
		        file) == NULL) {
			forwarder->boot_id[0] = '\0';
		}
		forwarder->boot_id[strcspn(forwarder->boot_id, "\n")] = '\0';
		(void)fclose(file);
	}
	if (gethostname(forwarder->host, sizeof(forwarder->host) - 1) < 0) {
		forwarder->host[0] = '\0';
	}
}

static struct forward_now
now(void)
{
	return (struct forward_now){ .monotonic_ns = clock_monotonic_ns(),
		.wall_ns = clock_wall_ns() };
}

/* Has room forward do what there is to be done, and tells of it. */
static void
go_on(struct forwarder *forwarder)
{
	const struct forward_now moment = now();
	uint64_t next_ns;

	forward_turn(&forwarder->forward, &moment);
	call_out(forwarder);
	for (uint32_t i = 0; i < forwarder->soc_count; i++) {
		if (forward_changed(&forwarder->forward, i)) {
			forwarder_tell(forwarder, i);
		}
	}
	next_ns = forward_next_ns(&forwarder->forward);
	if (next_ns == UINT64_MAX) {
		timer_cancel(&forwarder->role.timers, &forwarder->turn);
	} else {
		set_timer(forwarder, &forwarder->turn, next_ns);
	}
}

static void
call_out(struct forwarder *forwarder)
{
	uint32_t wanted;

	while ((wanted = forward_wanted(&forwarder->forward)) != 0) {
		struct message_relay message = { .relay = wanted - 1 };

		channel_send(&forwarder->role.links[ROLE_SUPERVISOR].channel,
		    MESSAGE_DIAL, &message, sizeof(message), -1);
	}
}

/* 'descriptor' will tell how it goes. */
static void
take_call(struct forwarder *forwarder, uint32_t index, int descriptor)
{
	struct call *call;

	if (index >= forwarder->soc_count) {
		close(descriptor);
		return;
	}
	call = &forwarder->calls[index];
	if (call->fd >= 0) {
		loop_remove(&forwarder->role.loop, call->fd);
		close(call->fd);
	}
	call->fd = descriptor;
	if (loop_add(&forwarder->role.loop, descriptor, EPOLLIN, on_call,
	        call) != 0) {
		close(descriptor);
		call->fd = -1;
	}
}

static void
on_call(void *context, uint32_t events)
{
	struct call *call = context;
	const struct forward_now moment = now();
	char why[DIAL_WHY_SIZE];
	int fd = dial_receive(call->fd, why);

	(void)events;
	loop_remove(&call->forwarder->role.loop, call->fd);
	close(call->fd);
	call->fd = -1;
	forward_attach(
	    &call->forwarder->forward, call->index, fd, why, &moment);
}

/* A ledger that was started anew knows nothing of what was given to us, and
 * begins with what is not acknowledged. */
static void
peer_changed(void *context, enum role_id with)
{
	struct forwarder *forwarder = context;

	if (with != ROLE_LEDGER || !forwarder->is_started ||
	    !channel_is_attached(&forwarder->role.links[with].channel)) {
		return;
	}
	channel_discard(&forwarder->role.links[with].channel);
	forward_reset(&forwarder->forward);
	for (uint32_t i = 0; i < forwarder->soc_count; i++) {
		struct destination *to = &forwarder->destinations[i];

		to->told_seq = 0;
		to->told_credit = 0;
		to->told_ns = 0;
		forwarder_tell(forwarder, i);
	}
}

static void
every_second(void *context, uint64_t now_ns)
{
	struct forwarder *forwarder = context;

	for (uint32_t i = 0; i < forwarder->soc_count; i++) {
		forwarder_tell(forwarder, i);
	}
	forwarder_publish(forwarder);
	set_timer(forwarder, &forwarder->second, now_ns + NS_PER_S);
}

/* The turn itself comes after every timer. */
static void
on_turn(void *context, uint64_t now_ns)
{
	(void)context, (void)now_ns;
}

/* Sends what was given, if that can be done soon. */
static void
finish(struct forwarder *forwarder)
{
	struct role *role = &forwarder->role;
	uint64_t end_ns = clock_monotonic_ns() + FLUSH_PATIENCE_NS;

	forward_stop(&forwarder->forward);
	while (!forward_is_flushed(&forwarder->forward) &&
	    clock_monotonic_ns() < end_ns && loop_wait(&role->loop, 50) >= 0) {
		go_on(forwarder);
	}
	for (uint32_t i = 0; i < forwarder->soc_count; i++) {
		forwarder_tell(forwarder, i);
	}
	forwarder_publish(forwarder);
	forward_finish(&forwarder->forward);
	for (uint32_t i = 0; i < forwarder->soc_count; i++) {
		tls_close(&forwarder->destinations[i].tls);
	}
	role_close(role);
}

static void
set_timer(struct forwarder *forwarder, struct timer *timer, uint64_t due_ns)
{
	bool is_set = timer_set(&forwarder->role.timers, timer, due_ns);

	SW_ASSERT(is_set); /* There are fewer timers than places. */
}
