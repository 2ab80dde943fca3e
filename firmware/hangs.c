#include "firmware/hangs.h"

#include <signal.h>

static const uint64_t hangs_after_ns = 10 * NS_PER_S;
static const uint64_t ended_after_ns = 30 * NS_PER_S;

/* The supervisor looks every second; from here on it has slept. */
static const uint64_t slept_ns = 5 * NS_PER_S;

static void listen_to(struct supervised *role, uint64_t now_ns, bool slept);
static void hear(struct supervised *role, uint64_t now_ns);

void
hangs_look(struct supervisor *supervisor, uint64_t now_ns)
{
	bool slept = now_ns > supervisor->listened_ns + slept_ns;

	supervisor->listened_ns = now_ns;
	for (enum role_id id = ROLE_SUPERVISOR + 1; id < ROLE_COUNT; id++) {
		listen_to(&supervisor->roles[id], now_ns, slept);
	}
}

static void
listen_to(struct supervised *role, uint64_t now_ns, bool slept)
{
	const struct log *log = &role->supervisor->log;
	uint64_t heartbeat_ns = stats_page_heartbeat_ns(&role->page);

	if (role->state != HEALTH_ROLE_RUNNING) {
		role->hangs = false;
		role->heard_ns = now_ns;
		return;
	}
	if (slept || heartbeat_ns != role->heartbeat_ns) {
		role->heartbeat_ns = heartbeat_ns;
		hear(role, now_ns);
		return;
	}
	if (now_ns < role->heard_ns + hangs_after_ns) {
		return;
	}
	if (!role->hangs) {
		role->hangs = true;
		log_warning(log, "supervisor",
		    "the %s hangs: it has said nothing for %u s",
		    role_name(role->id), (unsigned)(hangs_after_ns / NS_PER_S));
	}
	if (now_ns >= role->heard_ns + ended_after_ns) {
		log_error(log, "supervisor",
		    "the %s has said nothing for %u s, and is ended",
		    role_name(role->id), (unsigned)(ended_after_ns / NS_PER_S));
		role->heard_ns = now_ns; /* Once. */
		kill(role->pid, SIGKILL);
	}
}

static void
hear(struct supervised *role, uint64_t now_ns)
{
	role->heard_ns = now_ns;
	if (role->hangs) {
		role->hangs = false;
		log_info(&role->supervisor->log, "supervisor", "the %s goes on",
		    role_name(role->id));
	}
}
