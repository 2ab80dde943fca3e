#include "detection/population.h"

struct ip_address
host(uint8_t net, uint32_t number)
{
	uint8_t v4[4] = { 10, net, (uint8_t)(number >> 8), (uint8_t)number };

	return ip_address_from_v4(v4);
}

struct ip_address
stranger(struct chance *chance)
{
	uint32_t number = chance_below(chance, 1u << 24);
	uint8_t v4[4] = { (uint8_t)(11 + chance_below(chance, 80)),
		(uint8_t)(number >> 16), (uint8_t)(number >> 8),
		(uint8_t)number };

	return ip_address_from_v4(v4);
}

void
send_to(struct world *world, enum probe_technique technique,
    const struct ip_address *source, const struct ip_address *target,
    uint16_t port, uint64_t time_ns, enum fate fate)
{
	struct probe probe = probe_of(technique, source, target, port, 0);

	probe.source_port = 0; /* To be drawn. */
	world_try(world, &probe, time_ns, fate);
}

void
connect_to(struct world *world, const struct ip_address *source,
    const struct ip_address *target, uint16_t port, uint64_t time_ns,
    enum fate fate)
{
	send_to(world, PROBE_TCP_CONNECT, source, target, port, time_ns, fate);
}

enum fate
failure(struct chance *chance)
{
	return chance_percent(chance, 50) ? FATE_REFUSED : FATE_SILENT;
}
