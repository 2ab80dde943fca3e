#include "firmware/supervisor.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "firmware/briefing.h"
#include "firmware/clock.h"
#include "firmware/command.h"
#include "firmware/confine.h"
#include "firmware/hangs.h"
#include "firmware/reload.h"
#include "firmware/spawn.h"

enum {
	BACK_OFF_FIRST_S = 1,
	BACK_OFF_LAST_S = 60,
};

#define HEALTHY_NS  (60 * NS_PER_S) /* Forgives earlier failures. */
#define PATIENCE_NS (10 * NS_PER_S) /* For a role to stop. */

static int prepare(struct supervisor *supervisor);
static int prepare_role(struct supervised *role);
static void init_channel(struct supervised *role);
static void spawn(struct supervised *role);
static void take_message(void *context, const void *message, int descriptor);
static void begin(struct supervisor *supervisor);
static void report_ready(const struct supervised *role);
static void channel_ended(void *context, enum channel_end why);
static void take_signal(void *context, int signal_number);
static void reap(struct supervisor *supervisor);
static void take_end(struct supervised *role, int status);
static void report_end(const struct supervised *role, int status);
static void schedule(struct supervised *role);
static void restart_role(void *context, uint64_t now_ns);
static void stop_next(struct supervisor *supervisor);
static void lose_patience(void *context, uint64_t now_ns);
static void stop_all(struct supervisor *supervisor, int exit_status);
static void every_second(void *context, uint64_t now_ns);
static void publish(struct supervisor *supervisor, uint64_t now_ns);
static void set_timer(
    struct supervisor *supervisor, struct timer *timer, uint64_t delay_ns);

int
supervisor_run(struct supervisor *supervisor)
{
	int error = prepare(supervisor);

	if (error != 0) {
		log_error(&supervisor->log, "supervisor", "cannot begin: %s",
		    strerror(-error));
		return EXIT_REFUSED;
	}
	for (enum role_id id = ROLE_SUPERVISOR + 1;
	     id < ROLE_COUNT && !supervisor->is_stopping; id++) {
		if (supervisor_needs(&supervisor->roles[id])) {
			spawn(&supervisor->roles[id]);
		} else {
			supervisor->roles[id].state = HEALTH_ROLE_OFF;
		}
	}
	every_second(supervisor, clock_monotonic_ns());
	while (!supervisor->is_finished) {
		uint64_t now_ns = clock_monotonic_ns();
		uint64_t next_ns = timers_next_ns(&supervisor->timers);
		int wait_ms = next_ns <= now_ns
		    ? 0
		    : (int)((next_ns - now_ns) / NS_PER_MS + 1);
		int result = loop_wait(&supervisor->loop, wait_ms);

		SW_ASSERT(result >= 0);
		timers_run(&supervisor->timers, clock_monotonic_ns());
		publish(supervisor, clock_monotonic_ns());
	}
	return supervisor->exit_status;
}

void
supervisor_stop_role(struct supervised *role)
{
	if (role->pid == 0) {
		/* It waits to be started, and need not wait longer. */
		role->back_off_s = BACK_OFF_FIRST_S;
		set_timer(role->supervisor, &role->restart, 0);
		return;
	}
	if (role->state == HEALTH_ROLE_STOPPING) {
		return;
	}
	role->state = HEALTH_ROLE_STOPPING;
	role->was_asked = true;
	briefing_stop(role);
	set_timer(role->supervisor, &role->patience, PATIENCE_NS);
}

