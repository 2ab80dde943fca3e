#include "detection/scanners.h"

#include <stdlib.h>

enum {
	SPACE_24 = 254,
	SPACE_16 = 65534,
	FRIENDS = 40,
	CLIENTS = 30,
	STRIDE = 7,
	MOST_PROBES = 65536,
	PORTS_MOST = 65535,
};

static uint32_t order_of[MOST_PROBES];

/* The numbers 0 to space - 1 in the order they are visited. */
static void
make_order(struct world *world, const struct scan *scan, uint32_t space)
{
	for (uint32_t i = 0; i < space; i++) {
		order_of[i] = scan->order == SCAN_DESCENDING ? space - 1 - i
		    : scan->order == SCAN_STRIDED ? i * STRIDE % space
		                                  : i;
	}
	if (scan->order == SCAN_RANDOM) {
		chance_shuffle(&world->chance, order_of, space);
	}
}

static enum fate
fate_of(struct world *world, const struct scan *scan)
{
	if (chance_percent(&world->chance, scan->open_percent)) {
		return scan->open_fate;
	}
	if (scan->technique == PROBE_ICMP_ECHO ||
	    scan->technique == PROBE_ICMP6_ECHO || scan->is_silent ||
	    scan->technique == PROBE_ARP) {
		return FATE_SILENT;
	}
	if (scan->is_vertical) {
		return FATE_REFUSED;
	}
	return chance_percent(&world->chance, 13) ? FATE_REFUSED : FATE_SILENT;
}

static struct ip_address
target_of(struct world *world, const struct scan *scan, uint32_t number)
{
	static struct ip_address base;

	if (scan->is_vertical) {
		return scan->is_outside ? host(9, 0x0507) : host(1, 0x0507);
	}
	if (scan->is_v6) {
		base = (struct ip_address){ { 0xfd, 0, 0, 1, [7] = 1 } };
		return ip_address_add(&base, number + 1);
	}
	if (scan->is_outside) {
		base = ip_address_from_v4((uint8_t[]){ 203, 0, 0, 0 });
		return ip_address_add(&base, number + 1);
	}
	(void)world;
	return host(scan->technique == PROBE_ARP ? 2 : 1, number + 1);
}

static struct ip_address
source_of(const struct scan *scan)
{
	return scan->is_v6
	    ? (struct ip_address){ { 0xfd, 0, 0, 2, [7] = 1, [15] = 9 } }
	    : host(2, 0x0009);
}

/* Honest work of many, so that the scan is not all there is. */
static void
add_clients(struct world *world, uint64_t duration_ns)
{
	for (uint32_t client = 0; client < CLIENTS; client++) {
		struct ip_address source = host(2, 0x0a00 + client);
		uint64_t now_ns = 0;

		while (now_ns < duration_ns) {
			struct ip_address target =
			    host(1, 1 + chance_below(&world->chance, 20));

			now_ns += chance_wait(&world->chance, MINUTES);
			connect_to(
			    world, &source, &target, 443, now_ns, FATE_SERVED);
		}
	}
}

static void
add_friends(struct world *world, const struct ip_address *source,
    uint64_t from_ns, uint64_t gap_ns, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct ip_address target = host(
		    1, 0x4000 + 97 * chance_below(&world->chance, FRIENDS));

		connect_to(world, source, &target, 443, from_ns + i * gap_ns,
		    FATE_SERVED);
	}
}

static void
populate_scanner(struct world *world, const struct row *row)
{
	const struct scan *scan = row->scan;
	uint32_t count = scan->count == 0 ? SPACE_24 : scan->count;
	uint32_t space = scan->space == 0 ? SPACE_24 : scan->space;
	uint64_t gap_ns = scan->gap_ns;
	uint16_t port = scan->port == 0 ? 445 : scan->port;
	struct ip_address source = source_of(scan);
	uint32_t ports = scan->ports == 0 ? 1 : scan->ports;

	make_order(world, scan, space);
	world_mark_scanner(world, &source);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t number = order_of[i / ports % space];
		struct ip_address target = target_of(world, scan, number);
		struct probe probe =
		    probe_of(scan->technique, &source, &target, port, 0);

		if (scan->is_vertical) {
			probe.target_port = (uint16_t)(number + 1);
		} else if (ports > 1) {
			probe.target_port = (uint16_t)(port + i % ports);
		}
		probe.source_port = scan->source_port;
		world_try(world, &probe, i * gap_ns, fate_of(world, scan));
	}
	if (scan->is_among_friends) {
		add_friends(world, &source, gap_ns / 2, gap_ns, count);
	}
	if (scan->is_among_clients) {
		add_clients(world, count * gap_ns);
	}
}

