#include "pipeline/ledger_table.h"

#include <string.h>

enum { STATE_MAGIC = 0x4c444752 };

static void adopt(struct ledger_pipeline *ledger,
    struct ledger_campaign *record, const struct finding *finding);
static void begin(struct ledger_pipeline *ledger,
    struct ledger_campaign *record, const struct finding *finding,
    const char *id);
static struct ledger_campaign *take_place(struct ledger_pipeline *ledger);
static bool goes_before(
    const struct ledger_campaign *one, const struct ledger_campaign *other);
static bool state_is_sound(const struct ledger_state *state);
static bool flags_are_sound(const struct ledger_campaign *campaign);

uint64_t
ledger_number_of(uint32_t run, uint64_t campaign)
{
	return campaign == 0 ? 0 : (uint64_t)run << 48 ^ campaign;
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

struct ledger_campaign *
ledger_pipeline_find_alert(struct ledger_pipeline *ledger, const char *id)
{
	for (uint32_t i = 0; i < ledger->count; i++) {
		if (strcmp(ledger->campaigns[i].id, id) == 0) {
			return &ledger->campaigns[i];
		}
	}
	return NULL;
}

uint32_t
ledger_pipeline_active(const struct ledger_pipeline *ledger)
{
	uint32_t active = 0;

	for (uint32_t i = 0; i < ledger->count; i++) {
		active += ledger->campaigns[i].finding.active ? 1 : 0;
	}
	return active;
}

bool
ledger_pipeline_process_of(struct ledger_pipeline *ledger,
    const struct ip_address *source, struct attribution *attribution)
{
	for (uint32_t i = 0; i < ledger->count; i++) {
		const struct finding *finding = &ledger->campaigns[i].finding;

		if (finding->active && finding->has_address &&
		    ip_address_equal(&finding->source, source)) {
			attribute_of(
			    ledger->attribute, finding->campaign, attribution);
			return true;
		}
	}
	return false;
}

struct ledger_campaign *
ledger_find_number(struct ledger_pipeline *ledger, uint64_t number)
{
	for (uint32_t i = 0; i < ledger->count; i++) {
		if (ledger->campaigns[i].finding.campaign == number) {
			return &ledger->campaigns[i];
		}
	}
	return NULL;
}

struct ledger_campaign *
ledger_take(struct ledger_pipeline *ledger, const struct finding *finding)
{
	struct ledger_campaign *record =
	    ledger_pipeline_find(ledger, finding->campaign);
	char id[ULID_SIZE];

	if (record != NULL) {
		return record;
	}
	alert_id_of(finding, ledger->policy->sensor_name, id);
	record = ledger_pipeline_find_alert(ledger, id);
	if (record != NULL && record->run == LEDGER_RUN_RESTORED) {
		adopt(ledger, record, finding);
		return record;
	}
	record = take_place(ledger);
	begin(ledger, record, finding, id);
	return record;
}

/* What an earlier ledger knew of it holds. */
static void
adopt(struct ledger_pipeline *ledger, struct ledger_campaign *record,
    const struct finding *finding)
{
	record->campaign = finding->campaign;
	record->run = ledger->run;
	ledger->numbers[record - ledger->campaigns] = finding->campaign;
}

static void
begin(struct ledger_pipeline *ledger, struct ledger_campaign *record,
    const struct finding *finding, const char *id)
{
	static struct ledger_recollection recollection; /* Large. */

	memset(record, 0, sizeof(*record));
	adopt(ledger, record, finding);
	record->alert_revision = finding->revision - 1;
	memcpy(record->id, id, ULID_SIZE);
	if (ledger->recall != NULL &&
	    ledger->recall(ledger->recall_context, id, &recollection)) {
		record->people = recollection.people;
		if (recollection.revision > record->alert_revision) {
			record->alert_revision = recollection.revision;
		}
	}
	/* Begun by an earlier life, as none of this one's has made room. */
	ledger->alerts += record->alert_revision > 0 && !ledger->has_displaced;
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
		ledger->has_displaced = true;
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

bool
ledger_pipeline_save(
    struct ledger_pipeline *ledger, const char *id, struct ledger_state *state)
{
	const struct ledger_campaign *record =
	    ledger_pipeline_find_alert(ledger, id);

	if (record == NULL) {
		return false;
	}
	memset(state, 0, sizeof(*state));
	state->magic = STATE_MAGIC;
	state->size = sizeof(*state);
	state->campaign = *record;
	return true;
}

bool
ledger_pipeline_restore(
    struct ledger_pipeline *ledger, const void *state, size_t size)
{
	static struct ledger_state copy; /* Too large for the stack. */
	struct ledger_campaign *record;

	if (size != sizeof(copy) ||
	    ledger->count == CONFIG_DETECT_CAMPAIGN_COUNT) {
		return false;
	}
	memcpy(&copy, state, sizeof(copy));
	if (!state_is_sound(&copy)) {
		return false;
	}
	record = &ledger->campaigns[ledger->count];
	*record = copy.campaign;
	record->run = LEDGER_RUN_RESTORED;
	record->watch = (struct authorise_watch){ 0 };
	record->is_due = false;
	/* Attribution begins anew; no number is another's. */
	record->finding.campaign =
	    ledger_number_of(LEDGER_RUN_RESTORED, ledger->count + 1);
	ledger->numbers[ledger->count] = record->campaign;
	ledger->count++;
	ledger->alerts++;
	return true;
}

/* The database may have been made by anybody. */
static bool
state_is_sound(const struct ledger_state *state)
{
	const struct ledger_campaign *campaign = &state->campaign;

	return state->magic == STATE_MAGIC && state->size == sizeof(*state) &&
	    memchr(campaign->id, '\0', sizeof(campaign->id)) != NULL &&
	    memchr(campaign->host, '\0', sizeof(campaign->host)) != NULL &&
	    memchr(campaign->told.image, '\0', sizeof(campaign->told.image)) !=
	    NULL &&
	    flags_are_sound(campaign) && people_are_sound(&campaign->people) &&
	    finding_is_sound(&campaign->finding);
}

/* A bool from outside may hold any byte, and must not be read as one before
 * this has been asked. */
static bool
flags_are_sound(const struct ledger_campaign *campaign)
{
	const struct finding *finding = &campaign->finding;
	const bool *const flags[] = { &finding->active, &finding->fragmented,
		&finding->window, &finding->has_address, &finding->has_mac,
		&finding->counts_estimated, &finding->ranges_cut,
		&finding->one_way, &finding->truncated_evidence,
		&campaign->told.active, &campaign->told.has_pid };

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		uint8_t byte;

		memcpy(&byte, flags[i], 1);
		if (byte > 1) {
			return false;
		}
	}
	return true;
}

void
ledger_pipeline_sensor_since(
    struct ledger_pipeline *ledger, uint64_t started_ns)
{
	for (uint32_t i = 0; i < ledger->count; i++) {
		struct ledger_campaign *record = &ledger->campaigns[i];

		if (record->run == LEDGER_RUN_RESTORED &&
		    record->finding.revised_at_ns < started_ns) {
			record->run = LEDGER_RUN_LOST;
			ledger->orphan = 0;
		}
	}
}