static int
prepare(struct supervisor *supervisor)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD };
	sigset_t set;
	size_t bytes = 0;
	int error;

	supervisor->log =
	    (struct log){ .level = LOG_LEVEL_INFO, .clock = clock_wall_ns };
	timers_init(&supervisor->timers);
	timer_init(&supervisor->second, every_second, supervisor);
	supervisor->health.started_ns = clock_wall_ns();
	supervisor->health.pid = getpid();
	supervisor->look_s = 1;
	supervisor->config->policy.version = 1;
	supervisor->config->soc_version = 1;
	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		sigaddset(&set, signals[i]);
	}
	if ((error = spawn_prepare()) != 0 ||
	    (error = confine_supervisor()) != 0 ||
	    (error = loop_init(&supervisor->loop)) != 0 ||
	    (error = loop_watch_signals(
	         &supervisor->loop, &set, take_signal, supervisor)) != 0) {
		return error;
	}
	for (enum role_id id = 0; id < ROLE_COUNT && error == 0; id++) {
		supervisor->roles[id].supervisor = supervisor;
		supervisor->roles[id].id = id;
		error = prepare_role(&supervisor->roles[id]);
		bytes += channel_bytes(&supervisor->roles[id].channel.terms);
	}
	if (error == 0) {
		error = region_init(&supervisor->region, bytes);
	}
	for (enum role_id id = 0; id < ROLE_COUNT && error == 0; id++) {
		init_channel(&supervisor->roles[id]);
	}
	return error;
}

/* Makes its page, and says what its channel will be. */
static int
prepare_role(struct supervised *role)
{
	size_t size = health_size(role->id);
	int shared_fd;
	int error;

	role->back_off_s = BACK_OFF_FIRST_S;
	timer_init(&role->restart, restart_role, role);
	timer_init(&role->patience, lose_patience, role);
	role->channel.terms = (struct channel_terms){
		.loop = &role->supervisor->loop,
		.counters = &role->supervisor->counters,
		.kinds = role->kinds,
		.kind_count =
		    message_kinds(role->id, ROLE_SUPERVISOR, role->kinds),
		.queue_count = MESSAGE_QUEUE_COUNT,
		.send_size = message_largest(ROLE_SUPERVISOR, role->id),
		.receive = take_message,
		.ended = channel_ended,
		.context = role,
	};
	role->page_fd = stats_page_make(size);
	if (role->page_fd < 0) {
		return role->page_fd;
	}
	if (role->id == ROLE_SUPERVISOR) {
		return stats_page_open_writer(&role->page, role->page_fd, size);
	}
	shared_fd = stats_page_share(role->page_fd);
	if (shared_fd < 0) {
		return shared_fd;
	}
	error = stats_page_open_reader(&role->page, shared_fd, size);
	close(shared_fd);
	return error;
}

static void
init_channel(struct supervised *role)
{
	const struct channel_terms terms = role->channel.terms;

	channel_init(&role->channel, &role->supervisor->region, &terms);
}

static void
spawn(struct supervised *role)
{
	struct supervisor *supervisor = role->supervisor;
	struct spawn_terms terms = { .role = role->id,
		.page_fd = role->page_fd,
		.keeps_output = role->id == ROLE_LEDGER };
	int fds[2];
	int error = channel_make_pair(fds, role->channel.terms.send_size);

	role->state = HEALTH_ROLE_STARTING;
	role->started_ns = clock_wall_ns();
	role->ready_ns = 0;
	role->was_asked = false;
	channel_discard(&role->channel);
	if (error == 0) {
		terms.control_fd = fds[1];
		error = spawn_role(&terms);
		close(fds[1]);
	}
	if (error < 0) {
		log_error(&supervisor->log, "supervisor",
		    "the %s could not be started: %s", role_name(role->id),
		    strerror(-error));
		/* As if it had ended at once. */
		take_end(role, ROLE_EXIT_REFUSED << 8);
		return;
	}
	role->pid = error;
	error = channel_attach(&role->channel, fds[0]);
	SW_ASSERT(error == 0);
	briefing_send(role);
}

/* A role has nothing to say but that it is ready, and the collector and the
 * forwarder whom they want to have called. */
