#include "firmware/briefing.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "firmware/clock.h"
#include "firmware/dial.h"
#include "firmware/sealed.h"

static void start_ledger(struct supervised *role);
static void start_collector(struct supervised *role);
static void start_forwarder(struct supervised *role);
static void start_sensor(struct supervised *role);
static int call(struct supervised *role, uint32_t which);
static void connect_roles(struct supervised *one, struct supervised *other);
static void share_page(struct supervised *role, const struct supervised *of);
static void send_to(struct supervised *role, uint16_t type, void *message,
    uint32_t size, int descriptor);

/* What it is told last, before it begins; and whether it reads the pages of the
 * others. */
static const struct row {
	void (*start)(struct supervised *role);
	bool reads_pages;
} rows[ROLE_COUNT] = {
	[ROLE_LEDGER] = { start_ledger, true },
	[ROLE_FORWARDER] = { start_forwarder, false },
#ifdef CONFIG_FORWARD_KAFKA
	[ROLE_PRODUCER] = { start_forwarder, false },
#endif
	[ROLE_COLLECTOR] = { start_collector, false },
	[ROLE_SENSOR] = { start_sensor, false },
};

void
briefing_send(struct supervised *role)
{
	struct supervisor *supervisor = role->supervisor;

	briefing_policy(role);
	for (enum role_id id = 0; id < ROLE_COUNT; id++) {
		struct supervised *other = &supervisor->roles[id];

		if (rows[role->id].reads_pages) {
			share_page(role, other);
		}
		if (id != ROLE_SUPERVISOR && other->pid != 0 &&
		    message_connects(role->id, id)) {
			connect_roles(role, other);
		}
	}
	rows[role->id].start(role);
}

void
briefing_policy(struct supervised *role)
{
	struct message_plain message = { 0 };
	int fd = policy_to_descriptor(&role->supervisor->config->policy);

	if (fd < 0) {
		log_error(&role->supervisor->log, "supervisor",
		    "the policy could not be sent to the %s: %s",
		    role_name(role->id), strerror(-fd));
		return;
	}
	send_to(role, MESSAGE_POLICY, &message, sizeof(message), fd);
}

void
briefing_configuration(struct supervised *role)
{
	struct message_plain message = { 0 };
	int fd = config_to_descriptor(role->supervisor->config);

	if (fd < 0) {
		log_error(&role->supervisor->log, "supervisor",
		    "the configuration could not be sent to the %s: %s",
		    role_name(role->id), strerror(-fd));
		return;
	}
	send_to(role, MESSAGE_CONFIGURATION, &message, sizeof(message), fd);
}

void
briefing_stop(struct supervised *role)
{
	struct message_plain stop = { 0 };

	send_to(role, MESSAGE_STOP, &stop, sizeof(stop), -1);
}

static void
start_ledger(struct supervised *role)
{
	struct supervisor *supervisor = role->supervisor;
	struct message_plain socket = { 0 };
	struct message_start_ledger start = {
		.prints_json = supervisor->prints_json ? 1 : 0,
	};

	if (supervisor->status_fd >= 0) {
		send_to(role, MESSAGE_STATUS_SOCKET, &socket, sizeof(socket),
		    fcntl(supervisor->status_fd, F_DUPFD_CLOEXEC, 0));
	}
	if (supervisor->control_fd >= 0) {
		send_to(role, MESSAGE_CONTROL_SOCKET, &socket, sizeof(socket),
		    fcntl(supervisor->control_fd, F_DUPFD_CLOEXEC, 0));
	}
	briefing_configuration(role);
	send_to(role, MESSAGE_START_LEDGER, &start, sizeof(start), -1);
}

/* As with interfaces: a person is waiting at first. */
static void
start_collector(struct supervised *role)
{
	struct supervisor *supervisor = role->supervisor;
	struct message_start_collector *start = &supervisor->start_collector;

	memset(start, 0, sizeof(*start));
	start->needs_all = supervisor->has_begun ? 0 : 1;
	start->logs = supervisor->config->endpoint_logs;
	send_to(role, MESSAGE_START_COLLECTOR, start, sizeof(*start), -1);
}

