/*
 * Roles: the processes of a running sensor.
 *
 * Each role is this executable again, started by the supervisor with a hidden
 * subcommand, so that it has an address space of its own and only what it
 * needs:
 *
 *	supervisor  starts and restarts the others; parses nothing that comes
 *	            from outside but the configuration file
 *	ledger      takes findings, makes alerts, tells them; serves the status
 *	forwarder   sends what the ledger has for a SOC; runs only where the
 *	            configuration has any
 *	producer    the same for Kafka, by a library that makes threads and
 *	            connects by itself; only where it is built (FORWARD_KAFKA)
 *	            and the configuration has such a soc
 *	collector   receives and parses the logs of endpoints; runs only where
 *	            the configuration has any arrive
 *	sensor      parses every frame on the mirror port, and may do nothing
 *	            else
 *
 * Supervisor and role talk through a channel (ipc/channel.h) that the role
 * finds open at its start, as it does its stats page; everything else it is
 * given through that channel.
 */
#ifndef FIRMWARE_ROLES_H
#define FIRMWARE_ROLES_H

#include "base/base.h"

/* In the order in which they are started; they are stopped in reverse, so that
 * who receives outlives who sends. */
enum role_id {
	ROLE_SUPERVISOR,
	ROLE_LEDGER,
	ROLE_FORWARDER,
#ifdef CONFIG_FORWARD_KAFKA
	ROLE_PRODUCER,
#endif
	ROLE_COLLECTOR,
	ROLE_SENSOR,
	ROLE_COUNT
};

/* The descriptors that a role finds open. */
enum {
	ROLE_FD_CONTROL = 3, /* The channel to the supervisor. */
	ROLE_FD_PAGE = 4,    /* Its stats page, to write. */
};

/* How a role ends. */
enum role_exit {
	ROLE_EXIT_DONE = 0,
	ROLE_EXIT_INPUT = 1,    /* What it was given is of no use. */
	ROLE_EXIT_REFUSED = 3,  /* The system refused: permission, device. */
	ROLE_EXIT_CLOCK = 4,    /* The clock was set back by too much. */
	ROLE_EXIT_ORPHANED = 5, /* The supervisor is gone. */
};

/* Whether it sends to SOCs what the ledger has for them. */
static inline bool
role_forwards(enum role_id role)
{
#ifdef CONFIG_FORWARD_KAFKA
	return role == ROLE_FORWARDER || role == ROLE_PRODUCER;
#else
	return role == ROLE_FORWARDER;
#endif
}

/* "sensor", say. */
const char *role_name(enum role_id role);

/* The hidden subcommand that starts it: "role-sensor". */
const char *role_command(enum role_id role);

/* What an exit status of a role means, as a clause. */
const char *role_exit_meaning(int status);

#endif
