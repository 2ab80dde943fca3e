/*
 * Syslog: log messages of endpoints and relays in, by whatever way they come.
 *
 * UDP (RFC 5426), TCP with both framings of RFC 6587, TLS (RFC 5425); and where
 * nothing may come in, connections that the caller opens to relays, which are
 * read alike.  Every message is given to terms.take() as it stands: what is in
 * it is not this room's business.
 *
 * Peers are strangers.  What one of them does must not harm the others, so
 *	- each has its share of connections and of bytes a second (peer.h);
 *	- ready connections take turns, one read each (epoll gives them in
 *	  rotation);
 *	- what has not come whole lies in a bounded pool (backlog.h), from which
 *	  the largest message gives way, cut;
 *	- who stops within a message or a handshake, is silent for too long, or
 *	  does not speak syslog is closed; and when all connections are taken, a
 *	  new one takes the place of the longest silent that was never of use.
 * All of it is counted, by peer, and told in lines that are limited in number.
 *
 * Usage:
 *
 *	error = syslog_init(&syslog, &region, &terms);
 *	error = syslog_listen(&syslog, SYSLOG_TCP, &address, port);
 *	wait for syslog.epoll_fd to be readable, then
 *	syslog_turn(&syslog, &now);          some of what has come
 *	syslog_tick(&syslog, &now);          every SYSLOG_TICK_NS
 *
 * A caller that cannot take messages now does not call syslog_turn(): streams
 * then wait at their senders, datagrams in the kernel, as long as it has room.
 *
 * Memory: the struct, syslog_bytes() of the caller's region, and what GnuTLS
 *         takes (tls.h).
 * Time:   passed in.
 */
#ifndef SYSLOG_SYSLOG_H
#define SYSLOG_SYSLOG_H

#include "base/counter.h"
#include "base/log.h"
#include "syslog/backlog.h"
#include "syslog/framing.h"
#include "syslog/peer.h"
#include "syslog/seen.h"
#include "tls/tls.h"

enum {
	SYSLOG_LISTENERS = 24,
	SYSLOG_RELAYS = 8,
	SYSLOG_NAME_SIZE = 160, /* "relay.example.org:6514" */
	SYSLOG_READ_SIZE = 64 << 10,
	SYSLOG_DATAGRAM_SIZE = 64 << 10,
};

#define SYSLOG_TICK_NS (100 * NS_PER_MS)

enum syslog_transport { SYSLOG_UDP, SYSLOG_TCP, SYSLOG_TLS };

struct syslog_now {
	uint64_t monotonic_ns;
	uint64_t wall_ns; /* Since 1970. */
};

/* One message, good until its taker returns. */
struct syslog_message {
	const char *bytes;
	size_t size;
	uint64_t arrival_ns; /* Since 1970. */
	const char *sender;  /* The peer's address. */
	uint8_t transport;   /* enum syslog_transport */
	bool is_cut;
};

/* What is agreed with the caller. */
struct syslog_terms {
	struct counters *counters;
	const struct log *log;
	const struct tls *tls; /* Null: neither listens nor calls by TLS. */
	struct hash_key key;
	struct peer_limits limits;
	uint64_t idle_ns;        /* A connection may be silent so long. */
	uint8_t useful_verdicts; /* Verdicts below it are of use. */

	/* Takes a message and says what became of it: one of its own
	 * PEER_VERDICTS. */
	uint8_t (*take)(void *context, const struct syslog_message *message);
	void *context;
};

/* Where somebody can reach us. */
struct syslog_listener {
	int fd;
	uint8_t transport;
	bool is_resting; /* The system could not accept; until the next tick. */
	uint32_t drops;  /* The kernel's count so far. */
};

/* Whom we call. */
struct syslog_relay {
	char name[SYSLOG_NAME_SIZE]; /* For people. */
	char host[SYSLOG_NAME_SIZE]; /* That its certificate must have. */
	bool is_tls;
	bool is_asked;   /* The caller is to connect it. */
	uint32_t stream; /* 1 + index; zero: not connected. */
	uint32_t wait_s; /* Before the next call. */
	uint64_t due_ns; /* Of the next call, or of giving up on one. */
	uint64_t checks; /* Messages still to be looked up. */
	bool was_connected;
};

