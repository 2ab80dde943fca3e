#include "pipeline/ledger_pipeline.h"

#include <string.h>

#include "authorise/suggest.h"
#include "base/siphash.h"
#include "base/strbuf.h"
#include "pipeline/ledger_table.h"

/* How often campaigns that are due by time are looked for. */
#define JUDGE_NS NS_PER_S

static bool next_attributed(
    struct ledger_pipeline *ledger, uint64_t now_ns, struct alert *alert);
static bool next_due(
    struct ledger_pipeline *ledger, uint64_t now_ns, struct alert *alert);
static bool judges_anew(struct ledger_pipeline *ledger,
    struct ledger_campaign *record, uint64_t now_ns, struct alert *alert);
static void reopen(struct ledger_campaign *record, struct alert *alert);
static uint8_t status_of(const struct alert *alert);
static uint64_t digest_of(const struct attribution *attribution);
static void add_change(struct alert *alert, const char *sentence);
static void whose_of(
    const struct ledger_campaign *record, struct authorise_whose *whose);
static void make(struct ledger_pipeline *ledger, struct ledger_campaign *record,
    struct alert *alert);
static void say_sensor_ended(struct finding *finding);
static void tell(struct ledger_pipeline *ledger, struct ledger_campaign *record,
    struct alert *alert);

size_t
ledger_pipeline_bytes(void)
{
	return attribute_bytes() + authorise_bytes();
}

void
ledger_pipeline_init(struct ledger_pipeline *ledger, struct region *region,
    const struct hash_key *key, const struct policy *policy,
    struct counters *counters)
{
	static struct authorise_zone zone; /* Large; copied. */

	memset(ledger, 0, sizeof(*ledger));
	authorise_zone_utc(&zone);
	ledger->attribute = attribute_init(region, key, counters);
	ledger->authorise = authorise_init(region, policy, &zone, false);
	ledger->policy = policy;
	ledger->counters = counters;
}

void
ledger_pipeline_apply_policy(struct ledger_pipeline *ledger,
    const struct authorise_zone *zone, bool two_person)
{
	authorise_use_policy(
	    ledger->authorise, ledger->policy, zone, two_person);
}

/* An alert that was closed, and goes on, is open again. */
void
ledger_pipeline_finding(struct ledger_pipeline *ledger,
    const struct finding *finding, struct alert *alert)
{
	struct ledger_campaign *record = ledger_take(ledger, finding);

	record->finding = *finding;
	record->finding.campaign =
	    ledger_number_of(ledger->run, finding->campaign);
	attribute_finding(ledger->attribute, &record->finding);
	make(ledger, record, alert);
	if (record->people.status == ALERT_CLOSED && finding->active) {
		reopen(record, alert);
	}
	tell(ledger, record, alert);
}

void
ledger_pipeline_contact(
    struct ledger_pipeline *ledger, const struct wire_contact *contact)
{
	struct wire_contact numbered = *contact;
	struct ledger_campaign *record;
	struct authorise_whose whose;

	numbered.campaign = ledger_number_of(ledger->run, contact->campaign);
	attribute_contact(ledger->attribute, &numbered);
	record = contact->campaign == 0
	    ? NULL
	    : ledger_pipeline_find(ledger, contact->campaign);
	if (record != NULL) {
		whose_of(record, &whose);
		record->is_due = authorise_contact(ledger->authorise,
		                     &record->watch, contact, &whose) ||
		    record->is_due;
	}
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

bool
ledger_pipeline_next_revision(
    struct ledger_pipeline *ledger, uint64_t now_ns, struct alert *alert)
{
	return next_attributed(ledger, now_ns, alert) ||
	    next_due(ledger, now_ns, alert);
}

bool
ledger_pipeline_last_word(struct ledger_pipeline *ledger, uint64_t now_ns,
    uint32_t *place, struct alert *alert)
{
	while (*place < ledger->count) {
		struct ledger_campaign *record = &ledger->campaigns[*place];

		++*place;
		attribute_of(ledger->attribute, record->finding.campaign,
		    &alert->attribution);
		if (digest_of(&alert->attribution) == record->digest) {
			continue;
		}
		if (record->finding.revised_at_ns < now_ns) {
			record->finding.revised_at_ns = now_ns;
		}
		make(ledger, record, alert);
		tell(ledger, record, alert);
		return true;
	}
	return false;
}

void
ledger_pipeline_act(struct ledger_pipeline *ledger,
    struct ledger_campaign *campaign, uint64_t now_ns, const char *sentence,
    struct alert *alert)
{
	if (campaign->finding.revised_at_ns < now_ns) {
		campaign->finding.revised_at_ns = now_ns;
	}
	make(ledger, campaign, alert);
	add_change(alert, sentence);
	tell(ledger, campaign, alert);
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

		if (!finding->active || record->run == ledger->run ||
		    record->run == LEDGER_RUN_RESTORED) {
			continue;
		}
		finding->active = false;
		if (finding->revised_at_ns < now_ns) {
			finding->revised_at_ns = now_ns;
		}
		say_sensor_ended(finding);
		counter_increment(
		    ledger->counters, COUNTER_LEDGER_ALERTS_ORPHANED);
		make(ledger, record, alert);
		tell(ledger, record, alert);
		return true;
	}
	return false;
}

