#include "decode/walk.h"

/* The largest packet of both versions, but for jumbograms, which cannot be
 * fragmented (RFC 2675, section 3). */
enum { ASSEMBLED_SIZE_LIMIT = 65535 };

static bool is_waited_for(struct walk *walk);
static enum verdict later_fragment(struct walk *walk);
static enum verdict end_first(
    struct walk *walk, enum verdict verdict, bool *again);
static void go_on_in_head(struct walk *walk);
static bool is_too_short(enum verdict verdict);

/* Whether a first fragment is held that waits for this one.  Of two packets
 * with one identification the rest may be alike, byte for byte; a mirror's copy
 * finds nothing that waits, since its first fragment's copy was a duplicate. */
static bool
is_waited_for(struct walk *walk)
{
	const struct fragment_record *record;

	if (walk->piece.offset == 0) {
		return false;
	}
	record = fragment_find(
	    &walk->decode->fragments, &walk->piece.key, walk->packet->time_ns);
	return record != NULL && !record->judged && (record->have & 1) != 0;
}

enum verdict
walk_fragment(struct walk *walk)
{
	struct packet *packet = walk->packet;
	struct fragment_piece *piece = &walk->piece;

	piece->size = walk->end - walk->reader.offset;
	piece->captured = reader_left(&walk->reader);
	piece->bytes = walk->reader.bytes + walk->reader.offset;
	piece->protocol = walk->protocol;
	if (piece->offset + piece->size > ASSEMBLED_SIZE_LIMIT) {
		return VERDICT_MALFORMED_IP;
	}
	/* Before it can do anything to the memory of fragments. */
	if (duplicate_ip(&walk->decode->duplicates, packet->ip,
	        packet->ip_captured, packet->time_ns) &&
	    !is_waited_for(walk)) {
		return VERDICT_DUPLICATE;
	}
	walk->checked = packet->ip;
	packet->fragment = true;
	if (piece->offset != 0) {
		return later_fragment(walk);
	}
	walk->fragment = WALK_FIRST;
	walk->open_ended = true;
	return VERDICT_OK;
}

/* Tiny ones that come before their first are kept; large ones never hold a part
 * of the head. */
static enum verdict
later_fragment(struct walk *walk)
{
	struct fragment_memory *memory = &walk->decode->fragments;
	const struct fragment_piece *piece = &walk->piece;
	uint64_t now_ns = walk->packet->time_ns;
	bool is_of_head = piece->offset < FRAGMENT_HEAD_SIZE;
	struct fragment_record *record = is_of_head
	    ? fragment_obtain(memory, &piece->key, now_ns)
	    : fragment_find(memory, &piece->key, now_ns);

	if (record == NULL) {
		return VERDICT_FRAGMENT_ORPHAN;
	}
	if (record->judged) {
		return VERDICT_FRAGMENT_LATER;
	}
	fragment_fill(record, piece);
	if ((record->have & 1) == 0) {
		return VERDICT_FRAGMENT_ORPHAN;
	}
	walk->record = record;
	go_on_in_head(walk);
	return VERDICT_OK;
}

enum verdict
walk_fragment_end(struct walk *walk, enum verdict verdict, bool *again)
{
	struct packet *packet = walk->packet;

	*again = false;
	if (walk->fragment == WALK_FIRST) {
		return end_first(walk, verdict, again);
	}
	/* What was read is in the record, not in the frame. */
	packet->payload = NULL;
	packet->payload_captured = 0;
	packet->payload_size = 0;
	if (is_too_short(verdict)) {
		return VERDICT_FRAGMENT_HELD;
	}
	walk->record->judged = true;
	return verdict;
}

static enum verdict
end_first(struct walk *walk, enum verdict verdict, bool *again)
{
	const struct fragment_piece *piece = &walk->piece;
	struct fragment_record *record;

	if (!is_too_short(verdict) || piece->captured < piece->size) {
		walk_fragment_judged(walk);
		return verdict;
	}
	record = fragment_obtain(
	    &walk->decode->fragments, &piece->key, walk->packet->time_ns);
	if (record->judged) {
		fragment_restart(record, walk->packet->time_ns);
	}
	fragment_fill(record, piece);
	if (fragment_head_size(record) > piece->captured) {
		walk->record = record;
		go_on_in_head(walk);
		*again = true;
	}
	return VERDICT_FRAGMENT_HELD;
}

void
walk_fragment_judged(struct walk *walk)
{
	struct fragment_record *record = fragment_obtain(
	    &walk->decode->fragments, &walk->piece.key, walk->packet->time_ns);

	/* A new packet, even if one of that identifier was judged before. */
	fragment_restart(record, walk->packet->time_ns);
	record->judged = true;
}

/* The walk goes on in the bytes that the record has put together.  They are
 * read as if the frame had been cut there. */
static void
go_on_in_head(struct walk *walk)
{
	struct fragment_record *record = walk->record;

	walk->fragment = WALK_ASSEMBLED;
	walk->open_ended = true;
	reader_init(&walk->reader, record->head, fragment_head_size(record));
	walk->end = walk->reader.size;
	walk->protocol = record->protocol;
	walk->next = record->key.protocol == FRAGMENT_KEY_IP6 ? STEP_EXTENSION
	                                                      : STEP_PROTOCOL;
}

/* More of the packet would have told more. */
static bool
is_too_short(enum verdict verdict)
{
	return verdict == VERDICT_TRUNCATED_IP ||
	    verdict == VERDICT_TRUNCATED_TRANSPORT;
}