static void
take_message(void *context, const void *message, int descriptor)
{
	struct supervised *role = context;
	const struct channel_header *header = message;

	(void)descriptor;
	if (header->type == MESSAGE_DIAL) {
		briefing_call(role, message);
		return;
	}
	role->has_run = true;
	if (role->state != HEALTH_ROLE_STARTING) {
		return;
	}
	role->state = HEALTH_ROLE_RUNNING;
	role->ready_ns = clock_monotonic_ns();
	if (role->supervisor->has_begun) {
		report_ready(role);
	} else {
		begin(role->supervisor);
	}
}

/* Once every role has run for the first time, says so; not before, since what
 * keeps one from running is then the one thing to be said. */
static void
begin(struct supervisor *supervisor)
{
	for (enum role_id id = ROLE_SUPERVISOR + 1; id < ROLE_COUNT; id++) {
		if (!supervisor->roles[id].has_run &&
		    supervisor_needs(&supervisor->roles[id])) {
			return;
		}
	}
	supervisor->has_begun = true;
	for (enum role_id id = ROLE_SUPERVISOR + 1; id < ROLE_COUNT; id++) {
		if (supervisor->roles[id].has_run) {
			report_ready(&supervisor->roles[id]);
		}
	}
	reload_report(supervisor);
	if (supervisor->status_notice[0] != '\0') {
		log_warning(&supervisor->log, "supervisor", "%s",
		    supervisor->status_notice);
	}
}

static void
report_ready(const struct supervised *role)
{
	log_info(&role->supervisor->log, "supervisor", "the %s runs, pid %d",
	    role_name(role->id), (int)role->pid);
}

/* Its end is told by SIGCHLD.  One that closes its channel and lives on, or
 * sends what it may not, is not in its right mind. */
static void
channel_ended(void *context, enum channel_end why)
{
	struct supervised *role = context;

	if (why == CHANNEL_REFUSED) {
		log_error(&role->supervisor->log, "supervisor",
		    "the %s sent what it may not, and is ended",
		    role_name(role->id));
	}
	if (role->pid != 0 && !role->was_asked) {
		set_timer(role->supervisor, &role->patience,
		    why == CHANNEL_REFUSED ? 0 : NS_PER_S);
	}
}

static void
take_signal(void *context, int signal_number)
{
	struct supervisor *supervisor = context;

	switch (signal_number) {
	case SIGCHLD:
		reap(supervisor);
		break;
	case SIGHUP:
		if (!supervisor->is_stopping) {
			reload_configuration(supervisor);
		}
		break;
	default:
		if (!supervisor->is_stopping) {
			stop_all(supervisor, EXIT_DONE);
			break;
		}
		for (enum role_id id = 0; id < ROLE_COUNT; id++) {
			lose_patience(&supervisor->roles[id], 0);
		}
		break;
	}
}

/* Several may have ended by the time that one SIGCHLD is read. */
static void
reap(struct supervisor *supervisor)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (enum role_id id = 0; id < ROLE_COUNT; id++) {
			if (supervisor->roles[id].pid == pid) {
				take_end(&supervisor->roles[id], status);
			}
		}
	}
}

static void
take_end(struct supervised *role, int status)
{
	struct supervisor *supervisor = role->supervisor;

	timer_cancel(&supervisor->timers, &role->patience);
	channel_detach(&role->channel);
	role->pid = 0;
	role->state = HEALTH_ROLE_WAITING;
	role->last_status = (uint32_t)status;
	report_end(role, status);
	if (supervisor->is_stopping) {
		stop_next(supervisor);
		return;
	}
	if (!supervisor_needs(role)) {
		role->state = HEALTH_ROLE_OFF;
		return;
	}
	if (!role->has_run && !role->was_asked && !supervisor->has_begun) {
		stop_all(supervisor,
		    WIFEXITED(status) && WEXITSTATUS(status) == ROLE_EXIT_INPUT
		        ? EXIT_INPUT
		        : EXIT_REFUSED);
		return;
	}
	schedule(role);
}

