/*
 * Role: what all roles but the supervisor have in common.
 *
 * The course of a role:
 *
 *	role_open(&role, &terms);        finds its channel and its stats page
 *	role_await(&role, &started);     until the supervisor has told all
 *	... opens what it needs, carves its memory ...
 *	role_confine(&role, NULL);       gives up everything else
 *	while (!role.is_stopping) {
 *		role_turn(&role);        waits, and deals with what comes
 *	}
 *	role_close(&role);
 *
 * A role obeys the supervisor alone: signals that a terminal or a service
 * manager sends to all processes at once are not for it, so that the order of
 * stopping is kept.  When the supervisor is gone the role is, too.
 *
 * Memory: the struct, and a small region for the queues of its channels.
 */
#ifndef FIRMWARE_ROLE_H
#define FIRMWARE_ROLE_H

#include "base/counter.h"
#include "base/log.h"
#include "event/loop.h"
#include "event/timer.h"
#include "firmware/messages.h"
#include "ipc/channel.h"
#include "ipc/stats.h"
#include "mem/region.h"
#include "policy/policy.h"

/* What a role is made of. */
struct role_terms {
	enum role_id id;

	/* Takes what the supervisor sends, but for what every role deals with
	 * alike (STOP, POLICY, PEER).  Owns 'descriptor'. */
	void (*take_order)(
	    void *context, const struct channel_header *header, int descriptor);
	/* Takes what the other roles send.  Null: none may send anything. */
	void (*take_message)(
	    void *context, const struct channel_header *header);
	/* What another role sends from now on is another process's: the one
	 * before has ended, or its successor has come (both may be told).
	 * Null: that makes no difference. */
	void (*peer_changed)(void *context, enum role_id with);
	/* role.policy has changed; not called for the first. */
	void (*apply_policy)(void *context);
	void *context;
};

/* A channel to another role, as the table of messages has it. */
struct role_link {
	struct role *role;
	enum role_id with;
	struct channel channel;
	struct channel_kind kinds[MESSAGE_KINDS];
};

struct role {
	struct role_terms terms;
	struct log log;
	struct loop loop;
	struct timers timers; /* Of the monotonic clock. */
	struct region region; /* The channels' queues. */
	struct counters counters;
	struct role_link links[ROLE_COUNT]; /* By whom they are with. */
	struct stats_page page;
	uint64_t started_ns; /* Since 1970. */

	struct policy policy;
	struct policy incoming; /* Checked before it becomes the policy. */
	bool has_policy;
	bool is_stopping; /* The loop is to end. */
	int exit_status;  /* What it is to end with. */
};

/* Returns an exit status of enum role_exit: 0, or the role must end with it
 * (and has said why). */
int role_open(struct role *role, const struct role_terms *terms) SW_MUST_CHECK;

/* Waits until '*is_started' (set by terms.take_order) and a policy has come.
 * Returns an exit status, as role_open(). */
int role_await(struct role *role, const bool *is_started) SW_MUST_CHECK;

/* Confines the process, and tells the supervisor that it runs; 'folder' (null:
 * none) is the one that it keeps.  Returns an exit status, as role_open(). */
int role_confine(struct role *role, const char *folder) SW_MUST_CHECK;

/* Waits for what comes next, no longer than the next timer, and deals with
 * it. */
void role_turn(struct role *role);

/* Makes the loop end, with 'status'. */
void role_stop(struct role *role, int status);

/* Publishes the role's health, of the size that health_size() has. */
void role_publish(struct role *role, const void *health);

void role_close(struct role *role);

#endif
