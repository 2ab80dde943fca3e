/*
 * Health: what each role tells of itself on its stats page (ipc/stats.h).
 *
 * One struct a role, free of pointers.  The ledger makes the status of them;
 * the supervisor looks for interfaces that could not be opened.  Who reads one
 * asks the check function first: the writer may have been taken over.
 */
#ifndef FIRMWARE_HEALTH_H
#define FIRMWARE_HEALTH_H

#include "base/counter.h"
#include "config/config.h"
#include "endpoint/endpoint.h"
#include "firmware/roles.h"
#include "syslog/peer.h"

enum health_interface_state {
	HEALTH_INTERFACE_UP,
	HEALTH_INTERFACE_DOWN,   /* Open, and heard again once it is up. */
	HEALTH_INTERFACE_ABSENT, /* Could not be opened, or has gone. */
	HEALTH_INTERFACE_STATES
};

struct health_interface {
	char name[CONFIG_INTERFACE_SIZE];
	uint64_t frames;       /* Received since the sensor began. */
	uint64_t kernel_drops; /* Frames the kernel had no room for. */
	uint8_t state;         /* enum health_interface_state */
};

/* How full a table is. */
struct health_gauge {
	uint64_t held;
	uint64_t places;
};

enum health_gauge_id {
	HEALTH_ATTEMPTS,
	HEALTH_CONVERSATIONS,
	HEALTH_SOURCES,
	HEALTH_CAMPAIGNS,
	HEALTH_GAUGE_COUNT
};

struct sensor_health {
	uint64_t started_ns; /* Since 1970. */
	uint32_t policy_version;
	uint32_t interface_count;
	uint64_t line_ns;        /* The time that the line has reached. */
	uint64_t memory_planned; /* Bytes. */
	uint64_t memory_used;    /* Bytes carved of them. */
	uint32_t findings_waiting;
	uint32_t clock_steps; /* Times that the clock was set back. */
	struct health_interface interfaces[CONFIG_CAPTURE_COUNT];
	struct health_gauge gauges[HEALTH_GAUGE_COUNT];
	struct counters counters;
};

/* One that sends logs: as room syslog has it (syslog/peer.h). */
struct health_peer {
	char address[IP_ADDRESS_TEXT_SIZE + 2];
	uint64_t messages;
	uint64_t bytes;
	uint32_t outcomes[ENDPOINT_OUTCOME_COUNT]; /* Of the messages. */
	uint32_t events[PEER_EVENTS];
	uint32_t connections; /* Now. */
};

enum { HEALTH_PEERS = 32, HEALTH_ERROR_SIZE = 200 };

struct collector_health {
	uint64_t started_ns;
	uint32_t policy_version;
	uint32_t listeners;
	uint32_t connections; /* Now; of these, with TLS: */
	uint32_t tls_connections;
	uint32_t relays;
	uint32_t relays_connected;
	uint32_t peers_known;
	uint32_t peer_count;     /* Of 'peers', who sent most, first. */
	uint64_t memory_planned; /* Bytes. */
	struct health_peer peers[HEALTH_PEERS];
	struct counters counters;
};

struct ledger_health {
	uint64_t started_ns;
	uint32_t policy_version;
	uint32_t unused;
	struct counters counters;
};

/* A soc, as the forwarder has it.  How much waits for it the ledger knows. */
struct health_soc {
	char name[POLICY_NAME_SIZE];
	char error[HEALTH_ERROR_SIZE]; /* Why not connected; empty: it is. */
	uint64_t connected_ns;         /* Since 1970; 0: it is not. */
	uint64_t sent_ns;              /* When it last took any; 0: never. */
	uint64_t seq;                  /* It has all up to it; 0: none yet. */
	uint64_t sent;                 /* Messages. */
	uint64_t acknowledged;         /* Records. */
	uint64_t resent;               /* After a connection was lost. */
	uint64_t unsendable;           /* Records that no message can hold. */
	uint32_t held;                 /* Messages not acknowledged. */
	uint32_t connections;          /* Lost or refused, ever. */
};

struct forwarder_health {
	uint64_t started_ns;
	uint32_t policy_version;
	uint32_t soc_count;
	uint64_t memory_planned; /* Bytes. */
	struct health_soc socs[CONFIG_SOC_COUNT];
	struct counters counters;
};

enum health_role_state {
	HEALTH_ROLE_STARTING,
	HEALTH_ROLE_RUNNING,
	HEALTH_ROLE_STOPPING,
	HEALTH_ROLE_WAITING, /* To be started again. */
	HEALTH_ROLE_OFF,     /* The configuration has nothing for it to do. */
	HEALTH_ROLE_HANGING, /* It runs, and says nothing. */
	HEALTH_ROLE_STATES
};

struct health_role {
	uint64_t started_ns; /* Since 1970; of the process now. */
	int32_t pid;         /* 0: none. */
	uint32_t restarts;
	uint32_t last_status; /* As waitpid() told the last end. */
	uint8_t state;        /* enum health_role_state */
};

struct supervisor_health {
	uint64_t started_ns;
	int32_t pid;
	uint32_t reloads;         /* Configurations read again and taken. */
	uint32_t reloads_refused; /* Those that were bad. */
	uint32_t policy_version;  /* As last sent out. */
	struct health_role roles[ROLE_COUNT];
};

/* Bytes of the struct that 'role' publishes. */
size_t health_size(enum role_id role);

bool sensor_health_is_sound(const struct sensor_health *health);
bool collector_health_is_sound(const struct collector_health *health);
bool forwarder_health_is_sound(const struct forwarder_health *health);
bool supervisor_health_is_sound(const struct supervisor_health *health);

/* "limited", "out_of_step": what befell a peer. */
const char *health_peer_event_name(enum peer_event event);
/* "up", "down", "absent". */
const char *health_interface_state_name(uint8_t state);
/* "starting", "running", "stopping", "waiting", "off", "hangs". */
const char *health_role_state_name(uint8_t state);
/* "attempts", "conversations", "sources", "campaigns". */
const char *health_gauge_name(enum health_gauge_id gauge);

#endif
