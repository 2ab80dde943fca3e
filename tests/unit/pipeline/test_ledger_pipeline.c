#include <criterion/criterion.h>

#include "pipeline/ledger_pipeline.h"
#include "support/finding_builder.h"

#define LATER_NS (1795509999 * NS_PER_S)

static const struct hash_key key = { { 1, 2 } };
static struct region region;
static struct ledger_pipeline ledger;
static struct policy policy;
static struct counters counters;
static struct finding finding;
static struct alert alert;

static void
set_up(void)
{
	memset(&counters, 0, sizeof(counters));
	policy_for_tests(&policy);
	finding_for_tests(&finding);
	cr_assert_eq(region_init(&region, ledger_pipeline_bytes()), 0);
	ledger_pipeline_init(&ledger, &region, &key, &policy, &counters);
}

static void
tear_down(void)
{
	region_finish(&region);
}

TestSuite(ledger_pipeline, .init = set_up, .fini = tear_down);

/* Tells revision 'revision' of a campaign whose last probe was 'last_s' seconds
 * after the first campaign's. */
static void
tell(uint64_t campaign, uint32_t revision, uint64_t last_s)
{
	finding.campaign = campaign;
	finding.revision = revision;
	finding.last_seen_ns = finding.first_seen_ns + last_s * NS_PER_S;
	ledger_pipeline_finding(&ledger, &finding, &alert);
}

static void
fill(uint64_t first_campaign)
{
	for (uint32_t i = 0; i < CONFIG_DETECT_CAMPAIGN_COUNT; i++) {
		tell(first_campaign + i, 1, 100 + i);
	}
}

Test(ledger_pipeline, counts_alerts_and_their_revisions)
{
	tell(1, 1, 0);
	cr_expect_eq(alert.revision, 1);
	tell(1, 2, 0);
	cr_expect_eq(ledger.alerts, 1);
	cr_expect_eq(ledger.revisions, 2);
	cr_expect_eq(alert.revision, 2);
	cr_expect_str_eq(alert.sensor_name, policy.sensor_name);
}

Test(ledger_pipeline, counts_revisions_of_alerts_by_itself)
{
	tell(7, 1, 0);
	/* Something else than the sensor changed the alert. */
	ledger_pipeline_find(&ledger, 7)->alert_revision++;
	tell(7, 2, 0);
	cr_expect_eq(alert.revision, 3);
	tell(8, 1, 0);
	cr_expect_eq(alert.revision, 1);
}

Test(ledger_pipeline, counts_an_alert_that_an_earlier_ledger_began)
{
	tell(7, 3, 0);
	cr_expect_eq(ledger.alerts, 1);
	cr_expect_eq(ledger.revisions, 1);
	tell(7, 4, 0);
	cr_expect_eq(ledger.alerts, 1);
	tell(8, 1, 0);
	cr_expect_eq(ledger.alerts, 2);
}

Test(ledger_pipeline, finds_the_last_finding_of_a_campaign)
{
	cr_expect_null(ledger_pipeline_find(&ledger, 3));
	tell(3, 1, 10);
	tell(4, 1, 20);
	finding.target_count = 77;
	tell(3, 2, 30);
	cr_assert_not_null(ledger_pipeline_find(&ledger, 3));
	cr_expect_eq(
	    ledger_pipeline_find(&ledger, 3)->finding.target_count, 77);
	cr_expect_null(ledger_pipeline_find(&ledger, 5));
}

Test(ledger_pipeline, ends_what_a_sensor_that_ended_left_open)
{
	tell(1, 1, 10);
	tell(1, 2, 20);
	finding.active = false;
	tell(2, 1, 30);
	cr_expect_not(ledger_pipeline_next_orphan(&ledger, LATER_NS, &alert));
	ledger_pipeline_sensor_ended(&ledger);
	cr_assert(ledger_pipeline_next_orphan(&ledger, LATER_NS, &alert));
	cr_expect_eq(alert.finding.campaign, 1);
	cr_expect_eq(alert.revision, 3);
	cr_expect_not(alert.finding.active);
	cr_expect_eq(alert.finding.last_seen_ns,
	    finding.first_seen_ns + 20 * NS_PER_S, "as it was known");
	cr_expect_eq(alert.finding.revised_at_ns, LATER_NS);
	cr_expect_not(ledger_pipeline_next_orphan(&ledger, LATER_NS, &alert));
	cr_expect_eq(counters.value[COUNTER_LEDGER_ALERTS_ORPHANED], 1);
}

