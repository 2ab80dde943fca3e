/*
 * Supervisor: starts the roles, keeps them running, and stops them in order.
 *
 * It opens what only the privileged can, hands it over, and parses nothing that
 * comes from outside but the configuration.  A role that ends is started again,
 * after a second at first, then two, four and so on to a minute; a minute of
 * health brings it back to a second.  Only the first start is different: what
 * fails there fails for a reason that a person has to see to, so `run` ends.
 *
 *	SIGTERM, SIGINT  stop the roles in reverse order, each finishing what
 *	                 is pending; a second signal does not wait for them
 *	SIGHUP           reads the configuration again: a bad one is reported
 *	                 and the old one holds; of a good one the policy goes
 *	                 to the roles in place, and the sensor is started anew
 *	                 only if its interfaces have changed
 *
 * An interface that is gone, or could not be opened at a later start, is no
 * reason to end: the sensor goes on with the others.  The supervisor looks for
 * it every second; when it is there the sensor is started anew, since one that
 * is confined cannot open it.
 *
 * A role whose heartbeat stands still hangs: that is logged after ten seconds,
 * and after thirty it is ended, and started again (firmware/hangs.h).
 *
 * To add a role: a row each in roles.c, health.c, confine_profiles.c and
 * briefing.c, and its messages in messages.c.
 *
 * Memory: the struct, two configurations, and a region for the channels.
 */
#ifndef FIRMWARE_SUPERVISOR_H
#define FIRMWARE_SUPERVISOR_H

#include <sys/types.h>

#include "base/log.h"
#include "config/config.h"
#include "event/loop.h"
#include "event/timer.h"
#include "firmware/health.h"
#include "firmware/messages.h"
#include "firmware/roles.h"
#include "ipc/channel.h"
#include "ipc/stats.h"
#include "mem/region.h"

enum { SUPERVISOR_NOTICE_SIZE = 320 }; /* Bytes. */

/* One role under supervision.  Private, as the supervisor's own members. */
struct supervised {
	struct supervisor *supervisor;
	enum role_id id;
	enum health_role_state state;
	pid_t pid;      /* 0: none. */
	bool has_run;   /* It was ready once. */
	bool was_asked; /* To stop: its end is no failure. */
	uint32_t restarts;
	uint32_t back_off_s; /* To wait before the next start. */
	uint32_t last_status;
	uint64_t started_ns; /* Since 1970. */
	uint64_t ready_ns;   /* Monotonic; 0: not yet. */
	struct channel channel;
	struct channel_kind kinds[MESSAGE_KINDS];
	int page_fd;
	struct stats_page page; /* To read; the supervisor's own: to write. */
	struct timer restart;   /* When it is started again. */
	struct timer patience;  /* When it is ended by force. */
	uint64_t heartbeat_ns;  /* As its page last said... */
	uint64_t heard_ns;      /* ...and since when; monotonic, as it is. */
	bool hangs;
};

struct supervisor {
	/* Given by `run`. */
	const char *config_path; /* Null: the defaults hold. */
	struct config *config;   /* Read and in force. */
	struct config *spare;    /* For reading again. */
	int status_fd;           /* Listens for who asks; -1: nobody can. */
	int control_fd;          /* For requests; likewise. */
	bool prints_json;
	/* Why nobody can ask for the status; empty: they can. */
	char status_notice[SUPERVISOR_NOTICE_SIZE];

	/* Private to supervisor.c, briefing.c, hangs.c and reload.c. */
	struct log log;
	struct loop loop;
	struct timers timers; /* Of the monotonic clock. */
	struct timer second;  /* Once a second. */
	struct region region;
	struct counters counters;
	struct supervised roles[ROLE_COUNT];
	struct supervisor_health health;
	struct sensor_health sensor_health;
	struct message_start_sensor start_sensor;
	struct message_start_collector start_collector;
	/* When each relay, or soc, was called for a role. */
	uint64_t called_ns[ROLE_COUNT][MESSAGE_RELAY_COUNT];
	uint64_t look_again_ns; /* For interfaces; monotonic. */
	uint64_t listened_ns;   /* For heartbeats, last. */
	uint32_t look_s;        /* From one look that helped to the next. */
	bool has_begun;         /* Every role has run once. */
	bool is_stopping;
	bool is_finished;
	int exit_status;
};

/* Whether the configuration has anything for a role to do: the collector has
 * nothing where no logs arrive, the forwarder where nobody is to be told, the
 * producer where none of these is a cluster of Kafka. */
static inline bool
supervisor_needs(const struct supervised *role)
{
	const struct config *config = role->supervisor->config;

	switch (role->id) {
	case ROLE_COLLECTOR:
		return config_logs_arrive(&config->endpoint_logs);
	case ROLE_FORWARDER:
		return config_forwarder_socs(config) > 0;
#ifdef CONFIG_FORWARD_KAFKA
	case ROLE_PRODUCER:
		return config_forwarder_socs(config) < config->soc_count;
#endif
	case ROLE_SUPERVISOR:
	case ROLE_LEDGER:
	case ROLE_SENSOR:
	case ROLE_COUNT:
	default:
		return true;
	}
}

/* Asks a role to finish; it is then started anew, unless all are to stop.  One
 * that waits to be started is started now. */
void supervisor_stop_role(struct supervised *role);

/* Runs until told to stop.  Returns the exit status of `run`. */
int supervisor_run(struct supervisor *supervisor);

#endif
