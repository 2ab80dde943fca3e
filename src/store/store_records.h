/*
 * Records of the store: what its writer gives it and its readers get.
 *
 * Texts are the giver's and are read during the call only; what a reader is
 * given is valid until its visit returns.  A text may be null where it says so;
 * one that is longer than its bound is cut at a whole character.
 *
 * The numbers of all enums here are in databases: they are added to, never
 * changed.
 *
 * Memory: none of its own.
 */
#ifndef STORE_STORE_RECORDS_H
#define STORE_STORE_RECORDS_H

#include "base/addr.h"
#include "base/base.h"

enum {
	STORE_ID_SIZE = 27,         /* Of a ULID, the closing zero included. */
	STORE_LINE_SIZE = 98304,    /* Bytes of a record as JSON. */
	STORE_STATE_SIZE = 65536,   /* Bytes of the ledger's state. */
	STORE_TEXT_SIZE = 4096,     /* Bytes of any other text. */
	STORE_SEARCH_SIZE = 2048,   /* Bytes of text for search. */
	STORE_LABEL_SIZE = 256,     /* Bytes of a name. */
	STORE_SEGMENTS = 32,        /* Target segments of an alert. */
	STORE_PACKET_SIZE = 256,    /* Bytes kept of a packet. */
	STORE_PROBES = 4000,        /* Places for probes of an alert. */
	STORE_EVENTS = 256,         /* Endpoint events of an alert. */
	STORE_EVENT_SIZE = 16384,   /* Bytes of one. */
	STORE_SCANNER_SIZE = 16384, /* Bytes of an entry as JSON. */
	STORE_META_SIZE = 65536,
	STORE_HASH_SIZE = 32, /* SHA-256. */
};

/* As the contract has them. */
enum store_status {
	STORE_OPEN = 0,
	STORE_ACKNOWLEDGED = 1,
	STORE_CLOSED = 2,
	STORE_AUTHORISED = 3,
	STORE_STATUS_COUNT,
};

enum store_severity {
	STORE_LOW = 0,
	STORE_MEDIUM = 1,
	STORE_HIGH = 2,
	STORE_CRITICAL = 3,
	STORE_SEVERITY_COUNT,
};

enum store_confidence {
	STORE_NO_PROCESS = 0,
	STORE_POSSIBLE = 1,
	STORE_PROBABLE = 2,
	STORE_CONFIRMED = 3,
	STORE_CONFIDENCE_COUNT,
};

/* A revision: the line, and what alerts are filtered by. */
struct store_revision {
	const char *id;    /* A ULID. */
	uint32_t revision; /* From 1. */
	enum store_status status;
	enum store_severity severity;
	uint8_t score; /* 0 to 100. */
	bool active;
	bool has_source_ip;
	struct ip_address source_ip;
	enum store_confidence confidence;
	uint64_t time_ns; /* When this revision was made. */
	uint64_t first_seen_ns;
	uint64_t last_seen_ns;
	const char *kinds;   /* Names with a space between: best first. */
	const char *host;    /* Or null, as all that follow may be. */
	const char *segment; /* The source's. */
	const char *image;   /* The process's path or name. */
	const char *user;
	const char *authorised; /* The entry that covers it. */
	const char *search;     /* Text that people may search in. */
	const char *line;       /* The JSON object, without a newline. */
	size_t line_length;     /* At most STORE_LINE_SIZE. */
	const char *const *target_segments;
	uint32_t target_segment_count; /* At most STORE_SEGMENTS. */
};

struct store_packet {
	uint64_t time_ns;
	uint32_t wire_size; /* Bytes as it was on the wire. */
	uint16_t size;      /* Bytes kept, at most STORE_PACKET_SIZE. */
	uint16_t link_type; /* LINKTYPE_ value, as pcap files have it. */
	uint16_t interface; /* Number of the observation point. */
	const uint8_t *bytes;
};

struct store_probe {
	uint32_t place; /* Below STORE_PROBES. */
	uint64_t time_ns;
	struct ip_address target;
	uint8_t protocol; /* IP protocol; 255: below IP, as ARP is. */
	uint16_t port;    /* Or ICMP type; 0 where there is none. */
	uint8_t outcome;  /* Below STORE_OUTCOME_COUNT. */
};

enum store_outcome {
	STORE_PENDING = 0,
	STORE_ANSWERED = 1,
	STORE_REFUSED = 2,
	STORE_FILTERED = 3,
	STORE_SILENT = 4,
	STORE_OUTCOME_COUNT,
};

