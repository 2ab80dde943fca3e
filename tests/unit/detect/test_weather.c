#include "detect/weather.h"

#include <criterion/criterion.h>
#include <string.h>

#include "support/probe_script.h"

enum { SEGMENT = 3, ANSWERS = 20 };

static struct weather weather;
static uint64_t now_ns;

static void
clear(void)
{
	memset(&weather, 0, sizeof(weather));
	now_ns = 1795503060 * NS_PER_S;
}

TestSuite(weather, .init = clear);

static struct probe
outcome_of(enum probe_outcome outcome, uint32_t delay_us)
{
	static const struct ip_address nobody = { { 0 } };
	struct probe probe =
	    probe_of(PROBE_TCP_CONNECT, &nobody, &nobody, 80, now_ns);

	probe.event = PROBE_OUTCOME;
	probe.outcome = (uint8_t)outcome;
	probe.answer_delay_us = delay_us;
	return probe;
}

/* Source 'source' gets 'outcome' there, half a second later than the last. */
static void
note(enum probe_outcome outcome, uint32_t delay_us, uint32_t source)
{
	struct probe probe;

	now_ns += NS_PER_S / 2;
	probe = outcome_of(outcome, delay_us);
	weather_outcome(&weather, SEGMENT, &probe, source);
}

static void
note_answers(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		note(PROBE_ANSWERED, 1000, 1);
	}
}

static void
note_silence(uint32_t count, uint32_t sources)
{
	for (uint32_t i = 0; i < count; i++) {
		note(PROBE_SILENT, UINT32_MAX, i % sources);
	}
}

static float
worth(uint16_t segment, uint8_t protocol)
{
	struct probe probe = outcome_of(PROBE_SILENT, UINT32_MAX);

	probe.protocol = protocol;
	return weather_silence_worth(&weather, segment, &probe);
}

Test(weather, the_first_delay_is_taken_as_it_is_with_half_as_deviation)
{
	/* RFC 6298, (2.2). */
	note(PROBE_ANSWERED, 1000, 1);
	cr_expect_float_eq(weather.segments[SEGMENT].delay_us, 1000, 0.1);
	cr_expect_float_eq(weather.segments[SEGMENT].deviation_us, 500, 0.1);
}

Test(weather, later_delays_are_smoothed_as_tcp_smooths)
{
	/* RFC 6298, (2.3): RTTVAR = 3/4 RTTVAR + 1/4 |SRTT - R|, then SRTT =
	 * 7/8 SRTT + 1/8 R. */
	note(PROBE_ANSWERED, 1000, 1);
	note(PROBE_REFUSED, 1800, 1);
	cr_expect_float_eq(weather.segments[SEGMENT].delay_us, 1100, 0.1);
	cr_expect_float_eq(weather.segments[SEGMENT].deviation_us,
	    0.75 * 500 + 0.25 * 800, 0.1);
}

Test(weather, an_answer_is_overdue_after_the_delay_and_four_deviations)
{
	note(PROBE_ANSWERED, 1000, 1);
	cr_expect_not(weather_is_overdue(&weather, SEGMENT, 3000 * NS_PER_US));
	cr_expect(weather_is_overdue(&weather, SEGMENT, 3001 * NS_PER_US));
}

Test(weather, what_an_application_takes_tells_nothing_of_the_network)
{
	struct probe probe;

	note(PROBE_PRODUCTIVE, 900000, 1);
	probe = outcome_of(PROBE_REFUSED, 900000);
	probe.technique = PROBE_UDP;
	weather_outcome(&weather, SEGMENT, &probe, 1);
	cr_expect_eq(weather.segments[SEGMENT].delay_us, 0);
}

Test(weather, silence_is_worth_all_of_it_in_fine_weather)
{
	cr_expect_eq(worth(SEGMENT, 6), 1);
	note_answers(ANSWERS);
	note_silence(ANSWERS, 2);
	cr_expect_eq(worth(SEGMENT, 6), 1, "two sources are no outage");
}

