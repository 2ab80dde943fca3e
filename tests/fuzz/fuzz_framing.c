/*
 * Framing on whatever bytes there are, in pieces of whatever size: each message
 * is within what was given and no longer than promised, no more is kept than
 * promised, and it comes to an end.
 */
#include <string.h>

#include "syslog/framing.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct stream {
	struct framing framing;
	size_t held;
	char buffer[FRAMING_HELD_SIZE + (1 << 16)];
};

/* Reads every byte, so that a sanitizer sees one that is not there. */
static void
use(const struct stream *stream, const struct framing_frame *frame)
{
	static volatile uint8_t sum;

	if (frame->bytes == NULL) {
		return;
	}
	SW_ASSERT(frame->size > 0 && frame->size <= FRAMING_MESSAGE_SIZE);
	SW_ASSERT(frame->bytes >= stream->buffer &&
	    frame->bytes + frame->size <= stream->buffer + stream->held);
	for (size_t i = 0; i < frame->size; i++) {
		sum = (uint8_t)(sum + (uint8_t)frame->bytes[i]);
	}
}

static void
drop(struct stream *stream, size_t used)
{
	SW_ASSERT(used <= stream->held);
	memmove(stream->buffer, stream->buffer + used, stream->held - used);
	stream->held -= used;
}

static void
give(struct stream *stream, const uint8_t *bytes, size_t size)
{
	struct framing_frame frame;
	size_t used;

	memcpy(stream->buffer + stream->held, bytes, size);
	stream->held += size;
	do {
		used = framing_next(
		    &stream->framing, stream->buffer, stream->held, &frame);
		SW_ASSERT(used > 0 || frame.bytes == NULL);
		use(stream, &frame);
		drop(stream, used);
	} while (used > 0);
	SW_ASSERT(stream->held < FRAMING_HELD_SIZE);
}

/* Now and then nothing comes for a while, or there is no room. */
static void
disturb(struct stream *stream, uint8_t how)
{
	struct framing_frame frame;
	size_t used;

	if (how % 16 == 0) {
		used = framing_flush(
		    &stream->framing, stream->buffer, stream->held, &frame);
		use(stream, &frame);
		drop(stream, used);
	} else if (how % 16 == 1) {
		framing_give_up(
		    &stream->framing, stream->buffer, stream->held, &frame);
		use(stream, &frame);
		stream->held = 0;
	}
}

/* The first byte says how large the pieces are. */
int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct stream stream;
	size_t piece;

	framing_init(&stream.framing);
	stream.held = 0;
	if (size == 0) {
		return 0;
	}
	piece = (size_t)1 << bytes[0] % 17;
	for (size_t at = 1; at < size; at += piece) {
		size_t now = size - at < piece ? size - at : piece;

		give(&stream, bytes + at, now);
		if (bytes[0] >= 128) {
			disturb(&stream, bytes[at]);
		}
	}
	disturb(&stream, 0);
	disturb(&stream, 1);
	return 0;
}
