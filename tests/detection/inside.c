/* Honest hosts whose targets are ours. */

#include "detection/population.h"

enum {
	PLACES = 60, /* Sockets that a client knows. */
	WORK_DAYS = 3,
	SERVERS = 4000,
	MONITORED_MOST = 256,
};

static const uint16_t services[] = { 443, 445, 80, 8443, 3389, 1433, 5432,
	9100 };

static uint16_t
some_service(struct chance *chance)
{
	return services[chance_below(chance, ARRAY_SIZE(services))];
}

/* One of a client's places: always the same, always with the same fate. */
struct place {
	struct ip_address target;
	uint16_t port;
	enum fate fate;
};

static struct place
some_place(struct world *world, double failing_percent)
{
	struct place place = {
		.target = host(1, 1 + chance_below(&world->chance, SERVERS)),
		.port = some_service(&world->chance),
		.fate = FATE_SERVED,
	};

	if (chance_percent(&world->chance, failing_percent)) {
		place.fate = failure(&world->chance);
	}
	return place;
}

/* figures: clients, per cent of the places that fail, new places a day. */
static void
clients(struct world *world, const struct row *row)
{
	struct place places[PLACES];

	for (uint32_t client = 0; client < row->figures[0]; client++) {
		struct ip_address source = host(2, 0x0100 + client);

		for (uint32_t i = 0; i < PLACES; i++) {
			places[i] = some_place(world, row->figures[1]);
		}
		for (uint64_t day = 0; day < WORK_DAYS; day++) {
			uint64_t now_ns = day * DAYS;

			for (uint32_t i = 0; i < row->figures[2]; i++) {
				places[chance_below(&world->chance, PLACES)] =
				    some_place(world, row->figures[1]);
			}
			while (now_ns < day * DAYS + 8 * HOURS) {
				const struct place *place =
				    &places[chance_below(
				        &world->chance, PLACES)];

				now_ns +=
				    chance_wait(&world->chance, 3 * MINUTES);
				connect_to(world, &source, &place->target,
				    place->port, now_ns, place->fate);
			}
		}
	}
}

/* Round after round.  figures: hosts, most distance from one to the next, per
 * cent that fail, 1: by ping as well. */
static void
monitor(struct world *world, const struct row *row)
{
	struct ip_address source = host(1, 0x3f05);
	uint32_t numbers[MONITORED_MOST] = { 1 };

	for (uint32_t i = 1; i < row->figures[0]; i++) {
		numbers[i] = numbers[i - 1] + 1 +
		    chance_below(&world->chance, (uint32_t)row->figures[1]);
	}
	for (uint64_t round = 0; round < 5; round++) {
		for (uint32_t i = 0; i < row->figures[0]; i++) {
			struct ip_address target = host(1, numbers[i]);
			uint64_t at_ns =
			    round * 5 * MINUTES + i * 100 * NS_PER_MS;
			bool fails = round == 0
			    ? chance_percent(&world->chance, row->figures[2])
			    : false;

			if (row->figures[3] != 0) {
				send_to(world, PROBE_ICMP_ECHO, &source,
				    &target, 0, at_ns,
				    fails ? FATE_SILENT : FATE_SERVED);
			}
			connect_to(world, &source, &target, 443,
			    at_ns + NS_PER_MS,
			    fails ? failure(&world->chance) : FATE_SERVED);
		}
	}
}

/* figures: servers, of them dead, 1: checks by a handshake alone. */
static void
load_balancer(struct world *world, const struct row *row)
{
	struct ip_address source = host(1, 0x3e05);
	uint32_t servers = (uint32_t)row->figures[0];
	uint32_t first = 1 + chance_below(&world->chance, 0x1000);
	uint32_t dead_first = chance_below(&world->chance, servers);

	for (uint64_t round = 0; round < 200; round++) {
		for (uint32_t i = 0; i < servers; i++) {
			struct ip_address target = host(1, first + i);
			bool is_dead = (i + servers - dead_first) % servers <
			    row->figures[1];

			connect_to(world, &source, &target, 8080,
			    round * 5 * NS_PER_S + i * 20 * NS_PER_MS,
			    is_dead                    ? FATE_REFUSED
			        : row->figures[2] != 0 ? FATE_LEFT
			                               : FATE_SERVED);
		}
	}
}