enum stream_state {
	STREAM_FREE,
	STREAM_HANDSHAKE,
	STREAM_OPEN,
	STREAM_PAUSED, /* Its peer is over its rate. */
};

/* One connection.  Private to the room. */
struct stream {
	int fd;
	uint8_t state;       /* enum stream_state */
	uint8_t transport;   /* enum syslog_transport */
	uint8_t relay;       /* 1 + index; zero: it came to us. */
	uint32_t generation; /* Of this place. */
	uint32_t next_free;  /* 1 + index. */
	struct backlog held;
	gnutls_session_t session;
	struct peer *peer;
	uint64_t opened_ns;
	uint64_t heard_ns;
	uint64_t useful; /* Messages that were. */
	struct framing framing;
};

/* Lines that are limited in number, by what they say. */
enum syslog_line {
	SYSLOG_LINE_REFUSED,
	SYSLOG_LINE_FULL,
	SYSLOG_LINE_TLS,
	SYSLOG_LINE_HOPELESS,
	SYSLOG_LINE_STALLED,
	SYSLOG_LINE_LIMITED,
	SYSLOG_LINE_DROPS,
	SYSLOG_LINE_ROOM,
	SYSLOG_LINES
};

/* How many of one kind there have been. */
struct syslog_lines {
	uint64_t since_ns;
	uint32_t count;
	uint64_t kept; /* Back, since the last one written. */
};

struct syslog_burst; /* Private to datagram.c. */

/* Private to the room, but for 'epoll_fd' and what is shown. */
struct syslog {
	struct syslog_terms terms;
	struct syslog_now now;
	int epoll_fd; /* Readable: there is something to do. */
	struct peers peers;
	struct seen seen;
	struct backlog_pool pool;
	struct stream *streams;
	uint32_t first_free; /* 1 + index. */
	uint32_t stream_count;
	uint32_t tls_count;
	uint32_t listener_count;
	uint32_t relay_count;
	struct syslog_listener listeners[SYSLOG_LISTENERS];
	struct syslog_relay relays[SYSLOG_RELAYS];
	char *buffer; /* What is held of a stream, and what comes. */
	char *spare;  /* What is held of one that gives way. */
	struct syslog_burst *burst;
	struct syslog_lines lines[SYSLOG_LINES];
};

size_t syslog_bytes(void);
uint32_t syslog_plan(struct plan_line *lines, uint32_t capacity);

/* Returns 0 or a negative errno. */
int syslog_init(struct syslog *syslog, struct region *region,
    const struct syslog_terms *terms) SW_MUST_CHECK;

void syslog_finish(struct syslog *syslog);

/* Listens at an address and port.  Returns 0 or a negative errno. */
int syslog_listen(struct syslog *syslog, enum syslog_transport transport,
    const struct ip_address *address, uint16_t port) SW_MUST_CHECK;

/* The port of listener 'index', for one that was given none. */
uint16_t syslog_port(const struct syslog *syslog, uint32_t index);

/* Adds a relay to be called; its index. */
uint32_t syslog_add_relay(
    struct syslog *syslog, const char *host, uint16_t port, bool is_tls);

/* A relay that is to be called now, and is then taken to be: 1 + index; zero:
 * none. */
uint32_t syslog_wanted_relay(struct syslog *syslog);

/* The call came about: 'fd', connected, is the room's from now on.  -1: it did
 * not, because 'why' (a clause). */
void syslog_attach_relay(
    struct syslog *syslog, uint32_t index, int fd, const char *why);

/* Deals with some of what has come. */
void syslog_turn(struct syslog *syslog, const struct syslog_now *now);

/* Deals with what has not come; to be called every SYSLOG_TICK_NS. */
void syslog_tick(struct syslog *syslog, const struct syslog_now *now);

/* Gives what has come of messages that are not whole, and closes all. */
void syslog_close_streams(struct syslog *syslog);

#endif
