/* Honest hosts whose targets are the world outside. */

#include "detection/population.h"

/* figures: destinations, per cent that fail, seconds between them, port. */
static void
many_servers(struct world *world, const struct row *row)
{
	struct ip_address source = host(1, 0x0005);

	for (uint32_t i = 0; i < row->figures[0]; i++) {
		struct ip_address target = stranger(&world->chance);
		enum fate fate = FATE_SERVED;

		if (chance_percent(&world->chance, row->figures[1])) {
			fate = chance_percent(&world->chance, 25) ? FATE_REFUSED
			                                          : FATE_SILENT;
		}
		connect_to(world, &source, &target, (uint16_t)row->figures[3],
		    (uint64_t)(i * row->figures[2] * (double)NS_PER_S), fate);
	}
}

/* figures: peers, per cent that fail, per cent that are asked by UDP. */
static void
peers(struct world *world, const struct row *row)
{
	struct ip_address source = host(2, 0x0055);
	uint64_t now_ns = 0;

	for (uint32_t i = 0; i < row->figures[0]; i++) {
		struct ip_address target = stranger(&world->chance);
		bool fails = chance_percent(&world->chance, row->figures[1]);
		bool is_udp = chance_percent(&world->chance, row->figures[2]);
		uint16_t port =
		    (uint16_t)(1024 + chance_below(&world->chance, 60000));
		enum fate fate = !fails                  ? FATE_SERVED
		    : chance_percent(&world->chance, 20) ? FATE_REFUSED
		                                         : FATE_SILENT;

		now_ns += chance_wait(&world->chance, 2 * NS_PER_S);
		send_to(world, is_udp ? PROBE_UDP : PROBE_TCP_CONNECT, &source,
		    &target, port, now_ns, fate);
	}
}

/* A resolver that asks the world's name servers.  figures: servers, per cent
 * that never answer. */
static void
resolver(struct world *world, const struct row *row)
{
	struct ip_address source = host(1, 0x0035);

	for (uint32_t i = 0; i < row->figures[0]; i++) {
		struct ip_address target = stranger(&world->chance);

		send_to(world, PROBE_UDP, &source, &target, 53,
		    i * 500 * NS_PER_MS,
		    chance_percent(&world->chance, row->figures[1])
		        ? FATE_SILENT
		        : FATE_SERVED);
	}
}

/* figures: sites, per cent that are dead, per cent of connections opened ahead
 * of need. */
static void
browser(struct world *world, const struct row *row)
{
	struct ip_address source = host(2, 0x0066);
	uint64_t now_ns = 0;

	for (uint32_t i = 0; i < row->figures[0]; i++) {
		struct ip_address target = stranger(&world->chance);
		bool is_dead = chance_percent(&world->chance, row->figures[1]);
		bool lapses = chance_percent(&world->chance, row->figures[2]);

		now_ns += chance_wait(&world->chance, 10 * NS_PER_S);
		/* It tries again, some seconds apart, and over UDP too. */
		for (uint64_t again = 0; again < (is_dead ? 5 : 2); again++) {
			connect_to(world, &source, &target, 443,
			    now_ns + again * 4 * NS_PER_S,
			    is_dead      ? FATE_SILENT
			        : lapses ? FATE_LAPSED
			                 : FATE_SERVED);
		}
		send_to(world, PROBE_UDP, &source, &target, 443,
		    now_ns + NS_PER_MS, is_dead ? FATE_SILENT : FATE_SERVED);
	}
}

/* figures: targets traced, per cent of the hops that say nothing, 1: inside. */
static void
traceroute(struct world *world, const struct row *row)
{
	struct ip_address source = host(2, 0x0044);
	uint64_t now_ns = 0;

	for (uint32_t i = 0; i < row->figures[0]; i++) {
		struct ip_address target = row->figures[2] != 0
		    ? host(1, chance_below(&world->chance, 4000))
		    : stranger(&world->chance);
		uint32_t hops = 4 + chance_below(&world->chance, 12);
		uint16_t port = 33434;

		for (uint8_t hop = 1; hop <= hops; hop++) {
			bool is_mute =
			    chance_percent(&world->chance, row->figures[1]);

			for (uint32_t question = 0; question < 3; question++) {
				struct probe probe = probe_of(
				    PROBE_UDP, &source, &target, port++, 0);

				probe.source_port = 0;
				probe.ttl = hop;
				probe.traits |= PROBE_LOW_TTL;
				now_ns += 50 * NS_PER_MS;
				world_try(world, &probe, now_ns,
				    hop == hops   ? FATE_REFUSED
				        : is_mute ? FATE_SILENT
				                  : FATE_EXPIRED);
			}
		}
		now_ns += 10 * NS_PER_S;
	}
}

const struct row outside_rows[] = {
	QUIET_IN(10, "proxy, 20,000 servers, 5 % failing", many_servers, 20000,
	    5, 2, 443),
	QUIET_IN(10, "proxy, 20,000 servers, 15 % failing", many_servers, 20000,
	    15, 2, 443),
	QUIET_IN(10, "mail server, 5,000 others, 25 % failing", many_servers,
	    5000, 25, 10, 25),
	QUIET_IN(10, "mail server, 5,000 others, 40 % failing", many_servers,
	    5000, 40, 10, 25),
	QUIET_IN(10, "resolver, 5,000 servers, 10 % mute", resolver, 5000, 10),
	QUIET_IN(10, "resolver, 5,000 servers, 40 % mute", resolver, 5000, 40),
	QUIET_IN(10, "p2p, 3,000 peers, 50 % failing", peers, 3000, 50, 30),
	QUIET_IN(10, "p2p, 3,000 peers, 65 % failing", peers, 3000, 65, 30),
	QUIET_IN(
	    10, "p2p by udp, 3,000 peers, 65 % failing", peers, 3000, 65, 100),
	QUIET("browser, 1,000 sites, 5 % dead", browser, 1000, 5, 10),
	QUIET("browser, 1,000 sites, 20 % dead", browser, 1000, 20, 20),
	QUIET("traceroute to 20 hosts outside", traceroute, 20, 30, 0),
	QUIET("traceroute to 20 hosts inside", traceroute, 20, 10, 1),
	{ .name = NULL },
};
