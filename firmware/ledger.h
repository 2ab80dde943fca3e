/*
 * The ledger's own: what the files of its role share.  Private to them.
 *
 *	role_ledger.c      its life: start, loop, end; telling alerts
 *	ledger_intake.c    what the sensor and the collector send
 *	ledger_evidence.c  likewise: evidence and summaries
 *	ledger_store.c     the store, and the configuration
 *	ledger_health.c    what is said of the sensor itself
 *	ledger_control.c   what people ask for
 *	ledger_forward.c   what the forwarder is given
 */
#ifndef FIRMWARE_LEDGER_H
#define FIRMWARE_LEDGER_H

#include "alert/alert_json.h"
#include "firmware/health.h"
#include "firmware/local_server.h"
#include "firmware/output.h"
#include "firmware/role.h"
#include "firmware/status_report.h"
#include "pipeline/keeping.h"
#include "pipeline/ledger_pipeline.h"

/* A destination, as far as this forwarder goes. */
struct ledger_soc {
	bool is_connected;
	uint64_t credit;           /* Records that it takes in all. */
	uint64_t given;            /* Of these. */
	uint64_t sequence;         /* Of the last that was given. */
	uint64_t beat_interval_ns; /* 0: no heartbeats. */
	uint64_t beat_ns;          /* When the last was sent. */
};

enum {
	LEDGER_REQUEST_SIZE = 256 << 10, /* Bytes. */
	LEDGER_CLIENTS = 2,
	LEDGER_ACCOUNTS = 64, /* Whose names are known. */
};

/* An account of the machine, as it was at the start. */
struct ledger_account {
	uint32_t uid;
	char name[PEOPLE_NAME_SIZE];
};

struct ledger {
	struct role role;
	bool is_started;
	bool prints_json;
	int status_fd;  /* To listen at; -1: none came. */
	int control_fd; /* Likewise, for requests. */
	int config_fd;  /* The configuration, until it is applied; -1: none. */
	struct region region;
	struct ledger_pipeline pipeline;
	struct keeping keeping;
	struct config_store store_config;
	struct ledger_state state; /* Being stored. */
	struct keeping_recalled recalled;
	struct attribution attribution; /* For a summary. */
	bool knows_sensor;              /* Since when it has run. */
	bool is_open;            /* The store, where there is to be one. */
	bool has_strangers;      /* It has active alerts that cannot go on. */
	uint32_t generation;     /* Of the list of destinations. */
	uint32_t forwarder_socs; /* Of these; the others are the producer's. */
	struct ledger_soc socs[KEEPING_DESTINATIONS];
	struct message_forward forward;
	struct local_server status_server;
	struct local_server control_server;
	uint32_t account_count;
	struct ledger_account accounts[LEDGER_ACCOUNTS];
	struct stats_page pages[ROLE_COUNT];
	struct timer second; /* Once a second. */
	struct alert alert;
	struct alert last; /* The last that was told. */
	bool has_last;
	struct status_view view;
	struct ledger_health health;
	uint64_t retained_ns; /* When the store was last looked after. */
	uint64_t sampled_ns;  /* Likewise, when health was noted. */
	bool was_failing;     /* So the store was said to be. */
	struct output output;
};

/* Takes a message of the sensor, the collector or the forwarder. */
void ledger_take_message(void *context, const struct channel_header *header);

/* Stores and tells ledger->alert. */
void ledger_tell(struct ledger *ledger);

/* --- ledger_evidence.c */

/* Whether it was one of them. */
bool ledger_take_evidence(
    struct ledger *ledger, const struct channel_header *header);

/* --- ledger_store.c */

/* Takes the configuration that came by descriptor: at once if the store is open
 * (or there is none), else when it will be. */
void ledger_take_configuration(struct ledger *ledger, int descriptor);

/* Before the confinement: makes the folder; returns its path, null: no store.
 * After it: opens the store, takes back what it has, applies the
 * configuration. */
const char *ledger_prepare_store(struct ledger *ledger);
void ledger_open_store(struct ledger *ledger);

/* Each second. */
void ledger_look_after_store(struct ledger *ledger, uint64_t now_ns);

/* Ends the batch: what it holds is on the disk, and told. */
void ledger_commit(struct ledger *ledger);

/* "none", "working", "failing"; and {state, bytes, max_bytes}. */
const char *ledger_store_state(const struct ledger *ledger);
json_t *ledger_store_report(const struct ledger *ledger);

/* The same for the status. */
void ledger_view_store(const struct ledger *ledger, struct status_view *view);

/* --- ledger_health.c */

/* Each second: samples for the store, and notices of entries that expire. */
void ledger_look_after_health(struct ledger *ledger, uint64_t now_ns);

/* Tells the log and the destinations of something about the sensor itself. */
void ledger_note_health(struct ledger *ledger, const char *event,
    enum forward_severity severity, const char *sentence);

/* Adds to the audit log, and tells it; 'entry' has who, what and why. */
void ledger_audit(struct ledger *ledger, struct store_audit *entry);

/* Adds what the sensor has captured, if that is known. */
void ledger_add_sensor_state(struct ledger *ledger, json_t *object);

/* --- ledger_control.c */

/* Before the confinement: learns whose account is whose. */
void ledger_learn_accounts(struct ledger *ledger);

char *ledger_answer(
    void *context, const struct local_request *asked, size_t *size);

/* --- ledger_forward.c */

/* The forwarder, or the producer, is another. */
void ledger_forward_anew(struct ledger *ledger, enum role_id role);

void ledger_take_forwarded(
    struct ledger *ledger, const struct message_forwarded *message);
void ledger_take_forward_state(
    struct ledger *ledger, const struct message_forward_state *message);

/* Gives it what waits, as far as it takes it; after ledger_commit(). */
void ledger_forward(struct ledger *ledger);
void ledger_heartbeats(struct ledger *ledger, uint64_t now_ns);

#endif
