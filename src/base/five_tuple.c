#include "base/five_tuple.h"

#include "base/bytes.h"

/* An end as it is compared: the address as a number, the port as it is kept. */
struct end {
	uint64_t first;  /* Bytes 0 to 7 of the address. */
	uint64_t second; /* Bytes 8 to 15. */
	uint64_t port;
};

static inline struct end
end_of(const struct ip_address *address, uint16_t port)
{
	struct end end = { .port = __builtin_bswap16(port) };

	memcpy(&end.first, address->byte, 8);
	memcpy(&end.second, address->byte + 8, 8);
	return end;
}

/* Whether a <= b, as bytes. */
static inline bool
is_ordered(const struct end *a, const struct end *b)
{
	uint64_t x = __builtin_bswap64(a->first);
	uint64_t y = __builtin_bswap64(b->first);
	bool is_same;

	is_same = x == y;
	x = is_same ? __builtin_bswap64(a->second) : x;
	y = is_same ? __builtin_bswap64(b->second) : y;
	is_same = x == y;
	x = is_same ? __builtin_bswap64(a->port) : x;
	y = is_same ? __builtin_bswap64(b->port) : y;
	return x <= y;
}

/* No branch on which end is the low one, which nothing can foretell; and whole
 * words are written, as key_hash() reads them: what is read as it was written
 * is there at once, what must be put together is not. */
bool
five_tuple_make(struct five_tuple *key, const struct ip_address *source,
    uint16_t source_port, const struct ip_address *target, uint16_t target_port,
    uint8_t protocol)
{
	struct end from = end_of(source, source_port);
	struct end to = end_of(target, target_port);
	bool source_is_low = is_ordered(&from, &to);
	uint64_t swap = (uint64_t)source_is_low - 1;
	uint64_t first = (from.first ^ to.first) & swap;
	uint64_t second = (from.second ^ to.second) & swap;
	uint64_t port = (from.port ^ to.port) & swap;
	uint64_t high_first = to.first ^ first;
	uint64_t high_second = to.second ^ second;
	uint64_t word[4] = {
		from.first ^ first,
		from.second ^ second,
		(from.port ^ port) | high_first << 16,
		high_first >> 48 | high_second << 16,
	};
	uint32_t tail = (uint32_t)(high_second >> 48 | (to.port ^ port) << 16);

	memcpy(key, word, sizeof(word));
	memcpy((uint8_t *)key + sizeof(word), &tail, sizeof(tail));
	key->protocol = protocol;
	return source_is_low;
}
