#include "detection/world.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "detect/room.h"

/* 2026-11-24T06:51:00Z. */
static const uint64_t epoch_ns = 1795503060 * NS_PER_S;

static void
make_policy(struct policy *policy)
{
	static const char *const prefixes[] = { "10.1.0.0/16", "10.2.0.0/16",
		"10.3.0.0/16", "fd00::/8" };

	policy_default(policy);
	policy->segment_count = ARRAY_SIZE(prefixes);
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		struct policy_segment *segment = &policy->segments[i];

		memset(segment, 0, sizeof(*segment));
		segment->name[0] = (char)('a' + i);
		segment->criticality = POLICY_CRITICALITY_NORMAL;
		segment->prefix_count = 1;
		if (!ip_prefix_parse(prefixes[i], &segment->prefixes[0])) {
			abort();
		}
	}
	policy_prepare(policy);
}

void
world_open(struct world *world)
{
	memset(world, 0, sizeof(*world));
	make_policy(&world->policy);
	if (region_init(&world->region, detect_bytes()) != 0) {
		abort();
	}
}

void
world_close(struct world *world)
{
	script_finish(&world->script);
	region_finish(&world->region);
}

static void
clear_table(struct table *table)
{
	memset(table->sets, 0,
	    table_count(table) / TABLE_WAYS * sizeof(*table->sets));
}

/* Clears the room's memory for the next world, and cheaply, since there are so
 * many: a record is cleared when it is taken, and what is left in the memory of
 * contacts is strange to the next world's hash key.  When much of that is used
 * up, all pages are given back; they are zero when they come again. */
static void
clear(struct world *world)
{
	struct detect *detect = world->detect;

	world->region.used = 0;
	if (detect != NULL &&
	    world->counters.value[COUNTER_DETECT_FIRST_CONTACTS] <
	        CONFIG_DETECT_CONTACT_COUNT / 8) {
		struct neighbours *neighbours = &detect->neighbours;

		clear_table(&detect->sources);
		clear_table(&detect->suspects);
		clear_table(&detect->campaigns);
		clear_table(&neighbours->networks);
		memset(neighbours->recent, 0,
		    NEIGHBOURS_RECENT_COUNT * sizeof(*neighbours->recent));
		memset(neighbours->macs, 0,
		    NEIGHBOURS_MAC_COUNT * sizeof(*neighbours->macs));
		memset(detect, 0, sizeof(*detect));
		return;
	}
	if (madvise(world->region.bytes, world->region.size, MADV_DONTNEED) !=
	    0) {
		abort();
	}
	memset(&world->counters, 0, sizeof(world->counters));
}

void
world_begin(struct world *world, uint64_t seed)
{
	struct hash_key hash_key;

	world->chance.state = seed * 0x2545f4914f6cdd1d + 1;
	hash_key.word[0] = chance_draw(&world->chance);
	hash_key.word[1] = ++world->worlds;
	clear(world);
	world->detect = detect_init(
	    &world->region, &hash_key, &world->counters, &world->policy);
	world->start_ns = epoch_ns;
	world->has_scanner = false;
	world->alarm_count = 0;
	world->script.round_trip_ns = 0;
	script_clear(&world->script);
}

void
world_mark_scanner(struct world *world, const struct ip_address *address)
{
	memset(&world->scanner, 0, sizeof(world->scanner));
	world->has_scanner = true;
	world->scanner.address = *address;
}

void
world_try(struct world *world, const struct probe *attempt, uint64_t time_ns,
    enum fate fate)
{
	struct probe probe = *attempt;

	probe.time_ns = world->start_ns + time_ns;
	probe.attempt_ns = probe.time_ns;
	if (probe.source_port == 0) {
		probe.source_port =
		    (uint16_t)(32768 + chance_below(&world->chance, 28000));
	}
	script_add(&world->script, &probe, fate);
}

void
world_round_trip(struct world *world, uint64_t round_trip_ns)
{
	world->script.round_trip_ns = round_trip_ns;
}

static void
note_alarm(struct world *world, const struct ip_address *source)
{
	for (uint32_t i = 0; i < world->alarm_count; i++) {
		if (ip_address_equal(&world->alarms[i], source)) {
			return;
		}
	}
	if (world->alarm_count < WORLD_ALARMS) {
		world->alarms[world->alarm_count++] = *source;
	}
}

static void
note_finding(struct world *world, const struct finding *finding)
{
	struct world_scanner *scanner = &world->scanner;

	if (!world->has_scanner ||
	    !ip_address_equal(&finding->source, &scanner->address)) {
		note_alarm(world, &finding->source);
	} else if (scanner->probes_at_alert == 0) {
		scanner->probes_at_alert = scanner->probes;
		scanner->alert_ns = finding->raised_at_ns - scanner->first_ns;
	}
}

void
world_happen(struct world *world)
{
	struct world_scanner *scanner = &world->scanner;
	struct finding finding;

	script_sort(&world->script);
	for (size_t i = 0; i < world->script.count; i++) {
		const struct probe *event = world->script.order[i];

		if (world->has_scanner && event->event == PROBE_ATTEMPT &&
		    ip_address_equal(&event->source, &scanner->address)) {
			scanner->first_ns = scanner->probes++ == 0
			    ? event->time_ns
			    : scanner->first_ns;
		}
		detect_probe(world->detect, event);
		while (detect_next_finding(
		    world->detect, event->time_ns, &finding)) {
			note_finding(world, &finding);
		}
	}
	script_clear(&world->script);
}