static void
report_end(const struct supervised *role, int status)
{
	const struct supervisor *supervisor = role->supervisor;
	const char *name = role_name(role->id);

	if (WIFSIGNALED(status)) {
		log_error(&supervisor->log, "supervisor",
		    "the %s was ended by signal %d (%s)", name,
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
	} else if (!role->was_asked && role->has_run) {
		log_error(&supervisor->log, "supervisor",
		    "the %s ended: %s (status %d)", name,
		    role_exit_meaning(WEXITSTATUS(status)),
		    WEXITSTATUS(status));
	}
	/* Else it was asked to, or has said itself why it cannot begin. */
}

/* When it is started again. */
static void
schedule(struct supervised *role)
{
	struct supervisor *supervisor = role->supervisor;

	role->restarts++;
	if (role->was_asked) {
		set_timer(supervisor, &role->restart, 0);
		return;
	}
	if (role->ready_ns != 0 &&
	    clock_monotonic_ns() - role->ready_ns >= HEALTHY_NS) {
		role->back_off_s = BACK_OFF_FIRST_S;
	}
	log_info(&supervisor->log, "supervisor",
	    "the %s is started again in %u s", role_name(role->id),
	    role->back_off_s);
	set_timer(supervisor, &role->restart, role->back_off_s * NS_PER_S);
	role->back_off_s = role->back_off_s * 2 < BACK_OFF_LAST_S
	    ? role->back_off_s * 2
	    : BACK_OFF_LAST_S;
}

static void
restart_role(void *context, uint64_t now_ns)
{
	(void)now_ns;
	spawn(context);
}

/* Stops the last role that still runs; its end calls this again. */
static void
stop_next(struct supervisor *supervisor)
{
	for (enum role_id id = ROLE_COUNT - 1; id > ROLE_SUPERVISOR; id--) {
		struct supervised *role = &supervisor->roles[id];

		timer_cancel(&supervisor->timers, &role->restart);
		if (role->pid != 0) {
			if (role->state != HEALTH_ROLE_STOPPING) {
				supervisor_stop_role(role);
			}
			return;
		}
	}
	supervisor->is_finished = true;
}

static void
lose_patience(void *context, uint64_t now_ns)
{
	struct supervised *role = context;

	(void)now_ns;
	if (role->pid != 0) {
		kill(role->pid, SIGKILL);
	}
}

static void
stop_all(struct supervisor *supervisor, int exit_status)
{
	supervisor->is_stopping = true;
	supervisor->exit_status = exit_status;
	stop_next(supervisor);
}

static void
every_second(void *context, uint64_t now_ns)
{
	struct supervisor *supervisor = context;

	if (!supervisor->is_stopping) {
		reload_interfaces(supervisor, now_ns);
		hangs_look(supervisor, now_ns);
	}
	set_timer(supervisor, &supervisor->second, NS_PER_S);
}

static void
publish(struct supervisor *supervisor, uint64_t now_ns)
{
	struct supervisor_health *health = &supervisor->health;

	health->policy_version = supervisor->config->policy.version;
	for (enum role_id id = ROLE_SUPERVISOR + 1; id < ROLE_COUNT; id++) {
		const struct supervised *role = &supervisor->roles[id];

		health->roles[id] = (struct health_role){
			.started_ns = role->started_ns,
			.pid = role->pid,
			.restarts = role->restarts,
			.last_status = role->last_status,
			.state = (uint8_t)(role->hangs ? HEALTH_ROLE_HANGING
			                               : role->state),
		};
	}
	stats_page_publish(
	    &supervisor->roles[ROLE_SUPERVISOR].page, health, now_ns);
}

static void
set_timer(struct supervisor *supervisor, struct timer *timer, uint64_t delay_ns)
{
	bool is_set = timer_set(
	    &supervisor->timers, timer, clock_monotonic_ns() + delay_ns);

	SW_ASSERT(is_set); /* There are fewer timers than places. */
}
