#include <criterion/criterion.h>

#include "forward/filter.h"

static struct config_filter filter;

static bool
passes(const char *text)
{
	json_t *object = json_loads(text, 0, NULL);
	bool result;

	cr_assert_not_null(object);
	result = forward_filter_passes(&filter, FORWARD_ALERT, object);
	json_decref(object);
	return result;
}

static void
set_up(void)
{
	filter = (struct config_filter){ .records = CONFIG_RECORD_ALL };
}

TestSuite(filter, .init = set_up);

Test(filter, without_settings_all_pass)
{
	cr_assert(passes("{}"));
	cr_assert(passes("{\"severity\":\"low\",\"status\":\"authorised\"}"));
}

Test(filter, severity_is_a_least)
{
	filter.severity = 2;
	cr_assert_not(passes("{\"severity\":\"medium\"}"));
	cr_assert(passes("{\"severity\":\"high\"}"));
	cr_assert(passes("{\"severity\":\"critical\"}"));
	cr_assert(passes("{\"severity\":\"unheard of\"}"));
}

Test(filter, authorised_scans_can_be_left_out_or_be_all)
{
	filter.authorised = CONFIG_AUTHORISED_NO;
	cr_assert_not(passes("{\"status\":\"authorised\"}"));
	cr_assert(passes("{\"status\":\"open\",\"authorised\":{}}"));
	filter.authorised = CONFIG_AUTHORISED_ONLY;
	cr_assert(passes("{\"status\":\"authorised\"}"));
	cr_assert_not(passes("{\"status\":\"open\"}"));
}

Test(filter, only_the_first_and_the_last_revision_may_pass)
{
	filter.revisions = CONFIG_REVISIONS_FIRST_AND_LAST;
	cr_assert(passes("{\"revision\":1,\"active\":true}"));
	cr_assert_not(passes("{\"revision\":2,\"active\":true}"));
	cr_assert(passes("{\"revision\":9,\"active\":false}"));
}

Test(filter, what_somebody_did_is_a_change_of_state)
{
	filter.revisions = CONFIG_REVISIONS_STATE;
	cr_assert(passes("{\"revision\":2,\"active\":true,"
	                 "\"revised_at\":\"x\",\"acts\":[{\"at\":\"x\"}]}"));
	cr_assert_not(passes("{\"revision\":2,\"active\":true,"
	                     "\"revised_at\":\"y\","
	                     "\"acts\":[{\"at\":\"x\"}]}"));
	cr_assert_not(passes("{\"revision\":2,\"active\":true,\"acts\":[]}"));
}

Test(filter, one_kind_of_those_named_is_enough)
{
	filter.kind_count = 2;
	strcpy(filter.kinds[0], "port_scan");
	strcpy(filter.kinds[1], "host_sweep");
	cr_assert(passes("{\"kinds\":[\"block_scan\",\"host_sweep\"]}"));
	cr_assert_not(passes("{\"kinds\":[\"block_scan\"]}"));
	cr_assert_not(passes("{\"kinds\":[1,null]}"));
	cr_assert_not(passes("{}"));
}

Test(filter, a_segment_counts_as_source_or_target)
{
	filter.segment_count = 1;
	strcpy(filter.segments[0], "plant");
	cr_assert(passes("{\"source\":{\"segment\":\"plant\"}}"));
	cr_assert(passes("{\"source\":{\"segment\":null},"
	                 "\"targets\":{\"segments\":[\"a\",\"plant\"]}}"));
	cr_assert_not(passes("{\"source\":{\"segment\":\"plan\"}}"));
	cr_assert_not(passes("{}"));
}

Test(filter, other_records_pass_by_their_kind_and_loss_always)
{
	filter.records = CONFIG_RECORD_AUDIT;
	cr_assert_not(passes("{}"));
	cr_assert(forward_filter_passes(&filter, FORWARD_AUDIT, NULL));
	cr_assert_not(forward_filter_passes(&filter, FORWARD_HEALTH, NULL));
	cr_assert_not(forward_filter_passes(&filter, FORWARD_SUMMARY, NULL));
	cr_assert(forward_filter_passes(&filter, FORWARD_LOST, NULL));
	cr_assert(forward_filter_passes(&filter, FORWARD_HEARTBEAT, NULL));
}
