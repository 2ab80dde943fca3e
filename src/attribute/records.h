/*
 * Private to the room: the records of its tables, and what is made of them.
 */
#ifndef ATTRIBUTE_RECORDS_H
#define ATTRIBUTE_RECORDS_H

#include "attribute/attribute.h"
#include "attribute/clock.h"
#include "base/five_tuple.h"

enum {
	HOST_LABEL_SIZE = 64,
	HOST_NAME_SIZE = ATTRIBUTION_HOST_SIZE,
	HOST_VARIANTS = 4, /* Hosts of one short name in different domains. */
	HOST_MINUTES = 10,
	HOST_ADDRESSES = 8,

	ADDRESS_CLAIMS = 4,
	ADDRESS_CONNECTIONS = 24,
	ADDRESS_NAMES = 2,

	PROCESS_NONE = UINT32_MAX,

	PROBES = CONFIG_ATTRIBUTE_PROBE_COUNT,
	INQUIRIES = CONFIG_DETECT_CAMPAIGN_COUNT,
	INQUIRY_NONE = UINT32_MAX,
};

/* The ways in which events give their time; each has a clock of its own. */
enum host_clock {
	HOST_CLOCK_SYSMON,
	HOST_CLOCK_SYSMON_LOCAL,
	HOST_CLOCK_OTHER,
	HOST_CLOCK_OTHER_LOCAL,
	HOST_CLOCK_COUNT,
	HOST_CLOCK_ARRIVAL = HOST_CLOCK_COUNT, /* The event has no time. */
};

/* A time as an endpoint told it. */
struct host_time {
	uint64_t ns;    /* 0: unknown. */
	uint8_t clock;  /* enum host_clock */
	bool is_coarse; /* Whole seconds. */
};

struct host_key {
	char label[HOST_LABEL_SIZE - 1]; /* Its short name, lower case. */
	uint8_t variant;
};
_Static_assert(sizeof(struct host_key) == HOST_LABEL_SIZE, "no padding");

struct host {
	struct host_key key;
	uint32_t serial;    /* Never 0: it names the host for good. */
	uint32_t processes; /* The first of its list; PROCESS_NONE: none. */
	char name[HOST_NAME_SIZE]; /* Lower case, as full as known. */
	char sender[IP_ADDRESS_TEXT_SIZE];
	char failure[ATTRIBUTE_FAILURE_SIZE];
	uint64_t first_event_ns, last_event_ns; /* Arrival. */
	uint64_t last_socket_ns; /* The latest socket event, by our clock. */
	uint64_t first_socket_ns;
	uint64_t events, failures, gaps;
	uint32_t minutes[HOST_MINUTES]; /* Events of each... */
	uint32_t minute;                /* ...up to this one. */
	struct clock clocks[HOST_CLOCK_COUNT];
	struct ip_address addresses[HOST_ADDRESSES]; /* Latest first. */
	uint8_t address_count;
	bool has_security_connections, has_sysmon_connections;
	bool has_other_connections; /* auditd, another product. */
	bool has_process_starts, has_command_lines;
	bool has_npcap; /* Its driver was loaded. */
	bool is_plain;  /* Its latest event came without TLS. */
};

/* How it is known who holds an address, best last. */
enum claim_kind {
	CLAIM_AMONG, /* Its agent lists it among others: a bridge's, perhaps. */
	CLAIM_LISTED, /* Its agent lists it alone. */
	CLAIM_SOCKET, /* It opened connections from there. */
};

struct claim {
	uint32_t host;              /* Index... */
	uint32_t serial;            /* ...and serial; 0: no claim. */
	uint64_t first_ns, last_ns; /* By our clock. */
	uint8_t kind;               /* enum claim_kind */
};

/* A completed connection of the address. */
struct address_connection {
	uint64_t attempt_ns;
	bool is_matched; /* A socket event tells of it. */
};

struct address {
	struct ip_address key;
	struct claim claims[ADDRESS_CLAIMS];
	struct address_connection connections[ADDRESS_CONNECTIONS];
	uint64_t connection_count; /* Ever... */
	uint64_t matched_count;    /* ...and of these. */
	uint64_t named_ns;         /* When the wire last gave it a name... */
	uint64_t named_since_ns;   /* ...and first this one. */
	uint64_t given_up_ns; /* When the wire last said that nobody has it. */
	char names[ADDRESS_NAMES][HOST_LABEL_SIZE]; /* Latest first. */
	uint64_t mac_since_ns; /* From when on its packets came from... */
	struct mac_address mac;
};

enum {
	PROCESS_HAS_PID = 0x01,
	PROCESS_HAS_PARENT_PID = 0x02,
	PROCESS_HAS_GUID = 0x04,
	PROCESS_HAS_PARENT_GUID = 0x08,
	PROCESS_STARTED = 0x10, /* Its creation was logged. */
	PROCESS_PCAP = 0x20,    /* It loaded a packet library. */
	PROCESS_SYSMON_USER = 0x40,
	PROCESS_IN_USE = 0x80,
};

