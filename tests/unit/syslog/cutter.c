#include "cutter.h"

#include <criterion/criterion.h>
#include <string.h>

static void take(struct cutter *cutter, const struct framing_frame *frame);
static void drop_front(struct cutter *cutter, size_t size);

struct cutter *
cutter_new(void)
{
	static struct cutter cutter;

	memset(&cutter, 0, sizeof(cutter));
	framing_init(&cutter.framing);
	return &cutter;
}

void
cutter_give(struct cutter *cutter, const char *bytes, size_t size, size_t piece)
{
	struct framing_frame frame;
	size_t used;

	while (size > 0) {
		size_t now = size < piece ? size : piece;

		memcpy(cutter->held + cutter->held_size, bytes, now);
		cutter->held_size += now;
		bytes += now;
		size -= now;
		do {
			used = framing_next(&cutter->framing, cutter->held,
			    cutter->held_size, &frame);
			take(cutter, &frame);
			drop_front(cutter, used);
		} while (used > 0);
		cr_assert_lt(cutter->held_size, (size_t)FRAMING_HELD_SIZE);
		if (cutter->held_size > cutter->held_most) {
			cutter->held_most = cutter->held_size;
		}
	}
}

void
cutter_flush(struct cutter *cutter)
{
	struct framing_frame frame;
	size_t used = framing_flush(
	    &cutter->framing, cutter->held, cutter->held_size, &frame);

	take(cutter, &frame);
	drop_front(cutter, used);
}

void
cutter_close(struct cutter *cutter)
{
	struct framing_frame frame;

	cutter_flush(cutter);
	framing_give_up(
	    &cutter->framing, cutter->held, cutter->held_size, &frame);
	take(cutter, &frame);
	cutter->held_size = 0;
}

bool
cutter_is(
    const struct cutter *cutter, uint32_t index, const char *text, size_t size)
{
	return index < cutter->count && cutter->messages[index].size == size &&
	    memcmp(cutter->bytes + cutter->messages[index].at, text, size) == 0;
}

struct cutter *
cutter_cut(const char *text)
{
	struct cutter *cutter = cutter_new();

	cutter_give(cutter, text, strlen(text), strlen(text));
	cutter_close(cutter);
	return cutter;
}

static void
take(struct cutter *cutter, const struct framing_frame *frame)
{
	if (frame->bytes == NULL) {
		return;
	}
	cr_assert(frame->size > 0 && frame->size <= FRAMING_MESSAGE_SIZE);
	cr_assert_lt(cutter->count, (uint32_t)CUTTER_MESSAGES);
	cr_assert_leq(cutter->bytes_used + frame->size, (size_t)CUTTER_BYTES);
	cutter->messages[cutter->count].at = cutter->bytes_used;
	cutter->messages[cutter->count].size = frame->size;
	cutter->messages[cutter->count].is_cut = frame->is_cut;
	memcpy(cutter->bytes + cutter->bytes_used, frame->bytes, frame->size);
	cutter->bytes_used += frame->size;
	cutter->count++;
	cutter->cut_count += frame->is_cut ? 1 : 0;
}

static void
drop_front(struct cutter *cutter, size_t size)
{
	cr_assert_leq(size, cutter->held_size);
	memmove(cutter->held, cutter->held + size, cutter->held_size - size);
	cutter->held_size -= size;
}