/* Of which logs say more.  Counts of matches alone are no news. */
static bool
next_attributed(
    struct ledger_pipeline *ledger, uint64_t now_ns, struct alert *alert)
{
	uint64_t number;

	while (attribute_next(ledger->attribute, now_ns, &number)) {
		struct ledger_campaign *record =
		    ledger_find_number(ledger, number);

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
		make(ledger, record, alert);
		tell(ledger, record, alert);
		return true;
	}
	return false;
}

/* Of which entries say something else: a contact left the scope, logs have had
 * their time to show the process, or an entry is another. */
static bool
next_due(struct ledger_pipeline *ledger, uint64_t now_ns, struct alert *alert)
{
	bool has_other_entries =
	    ledger->authorise_version != ledger->authorise->version;
	bool looks_at_time = now_ns >= ledger->judged_ns + JUDGE_NS;

	for (uint32_t i = 0; i < ledger->count; i++) {
		struct ledger_campaign *record = &ledger->campaigns[i];
		bool is_late = looks_at_time && record->due_ns != 0 &&
		    record->due_ns <= now_ns;

		if (has_other_entries && record->finding.active) {
			record->is_due = true;
		}
		if ((record->is_due || is_late) &&
		    judges_anew(ledger, record, now_ns, alert)) {
			return true;
		}
	}
	ledger->authorise_version = ledger->authorise->version;
	if (looks_at_time) {
		ledger->judged_ns = now_ns;
	}
	return false;
}

/* Whether that makes a revision. */
static bool
judges_anew(struct ledger_pipeline *ledger, struct ledger_campaign *record,
    uint64_t now_ns, struct alert *alert)
{
	uint64_t revised_ns = record->finding.revised_at_ns;

	record->is_due = false;
	record->due_ns = 0;
	if (revised_ns < now_ns) {
		record->finding.revised_at_ns = now_ns;
	}
	make(ledger, record, alert);
	if (alert->status == record->told.status &&
	    alert->authorisation.left == record->left) {
		record->finding.revised_at_ns = revised_ns;
		return false;
	}
	tell(ledger, record, alert);
	return true;
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

/* The alert as it is now. */
static void
make(struct ledger_pipeline *ledger, struct ledger_campaign *record,
    struct alert *alert)
{
	struct authorise_campaign campaign = { .finding = &record->finding,
		.attribution = &alert->attribution };

	alert_make(alert, &record->finding, ledger->policy);
	attribute_of(
	    ledger->attribute, record->finding.campaign, &alert->attribution);
	alert_judge(alert, ledger->policy);
	authorise_judge(ledger->authorise, &record->watch, &campaign,
	    record->finding.revised_at_ns, &alert->authorisation);
	record->due_ns = authorise_judge_again_at(
	    &alert->authorisation, ledger->authorise, &record->finding);
	alert->people = record->people;
	alert->status = status_of(alert);
	alert->change_count = 0;
	changes_note(alert, &record->told);
}

/* What people said of it stands before what entries do. */
static uint8_t
status_of(const struct alert *alert)
{
	if (alert->people.status == ALERT_OPEN &&
	    alert->authorisation.is_covered &&
	    alert->authorisation.within_scope) {
		return ALERT_AUTHORISED;
	}
	return alert->people.status;
}

/* Fixed: it is only compared with others of this run. */
static uint64_t
digest_of(const struct attribution *attribution)
{
	static const struct hash_key key = { { 0x6c6564676572, 0x64 } };

	return siphash(&key, attribution, sizeof(*attribution));
}

static void
reopen(struct ledger_campaign *record, struct alert *alert)
{
	record->people.status = ALERT_OPEN;
	alert->people.status = ALERT_OPEN;
	alert->status = status_of(alert);
	alert->change_count = 0;
	changes_note(alert, &record->told);
	add_change(alert, "it was closed, but goes on");
}

static void
add_change(struct alert *alert, const char *sentence)
{
	struct strbuf buffer;

	if (alert->change_count < ALERT_CHANGES) {
		strbuf_init(&buffer, alert->changes[alert->change_count++],
		    sizeof(alert->changes[0]));
		strbuf_add(&buffer, sentence);
	}
}

/* As it was when last told, but for names: for each contact. */
static void
whose_of(const struct ledger_campaign *record, struct authorise_whose *whose)
{
	const struct finding *finding = &record->finding;

	*whose = (struct authorise_whose){ .has_address = finding->has_address,
		.has_mac = finding->has_mac,
		.address = finding->source,
		.mac = finding->source_mac,
		.host = record->host };
}

static void
tell(struct ledger_pipeline *ledger, struct ledger_campaign *record,
    struct alert *alert)
{
	struct authorise_campaign campaign = { .finding = &record->finding,
		.attribution = &alert->attribution };

	record->alert_revision++;
	if (record->alert_revision == 1) {
		ledger->alerts++;
	}
	ledger->revisions++;
	alert->revision = record->alert_revision;
	record->left = alert->authorisation.left;
	record->digest = digest_of(&alert->attribution);
	memcpy(record->host, alert->attribution.host, sizeof(record->host));
	changes_remember(&record->told, alert);
	if (!record->finding.active) {
		authorise_note_campaign(ledger->authorise, &campaign,
		    record->finding.revised_at_ns);
	}
}
