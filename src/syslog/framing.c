#include "syslog/framing.h"

#include <string.h>

#include "syslog/framing_steps.h"
#include "syslog/start.h"

static enum step step_start(struct framing *framing, struct cursor *cursor);
static enum step begin_number(struct framing *framing, struct cursor *cursor);
static enum step begin_counted(
    struct framing *framing, struct cursor *cursor, const struct count *count);
static void begin_line(struct framing *framing, const struct cursor *cursor);
static enum step step_line(struct framing *framing, struct cursor *cursor,
    struct framing_frame *frame);
static enum step end_line(struct framing *framing, struct cursor *cursor,
    size_t end, struct framing_frame *frame);
static void took_line(struct framing *framing);
static size_t ends_at(const char *bytes, size_t at, size_t size);
static enum step line_too_long(struct framing *framing, struct cursor *cursor,
    struct framing_frame *frame);
static enum step step_counted(struct framing *framing, struct cursor *cursor,
    struct framing_frame *frame);
static bool count_is_believed(
    const struct framing *framing, const struct cursor *cursor);
static bool frame_can_follow(
    const struct framing *framing, const struct cursor *cursor);
static enum step step_skip(struct framing *framing, struct cursor *cursor);
static enum step step_skip_line(struct framing *framing, struct cursor *cursor);
static struct framing_frame trimmed(
    const char *bytes, size_t size, bool is_cut);

void
framing_init(struct framing *framing)
{
	*framing = (struct framing){ .state = FRAMING_START };
}

size_t
framing_next(struct framing *framing, const char *bytes, size_t size,
    struct framing_frame *frame)
{
	struct cursor cursor = { bytes, size, 0 };
	enum step step = STEP_AGAIN;

	*frame = (struct framing_frame){ NULL, 0, false };
	while (step == STEP_AGAIN) {
		switch ((enum framing_state)framing->state) {
		case FRAMING_START:
			step = step_start(framing, &cursor);
			break;
		case FRAMING_LINE:
			step = step_line(framing, &cursor, frame);
			break;
		case FRAMING_COUNTED:
			step = step_counted(framing, &cursor, frame);
			break;
		case FRAMING_SKIP:
			step = step_skip(framing, &cursor);
			break;
		case FRAMING_SKIP_LINE:
			step = step_skip_line(framing, &cursor);
			break;
		case FRAMING_SEEK:
			step = framing_seek(framing, &cursor);
			break;
		case FRAMING_GUESS:
			step = framing_guess(framing, &cursor, frame);
			break;
		}
	}
	return cursor.at;
}

size_t
framing_flush(struct framing *framing, const char *bytes, size_t size,
    struct framing_frame *frame)
{
	*frame = (struct framing_frame){ NULL, 0, false };
	if (!framing_has_whole(framing)) {
		return 0;
	}
	*frame = trimmed(bytes, framing->whole, false);
	took_line(framing);
	return framing->whole + ends_at(bytes, framing->whole, size);
}

void
framing_give_up(struct framing *framing, const char *bytes, size_t size,
    struct framing_frame *frame)
{
	*frame = (struct framing_frame){ NULL, 0, false };
	switch ((enum framing_state)framing->state) {
	case FRAMING_LINE:
		if (framing_flush(framing, bytes, size, frame) == 0) {
			*frame = trimmed(bytes, size, true);
		} else {
			framing_lose(framing, size - framing->whole);
		}
		framing->state = FRAMING_SKIP_LINE;
		framing->skipped = 0;
		break;
	case FRAMING_COUNTED:
		*frame = (struct framing_frame){ bytes, size, true };
		framing->skip = framing->wanted - size;
		framing->state = FRAMING_SKIP;
		break;
	case FRAMING_GUESS:
		*frame = (struct framing_frame){ bytes, size, true };
		framing->state = FRAMING_SEEK;
		framing->skipped = 0;
		break;
	case FRAMING_START:
	case FRAMING_SKIP:
	case FRAMING_SKIP_LINE:
	case FRAMING_SEEK:
		framing_lose(framing, size);
		break;
	}
	if (frame->size == 0) {
		frame->bytes = NULL;
	}
}

/* Empty lines, and what senders put after a counted message, are no messages.
 */