struct process {
	uint8_t guid[ENDPOINT_GUID_SIZE];
	uint8_t parent_guid[ENDPOINT_GUID_SIZE];
	struct host_time started, ended;
	struct host_time seen; /* Its last socket event. */
	uint64_t image_hash;   /* See process_image_hash(). */
	uint64_t base_hash;    /* Of the file's name alone; 0: no image. */
	uint32_t host;         /* Index... */
	uint32_t host_serial;  /* ...and serial. */
	uint32_t serial;       /* Of this process: never 0. */
	uint32_t pid, parent_pid;
	uint32_t image, command_line, user; /* Texts. */
	uint32_t parent_image, parent_command_line;
	uint32_t hashes, original_name, product;
	uint32_t pid_next, guid_next; /* Chains. */
	uint32_t host_next, host_previous;
	uint32_t newer, older; /* By when they were last heard of. */
	uint32_t sockets;      /* Socket events seen. */
	uint16_t flags;
	uint16_t pins; /* Campaigns that name it. */
};

/* What a socket event is found by. */
enum socket_view {
	SOCKET_TUPLE,  /* All of the five-tuple. */
	SOCKET_REMOTE, /* Host, remote end: auditd knows no local one. */
	SOCKET_BOUND,  /* Host, local port. */
	SOCKET_PAIR,   /* The two addresses: whoever connects them. */
};

struct socket_key {
	struct five_tuple tuple;
	uint8_t view; /* enum socket_view */
	uint8_t unused[2];
	uint32_t host; /* Serial; 0 where the view has none. */
};
_Static_assert(sizeof(struct socket_key) == 44, "no padding");

enum {
	SOCKET_HAS_PID = 0x01,
	SOCKET_HAS_PROCESS = 0x02,
	SOCKET_HAS_BOTH = SOCKET_HAS_PID | SOCKET_HAS_PROCESS,
	SOCKET_CONFLICT = 0x04, /* Two hosts say that it is theirs. */
	SOCKET_COARSE = 0x08,
	SOCKET_COARSE_PROCESS = 0x10,
	SOCKET_MIXED = 0x20, /* One log gives it to more than one process. */
	/* The host's clocks have learned from the first log, the second. */
	SOCKET_SAMPLED = 0x40,
	SOCKET_SAMPLED_PROCESS = 0x80,
	/* The second's time may be of when it was written. */
	SOCKET_LATE = 0x100,
};

/* One connection, as one or two logs tell of it. */
struct socket {
	struct socket_key key;
	uint32_t host;            /* Index... */
	uint64_t pid_time_ns;     /* Of the log that gives a PID... */
	uint64_t process_time_ns; /* ...and of the one that gives a GUID. */
	/* Of a pair: the first of several, by its log; else when the event
	 * arrived. */
	uint64_t first_ns;
	uint32_t host_serial; /* ...and serial. */
	uint32_t pid;
	uint32_t image;   /* Text; as the log that gives the PID has it. */
	uint32_t process; /* Index... */
	uint32_t process_serial;                  /* ...and serial. */
	uint8_t pid_clock : 4, process_clock : 4; /* enum host_clock */
	uint8_t first_clock;
	uint16_t flags; /* SOCKET_* bits. */
};

_Static_assert(HOST_CLOCK_ARRIVAL <= 0xf, "four bits hold every clock");

/* A completed connection that no socket event tells of yet. */
struct wire {
	struct five_tuple key;
	uint8_t unused[3];
	uint64_t attempt_ns;
};

enum {
	PROBE_MATCH_TUPLE = 0x01,  /* An exact socket event. */
	PROBE_MATCH_REMOTE = 0x02, /* All but the local port. */
	PROBE_MATCH_PAIR = 0x04,   /* An ARP question that a connect asked. */
	PROBE_MATCH_BOUND = 0x08,  /* Only the local port. */
	PROBE_MATCH_ANY = 0x0f,
	PROBE_VICTIM = 0x10,  /* The target logged it. */
	PROBE_SAMPLED = 0x20, /* The host's clock has learned from it. */
	PROBE_TIMED = 0x40,   /* Matched when that clock was known. */
};

/* What a probe is to the campaign. */
enum probe_role {
	ROLE_SCAN,  /* It found nothing: of such a scan is made. */
	ROLE_ALONG, /* It was completed, in the time and order of the scan. */
	ROLE_ASIDE, /* It was completed elsewhere: somebody's honest work. */
};

/* A probe of a campaign, kept to be compared. */
struct probe_sample {
	uint64_t attempt_ns;
	struct ip_address source, target;
	uint16_t source_port, target_port;
	uint8_t protocol, technique, completed, flags;
	uint32_t host, host_serial; /* That the match is of. */
	uint32_t process, process_serial;
	/* A completed connection to the same socket, later: scanners come
	 * back to what was open. */
	uint64_t again_ns;
	uint16_t again_port;
	bool is_again; /* The match is of that one. */
	uint8_t role;  /* enum probe_role; of the judgement under way. */
};

