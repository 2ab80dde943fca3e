/*
 * Configuration: what the operator wrote, checked and in numbers.
 *
 * The file is read with libConfuse and becomes one struct of fixed size.  What
 * detection and alerts obey is in 'policy'; the other members are for the
 * rooms and roles that open things.  All that can be found wrong is found wrong
 * here: whoever holds a struct config need not doubt it again, and `check`
 * accepts exactly what `run` accepts because both call config_read().
 *
 * Errors of meaning are all reported, each with its line and what would be
 * right; an error of syntax, or a key that does not exist, ends the reading.
 * Environment variables are not expanded and other files not included: what the
 * sensor does is what the one file says.
 *
 * Memory: one struct config (about 1 MB) in the role that reads the file.
 *         libConfuse allocates while it reads; the file is bounded by
 *         CONFIG_FILE_SIZE and its sections by the counts below.
 * Time:   none is read.  Hours and expiry dates are kept as written, in the
 *         policy's time zone.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/addr.h"
#include "base/base.h"
#include "policy/policy.h"

enum {
	CONFIG_FILE_SIZE = 1 << 20, /* Bytes. */
	CONFIG_CAPTURE_COUNT = 16,
	CONFIG_SCANNER_COUNT = 256,
	CONFIG_SOC_COUNT = 16,
	CONFIG_ADDRESS_COUNT = 8, /* Of one kind in endpoint-logs. */

	CONFIG_SOURCE_COUNT = 16, /* Of one scanner. */
	CONFIG_SERVICE_COUNT = 64,
	CONFIG_HOURS_COUNT = 16,

	/* Bytes, the closing zero included. */
	CONFIG_INTERFACE_SIZE = 16, /* Linux: IFNAMSIZ. */
	CONFIG_FILTER_SIZE = 1024,
	CONFIG_HOST_SIZE = 128,
	CONFIG_TEXT_SIZE = 256,
	CONFIG_PATH_SIZE = 256,
	CONFIG_SENTENCE_SIZE = 512,
};

/* What holds where the file says nothing. */
enum {
	CONFIG_BUFFER_BYTES = CONFIG_CAPTURE_BUFFER_MIB << 20,
	CONFIG_SNAP_LENGTH = 1024,
	CONFIG_STORE_BYTES = 1 << 30,
	CONFIG_PEER_CONNECTIONS = 16,
	CONFIG_PEER_RATE_BYTES = 32 << 20,
};

#define CONFIG_IDLE_NS (3600 * NS_PER_S)

enum config_capture_mode {
	CONFIG_CAPTURE_IMMEDIATE, /* Each frame as it comes. */
	CONFIG_CAPTURE_BLOCK,     /* Frames by the block: fewer wake-ups. */
};

struct config_capture {
	char interface[CONFIG_INTERFACE_SIZE];
	char filter[CONFIG_FILTER_SIZE]; /* Of libpcap; empty: none. */
	uint32_t buffer_bytes;           /* The kernel's ring. */
	uint32_t snap_length;            /* Bytes kept of a frame. */
	uint8_t mode;                    /* enum config_capture_mode */
	bool promiscuous;
};

enum config_source_kind {
	CONFIG_SOURCE_PREFIX, /* Or one address. */
	CONFIG_SOURCE_MAC,
	CONFIG_SOURCE_HOST,
};

struct config_source {
	uint8_t kind; /* enum config_source_kind */
	struct mac_address mac;
	struct ip_prefix prefix;
	char host[CONFIG_HOST_SIZE]; /* In lower case. */
};

enum config_protocol {
	CONFIG_PROTOCOL_TCP,
	CONFIG_PROTOCOL_UDP,
	CONFIG_PROTOCOL_SCTP,
	CONFIG_PROTOCOL_IP, /* The numbers are IP protocols. */
	CONFIG_PROTOCOL_ICMP,
	CONFIG_PROTOCOL_ICMP6,
	CONFIG_PROTOCOL_ARP,
	CONFIG_PROTOCOL_ND,
	CONFIG_PROTOCOL_COUNT
};

/* One range of one protocol; those without ports have 0 to 0. */
struct config_service {
	uint8_t protocol; /* enum config_protocol */
	uint16_t first;
	uint16_t last;
};

/* A window of the week.  Where 'until' is not after 'from' it ends on the day
 * after the one that 'days' names. */
struct config_hours {
	uint8_t days;          /* Bit 0: Monday ... bit 6: Sunday. */
	uint16_t from_minute;  /* Of the day, 0 to 1439. */
	uint16_t until_minute; /* 0 to 1440; not part of the window. */
};

struct config_date {
	uint16_t year;
	uint8_t month; /* 1 to 12. */
	uint8_t day;   /* 1 to 31. */
};

