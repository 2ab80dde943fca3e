/*
 * Messages: all that passes between roles.
 *
 * messages.c has one table: who may send what to whom, how large it is, whether
 * a descriptor comes with it, and the function that checks it.  A channel is
 * made with the rows that its receiver may get, and ends at anything else
 * (ipc/channel.h).  Every struct is free of pointers and zeroed before it is
 * filled; a message of several records is as long as they are.
 *
 * A policy is too large for a message: it comes as a sealed memfd, which the
 * receiver copies and then checks.
 */
#ifndef FIRMWARE_MESSAGES_H
#define FIRMWARE_MESSAGES_H

#include "classify/wire_name.h"
#include "config/config.h"
#include "detect/finding.h"
#include "detect/wire_contact.h"
#include "endpoint/endpoint.h"
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
	MESSAGE_START_COLLECTOR,
	MESSAGE_DIAL,             /* Connect to a relay. */
	MESSAGE_DIALED,           /* How that goes is told by descriptor. */
	MESSAGE_READY,            /* The role is confined and runs. */
	MESSAGE_FINDING,          /* A campaign is new, or revised. */
	MESSAGE_CONTACTS,         /* Probes and connections, for attribution. */
	MESSAGE_NAMES,            /* Names of hosts as they were heard. */
	MESSAGE_ENDPOINT_EVENTS,  /* Events of endpoints' logs. */
	MESSAGE_ENDPOINT_FAILURE, /* A log message that gave no event. */
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

/* Probes and connections in the order in which they were noted. */
enum { MESSAGE_CONTACT_COUNT = 64 };

struct message_contacts {
	struct channel_header header;
	uint32_t count; /* From 1. */
	uint32_t unused;
	struct wire_contact contacts[MESSAGE_CONTACT_COUNT];
};
_Static_assert(sizeof(struct message_contacts) ==
        16 + MESSAGE_CONTACT_COUNT * sizeof(struct wire_contact),
    "no padding");

/* Names in the order in which they were heard. */
enum { MESSAGE_NAME_COUNT = 32 };

struct message_names {
	struct channel_header header;
	uint32_t count; /* From 1. */
	uint32_t unused;
	struct wire_name names[MESSAGE_NAME_COUNT];
};
_Static_assert(sizeof(struct message_names) ==
        16 + MESSAGE_NAME_COUNT * sizeof(struct wire_name),
    "no padding");

struct message_start_collector {
	struct channel_header header;
	uint32_t needs_all; /* As of the sensor: 1, what cannot be opened is the
	                     * end. */
	uint32_t unused;
	struct config_endpoint_logs logs;
};

/* DIAL, DIALED: a relay by its place in the configuration. */
struct message_relay {
	struct channel_header header;
	uint32_t relay;
	uint32_t unused;
};
_Static_assert(sizeof(struct message_relay) == 16, "no padding");

/* Events, one behind the other: the size of each and its bytes, the next at a
 * multiple of eight.  Many in a message, since at 20,000 events a second a
 * system call for each would cost more than its parsing. */
enum {
	MESSAGE_EVENTS_SIZE = 32 << 10,
	MESSAGE_EVENT_LEAST = offsetof(struct endpoint_event, text) + 1,
};

struct message_endpoint_events {
	struct channel_header header;
	uint32_t count; /* From 1. */
	uint32_t size;  /* Bytes of 'records' in use. */
	_Alignas(8) uint8_t records[MESSAGE_EVENTS_SIZE - 16];
};
_Static_assert(sizeof(struct message_endpoint_events) == MESSAGE_EVENTS_SIZE,
    "no padding");

/* Before each event of the message. */
struct message_record {
	uint32_t size; /* Of the event: endpoint_event_size(). */
	uint32_t unused;
};

/* For the person who must find out why. */
enum { MESSAGE_SAMPLE_SIZE = 512 };

struct message_endpoint_failure {
	struct channel_header header;
	uint32_t outcome;     /* enum endpoint_outcome */
	uint32_t sample_size; /* Bytes of 'sample' in use. */
	char sender[IP_ADDRESS_TEXT_SIZE + 2];
	char sample[MESSAGE_SAMPLE_SIZE]; /* The beginning of the message. */
};
_Static_assert(sizeof(struct message_endpoint_failure) ==
        16 + IP_ADDRESS_TEXT_SIZE + 2 + MESSAGE_SAMPLE_SIZE,
    "no padding");

/* Adds an event to a message, whose count and size are zero at first.  False:
 * there is no room, and it is to be sent first. */
bool message_add_event(struct message_endpoint_events *message,
    const struct endpoint_event *event) SW_MUST_CHECK;

/* Bytes of the message with what is in it. */
uint32_t message_events_size(const struct message_endpoint_events *message);

/* The event at '*at' (from zero) of a message that is sound, and moves '*at' to
 * the next; null after the last.  Of its bytes only endpoint_event_size() are
 * there. */
const struct endpoint_event *message_next_event(
    const struct message_endpoint_events *message, uint32_t *at);

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
