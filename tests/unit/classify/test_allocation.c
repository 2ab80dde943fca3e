/*
 * Nothing of what classify does with a packet reaches the C library's heap:
 * malloc() and its kin are ours in this program, nDPI's calls included, and
 * count.  (The address sanitizer wants them for itself.)
 */
#include "talk.h"

#ifndef __SANITIZE_ADDRESS__

#	include <criterion/criterion.h>
#	include <stdlib.h>
#	include <string.h>

enum { PACKET_COUNT = 200000, PAYLOAD_LIMIT = 600 };

#	define EXPORTED __attribute__((visibility("default")))

/* The C library's own. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void __libc_free(void *block);

static bool is_counting;
static uint64_t calls;

EXPORTED void *
malloc(size_t size)
{
	calls += is_counting;
	return __libc_malloc(size);
}

EXPORTED void *
calloc(size_t count, size_t size)
{
	calls += is_counting;
	return __libc_calloc(count, size);
}

EXPORTED void *
realloc(void *block, size_t size)
{
	calls += is_counting;
	return __libc_realloc(block, size);
}

EXPORTED void
free(void *block)
{
	calls += is_counting && block != NULL;
	__libc_free(block);
}

static uint64_t state = 1;

static uint32_t
random_below(uint32_t limit)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(state >> 33) % limit;
}

/* How protocols begin, so that dissectors look further than at one byte. */
static const struct {
	uint32_t size;
	const char *bytes;
} openings[] = {
	{ 20, "GET /a?b=c HTTP/1.1\r\n" },
	{ 11, "\26\3\1\2\0\1\0\1\374\3\3" },
	{ 10, "SSH-2.0-x\r\n" },
	{ 8, "\0\0\1\0\376SMB" },
	{ 17, "\22\64\1\0\0\1\0\0\0\0\0\0\3www\0" },
	{ 9, "220 ftp\r\n" },
	{ 8, "\0\0\4\0j\202\0\0" },
	{ 8, "\3\0\0\26\21\340\0\0" },
	{ 14, "REGISTER sip:a " },
	{ 14, "\60\14\2\1\1\4\6public\240" },
	{ 12, "\0\1\0\0\0\6\1\3\0\0\0\2" },
	{ 0, "" },
};

static const uint16_t ports[] = { 21, 22, 25, 53, 80, 88, 102, 110, 123, 135,
	139, 143, 161, 389, 443, 445, 502, 1433, 1521, 1883, 2404, 3306, 3389,
	5060, 5222, 5432, 5900, 6379, 11211, 20000, 27017 };

/* One end says something that begins like a protocol and goes on at random. */
static void
say_something(struct talk *talk, int end)
{
	static uint8_t payload[PAYLOAD_LIMIT];
	uint32_t which = random_below(ARRAY_SIZE(openings));
	uint32_t begun = openings[which].size;
	uint32_t size = begun + 1 + random_below(PAYLOAD_LIMIT - 64);

	memcpy(payload, openings[which].bytes, begun);
	for (uint32_t i = begun; i < size; i++) {
		payload[i] = (uint8_t)random_below(256);
	}
	if (random_below(4) == 0) {
		payload[random_below(size)] = (uint8_t)random_below(256);
	}
	talk_send(talk, end, payload, size);
}

Test(allocation, none_in_two_hundred_thousand_packets)
{
	static struct stage stage;
	struct talk talk;
	uint32_t packets = 0;
	void *volatile one; /* Or the compiler leaves both calls out. */

	stage_set_up(&stage);
	is_counting = true;
	one = malloc(1);
	free(one);
	cr_assert_eq(calls, 2, "the counting works");
	while (packets < PACKET_COUNT) {
		static const char *const servers[] = { "10.0.0.1", "10.0.0.2",
			"fd20::1", "fd20::2" };
		uint32_t length = 2 + random_below(8);

		talk_begin(&talk, &stage,
		    random_below(2) == 0 ? IP_PROTOCOL_TCP : IP_PROTOCOL_UDP,
		    servers[random_below(ARRAY_SIZE(servers))],
		    ports[random_below(ARRAY_SIZE(ports))]);
		talk.address[SERVER].byte[15] = (uint8_t)random_below(256);
		talk.address[SERVER].byte[14] = (uint8_t)random_below(256);
		for (uint32_t i = 0; i < length; i++) {
			say_something(&talk, (int)random_below(2));
		}
		packets += length;
	}
	is_counting = false;
	cr_expect_eq(calls, 2, "%llu calls", (unsigned long long)calls - 2);
#	ifdef CONFIG_CLASSIFY_NDPI
	cr_expect_gt(stage.counters.value[COUNTER_CLASSIFY_QUESTIONS], 10000,
	    "or this has shown nothing");
	cr_expect_eq(stage.counters.value[COUNTER_CLASSIFY_KEPT], 0);
	cr_expect_eq(stage.counters.value[COUNTER_CLASSIFY_STRAYS], 0);
	cr_expect_eq(stage.counters.value[COUNTER_CLASSIFY_REFUSED], 0);
#	endif
	stage_tear_down(&stage);
}

#endif