/* An administrator at work.  figures: live hosts visited, per cent that fail,
 * 1: in order of their addresses, seconds from one to the next. */
static void
administrator(struct world *world, const struct row *row)
{
	struct ip_address source = host(2, 0x0042);
	uint32_t number = 1;

	for (uint32_t i = 0; i < row->figures[0]; i++) {
		struct ip_address target;

		number = row->figures[2] != 0
		    ? number + 1 + chance_below(&world->chance, 3)
		    : 1 + chance_below(&world->chance, SERVERS);
		target = host(1, number);
		connect_to(world, &source, &target, 22,
		    i * (uint64_t)row->figures[3] * NS_PER_S,
		    chance_percent(&world->chance, row->figures[1])
		        ? failure(&world->chance)
		        : FATE_SERVED);
	}
}

/* figures: hosts, per cent that are off, port, 1: in order. */
static void
push(struct world *world, const struct row *row)
{
	struct ip_address source = host(1, 0x3d05);

	for (uint32_t i = 0; i < row->figures[0]; i++) {
		struct ip_address target = host(2,
		    row->figures[3] != 0
		        ? 0x0100 + i
		        : chance_below(&world->chance, 0x4000));

		connect_to(world, &source, &target, (uint16_t)row->figures[2],
		    i * 2 * NS_PER_S,
		    chance_percent(&world->chance, row->figures[1])
		        ? FATE_SILENT
		        : FATE_SERVED);
	}
}

/* Data connections of passive FTP, of which payload goes one way.  figures:
 * transfers, 1: the server's ports follow one another. */
static void
passive_ftp(struct world *world, const struct row *row)
{
	struct ip_address source = host(2, 0x0077);
	struct ip_address server = host(1, 0x0021);
	uint16_t port = (uint16_t)(40000 + chance_below(&world->chance, 5000));

	connect_to(world, &source, &server, 21, 0, FATE_SERVED);
	for (uint32_t i = 1; i <= row->figures[0]; i++) {
		port = row->figures[1] != 0
		    ? port + 1
		    : (uint16_t)(40000 + chance_below(&world->chance, 20000));
		connect_to(world, &source, &server, port, i * 5 * NS_PER_S,
		    chance_percent(&world->chance, 20) ? FATE_UPLOAD
		                                       : FATE_BANNER);
	}
}

/* A client of a domain: many ports of two servers, RPC's among them.  figures:
 * ports that are assigned by the endpoint mapper, per cent that fail. */
static void
domain_client(struct world *world, const struct row *row)
{
	static const uint16_t fixed[] = { 53, 88, 135, 389, 445, 464, 636, 3268,
		9389 };
	struct ip_address source = host(2, 0x0088);
	uint64_t now_ns = 0;

	for (uint32_t server = 0; server < 2; server++) {
		struct ip_address target = host(1, 0x0010 + server);

		for (uint32_t i = 0; i < ARRAY_SIZE(fixed); i++) {
			connect_to(world, &source, &target, fixed[i],
			    now_ns += NS_PER_S, FATE_SERVED);
		}
		for (uint32_t i = 0; i < row->figures[0]; i++) {
			connect_to(world, &source, &target,
			    (uint16_t)(49664 +
			        chance_below(&world->chance, 40)),
			    now_ns += 7 * NS_PER_S,
			    chance_percent(&world->chance, row->figures[1])
			        ? failure(&world->chance)
			        : FATE_SERVED);
		}
	}
}

/* Many clients behind one address.  figures: clients, per cent failing. */
static void
translator(struct world *world, const struct row *row)
{
	struct ip_address source = host(2, 0x0001);

	for (uint32_t i = 0; i < row->figures[0] * 40; i++) {
		struct place place = some_place(world, row->figures[1]);

		connect_to(world, &source, &place.target, place.port,
		    i * 4 * NS_PER_S, place.fate);
	}
}

/* A client whose way to its own places is gone: it keeps trying.  figures:
 * places, of which so many fail. */
