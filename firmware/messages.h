/*
 * Messages: all that passes between roles.
 *
 * messages.c has one table: who may send what to whom, how large it is, whether
 * a descriptor comes with it, and the function that checks it.  A channel is
 * made with the rows that its receiver may get, and ends at anything else
 * (ipc/channel.h).  Every struct is free of pointers and zeroed before it is
 * filled; a message of several records is as long as they are.
 *
 * A policy is too large for a message, and so is a configuration: they come by
 * descriptor (firmware/sealed.h).
 */
#ifndef FIRMWARE_MESSAGES_H
#define FIRMWARE_MESSAGES_H

#include "alert/alert_json.h"
#include "classify/wire_name.h"
#include "config/config.h"
#include "detect/finding.h"
#include "detect/wire_contact.h"
#include "endpoint/endpoint.h"
#include "firmware/messages_evidence.h"
#include "firmware/roles.h"
#include "forward/record.h"
#include "ipc/channel.h"
#include "policy/policy.h"

enum message_type {
	MESSAGE_STOP = 1,       /* Finish what is pending, and end. */
	MESSAGE_POLICY,         /* A policy, by descriptor. */
	MESSAGE_PEER,           /* A channel to another role, by descriptor. */
	MESSAGE_PAGE,           /* Another role's stats page, by descriptor. */
	MESSAGE_STATUS_SOCKET,  /* Where the status is asked for. */
	MESSAGE_CONTROL_SOCKET, /* Where requests are made. */
	MESSAGE_CONFIGURATION,  /* The configuration, by descriptor. */
	MESSAGE_START_SENSOR,   /* All was sent: open, confine, run. */
	MESSAGE_START_LEDGER,
	MESSAGE_START_COLLECTOR,
	MESSAGE_DIAL,             /* Connect to a relay. */
	MESSAGE_DIALED,           /* How that goes is told by descriptor. */
	MESSAGE_READY,            /* The role is confined and runs. */
	MESSAGE_FINDING,          /* A campaign is new, or revised. */
	MESSAGE_CONTACTS,         /* Probes and connections, for attribution. */
	MESSAGE_NAMES,            /* Names of hosts as they were heard. */
	MESSAGE_EVIDENCE,         /* Packets of campaigns. */
	MESSAGE_PROBES,           /* What came of probes of campaigns. */
	MESSAGE_SUMMARIES,        /* What sources did in ten minutes. */
	MESSAGE_SEGMENT_HOURS,    /* What segments asked of each other. */
	MESSAGE_ENDPOINT_EVENTS,  /* Events of endpoints' logs. */
	MESSAGE_ENDPOINT_FAILURE, /* A log message that gave no event. */
	MESSAGE_START_FORWARDER,
	MESSAGE_FORWARD,       /* A record that a soc is to get. */
	MESSAGE_FORWARDED,     /* How far one has it, and may be given more. */
	MESSAGE_FORWARD_STATE, /* How the connection to one is. */
};

enum {
	/* Rows of the table that one channel may receive, at most. */
	MESSAGE_KINDS = 16,
	/* Messages that wait for a slow role.  Findings are only asked of
	 * detection while there is room, so few are enough. */
	MESSAGE_QUEUE_COUNT = 16,
	MESSAGE_FORWARD_QUEUE_COUNT = 2, /* Of records, which are large. */
};

/* STOP, READY, STATUS_SOCKET, CONTROL_SOCKET, POLICY, CONFIGURATION. */
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

/* DIAL, DIALED: of the collector, a relay by its place in the configuration; of
 * the forwarder, a soc. */
enum { MESSAGE_RELAY_COUNT = 16 };

struct message_relay {
	struct channel_header header;
	uint32_t relay;
	uint32_t unused;
};
_Static_assert((int)MESSAGE_RELAY_COUNT >= (int)CONFIG_ADDRESS_COUNT &&
        (int)MESSAGE_RELAY_COUNT >= (int)CONFIG_SOC_COUNT,
    "both fit");
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

/* Forwarding.
 *
 * Ledger and forwarder are both given the configuration, whose list of socs
 * says which 'destination' is meant; 'generation' is its soc_version.  A
 * message of another generation is about another list, and ignored.
 *
 * The ledger sends what its outbox has for a soc, the oldest first, while that
 * has credit: MESSAGE_FORWARDED says how many records, heartbeats not counted,
 * the forwarder takes in all for the soc since this forwarder's start, and up
 * to which 'seq' the soc has them all.  Whenever the forwarder is another
 * process (role_terms.peer_changed) the ledger empties the channel, begins to
 * count at zero, waits for credit, and sends from the oldest that is not
 * acknowledged; a change of soc_version makes it another process.  A record
 * without credit is a bug of the ledger's, and ends the forwarder, so that both
 * begin anew.
 *
 * A heartbeat needs no credit and is not acknowledged: it is dropped where the
 * soc is not connected. */
struct message_start_forwarder {
	struct channel_header header;
	uint32_t needs_all; /* As of the sensor: 1, files that cannot be read
	                     * are the end. */
	uint32_t unused;
};
_Static_assert(sizeof(struct message_start_forwarder) == 16, "no padding");

struct message_forward {
	struct channel_header header;
	uint32_t generation;
	uint32_t destination;         /* The soc's place in the list. */
	struct forward_record record; /* But for its sequence_id. */
	uint32_t size;                /* Bytes of 'text' in use; from 2. */
	uint32_t unused;
	char text[ALERT_JSON_SIZE]; /* One JSON object; not ended. */
};
_Static_assert(offsetof(struct message_forward, text) ==
        24 + sizeof(struct forward_record),
    "no padding");

struct message_forwarded {
	struct channel_header header;
	uint32_t generation;
	uint32_t destination;
	uint64_t seq;    /* The soc has all up to it; 0: none yet. */
	uint64_t credit; /* Records that may be sent since the start. */
};
_Static_assert(sizeof(struct message_forwarded) == 32, "no padding");

enum { MESSAGE_ERROR_SIZE = 200 };

/* On each change, and every ten seconds at most while the counts change. */
struct message_forward_state {
	struct channel_header header;
	uint32_t generation;
	uint32_t destination;
	uint32_t connected; /* 0 or 1: messages can be sent. */
	uint32_t unused;
	uint64_t sent;    /* Messages since the forwarder's start. */
	uint64_t acked;   /* Of them, records that were acknowledged. */
	uint64_t retried; /* Sent again after a connection was lost. */
	uint64_t refused; /* Records that no form can hold; acknowledged. */
	char error[MESSAGE_ERROR_SIZE]; /* Why not connected. */
};
_Static_assert(sizeof(struct message_forward_state) == 56 + MESSAGE_ERROR_SIZE,
    "no padding");

/* Bytes of the message with its text. */
static inline uint32_t
message_forward_size(const struct message_forward *message)
{
	return (uint32_t)offsetof(struct message_forward, text) + message->size;
}

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

/* Messages that may wait in the channel that 'from' sends to 'to' by. */
uint32_t message_queue_count(enum role_id from, enum role_id to);

#endif