/* From one probe to the next, in two of nmap's timing templates. */
#define T1 (15 * NS_PER_S)
#define T0 (300 * NS_PER_S)

#define ROW(                                                                  \
    row_bar, percent, row_name, row_technique, row_order, share, fate, ...)   \
	{                                                                     \
		.name = row_name, .populate = populate_scanner,               \
		.bar = row_bar, .heavy = 1, .known_percent = percent,         \
		.scan = &(const struct scan)                                  \
		{                                                             \
			.technique = row_technique, .order = row_order,       \
			.open_percent = share, .open_fate = fate, __VA_ARGS__ \
		}                                                             \
	}
#define SCAN(...)            ROW(BAR_FOUND, 0, __VA_ARGS__)
#define SWEEP(row_name, ...) SCAN(row_name, PROBE_TCP_CONNECT, __VA_ARGS__)
#define KNOWN_SWEEP(percent, row_name, ...) \
	ROW(BAR_KNOWN, percent, row_name, PROBE_TCP_CONNECT, __VA_ARGS__)

const struct row scanner_rows[] = {
	SWEEP("in order, 8 % open", SCAN_ASCENDING, 8, FATE_LEFT, .gap_ns = T1),
	SWEEP(
	    "in order, 40 % open", SCAN_ASCENDING, 40, FATE_LEFT, .gap_ns = T1),
	SWEEP(
	    "in order, 93 % open", SCAN_ASCENDING, 93, FATE_LEFT, .gap_ns = T1),
	SWEEP("in order, 8 % open, payload", SCAN_ASCENDING, 8, FATE_SERVED,
	    .gap_ns = T1),
	SWEEP("in order, 40 % open, payload", SCAN_ASCENDING, 40, FATE_SERVED,
	    .gap_ns = T1),
	SWEEP("in order, 1,000 hosts, 93 % open, payload", SCAN_ASCENDING, 93,
	    FATE_SERVED, .gap_ns = T1, .space = 1000, .count = 1000),
	SWEEP("in order, 93 % open, banner", SCAN_ASCENDING, 93, FATE_BANNER,
	    .gap_ns = T1, .port = 22),
	SWEEP(
	    "downwards, 8 % open", SCAN_DESCENDING, 8, FATE_LEFT, .gap_ns = T1),
	SWEEP("by strides of 7, 40 % open", SCAN_STRIDED, 40, FATE_LEFT,
	    .gap_ns = T1),
	SWEEP("random, 8 % open", SCAN_RANDOM, 8, FATE_LEFT, .gap_ns = T1),
	SWEEP("random, 40 % open", SCAN_RANDOM, 40, FATE_LEFT, .gap_ns = T1),
	SWEEP("random, 93 % open", SCAN_RANDOM, 93, FATE_LEFT, .gap_ns = T1),
	SWEEP("random, 8 % open, payload", SCAN_RANDOM, 8, FATE_SERVED,
	    .gap_ns = T1),
	SWEEP("random, 40 % open, payload", SCAN_RANDOM, 40, FATE_SERVED,
	    .gap_ns = T1),
	SWEEP("random, 1,000 hosts, 93 % open, payload", SCAN_RANDOM, 93,
	    FATE_SERVED, .gap_ns = T1, .space = 1000, .count = 1000),
	SWEEP("random, tcp/80, 40 % open, payload", SCAN_RANDOM, 40,
	    FATE_SERVED, .gap_ns = T1, .port = 80),
	SWEEP("random over a /16, 8 % open", SCAN_RANDOM, 8, FATE_LEFT,
	    .gap_ns = T1, .space = SPACE_16),
	SWEEP("in order over a /16, 8 % open", SCAN_ASCENDING, 8, FATE_LEFT,
	    .gap_ns = T1, .space = SPACE_16, .count = 1000),
	SWEEP("in order, 100,000 a second", SCAN_ASCENDING, 8, FATE_HALF_OPEN,
	    .gap_ns = NS_PER_S / 100000, .space = SPACE_16, .count = 5000),
	SWEEP("in order, 1,000 a second", SCAN_ASCENDING, 8, FATE_LEFT,
	    .gap_ns = NS_PER_MS, .space = SPACE_16, .count = 2000),
	SWEEP("random, 1,000 a second", SCAN_RANDOM, 8, FATE_LEFT,
	    .gap_ns = NS_PER_MS, .space = SPACE_16, .count = 2000),
	SWEEP("random, T5, 5 ms", SCAN_RANDOM, 8, FATE_LEFT,
	    .gap_ns = 5 * NS_PER_MS),
	SWEEP("random, T4, 10 ms", SCAN_RANDOM, 8, FATE_LEFT,
	    .gap_ns = 10 * NS_PER_MS),
	SWEEP("random, T3, 100 ms", SCAN_RANDOM, 8, FATE_LEFT,
	    .gap_ns = 100 * NS_PER_MS),
	SWEEP("random, T2, 0.4 s", SCAN_RANDOM, 8, FATE_LEFT,
	    .gap_ns = 400 * NS_PER_MS),
	SWEEP(
	    "in order, T0, 300 s", SCAN_ASCENDING, 8, FATE_LEFT, .gap_ns = T0),
	SWEEP("random, T0, 300 s", SCAN_RANDOM, 8, FATE_LEFT, .gap_ns = T0),
	SWEEP(
	    "random, one an hour", SCAN_RANDOM, 8, FATE_LEFT, .gap_ns = HOURS),
	SWEEP("in order, one an hour", SCAN_ASCENDING, 8, FATE_LEFT,
	    .gap_ns = HOURS),
	SWEEP("random, one in three hours", SCAN_RANDOM, 8, FATE_LEFT,
	    .gap_ns = 3 * HOURS),
	SWEEP("in order, one in three hours", SCAN_ASCENDING, 8, FATE_LEFT,
	    .gap_ns = 3 * HOURS),
	SWEEP("random, a good contact between two", SCAN_RANDOM, 8, FATE_LEFT,
	    .gap_ns = T1, .is_among_friends = true),
	SWEEP("in order, a good contact between two", SCAN_ASCENDING, 8,
	    FATE_LEFT, .gap_ns = T1, .is_among_friends = true),
	SWEEP("random, an hour, good contacts", SCAN_RANDOM, 8, FATE_LEFT,
	    .gap_ns = HOURS, .is_among_friends = true),
	SWEEP("random, among 30 clients", SCAN_RANDOM, 8, FATE_LEFT,
	    .gap_ns = T1, .is_among_clients = true),
	SWEEP("in order, T4, among 30 clients", SCAN_ASCENDING, 8, FATE_LEFT,
	    .gap_ns = 10 * NS_PER_MS, .is_among_clients = true),
	SWEEP("ports in order, connect", SCAN_ASCENDING, 2, FATE_LEFT,
	    .gap_ns = T1, .is_vertical = true, .space = 1024),
	SWEEP("ports at random, connect", SCAN_RANDOM, 2, FATE_LEFT,
	    .gap_ns = T1, .is_vertical = true, .space = PORTS_MOST),
	SWEEP("ports at random, silent", SCAN_RANDOM, 2, FATE_LEFT,
	    .gap_ns = T1, .is_vertical = true, .space = PORTS_MOST,
	    .is_silent = true),
	SCAN("ports at random, crafted", PROBE_TCP_SYN, SCAN_RANDOM, 2,
	    FATE_HALF_OPEN, .gap_ns = T1, .is_vertical = true,
	    .space = PORTS_MOST, .source_port = 54321),
	SCAN("ports, crafted, silent, 1,000 a second", PROBE_TCP_SYN,
	    SCAN_RANDOM, 2, FATE_HALF_OPEN, .is_vertical = true,
	    .space = PORTS_MOST, .count = 2000, .gap_ns = NS_PER_MS,
	    .is_silent = true, .source_port = 54321),
	SWEEP("ports at random, T0", SCAN_RANDOM, 2, FATE_LEFT,
	    .is_vertical = true, .space = PORTS_MOST, .gap_ns = T0),
	SWEEP("ports of a host outside", SCAN_RANDOM, 2, FATE_LEFT,
	    .gap_ns = T1, .is_vertical = true, .space = PORTS_MOST,
	    .is_outside = true),
	SWEEP("block of 6 ports on each host", SCAN_ASCENDING, 8, FATE_LEFT,
	    .gap_ns = T1, .ports = 6, .port = 20, .count = 600),
	SCAN("crafted, random, 8 % open", PROBE_TCP_SYN, SCAN_RANDOM, 8,
	    FATE_HALF_OPEN, .gap_ns = T1, .source_port = 54321),
	SCAN("crafted, random, 93 % open", PROBE_TCP_SYN, SCAN_RANDOM, 93,
	    FATE_HALF_OPEN, .gap_ns = T1),
	SCAN("fin", PROBE_TCP_FIN, SCAN_RANDOM, 8, FATE_SILENT, .gap_ns = T1),
	SCAN("ack", PROBE_TCP_ACK, SCAN_RANDOM, 40, FATE_REFUSED, .gap_ns = T1),
	SCAN("udp sweep", PROBE_UDP, SCAN_RANDOM, 8, FATE_SERVED, .gap_ns = T1,
	    .port = 161),
	SCAN("udp ports", PROBE_UDP, SCAN_RANDOM, 2, FATE_SILENT,
	    .is_vertical = true, .space = PORTS_MOST, .gap_ns = NS_PER_S),
	SCAN("ping sweep, random, 8 % there", PROBE_ICMP_ECHO, SCAN_RANDOM, 8,
	    FATE_SERVED, .gap_ns = T1),
	SCAN("ping sweep, in order, 93 % there", PROBE_ICMP_ECHO,
	    SCAN_ASCENDING, 93, FATE_SERVED, .gap_ns = T1),
	SCAN("ping sweep, random, 93 % there", PROBE_ICMP_ECHO, SCAN_RANDOM, 93,
	    FATE_SERVED, .gap_ns = T1),
	SCAN("arp sweep, in order", PROBE_ARP, SCAN_ASCENDING, 20, FATE_SERVED,
	    .gap_ns = 10 * NS_PER_MS),
	SCAN("arp sweep, random", PROBE_ARP, SCAN_RANDOM, 20, FATE_SERVED,
	    .gap_ns = 10 * NS_PER_MS),
	SCAN("arp sweep, in order, T1", PROBE_ARP, SCAN_ASCENDING, 20,
	    FATE_SERVED, .gap_ns = T1),
	SWEEP("ipv6, in order", SCAN_ASCENDING, 8, FATE_LEFT, .gap_ns = T1,
	    .is_v6 = true),
	SCAN("ipv6, random pings", PROBE_ICMP6_ECHO, SCAN_RANDOM, 8,
	    FATE_SERVED, .gap_ns = T1, .is_v6 = true),
	SWEEP("outside, in order, 3 % open", SCAN_ASCENDING, 3, FATE_LEFT,
	    .gap_ns = T1, .is_outside = true),
	SWEEP("outside, random, 3 % open", SCAN_RANDOM, 3, FATE_LEFT,
	    .gap_ns = T1, .is_outside = true, .space = SPACE_16),
	SCAN("outside, crafted, random, 3 % open", PROBE_TCP_SYN, SCAN_RANDOM,
	    3, FATE_HALF_OPEN, .is_outside = true, .space = SPACE_16,
	    .gap_ns = 10 * NS_PER_MS, .source_port = 54321),
	{ .name = NULL },
};

/* Whoever is served by nearly everybody and talks to each does what a browser
 * does, or an administrator: of an administrative service it takes 256 hosts to
 * tell, of another nothing does. */
const struct row known_scanner_rows[] = {
	KNOWN_SWEEP(1, "in order, 254 hosts, 93 % open, payload",
	    SCAN_ASCENDING, 93, FATE_SERVED, .gap_ns = T1),
	KNOWN_SWEEP(0, "random, 254 hosts, 93 % open, payload", SCAN_RANDOM, 93,
	    FATE_SERVED, .gap_ns = T1),
	KNOWN_SWEEP(0, "in order, tcp/80, 93 % open, payload", SCAN_ASCENDING,
	    93, FATE_SERVED, .gap_ns = T1, .port = 80),
	KNOWN_SWEEP(0, "random, tcp/80, 93 % open, payload", SCAN_RANDOM, 93,
	    FATE_SERVED, .gap_ns = T1, .port = 80),
	{ .name = NULL },
};
