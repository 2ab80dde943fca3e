/*
 * Kafka: JSON records into topics of a cluster, by librdkafka.
 *
 * The other half of the room sends with connections that it is handed; this
 * half has a library that makes threads and connects by itself, so it lives in
 * a role of its own.  Here is no thread of ours: librdkafka's threads talk to
 * brokers and call nothing of ours but 'resolve'; all else it tells when it is
 * asked, in kafka_turn().
 *
 * A record is kept in the ring (ring.h) until the cluster has told, for it and
 * for all before it, that every replica in sync has it (acks=all); librdkafka
 * repeats what is unanswered so that the cluster takes it once and in order
 * (idempotent producer).  What the cluster refuses for a reason of its own is
 * offered again, more and more seldom; what no cluster can take is given up.
 *
 *	alert    PREFIX.alert.v1
 *	summary  PREFIX.summary.v1
 *	health   PREFIX.health.v1   also heartbeats, and that records were lost
 *	audit    PREFIX.audit.v1
 *
 * The order of use:
 *
 *	kafka_init(&kafka, &region, &terms);
 *	kafka_add(&kafka, &soc, why)         reads its files
 *	... the process is confined ...
 *	kafka_start(&kafka)                  threads begin
 *	text = kafka_room(&kafka, index), kafka_give(...)   within the credit
 *	kafka_turn(&kafka, &now)             when the loop has returned, and not
 *	                                     later than kafka_next_ns()
 *
 * Memory: the struct, kafka_bytes() of the caller's region, and what librdkafka
 *         takes, for which there is a limit (CONFIG_FORWARD_KAFKA_HEAP_MIB):
 *         its copies of what it was given and not yet told of.
 * Time:   passed in; librdkafka reads the clock for its own timeouts.
 */
#ifndef FORWARD_KAFKA_H
#define FORWARD_KAFKA_H

#include "base/base.h"

#ifdef CONFIG_FORWARD_KAFKA

#	include <librdkafka/rdkafka.h>

#	include "base/counter.h"
#	include "base/log.h"
#	include "event/loop.h"
#	include "forward/forward.h"
#	include "forward/record.h"
#	include "forward/ring.h"

struct addrinfo;

enum {
	KAFKA_KEY_SIZE = 112, /* Sensor and address, with a slash between. */
	/* Before each message in the ring; see struct kafka_head. */
	KAFKA_HEAD_SIZE = 128,
	/* What librdkafka may hold at once (its queue.buffering). */
	KAFKA_FLIGHT_COUNT = 500,
	KAFKA_TOPIC_SIZE = CONFIG_KAFKA_TOPIC_SIZE + 16,
};

struct kafka_terms {
	struct counters *counters;
	const struct log *log;
	struct loop *loop;
	/* As rd_kafka_conf_set_resolve_cb() has it; called by librdkafka's
	 * threads.  Null: the system's. */
	int (*resolve)(const char *node, const char *service,
	    const struct addrinfo *hints, struct addrinfo **result,
	    void *context);
	void *resolve_context;
};

/* Goes before its message in the ring. */
struct kafka_head {
	int64_t time_ms; /* Of the record, since 1970. */
	uint8_t kind;    /* enum forward_kind */
	uint8_t key_size;
	char key[KAFKA_KEY_SIZE];
	uint8_t unused[6];
};
_Static_assert(sizeof(struct kafka_head) == KAFKA_HEAD_SIZE, "as stated");

/* One cluster.  Private to the room, but for the ring's numbers and the
 * counts. */
struct kafka_destination {
	struct kafka *kafka;
	const struct config_soc *soc;
	rd_kafka_conf_t *conf; /* Until kafka_start(). */
	rd_kafka_t *client;
	struct ring ring;
	uint64_t next; /* The message to be handed to librdkafka next. */
	int event_fd;  /* Tells that librdkafka has something to say. */

	bool is_changed; /* Something is to be told. */
	bool is_open;    /* A broker is connected. */
	bool has_failed; /* Nothing but beginning anew helps. */
	uint32_t wait_s; /* Before what was refused is offered again. */
	uint64_t due_ns; /* When that is; 0: nothing was. */
	uint64_t filled_ns;
	uint64_t tokens;

