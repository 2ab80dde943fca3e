/* Streams: connections over TCP and TLS, from their beginning to their end. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "syslog/room.h"

#define HANDSHAKE_NS (10 * NS_PER_S)
/* Who stops within a message has so long to go on. */
#define STALL_NS (30 * NS_PER_S)
/* A line that has ended is a message once nothing has come for so long. */
#define FLUSH_NS (200 * NS_PER_MS)
/* One that has just come is not sent away for another. */
#define GRACE_NS (2 * NS_PER_S)

static struct stream *take_place(
    struct syslog *syslog, enum syslog_transport transport);
static bool displace_one(
    struct syslog *syslog, enum syslog_transport transport);
static void refuse(struct syslog *syslog, int fd, struct peer *peer);
static bool begin_tls(struct syslog *syslog, struct stream *stream,
    const struct syslog_relay *relay);
static void shake_hands(struct syslog *syslog, struct stream *stream);
static void wait_for(
    struct syslog *syslog, struct stream *stream, uint32_t events);
static uint64_t tag(const struct syslog *syslog, const struct stream *stream);

void
streams_init(struct syslog *syslog, struct region *region)
{
	syslog->streams = region_carve(
	    region, CONFIG_SYSLOG_CONNECTION_COUNT, sizeof(struct stream));
	for (uint32_t i = 0; i < CONFIG_SYSLOG_CONNECTION_COUNT; i++) {
		syslog->streams[i].fd = -1;
		syslog->streams[i].next_free = i;
	}
	syslog->first_free = CONFIG_SYSLOG_CONNECTION_COUNT;
}

uint32_t
stream_index(const struct syslog *syslog, const struct stream *stream)
{
	return (uint32_t)(stream - syslog->streams);
}

struct stream *
stream_open(struct syslog *syslog, int fd, struct peer *peer,
    enum syslog_transport transport, const struct syslog_relay *relay)
{
	struct stream *stream = take_place(syslog, transport);

	if (stream == NULL) {
		refuse(syslog, fd, peer);
		return NULL;
	}
	*stream = (struct stream){ .fd = fd,
		.state = STREAM_OPEN,
		.transport = (uint8_t)transport,
		.generation = stream->generation + 1,
		.peer = peer,
		.opened_ns = syslog->now.monotonic_ns,
		.heard_ns = syslog->now.monotonic_ns };
	if (relay != NULL) {
		stream->relay = (uint8_t)(1 + (relay - syslog->relays));
	}
	framing_init(&stream->framing);
	peer->connections++;
	syslog->stream_count++;
	if (transport == SYSLOG_TLS) {
		syslog->tls_count++;
	}
	counter_increment(syslog->terms.counters, COUNTER_SYSLOG_CONNECTIONS);
	if (syslog_watch(syslog, fd, EPOLLIN, tag(syslog, stream)) != 0 ||
	    (transport == SYSLOG_TLS && !begin_tls(syslog, stream, relay))) {
		stream_close(syslog, stream);
		return NULL;
	}
	return stream;
}

void
stream_serve(struct syslog *syslog, struct stream *stream)
{
	if (stream->state == STREAM_HANDSHAKE) {
		shake_hands(syslog, stream);
	} else if (stream->state == STREAM_OPEN) {
		stream_read(syslog, stream);
	} else {
		/* Of one that rests only its end is told. */
		stream_close(syslog, stream);
	}
}

void
stream_tick(struct syslog *syslog, struct stream *stream)
{
	uint64_t now_ns = syslog->now.monotonic_ns;
	uint64_t silent_ns = now_ns - stream->heard_ns;

	if (stream->state == STREAM_PAUSED) {
		stream_pace(syslog, stream);
		return;
	}
	if (stream->state == STREAM_HANDSHAKE) {
		if (now_ns - stream->opened_ns > HANDSHAKE_NS) {
			counter_increment(
			    syslog->terms.counters, COUNTER_SYSLOG_STALLED);
			stream->peer->events[PEER_TLS_FAILED]++;
			syslog_tell(syslog, SYSLOG_LINE_TLS,
			    "TLS with %s failed: it does not finish the "
			    "handshake",
			    stream->peer->text);
			stream_close(syslog, stream);
		}
		return;
	}
	if (silent_ns > FLUSH_NS && framing_has_whole(&stream->framing)) {
		stream_flush(syslog, stream);
	}
	if (silent_ns > STALL_NS && stream->held.size > 0) {
		counter_increment(
		    syslog->terms.counters, COUNTER_SYSLOG_STALLED);
		stream->peer->events[PEER_STALLED]++;
		syslog_tell(syslog, SYSLOG_LINE_STALLED,
		    "connection of %s closed: it stopped within a message, "
		    "after %u bytes",
		    stream->peer->text, stream->held.size);
		stream_close(syslog, stream);
	} else if (silent_ns > syslog->terms.idle_ns && stream->relay == 0) {
		counter_increment(syslog->terms.counters, COUNTER_SYSLOG_IDLE);
		stream_close(syslog, stream);
	}
}

void
stream_close(struct syslog *syslog, struct stream *stream)
{
	struct syslog_relay *relay = stream_relay(syslog, stream);
	struct framing_frame frame;
	size_t size;

	stream_flush(syslog, stream);
	size = backlog_fetch(&syslog->pool, &stream->held, syslog->spare);
	framing_give_up(&stream->framing, syslog->spare, size, &frame);
	stream_give(syslog, stream, &frame);

	tls_end(stream->session);
	close(stream->fd);
	stream->peer->connections--;
	syslog->stream_count--;
	if (stream->transport == SYSLOG_TLS) {
		syslog->tls_count--;
	}
	stream->state = STREAM_FREE;
	stream->fd = -1;
	stream->session = NULL;
	stream->next_free = syslog->first_free;
	syslog->first_free = stream_index(syslog, stream) + 1;
	if (relay != NULL) {
		relay_lost(syslog, relay);
	}
}

