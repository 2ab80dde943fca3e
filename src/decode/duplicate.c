#include "decode/duplicate.h"

#include <string.h>

/* A unit of 65.5 us lets 24 bits last for 18 minutes. */
enum { TIME_SHIFT = 16, TIME_MASK = 0xffffff };
#define WINDOW_UNITS ((uint32_t)(DUPLICATE_WINDOW_NS >> TIME_SHIFT))

/* How many words of what follows the IPv6 header count; of IPv4, five.  A
 * checksum does not tell two ICMP errors apart, since the checksums of what
 * they quote make up for the difference, so the quoted transport header must be
 * within: 8 + 20 + 8 bytes of IPv4, 8 + 40 + 8 of IPv6. */
enum { PAYLOAD_WORDS_IP6 = 8 };

/* The version of an identity that is an ARP packet's. */
enum { ARP_MARK = 0xa };

void
duplicate_memory_init(struct duplicate_memory *memory, struct region *region,
    uint32_t count, const struct hash_key *hash_key)
{
	SW_ASSERT(count >= DUPLICATE_WAYS && (count & (count - 1)) == 0);
	memory->sets = region_carve(
	    region, count / DUPLICATE_WAYS, sizeof(struct duplicate_set));
	memory->set_mask = count / DUPLICATE_WAYS - 1;
	for (uint64_t i = 0; i < ARRAY_SIZE(memory->secret); i++) {
		memory->secret[i] = siphash(hash_key, &i, sizeof(i));
	}
}

static inline uint64_t
load_word(const uint8_t *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

/*
 * A keyed hash of pairs of words: NH of Krovetz and Dai, "VHASH Security"
 * (2007), after Black and others, "UMAC" (CRYPTO 1999), a sum of products whose
 * 128 bits are folded by one more multiplication.  Two inputs, chosen without
 * knowing the secret, have the same NH with a chance of 2^-64.  Nobody sees its
 * values.  It costs a quarter of SipHash, and this runs for every packet.
 */
static inline uint128
pair(const struct duplicate_memory *memory, uint32_t index, uint64_t a,
    uint64_t b)
{
	return (uint128)(a + memory->secret[index]) *
	    (b + memory->secret[index + 1]);
}

static inline uint64_t
fold(const struct duplicate_memory *memory, uint128 sum)
{
	uint128 product =
	    pair(memory, DUPLICATE_WORDS, (uint64_t)sum, (uint64_t)(sum >> 64));

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Whether 'seen' is of the time and the TTL of 'now'.  Time may have stepped
 * back between two observation points, so both directions count. */
static inline bool
is_near(uint32_t seen, uint32_t now)
{
	uint32_t passed = ((now >> 8) - (seen >> 8)) & TIME_MASK;
	int distance = (int)(now & 0xff) - (int)(seen & 0xff);

	return (passed <= WINDOW_UNITS ||
	           passed >= TIME_MASK + 1 - WINDOW_UNITS) &&
	    distance >= -DUPLICATE_TTL_DISTANCE &&
	    distance <= DUPLICATE_TTL_DISTANCE;
}

/* Looks for 'hash' in its set.  If it is new, it goes in front and the last one
 * is forgotten: the set is in order of time by itself.  What is found stays as
 * it is, so that a chain of copies cannot stretch the window. */
static bool
seen_before(struct duplicate_memory *memory, uint64_t hash, uint8_t ttl,
    uint64_t time_ns)
{
	struct duplicate_set *set =
	    &memory->sets[(uint32_t)hash & memory->set_mask];
	uint32_t tag = (uint32_t)(hash >> 32);
	uint32_t now = (uint32_t)(time_ns >> TIME_SHIFT) << 8 | ttl;

	for (uint32_t way = 0; way < DUPLICATE_WAYS; way++) {
		if ((uint32_t)(set->entry[way] >> 32) == tag &&
		    is_near((uint32_t)set->entry[way], now)) {
			return true;
		}
	}
	set->entry[3] = set->entry[2];
	set->entry[2] = set->entry[1];
	set->entry[1] = set->entry[0];
	set->entry[0] = (uint64_t)tag << 32 | now;
	return false;
}

/* What follows the IP header, as words.  Where there is less of it than words,
 * they overlap; its size is in the identity, so this cannot be mistaken for
 * anything else. */
struct payload {
	const uint8_t *bytes;
	uint32_t last; /* Where the last word begins. */
	uint8_t padded[8];
};

static inline void
payload_init(
    struct payload *payload, const uint8_t *ip, uint32_t offset, uint32_t size)
{
	payload->bytes = ip + offset;
	if (SW_LIKELY(size >= offset + 8)) {
		payload->last = size - offset - 8;
		return;
	}
	memset(payload->padded, 0, sizeof(payload->padded));
	if (size > offset) {
		memcpy(payload->padded, payload->bytes, size - offset);
	}
	payload->bytes = payload->padded;
	payload->last = 0;
}

static inline uint64_t
payload_word(const struct payload *payload, uint32_t index)
{
	uint32_t at = index * 8;

	return load_word(
	    payload->bytes + (at < payload->last ? at : payload->last));
}

bool
duplicate_ip(struct duplicate_memory *memory, const uint8_t *ip, uint32_t size,
    uint64_t time_ns)
{
	struct payload rest;
	uint128 sum;

	if (SW_LIKELY(ip[0] >> 4 == 4)) {
		payload_init(&rest, ip, (uint32_t)(ip[0] & 0x0f) * 4, size);
		/* Length, identifier, fragment fields, (TTL), protocol; then
		 * both addresses. */
		sum = pair(memory, 0, load_word(ip + 2) & 0xff00ffffffffffffull,
		    load_word(ip + 12));
		sum += pair(memory, 2, 4, payload_word(&rest, 0));
		sum += pair(
		    memory, 4, payload_word(&rest, 1), payload_word(&rest, 2));
		sum += pair(
		    memory, 6, payload_word(&rest, 3), payload_word(&rest, 4));
		return seen_before(memory, fold(memory, sum), ip[8], time_ns);
	}
	payload_init(&rest, ip, 40, size);
	/* Version, (class), flow label, length, protocol, (hop limit); then
	 * both addresses. */
	sum = pair(memory, 0, load_word(ip) & 0x00ffffffffff0ff0ull, 6);
	sum += pair(memory, 2, load_word(ip + 8), load_word(ip + 16));
	sum += pair(memory, 4, load_word(ip + 24), load_word(ip + 32));
	for (uint32_t i = 0; i < PAYLOAD_WORDS_IP6; i += 2) {
		sum += pair(memory, 6 + i, payload_word(&rest, i),
		    payload_word(&rest, i + 1));
	}
	return seen_before(memory, fold(memory, sum), ip[7], time_ns);
}

bool
duplicate_arp(
    struct duplicate_memory *memory, const uint8_t arp[28], uint64_t time_ns)
{
	uint128 sum = pair(memory, 0, load_word(arp), load_word(arp + 8));

	sum += pair(memory, 2, ARP_MARK, load_word(arp + 16));
	sum += pair(memory, 4, load_word(arp + 20), 0);
	return seen_before(memory, fold(memory, sum), 0, time_ns);
}