Test(ledger_pipeline, says_why_an_orphan_ended)
{
	const struct finding_reason *last;

	tell(1, 1, 10);
	ledger_pipeline_sensor_ended(&ledger);
	cr_assert(ledger_pipeline_next_orphan(&ledger, LATER_NS, &alert));
	cr_assert_eq(alert.finding.reason_count, finding.reason_count + 1);
	last = &alert.finding.reasons[alert.finding.reason_count - 1];
	cr_expect_eq(last->code, FINDING_REASON_SENSOR_ENDED);
	cr_expect_eq(last->weight, 0);
	cr_expect(finding_is_sound(&alert.finding));
}

Test(ledger_pipeline, says_so_where_there_were_reasons_enough)
{
	finding.reason_count = FINDING_REASONS;
	tell(1, 1, 10);
	ledger_pipeline_sensor_ended(&ledger);
	cr_assert(ledger_pipeline_next_orphan(&ledger, LATER_NS, &alert));
	cr_assert_eq(alert.finding.reason_count, FINDING_REASONS);
	cr_expect_eq(alert.finding.reasons[FINDING_REASONS - 1].code,
	    FINDING_REASON_SENSOR_ENDED);
}

Test(ledger_pipeline, does_not_take_the_next_sensors_campaign_for_the_lasts)
{
	tell(1, 1, 10);
	ledger_pipeline_sensor_ended(&ledger);
	cr_expect_null(ledger_pipeline_find(&ledger, 1));
	tell(1, 1, 50);
	cr_expect_eq(alert.revision, 1);
	cr_expect_eq(ledger.alerts, 2);
	/* The first one's alert is still to be ended, this one's is not. */
	cr_assert(ledger_pipeline_next_orphan(&ledger, LATER_NS, &alert));
	cr_expect_eq(
	    alert.finding.last_seen_ns, finding.first_seen_ns + 10 * NS_PER_S);
	cr_expect_eq(alert.revision, 2);
	cr_expect_not(ledger_pipeline_next_orphan(&ledger, LATER_NS, &alert));
}

Test(ledger_pipeline, ends_the_orphans_of_two_sensors_in_a_row)
{
	tell(1, 1, 10);
	ledger_pipeline_sensor_ended(&ledger);
	tell(1, 1, 20);
	ledger_pipeline_sensor_ended(&ledger);
	cr_expect(ledger_pipeline_next_orphan(&ledger, LATER_NS, &alert));
	cr_expect(ledger_pipeline_next_orphan(&ledger, LATER_NS, &alert));
	cr_expect_not(ledger_pipeline_next_orphan(&ledger, LATER_NS, &alert));
}

Test(ledger_pipeline, gives_up_what_is_over_when_it_is_full)
{
	finding.active = false;
	tell(1, 1, 5000);
	tell(2, 1, 4000);
	finding.active = true;
	fill(1000);
	/* Two did not fit: those that were over have gone. */
	cr_expect_null(ledger_pipeline_find(&ledger, 1));
	cr_expect_null(ledger_pipeline_find(&ledger, 2));
	for (uint32_t i = 0; i < CONFIG_DETECT_CAMPAIGN_COUNT; i++) {
		cr_assert_not_null(ledger_pipeline_find(&ledger, 1000 + i));
	}
	cr_expect_eq(counters.value[COUNTER_LEDGER_ALERTS_DISPLACED], 0);
}

Test(ledger_pipeline, gives_up_the_longest_quiet_when_it_is_full_of_open_ones)
{
	fill(1000);
	tell(1001, 2, 9000);
	tell(1, 1, 9001);
	cr_expect_null(ledger_pipeline_find(&ledger, 1000));
	cr_expect_eq(counters.value[COUNTER_LEDGER_ALERTS_DISPLACED], 1);
	tell(2, 1, 9002);
	cr_expect_not_null(ledger_pipeline_find(&ledger, 1001));
	cr_expect_null(ledger_pipeline_find(&ledger, 1002));
	cr_expect_eq(counters.value[COUNTER_LEDGER_ALERTS_DISPLACED], 2);
}

Test(ledger_pipeline, counts_on_when_a_campaign_given_up_is_told_again)
{
	fill(1000);
	tell(1, 1, 9000);
	tell(1000, 2, 9001);
	cr_expect_eq(alert.revision, 2);
	cr_expect_eq(ledger.alerts, CONFIG_DETECT_CAMPAIGN_COUNT + 1);
}
