/*
 * Forward: messages to SOCs, each by the way it wants them.
 *
 * A destination is a section "soc" of the configuration.  Its messages lie in a
 * ring (ring.h) from when they are given until the destination has them, and go
 * out in order, as fast as it takes them and its rate allows:
 *
 *	udp       a datagram each; gone once it is sent
 *	tcp, tls  framed by octet counts or line feeds (RFC 6587, RFC 5425).
 *	          Nobody says what arrived.  So a message is taken for
 *	          delivered only when the peer's system has it, a second has
 *	          passed and 32 newer ones have been written; or after five
 *	          quiet seconds.  All that is younger is sent again when the
 *	          connection is lost
 *	relp      (and with TLS) each message is acknowledged (relp.h); what is
 *	          not is sent again
 *
 * What may be lost by each, and why these figures, is in docs/delivery.md.
 *
 * The room cannot connect: forward_wanted() says who is to be called, and
 * forward_attach() takes the connection.  A lost connection is called anew
 * after a second, two, four and so on to a minute, each half by chance.  One
 * destination that hangs, or reads a byte at a time, takes nothing from the
 * others: nothing here waits.
 *
 * Usage:
 *
 *	error = forward_init(&forward, &region, &terms);
 *	index = forward_add(&forward, &soc, &tls);
 *	while (forward_credit(...) allows it) {
 *		text = forward_room(&forward, index);
 *		forward_give(&forward, index, length, seq);
 *	}
 *	when the loop has returned: forward_turn(&forward, &now), then what
 *	forward_changed() says; not later than forward_next_ns()
 *
 * Memory: the struct, forward_bytes() of the caller's region, and what GnuTLS
 *         takes (tls/tls.h) for one session a destination.
 * Time:   passed in.
 */
#ifndef FORWARD_FORWARD_H
#define FORWARD_FORWARD_H

#include "base/counter.h"
#include "base/log.h"
#include "config/config.h"
#include "event/loop.h"
#include "forward/relp.h"
#include "forward/ring.h"
#include "tls/tls.h"

enum {
	FORWARD_WHY_SIZE = 200,
	/* Messages that must be written after one before it is let go. */
	FORWARD_NEWER_COUNT = 32,
	/* Unacknowledged frames of RELP, as librelp has it. */
	FORWARD_RELP_WINDOW = 128,
	/* Answers of RELP that a message is not wanted, before it is given
	 * up. */
	FORWARD_REFUSALS = 3,
};

#define FORWARD_HELD_NS  (1 * NS_PER_S)  /* A message, at least. */
#define FORWARD_QUIET_NS (5 * NS_PER_S)  /* Without newer ones. */
#define FORWARD_CALL_NS  (30 * NS_PER_S) /* For a call to be made. */
#define FORWARD_HELLO_NS (15 * NS_PER_S) /* For TLS, and to open RELP. */
#define FORWARD_STALL_NS (20 * NS_PER_S) /* Nothing is taken, or answered. */

struct forward_now {
	uint64_t monotonic_ns;
	uint64_t wall_ns; /* Since 1970. */
};

struct forward_terms {
	struct counters *counters;
	const struct log *log;
	struct loop *loop;
	uint64_t seed; /* Of the pauses' chance. */
};

enum forward_state {
	FORWARD_WAITING, /* To be called again. */
	FORWARD_CALLED,  /* The caller is at it. */
	FORWARD_HANDSHAKE,
	FORWARD_OPENING, /* RELP. */
	FORWARD_OPEN,
};

/* One SOC.  Private to the room, but for the ring's numbers and the counts. */
struct forward_destination {
	const struct config_soc *soc;
	const struct tls *tls;
	struct ring ring;
	uint8_t pin[TLS_DIGEST_SIZE];
	bool is_pinned;

