#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/keeping_private.h"
#include "pipeline/records.h"

/* By enum forward_kind.  Heartbeats are never stored. */
static const enum store_item_kind item_kinds[] = {
	[FORWARD_ALERT] = STORE_ITEM_ALERT,
	[FORWARD_SUMMARY] = STORE_ITEM_SUMMARY,
	[FORWARD_HEARTBEAT] = STORE_ITEM_KIND_COUNT,
	[FORWARD_AUDIT] = STORE_ITEM_AUDIT,
	[FORWARD_HEALTH] = STORE_ITEM_HEALTH,
};

static enum store_item_kind item_kind_of(uint8_t kind);
static uint8_t kind_of(enum store_item_kind kind);
static void forget(struct keeping *keeping, const char *name);
static bool is_named(const struct config *config, const char *name);
static void forget_numbers(struct keeping *keeping, uint32_t place);
static void begin(struct keeping *keeping,
    struct keeping_destination *destination, const struct config_soc *soc);
static struct kept *find_kept(
    struct keeping *keeping, uint32_t destination, uint64_t sequence);
static void take_kept(
    const struct kept *record, uint64_t sequence, struct keeping_item *item);
static void take_stored(struct keeping *keeping, const char *name,
    const struct store_item *found, struct keeping_item *item);
static bool is_needed(const struct keeping *keeping, const struct kept *record);

void
keeping_configure(
    struct keeping *keeping, const struct config *config, uint64_t now_ns)
{
	static struct keeping_destination old[KEEPING_DESTINATIONS];
	uint32_t count = keeping->destination_count;

	(void)keeping_commit(keeping, now_ns);
	memcpy(old, keeping->destinations, sizeof(old));
	for (uint32_t i = 0; i < count; i++) {
		if (!is_named(config, old[i].name)) {
			forget(keeping, old[i].name);
		}
	}
	for (uint32_t i = 0; i < config->soc_count; i++) {
		struct keeping_destination *destination =
		    &keeping->destinations[i];

		if (i < count &&
		    strcmp(old[i].name, config->socs[i].name) == 0) {
			destination->outbox_bytes =
			    config->socs[i].outbox_bytes;
			destination->filter = config->socs[i].filter;
			continue;
		}
		begin(keeping, destination, &config->socs[i]);
		forget_numbers(keeping, i);
		for (uint32_t j = 0; j < count; j++) {
			if (strcmp(old[j].name, destination->name) == 0 &&
			    old[j].last > destination->last) {
				destination->last = old[j].last;
			}
		}
	}
	keeping->destination_count = config->soc_count;
	memcpy(keeping->sensor_name, config->policy.sensor_name,
	    sizeof(keeping->sensor_name));
	(void)keeping_commit(keeping, now_ns);
}

void
keeping_advance(
    struct keeping *keeping, struct keeping_destination *destination)
{
	if (destination->last > destination->stored) {
		keeping_failed(keeping,
		    store_outbox_advance(
		        &keeping->store, destination->name, destination->last));
	}
}

uint64_t
keeping_queue(struct keeping *keeping, struct keeping_destination *destination,
    const struct kept *record, const char *id)
{
	struct store_item item = { .kind = item_kind_of(record->kind),
		.severity = (enum store_severity)(record->severity > FORWARD_LOW
		        ? record->severity - FORWARD_LOW
		        : 0),
		.time_ns = record->time_ns,
		.revision = record->revision };
	uint64_t sequence = 0;
	int error;

	destination->last++;
	if (!keeping->in_batch || keeping->batch_failed) {
		return destination->last;
	}
	(void)snprintf(item.id, sizeof(item.id), "%s", id);
	if (record->kind != FORWARD_ALERT) {
		item.body = record->text;
		item.length = record->length;
	}
	error = store_outbox_add(&keeping->store, destination->name, &item,
	    destination->outbox_bytes, &sequence);
	keeping_failed(keeping, error);
	/* The store may have used one more, to say what it gave up. */
	if (error == 0 && sequence > destination->last) {
		destination->last = sequence;
	}
	return error == 0 ? sequence : destination->last;
}

void
keeping_stored(struct keeping *keeping)
{
	size_t end = keeping->first + keeping->size;

	for (uint32_t i = 0; i < keeping->destination_count; i++) {
		struct keeping_destination *destination =
		    &keeping->destinations[i];

		destination->stored = destination->last;
		if (destination->writing > destination->written) {
			destination->written = destination->writing;
		}
	}
	for (size_t at = keeping->batch_first; at < end;) {
		struct kept *record = keeping_at(keeping, at);

		record->is_done =
		    record->is_stored || !is_needed(keeping, record);
		at += record->size;
	}
}

/* One that no destination gets is done when it has been printed. */
void
keeping_unstored(struct keeping *keeping)
{
	size_t end = keeping->first + keeping->size;

	for (size_t at = keeping->batch_first; at < end;) {
		struct kept *record = keeping_at(keeping, at);

		record->is_done = !is_needed(keeping, record);
		at += record->size;
	}
}

bool
keeping_next(struct keeping *keeping, uint32_t destination, uint64_t sequence,
    struct keeping_item *item)
{
	struct keeping_destination *to = &keeping->destinations[destination];
	struct kept *kept = find_kept(keeping, destination, sequence);
	struct store_item found = { 0 };

	SW_ASSERT(keeping->batch_count == 0);
	if (keeping->has_store &&
	    store_outbox_next(&keeping->store, to->name, sequence, &found,
	        keeping->line) == 1 &&
	    (kept == NULL || found.sequence < kept->sequences[destination])) {
		take_stored(keeping, to->name, &found, item);
		return item->length > 0;
	}
	if (kept == NULL) {
		return false;
	}
	take_kept(kept, kept->sequences[destination], item);
	return true;
}

