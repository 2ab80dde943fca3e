/*
 * Channel: one end of a connection between two roles.
 *
 * Roles do not trust one another: any may have been taken over by what it
 * parses.  So all that passes between them is a message, a struct of known size
 * and without pointers, and the receiver checks each before anything looks at
 * it: of a type that it may get here, of this build's version, of the right
 * size, with a descriptor just where one belongs, and sound by the check
 * function of its type.  The first that fails ends the connection; there is no
 * guess at what might have been meant.
 *
 * Sending never blocks.  What the peer does not take at once waits in a bounded
 * queue; when that is full the message is dropped and counted.  Whoever can
 * hold back asks channel_has_room() first.  The queue outlives the connection:
 * it is sent to the next peer, unless channel_discard() empties it.
 *
 * The connection is a SOCK_SEQPACKET pair (unix(7)), which keeps messages whole
 * and in order and can carry a descriptor.
 *
 * Usage:
 *
 *	channel_init(&channel, &region, &terms);
 *	error = channel_attach(&channel, fd);
 *	channel_send(&channel, TYPE, &message, sizeof(message), -1);
 *
 * and terms.receive is called from the loop for each message that is sound.
 *
 * Memory: channel_bytes() of the caller's region.
 */
#ifndef IPC_CHANNEL_H
#define IPC_CHANNEL_H

#include "base/counter.h"
#include "event/loop.h"
#include "mem/region.h"

/* Both ends are the same executable, but for a moment of an update. */
enum { CHANNEL_VERSION = 1 };

/* Every message begins with it; channel_send() fills it in. */
struct channel_header {
	uint16_t type;
	uint16_t version; /* CHANNEL_VERSION */
	uint32_t size;    /* Bytes of the message, with the header. */
};

/* A type of message, as its receiver knows it. */
struct channel_kind {
	uint16_t type;
	bool has_descriptor; /* One comes with it, or else none. */
	uint32_t size;       /* Bytes, with the header. */
	/* Whether every field is within its bounds; null: nothing to check. */
	bool (*is_sound)(const void *message);
	/* Zero: it has 'size' bytes.  Else these at least, and 'size' at most;
	 * header.size says how many. */
	uint32_t size_least;
};

enum channel_end {
	CHANNEL_PEER_GONE, /* The peer closed its end, or died. */
	CHANNEL_REFUSED,   /* It sent what it may not. */
};

/* What the owner agrees with its channel. */
struct channel_terms {
	struct loop *loop;
	struct counters *counters;
	const struct channel_kind *kinds; /* That it may receive. */
	uint32_t kind_count;
	uint32_t queue_count; /* Messages that wait for the peer, at most. */
	uint32_t send_size;   /* Bytes of the largest message sent. */

	/* Takes a message, good until it returns, and its descriptor (-1:
	 * none), which it then owns. */
	void (*receive)(void *context, const void *message, int descriptor);
	/* The connection is over; the channel has closed it. */
	void (*ended)(void *context, enum channel_end why);
	void *context;
};

/* A message that waits.  Private to channel.c. */
struct channel_slot {
	uint32_t size;
	int descriptor; /* -1: none. */
};

/* Private to channel.c. */
struct channel {
	struct channel_terms terms;
	int fd; /* -1: no peer. */
	uint32_t receive_size;
	uint8_t *receive_buffer;
	struct channel_slot *slots;
	uint8_t *slot_bytes;
	uint32_t first; /* Slot of the message that has waited longest. */
	uint32_t count; /* Messages that wait. */
};

/* Bytes of region that channel_init() carves. */
size_t channel_bytes(const struct channel_terms *terms);

/* 'terms' is copied; what it points to must stay. */
void channel_init(struct channel *channel, struct region *region,
    const struct channel_terms *terms);

/* Connects: 'fd' is the channel's from now on, even on failure.  The peer
 * before it, if any, is let go, once what it had sent has been taken.  Returns
 * 0 or a negative errno: -EMSGSIZE when the socket cannot hold the largest
 * message (raise net.core.wmem_max). */
int channel_attach(struct channel *channel, int fd) SW_MUST_CHECK;

/* Closes the connection, if there is one, without calling terms.ended. */
void channel_detach(struct channel *channel);

static inline bool
channel_is_attached(const struct channel *channel)
{
	return channel->fd >= 0;
}

/* Whether another message would be sent or queued, not dropped. */
static inline bool
channel_has_room(const struct channel *channel)
{
	return channel->count < channel->terms.queue_count;
}

/* How many messages wait for the peer. */
static inline uint32_t
channel_waiting(const struct channel *channel)
{
	return channel->count;
}

/* Sends 'message' of 'size' bytes, which begins with a struct channel_header
 * that is filled in here; or queues it.  'descriptor' (-1: none) goes with it
 * and is the channel's from now on.  False: the queue is full, the message is
 * dropped and counted. */
bool channel_send(struct channel *channel, uint16_t type, void *message,
    uint32_t size, int descriptor);

/* Drops all that waits, uncounted. */
void channel_discard(struct channel *channel);

/* Makes the pair of sockets that two channels talk through, non-blocking and
 * closed on exec, each able to hold a message of 'message_size' bytes.  Returns
 * 0 or a negative errno. */
int channel_make_pair(int fds[2], size_t message_size) SW_MUST_CHECK;

#endif