	uint8_t state;   /* enum forward_state */
	bool is_wanted;  /* To be called by the caller. */
	bool is_changed; /* Something is to be told. */
	bool is_blocked; /* The peer takes nothing at the moment. */
	bool has_input;
	bool is_watched_for_output;
	int fd; /* -1: none. */
	gnutls_session_t session;
	struct relp relp;
	uint32_t txnr;      /* The last that was used. */
	uint32_t open_txnr; /* Of "open". */
	uint32_t wait_s;    /* Before the next call. */
	uint64_t due_ns;    /* When the state has lasted too long. */
	uint64_t moved_ns;  /* When the peer last took something. */

	uint64_t next;    /* Number of the message that is to be written, */
	uint32_t offset;  /* and how much of its frame has been. */
	uint64_t written; /* Bytes of this connection. */
	uint64_t tokens;  /* Messages that may be sent now, times a billion. */
	uint64_t filled_ns;

	uint64_t given;  /* Records, ever. */
	uint64_t credit; /* Records that it may be given, ever. */
	uint64_t seq;    /* It has all up to it. */
	uint64_t sent;   /* Messages. */
	uint64_t acknowledged;
	uint64_t resent;
	uint64_t unsendable;
	uint32_t connections;         /* That were lost, or not made. */
	uint64_t connected_ns;        /* Since 1970; 0: it is not. */
	uint64_t opened_ns;           /* Monotonic. */
	uint64_t sent_ns;             /* The last, since 1970. */
	uint64_t told_ns;             /* Of the error's last line; monotonic. */
	char error[FORWARD_WHY_SIZE]; /* Empty: none. */
};

/* Private to the room, but for 'destinations'. */
struct forward {
	struct forward_terms terms;
	struct forward_now now;
	uint64_t chance;
	uint32_t count;
	bool is_stopping;
	char *buffer; /* What comes. */
	struct forward_destination destinations[CONFIG_SOC_COUNT];
};

size_t forward_bytes(void);
uint32_t forward_plan(struct plan_line *lines, uint32_t capacity);

void forward_init(struct forward *forward, struct region *region,
    const struct forward_terms *terms);

/* Adds a destination; its index.  'soc' and 'tls' (null: none is needed) must
 * stay.  There may be CONFIG_FORWARD_DESTINATION_COUNT. */
uint32_t forward_add(struct forward *forward, const struct config_soc *soc,
    const struct tls *tls);

/* Where a message of at most soc.size_limit bytes may be put.  Null: no room,
 * which a record within the credit always has. */
char *forward_room(struct forward *forward, uint32_t index);

/* Takes the message of 'size' bytes that was put there, of record 'seq'.  Zero:
 * no message can hold that record; it counts as delivered. */
void forward_give(
    struct forward *forward, uint32_t index, size_t size, uint64_t seq);

/* The same of one that is of the moment: it is sent once, if at all, and never
 * told of.  Only where forward_is_open(). */
void forward_give_heartbeat(
    struct forward *forward, uint32_t index, size_t size);

static inline bool
forward_is_open(const struct forward *forward, uint32_t index)
{
	return forward->destinations[index].state == FORWARD_OPEN;
}

/* A destination that is to be called now, and is then taken to be: 1 + index;
 * zero: none. */
uint32_t forward_wanted(struct forward *forward);

/* The call came about: 'fd', connected and non-blocking, is the room's from now
 * on.  -1: it did not, because 'why' (a clause). */
void forward_attach(struct forward *forward, uint32_t index, int fd,
    const char *why, const struct forward_now *now);

/* Deals with what has come, and sends what can be. */
void forward_turn(struct forward *forward, const struct forward_now *now);

/* When to call forward_turn() next, if nothing comes; monotonic. */
uint64_t forward_next_ns(const struct forward *forward);

/* Whether seq, credit or state of a destination have changed since this was
 * last asked. */
bool forward_changed(struct forward *forward, uint32_t index);

/* Whoever gave the records is another, and begins anew: forgets all that was
 * given, closes what is open, and counts from zero. */
void forward_reset(struct forward *forward);

/* Calls nobody any more; what is there is still sent. */
void forward_stop(struct forward *forward);

/* Whether all that was given has been written, or cannot be now. */
bool forward_is_flushed(const struct forward *forward);

/* Says good-bye and closes all. */
void forward_finish(struct forward *forward);

#endif