	uint64_t given;
	uint64_t credit;
	uint64_t seq; /* It has all up to it. */
	uint64_t sent;
	uint64_t acknowledged;
	uint64_t resent;
	uint64_t unsendable;
	uint32_t connections;         /* Lost or refused, ever. */
	uint64_t connected_ns;        /* Since 1970; 0: it is not. */
	uint64_t sent_ns;             /* Since 1970. */
	uint64_t told_ns;             /* When the log had 'error'; monotonic. */
	char error[FORWARD_WHY_SIZE]; /* Why it does not get on; or empty. */
};

struct kafka {
	struct kafka_terms terms;
	struct forward_now now;
	uint32_t count;
	bool is_stopping;
	struct kafka_destination destinations[CONFIG_SOC_COUNT];
};

size_t kafka_bytes(uint32_t count);

/* For 'count' destinations at most. */
void kafka_init(struct kafka *kafka, struct region *region, uint32_t count,
    const struct kafka_terms *terms);

/* Adds a destination, whose index is the number of those before; 'soc' must
 * stay.  Reads its files.  Returns 0, or a negative errno and in 'why' a
 * sentence: -EINVAL, what it was given is of no use.  It is then there all the
 * same, and takes nothing. */
int kafka_add(struct kafka *kafka, const struct config_soc *soc,
    char why[FORWARD_WHY_SIZE]) SW_MUST_CHECK;

/* Begins all threads.  Returns 0 or a negative errno. */
int kafka_start(struct kafka *kafka) SW_MUST_CHECK;

/* Where a message of at most soc.size_limit bytes may be put.  Null: no room,
 * which a record within the credit always has. */
char *kafka_room(struct kafka *kafka, uint32_t index);

/* Takes the message of 'size' bytes that was put there; records of one 'key'
 * keep their order.  Zero: no message can hold the record.  A heartbeat is
 * offered once, and only where kafka_is_open(). */
void kafka_give(struct kafka *kafka, uint32_t index, size_t size,
    const struct forward_record *record, const char *key);

static inline bool
kafka_is_open(const struct kafka *kafka, uint32_t index)
{
	return kafka->destinations[index].is_open;
}

/* Hears what librdkafka has to say, and offers what may be. */
void kafka_turn(struct kafka *kafka, const struct forward_now *now);

/* When to call kafka_turn() next, if nothing comes; monotonic. */
uint64_t kafka_next_ns(const struct kafka *kafka);

/* Whether seq, credit or state of a destination have changed since this was
 * last asked. */
bool kafka_changed(struct kafka *kafka, uint32_t index);

/* The destination that cannot go on, and says why: 1 + index; zero: none. */
uint32_t kafka_failed(const struct kafka *kafka);

/* Whoever gave the records is another, and begins anew: forgets all that was
 * given.  What librdkafka has already may arrive all the same. */
void kafka_reset(struct kafka *kafka);

/* Whether all that was given has arrived, or cannot now. */
bool kafka_is_flushed(const struct kafka *kafka);

/* Has librdkafka forget what it holds, waits for its threads, and closes
 * all. */
void kafka_finish(struct kafka *kafka);

/* "PREFIX.alert.v1" */
void kafka_topic(
    const char *prefix, uint8_t kind, char topic[KAFKA_TOPIC_SIZE]);

/* --- Private to the room: kafka_client.c. */

/* Makes the configuration of a client; as kafka_add(). */
int kafka_client_configure(
    struct kafka_destination *to, char why[FORWARD_WHY_SIZE]) SW_MUST_CHECK;

/* Makes the client.  Returns 0 or a negative errno. */
int kafka_client_start(struct kafka_destination *to) SW_MUST_CHECK;

/* Ends it. */
void kafka_client_finish(struct kafka_destination *to);

/* --- Private to the room: kafka.c; librdkafka's answers. */

/* What became of message 'number', which is one of the ring's if it is still
 * there. */
void kafka_delivered(
    struct kafka_destination *to, uint64_t number, rd_kafka_resp_err_t error);

/* Whether a broker is connected. */
void kafka_opened(struct kafka_destination *to, bool is_open);

/* Why it does not get on, a clause. */
void kafka_complained(struct kafka_destination *to, const char *format, ...)
    SW_PRINTF(2, 3);

#endif

#endif