/* Null: all places are taken, and none of them can be had. */
static struct stream *
take_place(struct syslog *syslog, enum syslog_transport transport)
{
	struct stream *stream;

	if ((syslog->first_free == 0 ||
	        (transport == SYSLOG_TLS &&
	            syslog->tls_count >= CONFIG_SYSLOG_TLS_COUNT)) &&
	    !displace_one(syslog, transport)) {
		return NULL;
	}
	stream = &syslog->streams[syslog->first_free - 1];
	syslog->first_free = stream->next_free;
	return stream;
}

/* Closes the one that has been silent longest of those that were never of use,
 * where that makes room for one of 'transport'. */
static bool
displace_one(struct syslog *syslog, enum syslog_transport transport)
{
	/* Then one with TLS makes room in both respects. */
	bool only_tls = transport == SYSLOG_TLS &&
	    syslog->tls_count >= CONFIG_SYSLOG_TLS_COUNT;
	struct stream *victim = NULL;

	for (uint32_t i = 0; i < CONFIG_SYSLOG_CONNECTION_COUNT; i++) {
		struct stream *stream = &syslog->streams[i];

		if (stream->state == STREAM_FREE || stream->useful > 0 ||
		    stream->relay != 0 ||
		    (only_tls && stream->transport != SYSLOG_TLS) ||
		    syslog->now.monotonic_ns - stream->heard_ns < GRACE_NS) {
			continue;
		}
		if (victim == NULL || stream->heard_ns < victim->heard_ns) {
			victim = stream;
		}
	}
	if (victim == NULL) {
		return false;
	}
	counter_increment(
	    syslog->terms.counters, COUNTER_SYSLOG_CONNECTIONS_DISPLACED);
	stream_close(syslog, victim);
	return true;
}

static void
refuse(struct syslog *syslog, int fd, struct peer *peer)
{
	close(fd);
	peer->events[PEER_REFUSED]++;
	counter_increment(
	    syslog->terms.counters, COUNTER_SYSLOG_CONNECTIONS_REFUSED);
	syslog_tell(syslog, SYSLOG_LINE_FULL,
	    "connection of %s refused: all are taken, %u of %u, with TLS %u of "
	    "%u",
	    peer->text, syslog->stream_count, CONFIG_SYSLOG_CONNECTION_COUNT,
	    syslog->tls_count, CONFIG_SYSLOG_TLS_COUNT);
}

static bool
begin_tls(struct syslog *syslog, struct stream *stream,
    const struct syslog_relay *relay)
{
	stream->session = relay == NULL
	    ? tls_accept(syslog->terms.tls, stream->fd)
	    : tls_call(syslog->terms.tls, stream->fd, relay->host);
	stream->state = STREAM_HANDSHAKE;
	if (stream->session == NULL) {
		syslog_tell(syslog, SYSLOG_LINE_TLS,
		    "TLS with %s failed: there is no memory",
		    stream->peer->text);
		return false;
	}
	if (relay != NULL) {
		/* The client speaks first. */
		wait_for(syslog, stream, EPOLLIN | EPOLLOUT);
	}
	return true;
}

static void
shake_hands(struct syslog *syslog, struct stream *stream)
{
	const char *why = NULL;
	int result = tls_handshake(stream->session, &why);

	if (result == 0) {
		stream->state = STREAM_OPEN;
		stream->heard_ns = syslog->now.monotonic_ns;
		wait_for(syslog, stream, EPOLLIN);
		/* What came with it is in GnuTLS's hands, not the kernel's. */
		stream_read(syslog, stream);
		return;
	}
	if (result == -EAGAIN) {
		wait_for(syslog, stream,
		    tls_wants_to_write(stream->session) ? EPOLLOUT : EPOLLIN);
		return;
	}
	counter_increment(syslog->terms.counters, COUNTER_SYSLOG_TLS_FAILED);
	stream->peer->events[PEER_TLS_FAILED]++;
	syslog_tell(syslog, SYSLOG_LINE_TLS, "TLS with %s failed: %s",
	    stream->peer->text, why);
	stream_close(syslog, stream);
}

/* Does not read from a peer that is over its rate, until it may send again. */
void
stream_pace(struct syslog *syslog, struct stream *stream)
{
	bool may = peer_may_send(
	    &syslog->peers, stream->peer, syslog->now.monotonic_ns);

	if (may && stream->state == STREAM_PAUSED) {
		stream->state = STREAM_OPEN;
		stream->heard_ns = syslog->now.monotonic_ns;
		wait_for(syslog, stream, EPOLLIN);
	} else if (!may && stream->state == STREAM_OPEN) {
		stream->state = STREAM_PAUSED;
		stream->peer->events[PEER_LIMITED]++;
		counter_increment(
		    syslog->terms.counters, COUNTER_SYSLOG_LIMITED_READS);
		wait_for(syslog, stream, 0);
	}
}

static void
wait_for(struct syslog *syslog, struct stream *stream, uint32_t events)
{
	syslog_rewatch(syslog, stream->fd, events, tag(syslog, stream));
}

static uint64_t
tag(const struct syslog *syslog, const struct stream *stream)
{
	return syslog_tag(
	    TAG_STREAM, stream->generation, stream_index(syslog, stream));
}