static enum step
step_start(struct framing *framing, struct cursor *cursor)
{
	char first;

	while (cursor->at < cursor->size &&
	    (is_end(cursor->bytes[cursor->at]) ||
	        cursor->bytes[cursor->at] == '\r')) {
		cursor->at++;
	}
	if (cursor->at == cursor->size) {
		return STEP_MORE;
	}
	first = cursor->bytes[cursor->at];
	if (first >= '1' && first <= '9') {
		return begin_number(framing, cursor);
	}
	if (framing->was_counted) {
		switch (start_at(
		    cursor->bytes + cursor->at, cursor->size - cursor->at)) {
		case START_UNKNOWN:
			return STEP_MORE;
		case START_NONE:
			framing_out_of_step(framing);
			return STEP_AGAIN;
		case START_LINE:
		case START_COUNTED:
			break;
		}
	}
	begin_line(framing, cursor);
	return STEP_AGAIN;
}

/* A count is one if a message begins after it.  Where counts have been used so
 * far any content is taken; where lines have, only a priority, since JSON may
 * well follow a number in a line. */
static enum step
begin_number(struct framing *framing, struct cursor *cursor)
{
	const char *bytes = cursor->bytes + cursor->at;
	size_t size = cursor->size - cursor->at;
	struct count count = start_count(bytes, size);
	char next;

	if (count.size == size && count.size < COUNT_DIGITS) {
		return STEP_MORE;
	}
	if (count.size < size && bytes[count.size] == ' ') {
		if (count.size + 1 == size) {
			return STEP_MORE;
		}
		next = bytes[count.size + 1];
		if (next == '<' || framing->was_counted ||
		    (!framing->was_line && (next == '{' || next == '\xef'))) {
			return begin_counted(framing, cursor, &count);
		}
	}
	if (framing->was_counted) {
		framing_out_of_step(framing);
	} else {
		begin_line(framing, cursor);
	}
	return STEP_AGAIN;
}

static enum step
begin_counted(
    struct framing *framing, struct cursor *cursor, const struct count *count)
{
	cursor->at += count->size + 1;
	if (count->value > FRAMING_SKIP_SIZE) {
		framing_out_of_step(framing);
		return STEP_AGAIN;
	}
	framing->state = FRAMING_COUNTED;
	framing->wanted = count->value;
	return STEP_AGAIN;
}

static void
begin_line(struct framing *framing, const struct cursor *cursor)
{
	framing->state = FRAMING_LINE;
	framing->scanned = 0;
	framing->whole = 0;
	framing->has_priority = cursor->bytes[cursor->at] == '<' &&
	    cursor->at + 1 < cursor->size &&
	    is_digit(cursor->bytes[cursor->at + 1]);
}

static enum step
step_line(
    struct framing *framing, struct cursor *cursor, struct framing_frame *frame)
{
	const char *bytes = cursor->bytes + cursor->at;
	size_t size = cursor->size - cursor->at;
	size_t most = size < FRAMING_MESSAGE_SIZE ? size : FRAMING_MESSAGE_SIZE;
	size_t end = framing->scanned;

	/* One byte is too few to see a priority. */
	if (size > 1 && bytes[0] == '<') {
		framing->has_priority = is_digit(bytes[1]);
	}
	if (framing->whole > 0) {
		/* What comes after it decides whether it has ended. */
		return end_line(framing, cursor, framing->whole, frame);
	}
	end += start_end(bytes + end, most - end);
	if (end < most) {
		framing->whole = end;
		return end_line(framing, cursor, end, frame);
	}
	framing->scanned = most;
	return most < FRAMING_MESSAGE_SIZE
	    ? STEP_MORE
	    : line_too_long(framing, cursor, frame);
}

/* There is an end at 'end'.  The message ends there, or goes on, or more has to
 * come to tell. */
static enum step
end_line(struct framing *framing, struct cursor *cursor, size_t end,
    struct framing_frame *frame)
{
	const char *bytes = cursor->bytes + cursor->at;
	size_t size = cursor->size - cursor->at;
	size_t next = end + ends_at(bytes, end, size);

	if (framing->has_priority && bytes[end] != '\0' &&
	    next < FRAMING_MESSAGE_SIZE) {
		switch (next == size ? START_UNKNOWN
		                     : start_at(bytes + next, size - next)) {
		case START_UNKNOWN:
			framing->whole = end;
			return STEP_MORE;
		case START_NONE:
			framing->whole = 0;
			framing->scanned = next;
			return STEP_AGAIN;
		case START_LINE:
		case START_COUNTED:
			break;
		}
	}
	*frame = trimmed(bytes, end, false);
	cursor->at += next;
	took_line(framing);
	return STEP_FRAME;
}

