#include "pipeline/ledger_pipeline.h"

#include <string.h>

static struct ledger_campaign *take_place(struct ledger_pipeline *ledger);
static bool goes_before(
    const struct ledger_campaign *one, const struct ledger_campaign *other);
static void say_sensor_ended(struct finding *finding);
static struct ledger_campaign *find_number(
    struct ledger_pipeline *ledger, uint64_t number);
static void tell(struct ledger_pipeline *ledger, struct ledger_campaign *record,
    struct alert *alert);

/* Sensors number their campaigns anew; attribution must tell them apart. */
static uint64_t
number_of(uint32_t run, uint64_t campaign)
{
	return campaign == 0 ? 0 : (uint64_t)run << 48 ^ campaign;
}

size_t
ledger_pipeline_bytes(void)
{
	return attribute_bytes();
}

void
ledger_pipeline_init(struct ledger_pipeline *ledger, struct region *region,
    const struct hash_key *key, const struct policy *policy,
    struct counters *counters)
{
	memset(ledger, 0, sizeof(*ledger));
	ledger->attribute = attribute_init(region, key, counters);
	ledger->policy = policy;
	ledger->counters = counters;
}

void
ledger_pipeline_finding(struct ledger_pipeline *ledger,
    const struct finding *finding, struct alert *alert)
{
	struct ledger_campaign *record =
	    ledger_pipeline_find(ledger, finding->campaign);

	if (record == NULL) {
		record = take_place(ledger);
		record->campaign = finding->campaign;
		record->run = ledger->run;
		record->alert_revision = finding->revision - 1;
		record->told = (struct alert_told){ 0 };
		ledger->numbers[record - ledger->campaigns] = finding->campaign;
	}
	record->finding = *finding;
	record->finding.campaign = number_of(ledger->run, finding->campaign);
	attribute_finding(ledger->attribute, &record->finding);
	tell(ledger, record, alert);
}

void
ledger_pipeline_contact(
    struct ledger_pipeline *ledger, const struct wire_contact *contact)
{
	struct wire_contact numbered = *contact;

	numbered.campaign = number_of(ledger->run, contact->campaign);
	attribute_contact(ledger->attribute, &numbered);
}

/* An address that is given up has no name. */
void
ledger_pipeline_name(
    struct ledger_pipeline *ledger, const struct wire_name *name)
{
	attribute_name(
	    ledger->attribute, name->time_ns, &name->address, name->name);
}

void
ledger_pipeline_event(
    struct ledger_pipeline *ledger, const struct endpoint_event *event)
{
	attribute_event(ledger->attribute, event);
}

void
ledger_pipeline_failure(struct ledger_pipeline *ledger, uint64_t now_ns,
    const char *sender, const char *reason)
{
	attribute_failure(ledger->attribute, now_ns, sender, reason);
}

/* Counts of matches alone are no news. */
bool
ledger_pipeline_next_revision(
    struct ledger_pipeline *ledger, uint64_t now_ns, struct alert *alert)
{
	uint64_t number;

	while (attribute_next(ledger->attribute, now_ns, &number)) {
		struct ledger_campaign *record = find_number(ledger, number);

		if (record == NULL) {
			continue; /* It had to make room. */
		}
		attribute_of(ledger->attribute, number, &alert->attribution);
		if (record->told.process_digest ==
		    changes_process_digest(&alert->attribution)) {
			continue;
		}
		if (record->finding.revised_at_ns < now_ns) {
			record->finding.revised_at_ns = now_ns;
		}
		tell(ledger, record, alert);
		return true;
	}
	return false;
}

struct ledger_campaign *
ledger_pipeline_find(struct ledger_pipeline *ledger, uint64_t campaign)
{
	for (uint32_t i = 0; i < ledger->count; i++) {
		if (ledger->numbers[i] == campaign &&
		    ledger->campaigns[i].run == ledger->run) {
			return &ledger->campaigns[i];
		}
	}
	return NULL;
}

void
ledger_pipeline_sensor_ended(struct ledger_pipeline *ledger)
{
	ledger->run++;
	ledger->orphan = 0;
}

bool
ledger_pipeline_next_orphan(
    struct ledger_pipeline *ledger, uint64_t now_ns, struct alert *alert)
{
	for (; ledger->orphan < ledger->count; ledger->orphan++) {
		struct ledger_campaign *record =
		    &ledger->campaigns[ledger->orphan];
		struct finding *finding = &record->finding;

		if (!finding->active || record->run == ledger->run) {
			continue;
		}
		finding->active = false;
		if (finding->revised_at_ns < now_ns) {
			finding->revised_at_ns = now_ns;
		}
		say_sensor_ended(finding);
		counter_increment(
		    ledger->counters, COUNTER_LEDGER_ALERTS_ORPHANED);
		tell(ledger, record, alert);
		return true;
	}
	return false;
}

/* The campaign that attribution knows by 'number'. */
static struct ledger_campaign *
find_number(struct ledger_pipeline *ledger, uint64_t number)
{
	for (uint32_t i = 0; i < ledger->count; i++) {
		if (ledger->campaigns[i].finding.campaign == number) {
			return &ledger->campaigns[i];
		}
	}
	return NULL;
}

/* A free place, or that of the campaign that can best be missed. */
static struct ledger_campaign *
take_place(struct ledger_pipeline *ledger)
{
	struct ledger_campaign *victim = &ledger->campaigns[0];

	if (ledger->count < CONFIG_DETECT_CAMPAIGN_COUNT) {
		return &ledger->campaigns[ledger->count++];
	}
	for (uint32_t i = 1; i < ledger->count; i++) {
		if (goes_before(&ledger->campaigns[i], victim)) {
			victim = &ledger->campaigns[i];
		}
	}
	if (victim->finding.active) {
		counter_increment(
		    ledger->counters, COUNTER_LEDGER_ALERTS_DISPLACED);
	}
	return victim;
}

/* Whether 'one' can be missed before 'other'. */
static bool
goes_before(
    const struct ledger_campaign *one, const struct ledger_campaign *other)
{
	if (one->finding.active != other->finding.active) {
		return !one->finding.active;
	}
	return one->finding.last_seen_ns < other->finding.last_seen_ns;
}

/* The last of the reasons, which weighs least, makes room where need be. */
static void
say_sensor_ended(struct finding *finding)
{
	if (finding->reason_count < FINDING_REASONS) {
		finding->reason_count++;
	}
	finding->reasons[finding->reason_count - 1] =
	    (struct finding_reason){ .code = FINDING_REASON_SENSOR_ENDED };
}

static void
tell(struct ledger_pipeline *ledger, struct ledger_campaign *record,
    struct alert *alert)
{
	record->alert_revision++;
	if (record->alert_revision == 1) {
		ledger->alerts++;
	}
	ledger->revisions++;
	alert_make(alert, &record->finding, ledger->policy);
	alert->revision = record->alert_revision;
	attribute_of(
	    ledger->attribute, record->finding.campaign, &alert->attribution);
	changes_note(alert, &record->told);
	changes_remember(&record->told, alert);
}
