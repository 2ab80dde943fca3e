/* What a network does to keep itself going, and what happens when it fails. */

#include "detection/population.h"

static const uint16_t dhcp_server_port = 67;
static const uint16_t dhcp_client_port = 68;

/* A DHCP server that tries an address before it gives it out (RFC 2131, section
 * 2.2).  figures: addresses, minutes between them, 1: asks by ARP. */
static void
dhcp_server(struct world *world, const struct row *row)
{
	struct ip_address source = host(2, 0x0002);

	for (uint32_t i = 0; i < row->figures[0]; i++) {
		struct ip_address target = host(2, 0x0064 + i);
		uint64_t at_ns = i * (uint64_t)row->figures[1] * MINUTES;
		struct probe offer =
		    probe_of(PROBE_UDP, &source, &target, dhcp_client_port, 0);

		send_to(world,
		    row->figures[2] != 0 ? PROBE_ARP : PROBE_ICMP_ECHO, &source,
		    &target, 0, at_ns, FATE_SILENT);
		offer.source_port = dhcp_server_port;
		offer.traits |= PROBE_LIKELY_ANSWER;
		world_try(world, &offer, at_ns + NS_PER_S, FATE_SILENT);
	}
}

/* What comes from elsewhere into 'net' bears the router's MAC address. */
static void
routed(struct world *world, const struct ip_address *source,
    const struct ip_address *target, const struct ip_address *router,
    uint64_t time_ns, enum fate fate)
{
	struct probe probe =
	    probe_of(PROBE_TCP_CONNECT, source, target, 443, 0);

	probe.source_port = 0;
	probe.source_mac = mac_of(router);
	world_try(world, &probe, time_ns, fate);
}

/* A router that resolves what it forwards.  figures: hosts, per cent that are
 * gone, 1: the traffic that it asks for is seen only afterwards. */
static void
router(struct world *world, const struct row *row)
{
	struct ip_address source = host(2, 0x0001);

	for (uint32_t i = 0; i < 50; i++) {
		struct ip_address from = host(1, 1 + i);
		struct ip_address to = host(2, 0x0080 + i % 4);

		routed(world, &from, &to, &source, i * NS_PER_S, FATE_SERVED);
	}
	for (uint64_t round = 0; round < 20; round++) {
		for (uint32_t i = 0; i < row->figures[0]; i++) {
			struct ip_address target = host(2, 0x0100 + i);
			bool is_gone =
			    i * 100 < row->figures[0] * row->figures[1];

			send_to(world, PROBE_ARP, &source, &target, 0,
			    MINUTES + round * 4 * MINUTES + i * NS_PER_S,
			    is_gone ? FATE_SILENT : FATE_SERVED);
		}
	}
}

/* A scan from elsewhere, and the router that asks for its targets.  figures:
 * milliseconds between probes, 1: the router has not been heard before. */
static void
router_of_scan(struct world *world, const struct row *row)
{
	struct ip_address source = host(1, 0x0666);
	struct ip_address gateway = host(2, 0x0001);

	world_mark_scanner(world, &source);
	for (uint32_t i = 0; i < 254; i++) {
		struct ip_address target = host(2, 0x0300 + i);
		uint64_t at_ns =
		    HOURS + i * (uint64_t)row->figures[0] * NS_PER_MS;

		routed(world, &source, &target, &gateway, at_ns, FATE_SILENT);
		for (uint64_t again = 0; again < 3; again++) {
			send_to(world, PROBE_ARP, &gateway, &target, 0,
			    at_ns + NS_PER_MS + again * NS_PER_S, FATE_SILENT);
		}
	}
}

/* Servers used by many fall silent.  figures: clients, servers of the segment,
 * minutes that it lasts, new places that each client tries meanwhile. */
static void
outage(struct world *world, const struct row *row)
{
	uint32_t servers = (uint32_t)row->figures[1];
	uint64_t from_ns = HOURS;
	uint64_t until_ns = from_ns + (uint64_t)row->figures[2] * MINUTES;

	for (uint32_t client = 0; client < row->figures[0]; client++) {
		struct ip_address source = host(2, 0x0200 + client);
		uint64_t now_ns = 0;

		while (now_ns < until_ns + 10 * MINUTES) {
			struct ip_address target;
			bool is_out;

			now_ns += chance_wait(&world->chance, 20 * NS_PER_S);
			is_out = now_ns >= from_ns && now_ns < until_ns;
			target = host(
			    3, 1 + chance_below(&world->chance, servers / 2));
			if (is_out &&
			    chance_percent(&world->chance,
			        row->figures[3] * 100 /
			            (row->figures[2] * 3))) {
				target = host(3,
				    1 + servers / 2 +
				        chance_below(&world->chance, servers));
			}
			connect_to(world, &source, &target, 443, now_ns,
			    is_out ? FATE_SILENT : FATE_SERVED);
		}
	}
}

