#include <criterion/criterion.h>

#include <errno.h>
#include <stdio.h>

#include "alert/alert.h"

static struct alert_people people;
static char sentence[PEOPLE_SENTENCE_SIZE];
static const struct people_actor anna = { "anna", 1795503060 * NS_PER_S };

static void
set_up(void)
{
	memset(&people, 0, sizeof(people));
	sentence[0] = '\0';
}

TestSuite(people, .init = set_up);

Test(people, acknowledge_close_and_reopen_in_turn_and_say_so)
{
	cr_expect_eq(people_acknowledge(&people, &anna, NULL, sentence), 0);
	cr_expect_str_eq(sentence, "acknowledged by anna");
	cr_expect_eq(people.status, ALERT_ACKNOWLEDGED);
	cr_expect_eq(
	    people_close(&people, &anna, "the inventory of IT", sentence), 0);
	cr_expect_str_eq(sentence, "closed by anna: the inventory of IT");
	cr_expect_eq(people.status, ALERT_CLOSED);
	cr_expect_eq(people_reopen(&people, &anna, "", sentence), 0);
	cr_expect_str_eq(sentence, "opened again by anna");
	cr_expect_eq(people.status, ALERT_OPEN);
	cr_expect_eq(people_kept(&people), 3);
}

Test(people, that_did_it_already_change_nothing_and_are_told_so)
{
	cr_expect_eq(people_reopen(&people, &anna, NULL, sentence), -EALREADY);
	cr_expect_str_eq(sentence, "it is open already");
	cr_assert_eq(people_close(&people, &anna, "x", sentence), 0);
	cr_expect_eq(people_close(&people, &anna, "x", sentence), -EALREADY);
	cr_expect_eq(
	    people_acknowledge(&people, &anna, NULL, sentence), -EALREADY);
	cr_expect_str_eq(sentence, "it is closed; open it again first");
	cr_expect_eq(people_kept(&people), 1);
}

Test(people, decide_with_a_reason_and_may_take_it_back_without)
{
	cr_expect_eq(people_contain(
	                 &people, &anna, DECISION_ISOLATE_HOST, NULL, sentence),
	    -EINVAL);
	cr_expect_not(people.containment.is_decided);
	cr_expect_eq(people_contain(&people, &anna, DECISION_ISOLATE_HOST,
	                 "it goes on", sentence),
	    0);
	cr_expect_str_eq(sentence,
	    "decided by anna: the source is to be isolated (it goes on)");
	cr_expect_str_eq(people.containment.by, "anna");
	cr_expect_str_eq(people.containment.why, "it goes on");
	cr_expect_eq(people.containment.at_ns, anna.at_ns);
	cr_expect_eq(people_contain(&people, &anna, DECISION_ISOLATE_HOST,
	                 "again", sentence),
	    -EALREADY);
	cr_expect_eq(
	    people_contain(&people, &anna, DECISION_NONE, NULL, sentence), 0);
	cr_expect_str_eq(sentence, "decided by anna: nothing is to be done");
	cr_expect_str_eq(people.containment.why, "");
}

Test(people, have_a_name_and_write_one_printable_line)
{
	const struct people_actor nobody = { "", 1 };
	const struct people_actor strange = { "an\nna", 1 };
	char text[PEOPLE_TEXT_SIZE + 1];

	memset(text, 'x', sizeof(text));
	text[PEOPLE_TEXT_SIZE] = '\0';
	cr_expect_eq(people_note(&people, &nobody, "x", sentence), -EINVAL);
	cr_expect_eq(people_note(&people, &strange, "x", sentence), -EINVAL);
	cr_expect_eq(people_note(&people, &anna, "", sentence), -EINVAL);
	cr_expect_eq(people_note(&people, &anna, NULL, sentence), -EINVAL);
	cr_expect_eq(
	    people_note(&people, &anna, "a\x1b[2J", sentence), -EINVAL);
	cr_expect_eq(people_note(&people, &anna, "\xff", sentence), -EINVAL);
	cr_expect_eq(
	    people_note(&people, &anna, "\xc2\x9b", sentence), -EINVAL);
	cr_expect_eq(people_note(&people, &anna, text, sentence), -EINVAL);
	cr_expect_eq(people.act_count, 0);
	text[PEOPLE_TEXT_SIZE - 1] = '\0';
	cr_expect_eq(people_note(&people, &anna, text, sentence), 0);
	cr_expect_str_eq(people_act_at(&people, 0)->text, text);
}