static void
took_line(struct framing *framing)
{
	framing->state = FRAMING_START;
	framing->was_counted = false;
	framing->was_line = true;
	framing->strikes = 0;
}

/* How many ends of lines stand at 'at', as far as a message reaches. */
static size_t
ends_at(const char *bytes, size_t at, size_t size)
{
	size_t next = at;

	while (next < size && next < FRAMING_MESSAGE_SIZE &&
	    (is_end(bytes[next]) || bytes[next] == '\r')) {
		next++;
	}
	return next - at;
}

static enum step
line_too_long(
    struct framing *framing, struct cursor *cursor, struct framing_frame *frame)
{
	*frame =
	    trimmed(cursor->bytes + cursor->at, FRAMING_MESSAGE_SIZE, true);
	cursor->at += FRAMING_MESSAGE_SIZE;
	framing->state = FRAMING_SKIP_LINE;
	framing->skipped = 0;
	return frame->bytes != NULL ? STEP_FRAME : STEP_AGAIN;
}

static enum step
step_counted(
    struct framing *framing, struct cursor *cursor, struct framing_frame *frame)
{
	const char *bytes = cursor->bytes + cursor->at;
	size_t size = cursor->size - cursor->at;
	size_t wanted = framing->wanted < FRAMING_MESSAGE_SIZE
	    ? framing->wanted
	    : FRAMING_MESSAGE_SIZE;

	if (size < wanted) {
		return STEP_MORE;
	}
	if (!count_is_believed(framing, cursor)) {
		framing_out_of_step(framing);
		return STEP_AGAIN;
	}
	*frame = (struct framing_frame){ bytes, wanted,
		framing->wanted > wanted ||
		    !frame_can_follow(framing, cursor) };
	cursor->at += wanted;
	framing->skip = framing->wanted - wanted;
	framing->state = framing->skip > 0 ? FRAMING_SKIP : FRAMING_START;
	framing->was_counted = true;
	framing->was_line = false;
	framing->strikes = 0;
	return STEP_FRAME;
}

/* A message with a priority is.  Another only if a frame can begin after it. */
static bool
count_is_believed(const struct framing *framing, const struct cursor *cursor)
{
	char first = cursor->bytes[cursor->at];

	return first == '<' || first == '{' || first == '\xef' ||
	    frame_can_follow(framing, cursor);
}

/* Whether what comes after a counted message can be a frame, as far as it is
 * here; if not, the count was wrong. */
static bool
frame_can_follow(const struct framing *framing, const struct cursor *cursor)
{
	size_t at = cursor->at + framing->wanted;

	if (framing->wanted >= cursor->size - cursor->at) {
		return true;
	}
	return is_digit(cursor->bytes[at]) || is_end(cursor->bytes[at]) ||
	    cursor->bytes[at] == '\r' || cursor->bytes[at] == '<' ||
	    cursor->bytes[at] == '{';
}

static enum step
step_skip(struct framing *framing, struct cursor *cursor)
{
	size_t size = cursor->size - cursor->at;

	if (size > framing->skip) {
		size = framing->skip;
	}
	cursor->at += size;
	framing->skip -= size;
	framing_lose(framing, size);
	if (framing->skip > 0) {
		return STEP_MORE;
	}
	framing->state = FRAMING_START;
	return STEP_AGAIN;
}

static enum step
step_skip_line(struct framing *framing, struct cursor *cursor)
{
	size_t size = cursor->size - cursor->at;
	size_t end = start_end(cursor->bytes + cursor->at, size);

	cursor->at += end;
	framing->skipped += end;
	framing_lose(framing, end);
	if (end < size) {
		framing->state = FRAMING_START;
		return STEP_AGAIN;
	}
	if (framing->skipped > FRAMING_SKIP_SIZE) {
		framing->skipped = 0;
		framing->strikes++;
		framing->errors++;
	}
	return STEP_MORE;
}

/* A message without the ends of lines after it; none if nothing else is left.
 */
static struct framing_frame
trimmed(const char *bytes, size_t size, bool is_cut)
{
	while (
	    size > 0 && (is_end(bytes[size - 1]) || bytes[size - 1] == '\r')) {
		size--;
	}
	return (struct framing_frame){ size > 0 ? bytes : NULL, size, is_cut };
}