/* Something a person did about an alert. */
struct store_act {
	uint64_t time_ns;
	uint32_t revision; /* The revision that it made. */
	const char *by;
	const char *act;  /* "acknowledged", "closed", "note", ... */
	const char *text; /* Or null. */
};

/* An entry of the audit log. */
struct store_audit {
	uint64_t number; /* From 1, without gaps; given by the store. */
	uint64_t time_ns;
	const char *actor;  /* Who: a user, "configuration", "spanwatch". */
	const char *origin; /* From where: "local", an address. */
	const char *action; /* What: "scanner.add". */
	const char *object; /* To what, or null. */
	const char *before; /* JSON or text, or null. */
	const char *after;
	const char *reason;
	uint8_t previous[STORE_HASH_SIZE]; /* Given by the store. */
	uint8_t hash[STORE_HASH_SIZE];
};

/* An authorised scanner's entry. */
struct store_scanner {
	const char *name;
	uint32_t version; /* The caller's count of changes. */
	uint8_t state;    /* The caller's. */
	uint64_t changed_ns;
	const char *json;
};

enum store_summary_kind {
	STORE_OF_SEGMENT = 0,
	STORE_OF_SOURCE = 1,
	STORE_SUMMARY_KIND_COUNT,
};

enum store_summary_counter {
	STORE_SUM_PROBES,
	STORE_SUM_ANSWERED,
	STORE_SUM_REFUSED,
	STORE_SUM_FILTERED,
	STORE_SUM_SILENT,
	STORE_SUM_ALERTS,
	STORE_MOST_TARGETS, /* Not added: the greatest is kept, ... */
	STORE_MOST_SERVICES,
	STORE_MOST_SOURCES, /* ... up to here. */
	STORE_SUMMARY_COUNTERS,
};

struct store_summary {
	uint64_t time_ns; /* Within the hour that it is of. */
	enum store_summary_kind kind;
	const char *key; /* The segment's name; the source's address. */
	uint64_t counts[STORE_SUMMARY_COUNTERS];
};

/* Samples of a minute or an hour. */
struct store_health {
	const char *metric;
	uint64_t time_ns; /* Where the minute or hour begins. */
	uint32_t span_s;  /* 60 or 3600. */
	uint64_t count;
	int64_t minimum;
	int64_t maximum;
	double mean;
};

enum store_item_kind {
	STORE_ITEM_ALERT = 0,
	STORE_ITEM_SUMMARY = 1,
	STORE_ITEM_AUDIT = 2,
	STORE_ITEM_HEALTH = 3,
	STORE_ITEM_LOST = 4, /* Made by the store. */
	STORE_ITEM_KIND_COUNT,
};

/* What waits for a destination. */
struct store_item {
	uint64_t sequence; /* From 1, of the destination. */
	enum store_item_kind kind;
	enum store_severity severity;
	uint64_t time_ns;
	char id[STORE_ID_SIZE]; /* Of an alert; else empty. */
	uint32_t revision;
	/* The record as JSON, without a newline.  Where an alert is added, null
	 * refers to the revision that the store has. */
	const char *body;
	size_t length;
	/* Of STORE_ITEM_LOST, which has no body: how many, between which. */
	uint64_t lost_count;
	uint64_t lost_from;
	uint64_t lost_to;
};

/* How it stands with a destination. */
struct store_standing {
	uint64_t last;         /* The highest number given out; 0: none. */
	uint64_t acknowledged; /* Up to this one. */
	uint64_t lost;         /* Records ever given up. */
	uint64_t waiting;      /* Records. */
	uint64_t waiting_bytes;
	uint64_t oldest_ns; /* Of the first that waits; 0: none does. */
};

/* What retention dropped, by kind. */
struct store_dropped {
	uint64_t alerts;
	uint64_t evidence; /* Alerts that lost their evidence before. */
	uint64_t audit;
	uint64_t summaries;
	uint64_t health;
};

struct store_size {
	uint64_t used_bytes; /* Of the database, what is free in it left out. */
	uint64_t file_bytes; /* Of its files. */
	uint64_t max_bytes;
	uint64_t free_bytes; /* Of the partition. */
	uint64_t heap_bytes; /* SQLite's, now. */
	uint64_t heap_peak_bytes;
};

#endif
