#include "syslog/peer.h"

#include <string.h>

enum {
	RANK_IDLE,
	RANK_USEFUL,
	RANK_CONNECTED,
	/* At any rate a peer may send a long message at once. */
	BURST_LEAST = 128 << 10,
};

static int64_t burst(const struct peers *peers);
static uint32_t rank(const void *record);
static void begin(
    const struct peers *peers, struct peer *peer, uint64_t now_ns);

size_t
peers_bytes(void)
{
	return TABLE_BYTES(CONFIG_SYSLOG_PEER_COUNT, sizeof(struct peer));
}

struct plan_line
peers_plan(void)
{
	return plan_table(
	    "senders of logs", CONFIG_SYSLOG_PEER_COUNT, sizeof(struct peer));
}

void
peers_init(struct peers *peers, struct region *region,
    const struct hash_key *key, const struct peer_limits *limits)
{
	table_init(&peers->table, region, CONFIG_SYSLOG_PEER_COUNT,
	    sizeof(struct peer), sizeof(struct ip_address), key);
	peers->limits = *limits;
	memset(&peers->others, 0, sizeof(peers->others));
	begin(peers, &peers->others, 0);
}

struct peer *
peers_of(struct peers *peers, const struct ip_address *address, uint64_t now_ns)
{
	uint64_t hash = table_hash(&peers->table, address);
	uint32_t now_s = (uint32_t)(now_ns / NS_PER_S);
	struct peer *peer = table_find(&peers->table, address, hash, now_s);
	const struct peer *victim;
	bool evicted;

	if (peer != NULL) {
		return peer;
	}
	victim = table_in_the_way(&peers->table, hash, now_s, rank);
	if (victim != NULL && rank(victim) == RANK_CONNECTED) {
		return &peers->others;
	}
	peer = table_take_ranked(
	    &peers->table, address, hash, now_s, rank, &evicted);
	begin(peers, peer, now_ns);
	return peer;
}

bool
peer_may_send(const struct peers *peers, struct peer *peer, uint64_t now_ns)
{
	int64_t most = burst(peers);

	if (peer->tokens < most && now_ns > peer->filled_ns) {
		/* A second fills any bucket: no more is to be multiplied. */
		uint64_t since_ns = now_ns - peer->filled_ns;
		uint64_t since_us =
		    (since_ns < NS_PER_S ? since_ns : NS_PER_S) / NS_PER_US;
		uint64_t fresh = peers->limits.rate_bytes * since_us / 1000000;

		if (fresh > 0) {
			peer->tokens += (int64_t)fresh;
			peer->filled_ns = now_ns;
		}
		if (peer->tokens > most) {
			peer->tokens = most;
		}
	}
	return peer->tokens > 0;
}

uint32_t
peers_top(struct peers *peers, struct peer *top, uint32_t capacity)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i <= table_count(&peers->table); i++) {
		const struct peer *peer = i < table_count(&peers->table)
		    ? table_at(&peers->table, i)
		    : &peers->others;
		uint32_t at = count;

		if (peer == NULL ||
		    (peer == &peers->others && peer->messages == 0)) {
			continue;
		}
		while (at > 0 && top[at - 1].bytes < peer->bytes) {
			at--;
		}
		if (at == capacity) {
			continue;
		}
		count += count < capacity ? 1 : 0;
		memmove(
		    &top[at + 1], &top[at], (count - 1 - at) * sizeof(top[0]));
		top[at] = *peer;
	}
	return count;
}

/* A quarter of a second's worth. */
static int64_t
burst(const struct peers *peers)
{
	uint64_t quarter = peers->limits.rate_bytes / 4;

	return (int64_t)(quarter > BURST_LEAST ? quarter : BURST_LEAST);
}

static uint32_t
rank(const void *record)
{
	const struct peer *peer = record;

	if (peer->connections > 0) {
		return RANK_CONNECTED;
	}
	return peer->verdicts[0] > 0 ? RANK_USEFUL : RANK_IDLE;
}

static void
begin(const struct peers *peers, struct peer *peer, uint64_t now_ns)
{
	peer->tokens = burst(peers);
	peer->filled_ns = now_ns;
	peer->heard_ns = now_ns;
	if (peer == &peers->others) {
		memcpy(peer->text, "others", sizeof("others"));
	} else {
		(void)ip_address_format(&peer->address, peer->text);
	}
}
