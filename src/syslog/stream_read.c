/* Reading streams: bytes in, messages out, and what is not whole kept. */
#include <errno.h>
#include <string.h>

#include "syslog/room.h"

static ssize_t receive(struct stream *stream, char *bytes, size_t size);
static size_t cut(
    struct syslog *syslog, struct stream *stream, char *bytes, size_t size);
static void note_errors(
    struct syslog *syslog, struct stream *stream, const struct framing *before);
static void keep(
    struct syslog *syslog, struct stream *stream, char *bytes, size_t size);
static struct stream *largest(struct syslog *syslog);
static void give_way(struct syslog *syslog, struct stream *stream,
    const char *bytes, size_t size);

void
stream_read(struct syslog *syslog, struct stream *stream)
{
	size_t held =
	    backlog_fetch(&syslog->pool, &stream->held, syslog->buffer);
	ssize_t got = receive(stream, syslog->buffer + held, SYSLOG_READ_SIZE);
	size_t used = 0;

	if (got > 0) {
		stream->heard_ns = syslog->now.monotonic_ns;
		stream->peer->heard_ns = stream->heard_ns;
		stream->peer->bytes += (uint64_t)got;
		peer_charge(stream->peer, (size_t)got);
		held += (size_t)got;
		used = cut(syslog, stream, syslog->buffer, held);
	}
	keep(syslog, stream, syslog->buffer + used, held - used);
	if (framing_is_hopeless(&stream->framing)) {
		counter_increment(
		    syslog->terms.counters, COUNTER_SYSLOG_HOPELESS);
		syslog_tell(syslog, SYSLOG_LINE_HOPELESS,
		    "connection of %s closed: what it sends is no syslog, or "
		    "its counts of bytes are wrong",
		    stream->peer->text);
		stream_close(syslog, stream);
	} else if (got <= 0 && got != -EAGAIN) {
		stream_close(syslog, stream);
	} else {
		stream_pace(syslog, stream);
	}
}

void
stream_give(struct syslog *syslog, struct stream *stream,
    const struct framing_frame *frame)
{
	struct syslog_message message = { .bytes = frame->bytes,
		.size = frame->size,
		.transport = stream->transport,
		.is_cut = frame->is_cut };
	struct syslog_relay *relay = stream_relay(syslog, stream);

	if (frame->bytes == NULL) {
		return;
	}
	if (relay != NULL &&
	    relay_repeats(syslog, relay, frame->bytes, frame->size)) {
		stream->peer->events[PEER_REPEATED]++;
		counter_increment(
		    syslog->terms.counters, COUNTER_SYSLOG_REPEATED);
		return;
	}
	if (syslog_give(syslog, stream->peer, &message)) {
		stream->useful++;
	}
}

/* A line that has ended, after which nothing came, is a message. */
void
stream_flush(struct syslog *syslog, struct stream *stream)
{
	struct framing_frame frame;
	size_t size;
	size_t used;

	if (!framing_has_whole(&stream->framing)) {
		return;
	}
	size = backlog_fetch(&syslog->pool, &stream->held, syslog->spare);
	used = framing_flush(&stream->framing, syslog->spare, size, &frame);
	stream_give(syslog, stream, &frame);
	/* It fits: it is a part of what was there. */
	if (!backlog_keep(&syslog->pool, &stream->held, syslog->spare + used,
	        size - used)) {
		SW_ASSERT(false);
	}
}

/* Returns how many bytes; 0: the peer has closed; or a negative errno. */
static ssize_t
receive(struct stream *stream, char *bytes, size_t size)
{
	ssize_t got;

	if (stream->session != NULL) {
		return tls_read(stream->session, bytes, size);
	}
	got = recv(stream->fd, bytes, size, MSG_DONTWAIT);
	if (got < 0) {
		return errno == EINTR ? -EAGAIN : -errno;
	}
	return got;
}

/* Gives the messages of 'bytes' and returns how many bytes were used. */
static size_t
cut(struct syslog *syslog, struct stream *stream, char *bytes, size_t size)
{
	const struct framing before = stream->framing;
	struct framing_frame frame;
	size_t at = 0;
	size_t used;

	do {
		used = framing_next(
		    &stream->framing, bytes + at, size - at, &frame);
		stream_give(syslog, stream, &frame);
		at += used;
	} while (used > 0 && !framing_is_hopeless(&stream->framing));
	note_errors(syslog, stream, &before);
	return at;
}

static void
note_errors(
    struct syslog *syslog, struct stream *stream, const struct framing *before)
{
	const struct framing *framing = &stream->framing;
	uint64_t errors = framing->errors - before->errors;

	if (framing->lost_bytes != before->lost_bytes) {
		counter_add(syslog->terms.counters, COUNTER_SYSLOG_LOST_BYTES,
		    framing->lost_bytes - before->lost_bytes);
	}
	if (errors > 0) {
		counter_add(
		    syslog->terms.counters, COUNTER_SYSLOG_OUT_OF_STEP, errors);
		stream->peer->events[PEER_OUT_OF_STEP] += (uint32_t)errors;
	}
}

/* Keeps what is no message yet.  Where there is no room, the largest of all
 * gives way. */
static void
keep(struct syslog *syslog, struct stream *stream, char *bytes, size_t size)
{
	while (!backlog_keep(&syslog->pool, &stream->held, bytes, size)) {
		struct stream *other = largest(syslog);
		size_t other_size;

		counter_increment(
		    syslog->terms.counters, COUNTER_SYSLOG_GAVE_WAY);
		syslog_tell(syslog, SYSLOG_LINE_ROOM,
		    "there is no room for what has not come whole: the longest "
		    "messages are cut");
		if (other == NULL || other->held.size <= size) {
			give_way(syslog, stream, bytes, size);
			return;
		}
		other_size =
		    backlog_fetch(&syslog->pool, &other->held, syslog->spare);
		give_way(syslog, other, syslog->spare, other_size);
	}
}

/* The stream that holds most; null: none holds anything. */
static struct stream *
largest(struct syslog *syslog)
{
	struct stream *found = NULL;

	for (uint32_t i = 0; i < CONFIG_SYSLOG_CONNECTION_COUNT; i++) {
		struct stream *stream = &syslog->streams[i];

		if (stream->state != STREAM_FREE && stream->held.size > 0 &&
		    (found == NULL || stream->held.size > found->held.size)) {
			found = stream;
		}
	}
	return found;
}

static void
give_way(struct syslog *syslog, struct stream *stream, const char *bytes,
    size_t size)
{
	struct framing_frame frame;

	framing_give_up(&stream->framing, bytes, size, &frame);
	stream_give(syslog, stream, &frame);
}