Test(weather, silence_for_three_sources_where_answers_came_is_an_outage)
{
	note_answers(ANSWERS);
	note_silence(15, 3);
	cr_expect_eq(worth(SEGMENT, 6), 0);
	cr_expect_eq(worth(SEGMENT + 1, 6), 1, "elsewhere it is not");
}

Test(weather, an_outage_shows_after_five_seconds)
{
	note_answers(ANSWERS);
	note_silence(10, 3);
	cr_expect_eq(worth(SEGMENT, 6), 1, "after five seconds");
	note_silence(1, 1);
	cr_expect_eq(worth(SEGMENT, 6), 0, "after five and a half");
}

Test(weather, an_outage_is_one_for_as_long_as_it_lasts)
{
	note_answers(ANSWERS);
	note_silence(15, 3);
	for (int minute = 0; minute < 60; minute++) {
		note_silence(120, 20);
		cr_assert_eq(worth(SEGMENT, 6), 0, "minute %d", minute);
	}
}

Test(weather, one_answer_ends_an_outage)
{
	note_answers(ANSWERS);
	note_silence(15, 3);
	note(PROBE_ANSWERED, 1000, 1);
	cr_expect_eq(worth(SEGMENT, 6), 1);
}

Test(weather, a_segment_that_hardly_answered_cannot_fall_silent)
{
	note_answers(4);
	note_silence(15, 3);
	cr_expect_eq(worth(SEGMENT, 6), 1);
}

Test(weather, connections_that_go_on_unanswered_show_one_direction)
{
	for (int i = 0; i < 7; i++) {
		note(PROBE_ONE_WAY, UINT32_MAX, 1);
	}
	cr_expect_not(weather_is_one_way(&weather, SEGMENT));
	for (int i = 0; i < 3; i++) {
		note(PROBE_ONE_WAY, UINT32_MAX, 1);
	}
	cr_expect(weather_is_one_way(&weather, SEGMENT));
	cr_expect_eq(worth(SEGMENT, 6), 0.5f);
	cr_expect_eq(worth(SEGMENT, 17), 0, "a datagram would look the same");
}

Test(weather, where_more_answers_are_seen_than_not_both_directions_show)
{
	note_answers(30);
	for (int i = 0; i < 20; i++) {
		note(PROBE_ONE_WAY, UINT32_MAX, 1);
	}
	cr_expect_not(weather_is_one_way(&weather, SEGMENT));
}

Test(weather, a_connection_whose_answer_was_seen_is_no_sign_of_one_direction)
{
	for (int i = 0; i < 30; i++) {
		note(PROBE_ONE_WAY, 1000, 1);
	}
	cr_expect_not(weather_is_one_way(&weather, SEGMENT));
}

Test(weather, one_direction_is_forgotten_with_time)
{
	for (int i = 0; i < 12; i++) {
		note(PROBE_ONE_WAY, UINT32_MAX, 1);
	}
	now_ns += 300 * NS_PER_S;
	note_answers(2);
	cr_expect_not(weather_is_one_way(&weather, SEGMENT));
}

Test(weather, after_a_drop_silence_is_worth_half_for_ten_seconds)
{
	weather_dropped(&weather, now_ns, 7);
	cr_expect_eq(weather.dropped, 7);
	cr_expect_eq(worth(SEGMENT, 6), 0.5f);
	now_ns += 10 * NS_PER_S - 1;
	cr_expect_eq(worth(SEGMENT, 6), 0.5f);
	now_ns += 1;
	cr_expect_eq(worth(SEGMENT, 6), 1);
	weather_dropped(&weather, now_ns, 5);
	cr_expect_eq(weather.dropped, 12);
}

Test(weather, the_world_outside_has_weather_of_its_own)
{
	struct probe probe = outcome_of(PROBE_ANSWERED, 80000);

	weather_outcome(&weather, POLICY_NO_SEGMENT, &probe, 1);
	cr_expect_float_eq(
	    weather.segments[POLICY_SEGMENT_COUNT].delay_us, 80000, 1);
	cr_expect_eq(weather.segments[SEGMENT].delay_us, 0);
}
