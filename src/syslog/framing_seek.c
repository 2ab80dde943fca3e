/* Out of step: where the next frame may be. */
#include "syslog/framing_steps.h"
#include "syslog/start.h"

/* Looks for "COUNT <PRIORITY>" anywhere, or for the beginning of a message
 * after the end of a line. */
enum step
framing_seek(struct framing *framing, struct cursor *cursor)
{
	size_t at = cursor->at;
	size_t lost;

	for (; at < cursor->size; at++) {
		char before = at == cursor->at ? 'x' : cursor->bytes[at - 1];
		enum start start;

		if (!is_digit(cursor->bytes[at]) && !is_end(before)) {
			continue;
		}
		if (is_digit(before) && before != '0') {
			continue; /* Its number has been looked at. */
		}
		start = start_at(cursor->bytes + at, cursor->size - at);
		if (start == START_COUNTED) {
			framing->state = FRAMING_GUESS;
			break;
		}
		if (start == START_LINE && is_end(before)) {
			framing->state = FRAMING_START;
			break;
		}
		if (start == START_UNKNOWN) {
			break; /* It may be the beginning of one. */
		}
	}
	lost = at - cursor->at;
	/* The end of a line is kept, so that it is seen before what comes. */
	if (framing->state == FRAMING_SEEK && lost > 0 && at > 0 &&
	    is_end(cursor->bytes[at - 1])) {
		lost--;
	}
	cursor->at += lost;
	framing->skipped += lost;
	framing_lose(framing, lost);
	if (framing->state == FRAMING_GUESS) {
		struct count count = start_count(
		    cursor->bytes + cursor->at, cursor->size - cursor->at);

		cursor->at += count.size + 1;
		framing->wanted = count.value;
		return STEP_AGAIN;
	}
	if (framing->state == FRAMING_START) {
		return STEP_AGAIN;
	}
	if (framing->skipped > FRAMING_SKIP_SIZE) {
		framing_out_of_step(framing);
	}
	return STEP_MORE;
}

/* The count found by a search may have digits before it that are the end of the
 * message before (a record's number, say).  So it is some of its last digits
 * that lead to the beginning of another frame. */
enum step
framing_guess(
    struct framing *framing, struct cursor *cursor, struct framing_frame *frame)
{
	const char *bytes = cursor->bytes + cursor->at;
	size_t size = cursor->size - cursor->at;

	for (size_t power = 1;
	     power <= FRAMING_MESSAGE_SIZE && power <= framing->wanted;
	     power *= 10) {
		size_t guess = framing->wanted % (power * 10);
		enum start start;

		if (guess < power || guess > FRAMING_MESSAGE_SIZE) {
			continue; /* A count does not begin with a zero. */
		}
		start = guess < size ? start_at(bytes + guess, size - guess)
		                     : START_UNKNOWN;
		if (start == START_UNKNOWN) {
			return STEP_MORE;
		}
		if (start == START_COUNTED) {
			*frame = (struct framing_frame){ bytes, guess, false };
			cursor->at += guess;
			framing->state = FRAMING_START;
			framing->was_counted = true;
			framing->was_line = false;
			framing->strikes = 0;
			return STEP_FRAME;
		}
	}
	framing_out_of_step(framing);
	return STEP_AGAIN;
}

void
framing_out_of_step(struct framing *framing)
{
	framing->state = FRAMING_SEEK;
	framing->skipped = 0;
	framing->errors++;
	framing->strikes++;
}