void
keeping_acknowledge(
    struct keeping *keeping, uint32_t destination, uint64_t sequence)
{
	struct keeping_destination *from = &keeping->destinations[destination];
	size_t end = keeping->first + keeping->size;

	if (sequence <= from->acknowledged || sequence > from->last) {
		return;
	}
	from->acknowledged = sequence;
	from->writing = sequence;
	for (size_t at = keeping->first; at < end;) {
		struct kept *record = keeping_at(keeping, at);

		if (record->is_printed && !is_needed(keeping, record)) {
			record->is_done = true;
		}
		at += record->size;
	}
}

uint64_t
keeping_waiting(const struct keeping *keeping, uint32_t destination)
{
	const struct keeping_destination *to =
	    &keeping->destinations[destination];

	return to->last - to->acknowledged;
}

void
keeping_tell_lost(
    struct keeping *keeping, uint32_t destination, uint64_t now_ns)
{
	struct keeping_destination *to = &keeping->destinations[destination];
	const struct record_loss loss = { keeping->sensor_name, to->name,
		now_ns, to->lost, to->lost_from, to->lost_to };
	json_t *object = record_lost(&loss);
	struct kept *record;

	to->lost = 0; /* Adding it may have to give up more. */
	if (object == NULL) {
		return;
	}
	record = keeping_add(keeping, object, now_ns);
	if (record != NULL) {
		record->kind = FORWARD_LOST;
		record->severity = FORWARD_HIGH;
		record->is_printed = true;
		/* As a record of health: the store has its own of this kind. */
		record->sequences[destination] = ++to->last;
	}
	json_decref(object);
}

/* Whether some destination has not got it yet. */
static bool
is_needed(const struct keeping *keeping, const struct kept *record)
{
	for (uint32_t i = 0; i < keeping->destination_count; i++) {
		if (record->sequences[i] >
		    keeping->destinations[i].acknowledged) {
			return true;
		}
	}
	return false;
}

static struct kept *
find_kept(struct keeping *keeping, uint32_t destination, uint64_t sequence)
{
	size_t end = keeping->first + keeping->size;

	for (size_t at = keeping->first; at < end;) {
		struct kept *record = keeping_at(keeping, at);

		if (!record->is_done &&
		    record->sequences[destination] > sequence) {
			return record;
		}
		at += record->size;
	}
	return NULL;
}

static void
take_kept(
    const struct kept *record, uint64_t sequence, struct keeping_item *item)
{
	item->record = (struct forward_record){ .seq = sequence,
		.time_ns = record->time_ns,
		.kind = record->kind,
		.severity = record->severity };
	item->text = record->text;
	item->length = record->length;
}

static void
take_stored(struct keeping *keeping, const char *name,
    const struct store_item *found, struct keeping_item *item)
{
	item->record = (struct forward_record){ .seq = found->sequence,
		.time_ns = found->time_ns,
		.kind = kind_of(found->kind),
		.severity = (uint8_t)(FORWARD_LOW + (int)found->severity) };
	item->text = found->body;
	item->length = found->length;
	if (found->kind == STORE_ITEM_LOST) {
		const struct record_loss loss = { keeping->sensor_name, name,
			found->time_ns, found->lost_count, found->lost_from,
			found->lost_to };
		json_t *object = record_lost(&loss);

		item->length = json_dumpb(
		    object, keeping->line, sizeof(keeping->line), JSON_COMPACT);
		item->text = keeping->line;
		json_decref(object);
	}
}

static void
forget(struct keeping *keeping, const char *name)
{
	uint64_t dropped;

	if (keeping_begin(keeping, keeping->now_ns)) {
		keeping_failed(keeping,
		    store_outbox_remove(&keeping->store, name, &dropped));
	}
}

static bool
is_named(const struct config *config, const char *name)
{
	for (uint32_t i = 0; i < config->soc_count; i++) {
		if (strcmp(config->socs[i].name, name) == 0) {
			return true;
		}
	}
	return false;
}

/* What memory has is numbered by place: another destination at this one must
 * not get it. */
static void
forget_numbers(struct keeping *keeping, uint32_t place)
{
	size_t end = keeping->first + keeping->size;

	for (size_t at = keeping->first; at < end;) {
		struct kept *record = keeping_at(keeping, at);

		record->sequences[place] = 0;
		at += record->size;
	}
}

/* It goes on where the store left it. */
static void
begin(struct keeping *keeping, struct keeping_destination *destination,
    const struct config_soc *soc)
{
	struct store_standing standing = { 0 };

	memset(destination, 0, sizeof(*destination));
	memcpy(destination->name, soc->name, sizeof(destination->name));
	destination->outbox_bytes = soc->outbox_bytes;
	destination->filter = soc->filter;
	if (keeping->has_store &&
	    store_outbox_standing(
	        &keeping->store, destination->name, &standing) == 0) {
		destination->last = standing.last;
		destination->stored = standing.last;
		destination->acknowledged = standing.acknowledged;
		destination->writing = standing.acknowledged;
		destination->written = standing.acknowledged;
		destination->lost_ever = standing.lost;
	}
}

/* A record of loss goes as one of health: the store makes its own of the
 * other. */
static enum store_item_kind
item_kind_of(uint8_t kind)
{
	return kind < ARRAY_SIZE(item_kinds) ? item_kinds[kind]
	                                     : STORE_ITEM_HEALTH;
}

static uint8_t
kind_of(enum store_item_kind kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(item_kinds); i++) {
		if (item_kinds[i] == kind) {
			return (uint8_t)i;
		}
	}
	return FORWARD_LOST;
}
