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
 * What is right but perhaps not meant is a warning: it is reported likewise,
 * and the configuration holds.
 *
 * Memory: one struct config (about 1 MB) in the role that reads the file.
 *         libConfuse allocates while it reads; the file is bounded by
 *         CONFIG_FILE_SIZE and its sections by the counts below.
 * Time:   none is read.  Hours and expiry dates are kept as written, in the
 *         policy's time zone.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "authorise/entry.h"
#include "authorise/zone.h"
#include "base/addr.h"
#include "base/base.h"
#include "policy/policy.h"

enum {
	CONFIG_FILE_SIZE = 1 << 20, /* Bytes. */
	CONFIG_CAPTURE_COUNT = 16,
	CONFIG_SCANNER_COUNT = CONFIG_AUTHORISE_ENTRY_COUNT < 256
	    ? CONFIG_AUTHORISE_ENTRY_COUNT
	    : 256,
	CONFIG_SOC_COUNT = CONFIG_FORWARD_DESTINATION_COUNT,
	CONFIG_ADDRESS_COUNT = 8, /* Of one kind in endpoint-logs. */

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
	CONFIG_STORE_RESERVE_BYTES = 256 << 20,
	CONFIG_EVIDENCE_PACKETS = 1000, /* The most of them. */
	CONFIG_PEER_CONNECTIONS = 16,
	CONFIG_PEER_RATE_BYTES = 32 << 20,
};

#define CONFIG_IDLE_NS (3600 * NS_PER_S)
/* And for how late logs may be. */
#define CONFIG_HORIZON_NS (6 * 3600 * NS_PER_S)

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
	/* So long after its last probe a scan is still attributed. */
	uint64_t horizon_ns;
};

enum config_transport {
	CONFIG_TRANSPORT_UDP,
	CONFIG_TRANSPORT_TCP,
	CONFIG_TRANSPORT_TLS,
	CONFIG_TRANSPORT_RELP,
	CONFIG_TRANSPORT_RELP_TLS,
	CONFIG_TRANSPORT_KAFKA, /* Only where it is built. */
	CONFIG_TRANSPORT_COUNT
};

enum config_format {
	CONFIG_FORMAT_RFC5424,
	CONFIG_FORMAT_CEF,
	CONFIG_FORMAT_LEEF,
	CONFIG_FORMAT_ECS,
	CONFIG_FORMAT_OCSF,
	CONFIG_FORMAT_COUNT
};

/* How messages are told apart in a stream (RFC 6587). */
enum config_framing {
	CONFIG_FRAMING_COUNTED, /* Octets are counted before each. */
	CONFIG_FRAMING_LINES,   /* A line feed ends each. */
	CONFIG_FRAMING_COUNT
};

/* Of what kind the records are that a soc gets, as bits. */
enum config_record {
	CONFIG_RECORD_ALERT = 1,
	CONFIG_RECORD_AUDIT = 2,
	CONFIG_RECORD_HEALTH = 4,
	CONFIG_RECORD_SUMMARY = 8,
	CONFIG_RECORD_ALL = 15
};

enum config_authorised {
	CONFIG_AUTHORISED_YES,  /* Scans that are authorised, too. */
	CONFIG_AUTHORISED_NO,   /* Only those that are not. */
	CONFIG_AUTHORISED_ONLY, /* Only those that are. */
	CONFIG_AUTHORISED_COUNT
};

enum config_revisions {
	CONFIG_REVISIONS_ALL,
	CONFIG_REVISIONS_FIRST_AND_LAST,
	CONFIG_REVISIONS_STATE, /* First, last, and where the state changed. */
	CONFIG_REVISIONS_COUNT
};

enum {
	CONFIG_FILTER_NAMES = 16, /* Segments, and kinds, that it names. */
	CONFIG_KIND_SIZE = 24,
};

/* Which records a soc gets. */
struct config_filter {
	uint8_t severity;   /* At least; as the alert has it: 0 low ... 3. */
	uint8_t records;    /* enum config_record, bits. */
	uint8_t authorised; /* enum config_authorised */
	uint8_t revisions;  /* enum config_revisions */
	uint32_t segment_count;
	uint32_t kind_count;
	/* None: all.  An alert passes if its source or a target is in one. */
	char segments[CONFIG_FILTER_NAMES][POLICY_NAME_SIZE];
	char kinds[CONFIG_FILTER_NAMES][CONFIG_KIND_SIZE]; /* None: all. */
};

enum {
	CONFIG_FINGERPRINT_SIZE = 65, /* SHA-256 in hexadecimal. */
	/* Of one message to a soc, in bytes. */
	CONFIG_SIZE_LIMIT_LEAST = 1024,
	CONFIG_SIZE_LIMIT_MOST = 32768,
	CONFIG_SIZE_LIMIT_UDP = 1024,
	CONFIG_SIZE_LIMIT = 8192,
	CONFIG_FORWARD_RATE = 500, /* Messages a second. */
	CONFIG_FACILITY = 16,      /* local0 */
	CONFIG_SEVERITY_LAST = 3,  /* Critical. */
};

#define CONFIG_OUTBOX_BYTES (256ull << 20)
#define CONFIG_HEARTBEAT_NS (60 * NS_PER_S)

#ifdef CONFIG_FORWARD_KAFKA
enum config_kafka_security {
	CONFIG_KAFKA_PLAINTEXT,
	CONFIG_KAFKA_SSL,
	CONFIG_KAFKA_SASL_PLAINTEXT,
	CONFIG_KAFKA_SASL_SSL,
	CONFIG_KAFKA_SECURITY_COUNT
};