static void
start_forwarder(struct supervised *role)
{
	struct message_start_forwarder start = {
		.needs_all = role->supervisor->has_begun ? 0 : 1,
	};

	briefing_configuration(role);
	send_to(role, MESSAGE_START_FORWARDER, &start, sizeof(start), -1);
}

void
briefing_call(struct supervised *role, const struct message_relay *wanted)
{
	struct message_relay dialed = { .relay = wanted->relay };
	uint64_t *called_ns =
	    &role->supervisor->called_ns[role->id][wanted->relay];
	uint64_t now_ns = clock_monotonic_ns();
	int fd;

	/* A role in its right mind waits longer than that. */
	if (*called_ns != 0 && now_ns - *called_ns < NS_PER_S / 2) {
		return;
	}
	*called_ns = now_ns;
	fd = call(role, wanted->relay);
	if (fd == -ENOENT) {
		return;
	}
	if (fd < 0) {
		log_error(&role->supervisor->log, "supervisor",
		    "nobody can be called for the %s: %s", role_name(role->id),
		    strerror(-fd));
		return;
	}
	send_to(role, MESSAGE_DIALED, &dialed, sizeof(dialed), fd);
}

/* -ENOENT: the configuration is another by now; the role is then started
 * anew. */
static int
call(struct supervised *role, uint32_t which)
{
	const struct config *config = role->supervisor->config;

	if (role->id == ROLE_FORWARDER && which < config->soc_count) {
		return dial_start(&config->socs[which].peer,
		    config->socs[which].transport == CONFIG_TRANSPORT_UDP);
	}
	if (role->id == ROLE_COLLECTOR &&
	    which < config->endpoint_logs.pull_count) {
		return dial_start(&config->endpoint_logs.pull[which], false);
	}
	return -ENOENT;
}

/* At first every interface must be there, since a person is waiting to hear
 * that one is not; later the sensor does what it can with those that are. */
static void
start_sensor(struct supervised *role)
{
	struct supervisor *supervisor = role->supervisor;
	struct message_start_sensor *start = &supervisor->start_sensor;

	memset(start, 0, sizeof(*start));
	start->capture_count = supervisor->config->capture_count;
	start->needs_all = role->has_run ? 0 : 1;
	memcpy(start->captures, supervisor->config->captures,
	    sizeof(start->captures));
	send_to(role, MESSAGE_START_SENSOR, start, sizeof(*start), -1);
}

static void
connect_roles(struct supervised *one, struct supervised *other)
{
	struct message_role to_one = { .role = other->id };
	struct message_role to_other = { .role = one->id };
	uint32_t size = message_largest(one->id, other->id);
	int fds[2];
	int error;

	if (size < message_largest(other->id, one->id)) {
		size = message_largest(other->id, one->id);
	}
	error = channel_make_pair(fds, size);
	if (error != 0) {
		log_error(&one->supervisor->log, "supervisor",
		    "%s and %s could not be connected: %s", role_name(one->id),
		    role_name(other->id), strerror(-error));
		return;
	}
	send_to(one, MESSAGE_PEER, &to_one, sizeof(to_one), fds[0]);
	send_to(other, MESSAGE_PEER, &to_other, sizeof(to_other), fds[1]);
}

static void
share_page(struct supervised *role, const struct supervised *of)
{
	struct message_role message = { .role = of->id };
	int fd = stats_page_share(of->page_fd);

	if (fd >= 0) {
		send_to(role, MESSAGE_PAGE, &message, sizeof(message), fd);
	}
}

/* A role that does not read what it is sent is stuck, and is ended: the next is
 * sent everything anew. */
static void
send_to(struct supervised *role, uint16_t type, void *message, uint32_t size,
    int descriptor)
{
	if (!channel_send(&role->channel, type, message, size, descriptor) &&
	    role->pid != 0) {
		log_error(&role->supervisor->log, "supervisor",
		    "the %s does not listen, and is ended",
		    role_name(role->id));
		kill(role->pid, SIGKILL);
	}
}