static void
cut_off(struct world *world, const struct row *row)
{
	struct ip_address source = host(2, 0x0099);
	struct place places[PLACES];

	for (uint32_t i = 0; i < row->figures[0]; i++) {
		places[i] = some_place(world, 0);
		places[i].fate =
		    i < row->figures[1] ? FATE_SILENT : FATE_SERVED;
	}
	for (uint64_t round = 0; round < 200; round++) {
		for (uint32_t i = 0; i < row->figures[0]; i++) {
			connect_to(world, &source, &places[i].target,
			    places[i].port,
			    round * MINUTES + i * 900 * NS_PER_MS,
			    places[i].fate);
		}
	}
}

/* A host that is always busy outside, and now and then meets one of ours that
 * is gone.  figures: days, such meetings a day. */
static void
busy(struct world *world, const struct row *row)
{
	struct ip_address source = host(2, 0x00aa);

	for (uint32_t i = 0; i < row->figures[0] * 86400 / 40; i++) {
		struct ip_address target = stranger(&world->chance);

		connect_to(world, &source, &target, 443, i * 40 * NS_PER_S,
		    FATE_SERVED);
	}
	for (uint32_t i = 0; i < row->figures[0] * row->figures[1]; i++) {
		struct place place = some_place(world, 100);

		connect_to(world, &source, &place.target, place.port,
		    (uint64_t)((i + chance_share(&world->chance)) /
		        row->figures[1] * (double)DAYS),
		    place.fate);
	}
}

const struct row inside_rows[] = {
	QUIET_IN(2, "5 clients, 2 % failing", clients, 5, 2, 20),
	QUIET_IN(2, "5 clients, 7 % failing", clients, 5, 7, 20),
	QUIET("monitor, 60 spaced hosts, 2 % failing", monitor, 60, 40, 2, 1),
	QUIET("monitor, 60 hosts in order, no ping", monitor, 60, 1, 2, 0),
	QUIET("monitor, 60 hosts in order, none failing", monitor, 60, 1, 0, 1),
	QUIET_IN(
	    2, "monitor, 200 spaced hosts, no ping", monitor, 200, 40, 2, 0),
	QUIET_IN(2, "monitor, pings 200 spaced hosts", monitor, 200, 40, 2, 1),
	QUIET_IN(
	    2, "load balancer, 12 servers, 3 dead", load_balancer, 12, 3, 0),
	QUIET("handshake checks, 6 servers", load_balancer, 6, 0, 1),
	QUIET("administrator, 40 live hosts", administrator, 40, 5, 0, 600),
	QUIET("administrator, 100 live hosts", administrator, 100, 3, 0, 60),
	QUIET("administrator, 60 live hosts in order", administrator, 60, 3, 1,
	    2),
	QUIET("push to 50 hosts, 5 % off, tcp/8530", push, 50, 5, 8530, 1),
	QUIET("passive ftp, random ports", passive_ftp, 100, 0),
	QUIET("passive ftp, ports in order", passive_ftp, 100, 1),
	QUIET("domain client", domain_client, 12, 5),
	QUIET_IN(2, "cut off from 6 of its 12 places", cut_off, 12, 6),
	QUIET_IN(10, "busy for 10 days, 3 failures a day", busy, 10, 3),
	{ .name = NULL },
};

const struct row known_inside_rows[] = {
	KNOWN(3, "5 clients, 30 % failing", clients, 5, 30, 20),
	KNOWN(10, "monitor, 60 hosts in order, a ping fails", monitor, 60, 1, 2,
	    1),
	KNOWN(15, "load balancer, 30 servers, 4 dead", load_balancer, 30, 4, 0),
	KNOWN(100, "handshake checks, 12 servers", load_balancer, 12, 0, 1),
	KNOWN(
	    100, "administrator, 500 live hosts", administrator, 500, 3, 0, 60),
	KNOWN(100, "push to 200 hosts, 40 % off", push, 200, 40, 445, 1),
	KNOWN_IN(
	    5, 100, "translator, 100 clients, 5 % failing", translator, 100, 5),
	KNOWN_IN(2, 100, "cut off from all of its 25 places", cut_off, 25, 25),
	{ .name = NULL },
};