enum config_kafka_mechanism {
	CONFIG_KAFKA_PLAIN,
	CONFIG_KAFKA_SCRAM_SHA_256,
	CONFIG_KAFKA_SCRAM_SHA_512,
	CONFIG_KAFKA_MECHANISM_COUNT
};

enum {
	/* "host:port", with commas between. */
	CONFIG_KAFKA_BROKERS_SIZE = 8 * (CONFIG_HOST_SIZE + 8),
	CONFIG_KAFKA_TOPIC_SIZE = 64,
	CONFIG_KAFKA_USER_SIZE = 128,
};

/* Of transport "kafka". */
struct config_kafka {
	char brokers[CONFIG_KAFKA_BROKERS_SIZE];
	char topic[CONFIG_KAFKA_TOPIC_SIZE]; /* What topics begin with. */
	char username[CONFIG_KAFKA_USER_SIZE];
	char password_file[CONFIG_PATH_SIZE];
	uint8_t security;  /* enum config_kafka_security */
	uint8_t mechanism; /* enum config_kafka_mechanism */
};
#endif

/* Pointer-free: it goes to the ledger and the forwarder as it is. */
struct config_soc {
	char name[POLICY_NAME_SIZE];
	struct config_peer peer;
	uint8_t transport; /* enum config_transport */
	uint8_t format;    /* enum config_format */
	uint8_t framing;   /* enum config_framing */
	uint8_t facility;  /* 0 to 23. */
	bool mask_secrets;
	uint32_t size_limit; /* Bytes of a message. */
	uint32_t rate;       /* Messages a second, at most. */
	uint64_t
	    outbox_bytes; /* What the store keeps for it while it is away. */
	uint64_t heartbeat_ns; /* From one to the next; 0: none. */
	/* Of TLS; files are PEM, empty: none. */
	char ca[CONFIG_PATH_SIZE]; /* Empty: the system's. */
	char certificate[CONFIG_PATH_SIZE];
	char key[CONFIG_PATH_SIZE];
	char fingerprint[CONFIG_FINGERPRINT_SIZE]; /* In place of an authority;
	                                            * of certificate or key. */
	char server_name[CONFIG_HOST_SIZE];        /* Empty: that of 'peer'. */
	struct config_filter filter;
#ifdef CONFIG_FORWARD_KAFKA
	struct config_kafka kafka; /* In place of 'peer'. */
#endif
};

struct config_store {
	bool present; /* Else there is no store. */
	char directory[CONFIG_PATH_SIZE];
	uint64_t max_bytes;
	uint64_t reserve_bytes; /* Left free of the partition. */
	/* How long each kind is kept. */
	uint64_t keep_alerts_s;
	uint64_t keep_open_s; /* Alerts that nobody has acknowledged. */
	uint64_t keep_evidence_s;
	uint64_t keep_audit_s;
	uint64_t keep_summaries_s;
	uint64_t keep_health_s;
	uint32_t evidence_packets; /* Of the first, and of the last. */
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
	uint32_t
	    soc_version; /* The supervisor's: grows when the socs change. */
	struct config_capture captures[CONFIG_CAPTURE_COUNT];
	/* Those of Kafka last, since a role of its own has them. */
	struct config_soc socs[CONFIG_SOC_COUNT];
	struct config_endpoint_logs endpoint_logs;
	struct config_store store;
	struct config_web web;
	bool two_person; /* Who approves an entry is not who proposed it. */
	struct authorise_zone zone; /* The policy's time zone. */
	/* Their segments are indices of the policy. */
	struct authorise_entry scanners[CONFIG_SCANNER_COUNT];
};

/* One thing that is wrong, or worth a second look, for a person. */
struct config_error {
	const char *file;
	uint32_t line;   /* From 1; 0: the file as a whole. */
	bool is_warning; /* The configuration holds all the same. */
	const char *sentence;
};

/* Is given each error as it is found.  The texts are good for the call only. */
typedef void config_report(void *context, const struct config_error *error);

/* What holds without a file: the default policy and no sections. */
void config_default(struct config *config);

/* What holds of a store where nothing is said. */
void config_store_default(struct config_store *store);

/* Reads the file 'path'.  Returns 0, even if there were warnings; -EINVAL if
 * its content is wrong; another negative errno if it cannot be read.  'report'
 * has then been called at least once, and '*config' holds nothing of use: a
 * role that reads its configuration again reads it into a spare struct. */
int config_read(const char *path, struct config *config, config_report *report,
    void *context) SW_MUST_CHECK;

/* The same, of 'size' bytes at 'text'; 'file' names them in errors. */
int config_read_text(const char *file, const char *text, size_t size,
    struct config *config, config_report *report, void *context) SW_MUST_CHECK;

/* Writes "FILE:LINE: sentence", or "FILE:LINE: warning: sentence", and returns
 * 'text'. */
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

/* How many of the socs, from the first, are the forwarder's; the others are
 * Kafka's. */
static inline uint32_t
config_forwarder_socs(const struct config *config)
{
	uint32_t count = config->soc_count;

	while (count > 0 &&
	    config->socs[count - 1].transport == CONFIG_TRANSPORT_KAFKA) {
		count--;
	}
	return count;
}

/* Whether a struct that came from another process is one that config_read()
 * could have made, as far as its form goes. */
bool config_logs_are_sound(const struct config_endpoint_logs *logs);

/* Likewise of a whole configuration. */
bool config_is_sound(const struct config *config);

/* The same of a soc. */
bool config_soc_is_sound(const struct config_soc *soc);

#endif
