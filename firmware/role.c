#include "firmware/role.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "firmware/clock.h"
#include "firmware/confine.h"
#include "firmware/health.h"
#include "firmware/sealed.h"

/* The supervisor sends everything at once; it is slow only if it is stuck. */
#define START_PATIENCE_NS (30 * NS_PER_S)

static void ignore_signals(void);
static void init_links(struct role *role);
static int attach_supervisor(struct role *role);
static void take_order(void *context, const void *message, int descriptor);
static void take_message(void *context, const void *message, int descriptor);
static void link_ended(void *context, enum channel_end why);
static void take_policy(struct role *role, int descriptor);
static void attach_peer(
    struct role *role, const struct message_role *message, int descriptor);
static void tell_of_peer(const struct role_link *link);
static int wait_ms(const struct role *role, uint64_t now_ns);

int
role_open(struct role *role, const struct role_terms *terms)
{
	char title[16];
	int error;

	memset(role, 0, sizeof(*role));
	role->terms = *terms;
	role->log =
	    (struct log){ .level = LOG_LEVEL_INFO, .clock = clock_wall_ns };
	role->started_ns = clock_wall_ns();
	(void)snprintf(title, sizeof(title), "span-%s", role_name(terms->id));
	prctl(PR_SET_NAME, title, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	ignore_signals();

	timers_init(&role->timers);
	if ((error = loop_init(&role->loop)) == 0) {
		init_links(role);
		error = attach_supervisor(role);
	}
	if (error != 0) {
		/* Most likely a person called it by hand. */
		fprintf(stderr,
		    "spanwatch %s: it is started by \"spanwatch run\" only "
		    "(%s)\n",
		    role_command(terms->id), strerror(-error));
		return ROLE_EXIT_REFUSED;
	}
	return ROLE_EXIT_DONE;
}

int
role_await(struct role *role, const bool *is_started)
{
	uint64_t end_ns = clock_monotonic_ns() + START_PATIENCE_NS;

	while (!*is_started || !role->has_policy) {
		if (role->is_stopping) {
			return role->exit_status;
		}
		if (clock_monotonic_ns() > end_ns ||
		    loop_wait(&role->loop, 1000) < 0) {
			log_error(&role->log, role_name(role->terms.id),
			    "the supervisor did not tell what to do");
			return ROLE_EXIT_ORPHANED;
		}
	}
	return ROLE_EXIT_DONE;
}

int
role_confine(struct role *role, const char *folder)
{
	struct message_plain ready = { 0 };
	const char *step = NULL;
	int error;

	error = confine(role->terms.id, folder, &step);
	if (error != 0) {
		log_error(&role->log, role_name(role->terms.id),
		    "could not %s, so it does not run: %s", step,
		    strerror(-error));
		return ROLE_EXIT_REFUSED;
	}
	channel_send(&role->links[ROLE_SUPERVISOR].channel, MESSAGE_READY,
	    &ready, sizeof(ready), -1);
	return ROLE_EXIT_DONE;
}

void
role_turn(struct role *role)
{
	int result =
	    loop_wait(&role->loop, wait_ms(role, clock_monotonic_ns()));

	SW_ASSERT(result >= 0);
	timers_run(&role->timers, clock_monotonic_ns());
}

void
role_stop(struct role *role, int status)
{
	/* The first reason is the one that counts. */
	if (!role->is_stopping) {
		role->is_stopping = true;
		role->exit_status = status;
	}
}

void
role_publish(struct role *role, const void *health)
{
	stats_page_publish(&role->page, health, clock_monotonic_ns());
}

void
role_close(struct role *role)
{
	for (size_t i = 0; i < ARRAY_SIZE(role->links); i++) {
		channel_detach(&role->links[i].channel);
	}
	stats_page_close(&role->page);
	loop_finish(&role->loop);
	region_finish(&role->region);
}

static void
ignore_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT,
		SIGPIPE };

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		signal(signals[i], SIG_IGN);
	}
}

