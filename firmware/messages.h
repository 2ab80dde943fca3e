/*
 * Messages: all that passes between roles.
 *
 * messages.c has one table: who may send what to whom, how large it is, whether
 * a descriptor comes with it, and the function that checks it.  A channel is
 * made with the rows that its receiver may get, and ends at anything else
 * (ipc/channel.h).  Every struct is free of pointers, of fixed size and zeroed
 * before it is filled.
 *
 * A policy is too large for a message: it comes as a sealed memfd, which the
 * receiver copies and then checks.
 */
#ifndef FIRMWARE_MESSAGES_H
#define FIRMWARE_MESSAGES_H

#include "config/config.h"
#include "detect/finding.h"
#include "firmware/roles.h"
#include "ipc/channel.h"
#include "policy/policy.h"

enum message_type {
	MESSAGE_STOP = 1,      /* Finish what is pending, and end. */
	MESSAGE_POLICY,        /* A policy, by descriptor. */
	MESSAGE_PEER,          /* A channel to another role, by descriptor. */
	MESSAGE_PAGE,          /* Another role's stats page, by descriptor. */
	MESSAGE_STATUS_SOCKET, /* Where the status is asked for. */
	MESSAGE_START_SENSOR,  /* All was sent: open, confine, run. */
	MESSAGE_START_LEDGER,
	MESSAGE_READY,   /* The role is confined and runs. */
	MESSAGE_FINDING, /* A campaign is new, or revised. */
};

enum {
	/* Rows of the table that one channel may receive, at most. */
	MESSAGE_KINDS = 16,
	/* Messages that wait for a slow role.  Findings are only asked of
	 * detection while there is room, so few are enough. */
	MESSAGE_QUEUE_COUNT = 16,
};

/* STOP, READY, STATUS_SOCKET, POLICY. */
struct message_plain {
	struct channel_header header;
};
_Static_assert(sizeof(struct message_plain) == 8, "only a header");

/* PEER, PAGE. */
struct message_role {
	struct channel_header header;
	uint32_t role; /* enum role_id */
	uint32_t unused;
};
_Static_assert(sizeof(struct message_role) == 16, "no padding");

struct message_start_sensor {
	struct channel_header header;
	uint32_t capture_count;
	uint32_t needs_all; /* 1: an interface that cannot be opened is the end;
	                     * 0: go on with those that can. */
	struct config_capture captures[CONFIG_CAPTURE_COUNT];
};
_Static_assert(sizeof(struct message_start_sensor) ==
        16 + CONFIG_CAPTURE_COUNT * sizeof(struct config_capture),
    "no padding but within a capture");

struct message_start_ledger {
	struct channel_header header;
	uint32_t prints_json; /* 1: alerts go to standard output, too. */
	uint32_t unused;
};
_Static_assert(sizeof(struct message_start_ledger) == 16, "no padding");

struct message_finding {
	struct channel_header header;
	struct finding finding;
};
_Static_assert(sizeof(struct message_finding) == 8 + sizeof(struct finding),
    "no padding but within the finding");

/* Whether two roles have anything to say to each other. */
bool message_connects(enum role_id one, enum role_id other);

/* What 'to' may receive from 'from': fills 'kinds' and returns how many. */
uint32_t message_kinds(enum role_id from, enum role_id to,
    struct channel_kind kinds[MESSAGE_KINDS]);

/* Bytes of the largest message that 'from' may send to 'to'. */
uint32_t message_largest(enum role_id from, enum role_id to);

/* A descriptor from which policy_from_descriptor() reads 'policy'.  Negative
 * errno: the machine has not got it. */
int policy_to_descriptor(const struct policy *policy) SW_MUST_CHECK;

/* Copies the policy behind 'fd' to 'policy'.  -EINVAL: it is none, or not
 * sound;
 * '*policy' is then undefined.  The descriptor stays open. */
int policy_from_descriptor(int fd, struct policy *policy) SW_MUST_CHECK;

#endif