/* A mirror that shows one direction only.  figures: clients. */
static void
one_way(struct world *world, const struct row *row)
{
	for (uint32_t client = 0; client < row->figures[0]; client++) {
		struct ip_address source = host(2, 0x0200 + client);
		uint64_t now_ns = 0;

		for (uint32_t i = 0; i < 60; i++) {
			struct ip_address target =
			    host(1, 1 + chance_below(&world->chance, 200));

			now_ns += chance_wait(&world->chance, 30 * NS_PER_S);
			connect_to(
			    world, &source, &target, 443, now_ns, FATE_UNSEEN);
			send_to(world, PROBE_UDP, &source, &target, 53,
			    now_ns + NS_PER_MS, FATE_SILENT);
		}
	}
}

/* A server that asks its clients for their names, and gets no reply. */
static void
name_asker(struct world *world, const struct row *row)
{
	struct ip_address server = host(1, 0x0050);

	for (uint32_t i = 0; i < row->figures[0]; i++) {
		struct ip_address client =
		    host(2, chance_below(&world->chance, 0x2000));
		uint64_t at_ns = i * 20 * NS_PER_S;

		connect_to(world, &client, &server, 80, at_ns, FATE_SERVED);
		send_to(world, PROBE_UDP, &server, &client, 137,
		    at_ns + 5 * NS_PER_MS, FATE_SILENT);
	}
}

/* Hosts that retry one dead server for ever.  figures: hosts, of each so many
 * ports. */
static void
retries(struct world *world, const struct row *row)
{
	for (uint32_t client = 0; client < row->figures[0]; client++) {
		struct ip_address source = host(2, 0x0200 + client);
		struct ip_address server = host(1, 0x0099);

		for (uint32_t i = 0; i < 2000; i++) {
			connect_to(world, &source, &server,
			    (uint16_t)(8000 + i % (uint32_t)row->figures[1]),
			    i * NS_PER_S, FATE_SILENT);
		}
	}
}

/* A host that looks for its neighbours, most of them switched off.  figures:
 * neighbours, per cent that are off. */
static void
neighbour_lookups(struct world *world, const struct row *row)
{
	struct ip_address source = host(2, 0x0071);
	uint64_t now_ns = 0;

	for (uint32_t i = 0; i < row->figures[0]; i++) {
		struct ip_address target =
		    host(2, 1 + chance_below(&world->chance, 254));

		now_ns += chance_wait(&world->chance, 5 * MINUTES);
		send_to(world, PROBE_ARP, &source, &target, 0, now_ns,
		    chance_percent(&world->chance, row->figures[1])
		        ? FATE_SILENT
		        : FATE_SERVED);
	}
}

#define SCAN_BEHIND_ROUTER(row_name, gap_ms)                  \
	{                                                     \
		.name = row_name, .populate = router_of_scan, \
		.bar = BAR_FOUND, .heavy = 1, .figures = {    \
			gap_ms                                \
		}                                             \
	}

const struct row upkeep_rows[] = {
	QUIET("router, arp for 60 hosts, 15 % gone", router, 60, 15),
	SCAN_BEHIND_ROUTER("scan through a router, T4", 10),
	SCAN_BEHIND_ROUTER("scan through a router, 2 s", 2000),
	QUIET_IN(10, "outage of a server, 30 clients", outage, 30, 2, 30, 0),
	QUIET_IN(10, "outage of a segment, 2 minutes", outage, 30, 40, 2, 2),
	QUIET_IN(10, "outage of a segment, 15 minutes", outage, 30, 40, 15, 10),
	QUIET_IN(10, "outage of a segment, 4 hours", outage, 30, 40, 240, 30),
	QUIET_IN(2, "mirror shows one direction, 20 clients", one_way, 20),
	QUIET("server asks 60 clients for names", name_asker, 60),
	QUIET_IN(10, "20 hosts retry a dead server", retries, 20, 1),
	QUIET_IN(10, "5 hosts retry 6 ports of a dead server", retries, 5, 6),
	QUIET("dhcp server, pings 60 addresses", dhcp_server, 60, 5, 0),
	QUIET("dhcp server, pings 120 addresses", dhcp_server, 120, 60, 0),
	QUIET("dhcp server, asks for 60 by arp", dhcp_server, 60, 5, 1),
	QUIET("arp for 40 neighbours, 60 % off", neighbour_lookups, 40, 60),
	{ .name = NULL },
};
