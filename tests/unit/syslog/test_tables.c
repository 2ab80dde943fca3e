/* What is bounded: parts of messages, peers, what has been seen. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "syslog/backlog.h"
#include "syslog/peer.h"
#include "syslog/seen.h"

static const struct hash_key key = { { 1, 2 } };
static const struct peer_limits limits = { .rate_bytes = 1 << 20,
	.connection_count = 4 };

static struct region region;
static struct backlog_pool pool;
static struct peers peers;
static struct seen seen;

static void
setup(void)
{
	cr_assert_eq(region_init(&region,
	                 backlog_pool_bytes() + peers_bytes() + seen_bytes()),
	    0);
	backlog_pool_init(&pool, &region);
	peers_init(&peers, &region, &key, &limits);
	seen_init(&seen, &region, &key);
	cr_assert_eq(region.used, region.size, "the plan is what is carved");
}

static void
teardown(void)
{
	region_finish(&region);
}

TestSuite(tables, .init = setup, .fini = teardown);

static struct ip_address
address(uint32_t number)
{
	const uint8_t v4[4] = { 10, (uint8_t)(number >> 16),
		(uint8_t)(number >> 8), (uint8_t)number };

	return ip_address_from_v4(v4);
}

static struct peer *
peer(uint32_t number, uint64_t now_s)
{
	struct ip_address of = address(number);

	return peers_of(&peers, &of, now_s * NS_PER_S);
}

Test(tables, what_is_kept_is_fetched_as_it_was)
{
	static char bytes[70000];
	static char back[70000];
	struct backlog one = { 0 };
	struct backlog other = { 0 };

	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (char)(i * 7);
	}
	cr_assert(backlog_keep(&pool, &one, bytes, sizeof(bytes)));
	cr_assert(backlog_keep(&pool, &other, bytes, 1));
	cr_expect_eq(backlog_fetch(&pool, &one, back), sizeof(bytes));
	cr_expect_eq(memcmp(bytes, back, sizeof(bytes)), 0);
	cr_expect_eq(backlog_fetch(&pool, &other, back), 1u);
	cr_expect_eq(backlog_fetch(&pool, &other, back), 0u);
	cr_expect_eq(pool.free_count, (uint32_t)CONFIG_SYSLOG_CHUNK_COUNT);
}

Test(tables, a_full_pool_keeps_nothing_and_loses_nothing)
{
	enum { MOST = CONFIG_SYSLOG_CHUNK_COUNT };
	static struct backlog all[MOST];
	static char bytes[BACKLOG_CHUNK_SIZE];
	struct backlog more = { 0 };

	for (uint32_t i = 0; i < MOST; i++) {
		cr_assert(backlog_keep(&pool, &all[i], bytes, sizeof(bytes)));
	}
	cr_expect_not(backlog_keep(&pool, &more, bytes, 1));
	cr_expect_eq(more.size, 0u);
	cr_expect(backlog_keep(&pool, &more, bytes, 0));
	(void)backlog_fetch(&pool, &all[5], bytes);
	cr_expect(backlog_keep(&pool, &more, bytes, 1));
	cr_expect_eq(pool.free_count, 0u);
}

Test(tables, a_peer_may_send_its_rate_and_no_more)
{
	struct peer *sender = peer(1, 100);
	uint64_t now_ns = 100 * NS_PER_S;
	uint64_t sent = 0;

	/* Ten seconds, asking every millisecond. */
	for (int i = 0; i < 10000; i++) {
		now_ns += NS_PER_MS;
		while (peer_may_send(&peers, sender, now_ns)) {
			peer_charge(sender, 1000);
			sent += 1000;
		}
	}
	cr_expect_geq(sent, 10ull << 20);
	cr_expect_leq(sent, (10ull << 20) + (1 << 18) + 1000);
}

Test(tables, a_debt_is_paid_before_more_may_be_sent)
{
	struct peer *sender = peer(1, 100);

	cr_expect(peer_may_send(&peers, sender, 100 * NS_PER_S));
	peer_charge(sender, 3 << 20);
	cr_expect_not(peer_may_send(&peers, sender, 101 * NS_PER_S));
	cr_expect_not(peer_may_send(&peers, sender, 102 * NS_PER_S));
	cr_expect(peer_may_send(&peers, sender, 103 * NS_PER_S));
}

Test(tables, peers_with_connections_are_never_forgotten)
{
	struct peer *connected[8];
	uint32_t found = 0;

	for (uint32_t i = 0; i < 8; i++) {
		connected[i] = peer(i, 1);
		connected[i]->connections = 1;
	}
	for (uint32_t i = 100; i < 100000; i++) {
		(void)peer(i, 2);
	}
	for (uint32_t i = 0; i < 8; i++) {
		found += peer(i, 3) == connected[i] &&
		    connected[i]->connections == 1;
	}
	cr_expect_eq(found, 8u);
	cr_expect_leq(peers.table.used, (uint32_t)CONFIG_SYSLOG_PEER_COUNT);
	cr_expect_gt(peers.table.evicted, 0u);
}

Test(tables, peers_of_use_are_forgotten_last)
{
	struct peer *useful = peer(7, 1);

	useful->verdicts[0] = 1;
	for (uint32_t i = 100; i < 100000; i++) {
		(void)peer(i, 2);
	}
	cr_expect_eq(peer(7, 3)->verdicts[0], 1u);
}

Test(tables, where_all_have_connections_the_others_share_a_record)
{
	uint32_t shared = 0;

	for (uint32_t i = 0; i < 8 * CONFIG_SYSLOG_PEER_COUNT; i++) {
		struct peer *sender = peer(i, 1);

		shared += sender == &peers.others;
		sender->connections++;
	}
	cr_expect_gt(shared, 0u);
	cr_expect_eq(peers.table.evicted, 0u);
	cr_expect_str_eq(peers.others.text, "others");
}

Test(tables, the_top_are_those_who_sent_most)
{
	struct peer top[4];

	for (uint32_t i = 0; i < 100; i++) {
		struct peer *sender = peer(i, 1);

		sender->bytes = i * 37 % 100;
		sender->messages = 1;
	}
	cr_expect_eq(peers_top(&peers, top, 4), 4u);
	for (uint32_t i = 0; i < 4; i++) {
		cr_expect_eq(top[i].bytes, 99u - i);
	}
}

Test(tables, a_message_is_known_when_it_comes_again)
{
	char text[32];
	uint32_t known = 0;

	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "message %d", i);
		cr_expect_not(seen_before(&seen, text, strlen(text)));
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "message %d", i);
		known += seen_before(&seen, text, strlen(text));
	}
	cr_expect_eq(known, 1000u);
}

Test(tables, when_too_many_were_seen_the_oldest_are_forgotten)
{
	char text[32];
	uint32_t known = 0;

	for (int i = 0; i < 4 * CONFIG_SYSLOG_SEEN_COUNT; i++) {
		snprintf(text, sizeof(text), "message %d", i);
		(void)seen_before(&seen, text, strlen(text));
	}
	/* Those of the last quarter of the table are nearly all there. */
	for (int i = 1; i <= CONFIG_SYSLOG_SEEN_COUNT / 4; i++) {
		snprintf(text, sizeof(text), "message %d",
		    4 * CONFIG_SYSLOG_SEEN_COUNT - i);
		known += seen_before(&seen, text, strlen(text));
	}
	cr_expect_gt(known, CONFIG_SYSLOG_SEEN_COUNT / 4 * 99u / 100);
	cr_expect_not(seen_before(&seen, "message 0", 9));
}
