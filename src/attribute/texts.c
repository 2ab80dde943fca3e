#include "attribute/texts.h"

#include <string.h>

enum {
	HEAD_SIZE = 20,
	HEAD_ROOM = TEXTS_BLOCK_SIZE - HEAD_SIZE,
	NEXT_ROOM = TEXTS_BLOCK_SIZE - 4,
};

/* The first block of a text has the head; the others are bytes but for
 * 'next'. */
struct texts_block {
	uint32_t next; /* 0: none. */
	union {
		struct {
			uint32_t length;
			uint32_t references;
			uint32_t bucket_next;
			uint32_t hash;
			char bytes[HEAD_ROOM];
		} head;
		char bytes[NEXT_ROOM];
	} of;
};
_Static_assert(sizeof(struct texts_block) == TEXTS_BLOCK_SIZE, "one line");

void
texts_init(struct texts *texts, struct region *region, uint32_t count,
    const struct hash_key *hash_key)
{
	SW_ASSERT(count >= 2 && (count & (count - 1)) == 0);
	texts->blocks = region_carve(region, count, TEXTS_BLOCK_SIZE);
	texts->buckets = region_carve(region, count, sizeof(uint32_t));
	texts->count = count;
	texts->bucket_mask = count - 1;
	texts->free_first = 1;
	texts->free_count = count - 1;
	texts->hash_key = *hash_key;
	for (uint32_t i = 1; i < count; i++) {
		texts->blocks[i].next = i + 1 < count ? i + 1 : 0;
	}
}

static uint32_t
blocks_of(size_t length)
{
	return length <= HEAD_ROOM
	    ? 1
	    : 1 + (uint32_t)((length - HEAD_ROOM + NEXT_ROOM - 1) / NEXT_ROOM);
}

uint32_t
texts_longest(void)
{
	return blocks_of(TEXTS_MAX);
}

/* Length to keep: never half a character of UTF-8. */
static size_t
kept_length(const char *text, size_t room)
{
	size_t length = strnlen(text, room + 1);

	if (length <= room) {
		return length;
	}
	length = room;
	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
		length--;
	}
	return length;
}

static bool
is_equal(
    const struct texts *texts, uint32_t number, const char *text, size_t length)
{
	const struct texts_block *block = &texts->blocks[number];
	size_t done = length < HEAD_ROOM ? length : HEAD_ROOM;

	if (block->of.head.length != length ||
	    memcmp(block->of.head.bytes, text, done) != 0) {
		return false;
	}
	while (done < length) {
		size_t part = length - done;

		block = &texts->blocks[block->next];
		if (part > NEXT_ROOM) {
			part = NEXT_ROOM;
		}
		if (memcmp(block->of.bytes, text + done, part) != 0) {
			return false;
		}
		done += part;
	}
	return true;
}

static uint32_t
take_block(struct texts *texts)
{
	uint32_t number = texts->free_first;

	texts->free_first = texts->blocks[number].next;
	texts->free_count--;
	memset(&texts->blocks[number], 0, TEXTS_BLOCK_SIZE);
	return number;
}

static uint32_t
store(struct texts *texts, const char *text, size_t length, uint32_t hash)
{
	uint32_t *bucket = &texts->buckets[hash & texts->bucket_mask];
	uint32_t first = take_block(texts);
	struct texts_block *block = &texts->blocks[first];
	size_t done = length < HEAD_ROOM ? length : HEAD_ROOM;

	block->of.head.length = (uint32_t)length;
	block->of.head.references = 1;
	block->of.head.hash = hash;
	block->of.head.bucket_next = *bucket;
	*bucket = first;
	memcpy(block->of.head.bytes, text, done);
	while (done < length) {
		size_t part = length - done;

		block->next = take_block(texts);
		block = &texts->blocks[block->next];
		if (part > NEXT_ROOM) {
			part = NEXT_ROOM;
		}
		memcpy(block->of.bytes, text + done, part);
		done += part;
	}
	return first;
}

uint32_t
texts_hold(struct texts *texts, const char *text)
{
	size_t length = kept_length(text, TEXTS_MAX);
	uint32_t hash;

	if (length == 0) {
		return 0;
	}
	hash = (uint32_t)siphash(&texts->hash_key, text, length);
	for (uint32_t i = texts->buckets[hash & texts->bucket_mask]; i != 0;
	     i = texts->blocks[i].of.head.bucket_next) {
		if (texts->blocks[i].of.head.hash == hash &&
		    is_equal(texts, i, text, length)) {
			texts->blocks[i].of.head.references++;
			return i;
		}
	}
	if (blocks_of(length) > texts->free_count) {
		return 0;
	}
	return store(texts, text, length, hash);
}

uint32_t
texts_share(struct texts *texts, uint32_t number)
{
	if (number != 0) {
		texts->blocks[number].of.head.references++;
	}
	return number;
}

/* Takes the text whose first block is 'number' out of its bucket. */
static void
unlink_text(struct texts *texts, uint32_t number)
{
	const struct texts_block *gone = &texts->blocks[number];
	uint32_t bucket = gone->of.head.hash & texts->bucket_mask;
	uint32_t at = texts->buckets[bucket];

	if (at == number) {
		texts->buckets[bucket] = gone->of.head.bucket_next;
		return;
	}
	while (texts->blocks[at].of.head.bucket_next != number) {
		at = texts->blocks[at].of.head.bucket_next;
		SW_ASSERT(at != 0);
	}
	texts->blocks[at].of.head.bucket_next = gone->of.head.bucket_next;
}

void
texts_release(struct texts *texts, uint32_t number)
{
	struct texts_block *head = &texts->blocks[number];

	if (number == 0) {
		return;
	}
	SW_ASSERT(head->of.head.references > 0);
	head->of.head.references--;
	if (head->of.head.references > 0) {
		return;
	}
	unlink_text(texts, number);
	while (number != 0) {
		uint32_t next = texts->blocks[number].next;

		texts->blocks[number].next = texts->free_first;
		texts->free_first = number;
		texts->free_count++;
		number = next;
	}
}

void
texts_copy(const struct texts *texts, uint32_t number, char *text, size_t size)
{
	const struct texts_block *block = &texts->blocks[number];
	char whole[TEXTS_MAX + 1];
	size_t length;
	size_t done;

	text[0] = '\0';
	if (number == 0) {
		return;
	}
	length = block->of.head.length;
	done = length < HEAD_ROOM ? length : HEAD_ROOM;
	memcpy(whole, block->of.head.bytes, done);
	while (done < length) {
		size_t part = length - done;

		block = &texts->blocks[block->next];
		if (part > NEXT_ROOM) {
			part = NEXT_ROOM;
		}
		memcpy(whole + done, block->of.bytes, part);
		done += part;
	}
	whole[length] = '\0';
	length = kept_length(whole, size - 1);
	memcpy(text, whole, length);
	text[length] = '\0';
}