struct config_scanner {
	char name[POLICY_NAME_SIZE];
	struct config_source sources[CONFIG_SOURCE_COUNT];
	struct config_service services[CONFIG_SERVICE_COUNT];
	struct config_hours hours[CONFIG_HOURS_COUNT];
	uint32_t source_count;
	uint32_t service_count;
	uint32_t hours_count; /* Zero: at all hours. */
	/* One bit for each segment of the policy. */
	uint8_t segments[POLICY_SEGMENT_COUNT / 8];
	uint32_t rate;                  /* Probes a second; zero: no ceiling. */
	struct config_date expires;     /* The last day. */
	char process[CONFIG_TEXT_SIZE]; /* Empty: any. */
	char owner[CONFIG_TEXT_SIZE];
	char reason[CONFIG_TEXT_SIZE];
	char ticket[CONFIG_TEXT_SIZE]; /* Empty: none. */
};

/* Where to listen. */
struct config_listen {
	struct ip_address address;
	uint16_t port;
};

/* Whom to call. */
struct config_peer {
	char host[CONFIG_HOST_SIZE]; /* A name or the text of an address. */
	uint16_t port;
};

struct config_endpoint_logs {
	struct config_listen udp[CONFIG_ADDRESS_COUNT];
	struct config_listen tcp[CONFIG_ADDRESS_COUNT];
	struct config_listen tls[CONFIG_ADDRESS_COUNT];
	struct config_peer pull[CONFIG_ADDRESS_COUNT];
	uint32_t udp_count;
	uint32_t tcp_count;
	uint32_t tls_count;
	uint32_t pull_count;
	bool pull_tls[CONFIG_ADDRESS_COUNT]; /* Whether it is called by TLS. */
	/* Files, PEM; empty: none. */
	char certificate[CONFIG_PATH_SIZE];
	char key[CONFIG_PATH_SIZE];
	char client_ca[CONFIG_PATH_SIZE]; /* Given: clients must show one. */
	char pull_ca[CONFIG_PATH_SIZE];   /* Empty: the system's. */
	/* Of one sending address. */
	uint32_t peer_connections;
	uint64_t peer_rate_bytes; /* A second. */
	uint64_t idle_ns;         /* A connection may be silent so long. */
};

enum config_transport {
	CONFIG_TRANSPORT_UDP,
	CONFIG_TRANSPORT_TCP,
	CONFIG_TRANSPORT_TLS,
};

enum config_format {
	CONFIG_FORMAT_RFC5424,
	CONFIG_FORMAT_CEF,
	CONFIG_FORMAT_LEEF,
	CONFIG_FORMAT_ECS,
	CONFIG_FORMAT_OCSF,
};

struct config_soc {
	char name[POLICY_NAME_SIZE];
	struct config_peer peer;
	uint8_t transport; /* enum config_transport */
	uint8_t format;    /* enum config_format */
};

struct config_store {
	bool present; /* Else there is no store. */
	char directory[CONFIG_PATH_SIZE];
	uint64_t max_bytes;
};

struct config_web {
	bool present; /* Else there is no web UI. */
	struct config_listen listen;
};

struct config {
	struct policy policy;
	uint32_t capture_count;
	uint32_t scanner_count;
	uint32_t soc_count;
	struct config_capture captures[CONFIG_CAPTURE_COUNT];
	struct config_soc socs[CONFIG_SOC_COUNT];
	struct config_endpoint_logs endpoint_logs;
	struct config_store store;
	struct config_web web;
	struct config_scanner scanners[CONFIG_SCANNER_COUNT];
};

/* One thing that is wrong, for a person. */
struct config_error {
	const char *file;
	uint32_t line; /* From 1; 0: the file as a whole. */
	const char *sentence;
};

/* Is given each error as it is found.  The texts are good for the call only. */
typedef void config_report(void *context, const struct config_error *error);

/* What holds without a file: the default policy and no sections. */
void config_default(struct config *config);

/* Reads the file 'path'.  Returns 0; -EINVAL if its content is wrong; another
 * negative errno if it cannot be read.  'report' has then been called at least
 * once, and '*config' holds nothing of use: a role that reads its configuration
 * again reads it into a spare struct. */
int config_read(const char *path, struct config *config, config_report *report,
    void *context) SW_MUST_CHECK;

/* The same, of 'size' bytes at 'text'; 'file' names them in errors. */
int config_read_text(const char *file, const char *text, size_t size,
    struct config *config, config_report *report, void *context) SW_MUST_CHECK;

/* Writes "FILE:LINE: sentence" and returns 'text'. */
const char *config_error_format(
    const struct config_error *error, char *text, size_t size);

/* Whether there is anything to listen to or to call. */
static inline bool
config_logs_arrive(const struct config_endpoint_logs *logs)
{
	return logs->udp_count + logs->tcp_count + logs->tls_count +
	    logs->pull_count >
	    0;
}

/* Whether a struct that came from another process is one that config_read()
 * could have made, as far as its form goes. */
bool config_logs_are_sound(const struct config_endpoint_logs *logs);

/* Whether the entry allows scanning 'segment', an index of the policy. */
static inline bool
config_scanner_may_scan(const struct config_scanner *scanner, uint32_t segment)
{
	return segment < POLICY_SEGMENT_COUNT &&
	    (scanner->segments[segment / 8] >> segment % 8 & 1) != 0;
}

#endif