/* A channel for every other role that this one has anything to say to. */
static void
init_links(struct role *role)
{
	struct channel_terms terms[ROLE_COUNT];
	size_t bytes = 0;
	int error;

	for (enum role_id with = 0; with < ROLE_COUNT; with++) {
		struct role_link *link = &role->links[with];

		link->role = role;
		link->with = with;
		terms[with] = (struct channel_terms){
			.loop = &role->loop,
			.counters = &role->counters,
			.kinds = link->kinds,
			.kind_count =
			    message_kinds(with, role->terms.id, link->kinds),
			.queue_count =
			    message_queue_count(role->terms.id, with),
			.send_size = message_largest(role->terms.id, with),
			.receive =
			    with == ROLE_SUPERVISOR ? take_order : take_message,
			.ended = link_ended,
			.context = link,
		};
		if (message_connects(with, role->terms.id)) {
			bytes += channel_bytes(&terms[with]);
		}
	}
	error = region_init(&role->region, bytes);
	SW_ASSERT(error == 0);
	for (enum role_id with = 0; with < ROLE_COUNT; with++) {
		role->links[with].channel.fd = -1;
		if (message_connects(with, role->terms.id)) {
			channel_init(&role->links[with].channel, &role->region,
			    &terms[with]);
		}
	}
	region_seal(&role->region);
}

static int
attach_supervisor(struct role *role)
{
	int error;

	/* Whatever the role executes, nothing is inherited any further. */
	if (fcntl(ROLE_FD_CONTROL, F_SETFD, FD_CLOEXEC) < 0 ||
	    fcntl(ROLE_FD_PAGE, F_SETFD, FD_CLOEXEC) < 0) {
		return -errno;
	}
	error = stats_page_open_writer(
	    &role->page, ROLE_FD_PAGE, health_size(role->terms.id));
	if (error != 0) {
		return error;
	}
	close(ROLE_FD_PAGE);
	return channel_attach(
	    &role->links[ROLE_SUPERVISOR].channel, ROLE_FD_CONTROL);
}

static void
take_order(void *context, const void *message, int descriptor)
{
	struct role *role = ((struct role_link *)context)->role;
	const struct channel_header *header = message;

	switch (header->type) {
	case MESSAGE_STOP:
		role_stop(role, ROLE_EXIT_DONE);
		break;
	case MESSAGE_POLICY:
		take_policy(role, descriptor);
		break;
	case MESSAGE_PEER:
		attach_peer(role, message, descriptor);
		break;
	default:
		role->terms.take_order(role->terms.context, header, descriptor);
		break;
	}
}

static void
take_message(void *context, const void *message, int descriptor)
{
	struct role *role = ((struct role_link *)context)->role;

	if (descriptor >= 0) {
		close(descriptor); /* No message between roles has one. */
	}
	role->terms.take_message(role->terms.context, message);
}

/* Where another role is gone, the supervisor makes a new connection once it
 * runs again; without the supervisor there is nobody to do so. */
static void
link_ended(void *context, enum channel_end why)
{
	const struct role_link *link = context;

	if (why == CHANNEL_REFUSED) {
		log_error(&link->role->log, role_name(link->role->terms.id),
		    "the %s sent what it may not: its connection is closed",
		    role_name(link->with));
	}
	if (link->with == ROLE_SUPERVISOR) {
		role_stop(link->role, ROLE_EXIT_ORPHANED);
	} else {
		tell_of_peer(link);
	}
}

static void
take_policy(struct role *role, int descriptor)
{
	int error = policy_from_descriptor(descriptor, &role->incoming);

	close(descriptor);
	if (error != 0) {
		log_error(&role->log, role_name(role->terms.id),
		    "the policy that came is not sound: the one before holds");
		return;
	}
	role->policy = role->incoming;
	if (role->has_policy) {
		role->terms.apply_policy(role->terms.context);
	}
	role->has_policy = true;
}

static void
attach_peer(
    struct role *role, const struct message_role *message, int descriptor)
{
	int error;

	if (message->role == ROLE_SUPERVISOR ||
	    !message_connects(role->terms.id, message->role)) {
		close(descriptor);
		return;
	}
	error = channel_attach(&role->links[message->role].channel, descriptor);
	if (error != 0) {
		log_error(&role->log, role_name(role->terms.id),
		    "no connection to the %s: %s", role_name(message->role),
		    strerror(-error));
	}
	/* What the one before had still said has been taken by now. */
	tell_of_peer(&role->links[message->role]);
}

static void
tell_of_peer(const struct role_link *link)
{
	const struct role_terms *terms = &link->role->terms;

	if (terms->peer_changed != NULL) {
		terms->peer_changed(terms->context, link->with);
	}
}

/* Until the next timer; rounded up, so that it is due when we wake. */
static int
wait_ms(const struct role *role, uint64_t now_ns)
{
	uint64_t next_ns = timers_next_ns(&role->timers);

	if (next_ns == TIMER_NEVER) {
		return -1;
	}
	if (next_ns <= now_ns) {
		return 0;
	}
	return (int)((next_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS);
}
