/*
 * What the ledger says of the sensor itself: to the log, the destinations and
 * the store.
 */
#include <string.h>

#include "alert/json_help.h"
#include "firmware/clock.h"
#include "firmware/ledger.h"
#include "pipeline/records.h"

#define SAMPLE_NS (60 * NS_PER_S)

static void sample(struct ledger *ledger, uint64_t now_ns);
static void say_notices(struct ledger *ledger, uint64_t now_ns);
static bool read_sensor(struct ledger *ledger, struct sensor_health *health);

void
ledger_look_after_health(struct ledger *ledger, uint64_t now_ns)
{
	say_notices(ledger, now_ns);
	if (ledger->keeping.has_store &&
	    now_ns >= ledger->sampled_ns + SAMPLE_NS) {
		ledger->sampled_ns = now_ns;
		sample(ledger, now_ns);
	}
}

static void
sample(struct ledger *ledger, uint64_t now_ns)
{
	struct sensor_health *sensor = &ledger->view.sensor;
	struct store *store = &ledger->keeping.store;

	if (!keeping_begin(&ledger->keeping, now_ns)) {
		return;
	}
	keeping_failed(&ledger->keeping,
	    store_put_health(
	        store, "alerts", now_ns, (int64_t)ledger->pipeline.alerts));
	if (read_sensor(ledger, sensor)) {
		uint64_t frames = 0;
		uint64_t drops = 0;

		for (uint32_t i = 0; i < sensor->interface_count; i++) {
			frames += sensor->interfaces[i].frames;
			drops += sensor->interfaces[i].kernel_drops;
		}
		keeping_failed(&ledger->keeping,
		    store_put_health(store, "frames", now_ns, (int64_t)frames));
		keeping_failed(&ledger->keeping,
		    store_put_health(store, "drops", now_ns, (int64_t)drops));
		keeping_failed(&ledger->keeping,
		    store_put_health(store, "campaigns", now_ns,
		        (int64_t)sensor->gauges[HEALTH_CAMPAIGNS].held));
	}
}

static void
say_notices(struct ledger *ledger, uint64_t now_ns)
{
	struct authorise_notice notice;

	while (authorise_next_notice(
	    ledger->pipeline.authorise, now_ns, &notice)) {
		ledger_note_health(ledger,
		    notice.kind == AUTHORISE_NOTICE_EXPIRED
		        ? "scanner.expired"
		        : "scanner.expiring",
		    FORWARD_LOW, notice.sentence);
	}
}

void
ledger_note_health(struct ledger *ledger, const char *event,
    enum forward_severity severity, const char *sentence)
{
	uint64_t now_ns = clock_wall_ns();
	const struct record_event what = { ledger->role.policy.sensor_name,
		now_ns, event, severity, sentence };
	json_t *object = record_health(&what);

	if (severity >= FORWARD_HIGH) {
		log_error(&ledger->role.log, "health", "%s", sentence);
	} else {
		log_info(&ledger->role.log, "health", "%s", sentence);
	}
	if (object != NULL) {
		keeping_record(
		    &ledger->keeping, FORWARD_HEALTH, severity, object, now_ns);
		json_decref(object);
	}
}

void
ledger_audit(struct ledger *ledger, struct store_audit *entry)
{
	uint64_t now_ns = clock_wall_ns();
	json_t *object;

	entry->time_ns = now_ns;
	if (keeping_begin(&ledger->keeping, now_ns)) {
		keeping_failed(&ledger->keeping,
		    store_put_audit(&ledger->keeping.store, entry));
	}
	log_info(&ledger->role.log, "audit", "%s: %s %s", entry->actor,
	    entry->action, entry->object == NULL ? "" : entry->object);
	object = record_audit(ledger->role.policy.sensor_name, entry);
	if (object != NULL) {
		keeping_record(&ledger->keeping, FORWARD_AUDIT, FORWARD_INFO,
		    object, now_ns);
		json_decref(object);
	}
}

void
ledger_add_sensor_state(struct ledger *ledger, json_t *object)
{
	struct sensor_health *sensor = &ledger->view.sensor;
	uint64_t frames = 0;
	uint64_t drops = 0;

	if (!read_sensor(ledger, sensor)) {
		return;
	}
	for (uint32_t i = 0; i < sensor->interface_count; i++) {
		frames += sensor->interfaces[i].frames;
		drops += sensor->interfaces[i].kernel_drops;
	}
	(void)put(object, "capture",
	    json_pack("{s:o, s:o}", "packets", count_of(frames),
	        "dropped_packets", count_of(drops)));
}

static bool
read_sensor(struct ledger *ledger, struct sensor_health *health)
{
	struct stats_page *page = &ledger->pages[ROLE_SENSOR];
	uint64_t heartbeat_ns;

	return page->shared != NULL &&
	    stats_page_read(page, health, &heartbeat_ns) &&
	    sensor_health_is_sound(health);
}