Test(people, have_their_last_sixteen_acts_kept)
{
	for (uint32_t i = 0; i < PEOPLE_ACTS + 3; i++) {
		char text[16];

		snprintf(text, sizeof(text), "note %u", i);
		cr_assert_eq(people_note(&people, &anna, text, sentence), 0);
	}
	cr_expect_eq(people_kept(&people), PEOPLE_ACTS);
	cr_expect_str_eq(people_act_at(&people, 0)->text, "note 3");
	cr_expect_str_eq(
	    people_act_at(&people, PEOPLE_ACTS - 1)->text, "note 18");
	cr_expect(people_are_sound(&people));
}

Test(people, that_count_past_the_largest_number_keep_their_last_acts)
{
	people.act_count = UINT32_MAX - 1;
	cr_assert_eq(people_note(&people, &anna, "last", sentence), 0);
	cr_expect_str_eq(people_act_at(&people, PEOPLE_ACTS - 1)->text, "last");
	cr_assert_eq(people_note(&people, &anna, "next", sentence), 0);
	cr_expect_str_eq(people_act_at(&people, PEOPLE_ACTS - 1)->text, "next");
	cr_expect_str_eq(people_act_at(&people, PEOPLE_ACTS - 2)->text, "last");
}

Test(people, from_elsewhere_must_be_sound)
{
	static struct alert_people broken;

	cr_expect(people_are_sound(&people));
	broken = people;
	broken.status = ALERT_AUTHORISED;
	cr_expect_not(people_are_sound(&broken));
	broken = people;
	broken.containment.decision = DECISION_COUNT;
	cr_expect_not(people_are_sound(&broken));
	broken = people;
	memset(broken.acts[7].text, 'x', sizeof(broken.acts[7].text));
	cr_expect_not(people_are_sound(&broken));
	broken = people;
	broken.acts[15].kind = PEOPLE_ACT_COUNT;
	cr_expect_not(people_are_sound(&broken));
	broken = people;
	memset(broken.containment.by, 'x', sizeof(broken.containment.by));
	cr_expect_not(people_are_sound(&broken));
}

Test(people, are_written_as_the_document_has_it)
{
	json_t *json = people_containment_json(&people);
	enum people_decision decision = DECISION_NONE;
	char *text;

	cr_expect(json_is_null(json));
	json_decref(json);
	cr_assert(people_decision_of("review_credentials", &decision));
	cr_expect_not(people_decision_of("isolate", &decision));
	cr_assert_eq(
	    people_contain(&people, &anna, decision, "two hosts", sentence), 0);
	json = people_containment_json(&people);
	text = json_dumps(json, JSON_COMPACT);
	cr_expect_str_eq(text,
	    "{\"decision\":\"review_credentials\",\"by\":\"anna\","
	    "\"at\":\"2026-11-24T06:51:00.000000Z\",\"why\":\"two hosts\"}");
	free(text);
	json_decref(json);
	json = people_acts_json(&people);
	text = json_dumps(json, JSON_COMPACT);
	cr_expect_str_eq(text,
	    "[{\"at\":\"2026-11-24T06:51:00.000000Z\",\"by\":\"anna\","
	    "\"act\":\"contain\",\"text\":\"two hosts\"}]");
	free(text);
	json_decref(json);
}