struct inquiry {
	uint64_t number;
	struct ip_address source;
	struct mac_address mac;
	bool has_address, has_mac;
	bool is_active, is_in_use;
	uint64_t first_ns, last_ns; /* Of its probes. */
	/* Of those that make it a scan; of the judgement under way. */
	uint64_t scan_first_ns, scan_last_ns;
	uint64_t contacts;   /* Offered to the sample. */
	uint64_t touched;    /* In rising order: the oldest goes. */
	uint32_t techniques; /* 1 << enum probe_technique */
	uint32_t stride;     /* One in so many of the later ones is kept. */
	uint32_t probe_count;
	uint32_t source_next;                  /* Chain by source address. */
	uint32_t named[ATTRIBUTION_PROCESSES]; /* Pinned processes... */
	uint32_t named_serial[ATTRIBUTION_PROCESSES];
	uint32_t named_count;
	uint64_t told_digest; /* Of what attribute_of() last gave. */
	uint64_t due_second;  /* Evaluations are counted in. */
	uint32_t evaluations;
	uint32_t pending; /* What came since the last. */
	bool is_forced;   /* Due whatever the others cost. */
	struct probe_sample probes[PROBES];
};

/* How surely an address is its holder's. */
struct tenancy {
	bool is_weak;      /* Hearsay. */
	bool is_ambiguous; /* Several hosts had it. */
	bool is_handed_on; /* Who had it has it no more. */
};

/* What the probes of a campaign and the socket events of one process say
 * together.  Connections aside of the scan are in none but the last. */
struct match_group {
	uint32_t process;
	uint32_t count;      /* Distinct probes; the sum of these three: */
	uint32_t scan;       /* Unproductive ones... */
	uint32_t along;      /* ...completed ones, in the scan's order... */
	uint32_t again;      /* ...and those after which it came back. */
	uint32_t exact;      /* Of the first two, by the five-tuple... */
	uint32_t scan_exact; /* ...and of the first alone. */
	uint32_t aside;
	uint16_t first_port, last_port; /* Source ports. */
	bool is_carrier; /* System and its like: somebody else's probes. */
};

struct match {
	uint32_t host; /* Index; HOST_NONE: unknown. */
	uint32_t group_count;
	/* Probes that do not stand aside, and that no carrier sent: */
	uint32_t scan;     /* unproductive... */
	uint32_t ported;   /* ...of them with ports... */
	uint32_t compared; /* ...and those that a socket event may tell of; */
	uint32_t along;    /* completed, in the scan's order. */
	uint32_t expected; /* Unmatched though the logs should have them. */
	uint32_t scan_matched, exact_matched; /* As 'scan', 'ported'. */
	uint32_t matched;                     /* All that do not stand aside. */
	uint32_t carried, victims;
	uint32_t raw;       /* Ports probed as no socket does. */
	uint32_t again;     /* Probes after which the source came back. */
	uint32_t coverage;  /* Of completed connections, per cent. */
	bool has_failures;  /* The host sends a log of failed ones, too. */
	bool is_by_sockets; /* The unproductive ones look like sockets'. */
	struct tenancy tenancy;
	bool is_contradicted; /* Logs of one host contradict each other. */
	struct match_group groups[PROBES]; /* Most probes first. */
};

/* The unproductive probes of a campaign, in the order of time, and how they
 * follow each other; beside them those that were completed. */
struct marks {
	uint32_t count;
	uint32_t usual_step;   /* From target to target, in addresses. */
	uint64_t usual_gap_ns; /* From probe to probe. */
	bool is_ordered;       /* The targets go up, or down. */
	uint16_t low_port, high_port;
	struct ip_address low, high; /* Targets. */
	const struct probe_sample *probes[PROBES];
	struct probe_sample *completed[PROBES];
	uint64_t gaps[PROBES], steps[PROBES]; /* To find the usual ones. */
};

enum { HOST_NONE = UINT32_MAX };

/* One process, and what speaks for it beside socket events. */
struct suspicion {
	uint32_t process;
	int32_t score;
	uint32_t named_targets; /* Per cent of the probes whose target its
	                         * command line names... */
	uint32_t named_exactly; /* ...and not only their beginning. */
	bool names_others;      /* It names addresses, but none of them. */
	bool names_ports;
	bool is_tool, has_words, has_library;
	bool has_loop;    /* Its command line goes through addresses. */
	bool has_content; /* More than its time speaks for it. */
	bool is_scanning; /* It says so, or came and went with the scan. */
	bool has_sockets; /* It opened others meanwhile. */
	bool has_lead, has_trail, is_close_lead, is_close_trail;
	bool came_and_went; /* With the scan, within seconds. */
	bool is_as_long; /* It lived as long as the campaign, on its clock. */
	uint64_t from_ns,
	    until_ns;     /* Its life by our clock, as far as known. */
	int64_t lead_ns;  /* From its start to the first probe. */
	int64_t trail_ns; /* From the last probe to its end. */
};

enum { SUSPICIONS = 16 };

#endif
