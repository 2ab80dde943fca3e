#include "alert/people.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "alert/alert.h"
#include "alert/json_help.h"
#include "base/strbuf.h"

static int act(struct alert_people *people, const struct people_actor *actor,
    const struct people_act *wanted, const char *text, char *sentence);
static const char *wrong_text(const char *text, size_t size);
static bool is_plain(const char *text);
static int refuse(int error, const char *why, char *sentence);
static bool act_is_sound(const struct people_act *done);
static bool text_ends(const char *text, size_t size);
static void say(const struct people_act *done, char *sentence);

int
people_acknowledge(struct alert_people *people,
    const struct people_actor *actor, const char *text,
    char sentence[PEOPLE_SENTENCE_SIZE])
{
	const struct people_act wanted = { .kind = PEOPLE_ACKNOWLEDGE };
	int error;

	if (people->status != ALERT_OPEN) {
		return refuse(-EALREADY,
		    people->status == ALERT_CLOSED
		        ? "it is closed; open it again first"
		        : "it is acknowledged already",
		    sentence);
	}
	error = act(people, actor, &wanted, text, sentence);
	if (error == 0) {
		people->status = ALERT_ACKNOWLEDGED;
	}
	return error;
}

int
people_close(struct alert_people *people, const struct people_actor *actor,
    const char *reason, char sentence[PEOPLE_SENTENCE_SIZE])
{
	const struct people_act wanted = { .kind = PEOPLE_CLOSE };
	int error;

	if (people->status == ALERT_CLOSED) {
		return refuse(-EALREADY, "it is closed already", sentence);
	}
	if (reason == NULL || *reason == '\0') {
		return refuse(-EINVAL,
		    "closing needs a reason; write what was found", sentence);
	}
	error = act(people, actor, &wanted, reason, sentence);
	if (error == 0) {
		people->status = ALERT_CLOSED;
	}
	return error;
}

int
people_reopen(struct alert_people *people, const struct people_actor *actor,
    const char *text, char sentence[PEOPLE_SENTENCE_SIZE])
{
	const struct people_act wanted = { .kind = PEOPLE_REOPEN };
	int error;

	if (people->status == ALERT_OPEN) {
		return refuse(-EALREADY, "it is open already", sentence);
	}
	error = act(people, actor, &wanted, text, sentence);
	if (error == 0) {
		people->status = ALERT_OPEN;
	}
	return error;
}

int
people_note(struct alert_people *people, const struct people_actor *actor,
    const char *text, char sentence[PEOPLE_SENTENCE_SIZE])
{
	const struct people_act wanted = { .kind = PEOPLE_NOTE };

	if (text == NULL || *text == '\0') {
		return refuse(
		    -EINVAL, "a note needs words; write some", sentence);
	}
	return act(people, actor, &wanted, text, sentence);
}

int
people_contain(struct alert_people *people, const struct people_actor *actor,
    enum people_decision decision, const char *why,
    char sentence[PEOPLE_SENTENCE_SIZE])
{
	const struct people_act wanted = { .kind = PEOPLE_CONTAIN,
		.decision = (uint8_t)decision };
	struct people_containment *containment = &people->containment;
	int error;

	SW_ASSERT(decision < DECISION_COUNT);
	if (containment->is_decided && containment->decision == decision) {
		return refuse(
		    -EALREADY, "that is what was decided already", sentence);
	}
	if (decision != DECISION_NONE && (why == NULL || *why == '\0')) {
		return refuse(-EINVAL, "a decision needs its reason; write why",
		    sentence);
	}
	error = act(people, actor, &wanted, why, sentence);
	if (error == 0) {
		memset(containment, 0, sizeof(*containment));
		containment->is_decided = 1;
		containment->decision = (uint8_t)decision;
		containment->at_ns = actor->at_ns;
		(void)snprintf(
		    containment->by, sizeof(containment->by), "%s", actor->by);
		(void)snprintf(containment->why, sizeof(containment->why), "%s",
		    why == NULL ? "" : why);
	}
	return error;
}

uint32_t
people_kept(const struct alert_people *people)
{
	return people->act_count < PEOPLE_ACTS ? people->act_count
	                                       : PEOPLE_ACTS;
}

const struct people_act *
people_act_at(const struct alert_people *people, uint32_t index)
{
	uint32_t first = people->act_count - people_kept(people);

	SW_ASSERT(index < people_kept(people));
	return &people->acts[(first + index) % PEOPLE_ACTS];
}

bool
people_are_sound(const struct alert_people *people)
{
	const struct people_containment *containment = &people->containment;

	if (people->status > ALERT_CLOSED || containment->is_decided > 1 ||
	    containment->decision >= DECISION_COUNT ||
	    !text_ends(containment->by, sizeof(containment->by)) ||
	    !text_ends(containment->why, sizeof(containment->why))) {
		return false;
	}
	for (uint32_t i = 0; i < PEOPLE_ACTS; i++) {
		if (!act_is_sound(&people->acts[i])) {
			return false;
		}
	}
	return true;
}

const char *
people_decision_name(enum people_decision decision)
{
	static const char *const names[DECISION_COUNT] = {
#define ACT(name, word, sentence)
#define DECISION(name, word, sentence) word,
#include "alert/people.def"
#undef DECISION
#undef ACT
	};

	return names[decision];
}

bool
people_decision_of(const char *name, enum people_decision *decision)
{
	for (uint32_t i = 0; i < DECISION_COUNT; i++) {
		if (strcmp(people_decision_name(i), name) == 0) {
			*decision = i;
			return true;
		}
	}
	return false;
}

const char *
people_act_name(enum people_act_kind kind)
{
	static const char *const names[PEOPLE_ACT_COUNT] = {
#define ACT(name, word, sentence) word,
#define DECISION(name, word, sentence)
#include "alert/people.def"
#undef DECISION
#undef ACT
	};

	return names[kind];
}

json_t *
people_containment_json(const struct alert_people *people)
{
	const struct people_containment *containment = &people->containment;

	if (containment->is_decided == 0) {
		return json_null();
	}
	return json_pack("{s:s, s:o, s:o, s:o}", "decision",
	    people_decision_name(containment->decision), "by",
	    text_of(containment->by), "at", time_of(containment->at_ns), "why",
	    text_or_none(containment->why));
}

json_t *
people_acts_json(const struct alert_people *people)
{
	json_t *list = json_array();
	bool whole = true;

	for (uint32_t i = 0; i < people_kept(people); i++) {
		const struct people_act *done = people_act_at(people, i);

		whole = push(list,
		            json_pack("{s:o, s:o, s:s, s:o}", "at",
		                time_of(done->at_ns), "by", text_of(done->by),
		                "act", people_act_name(done->kind), "text",
		                text_or_none(done->text))) &&
		    whole;
	}
	return finished(list, whole);
}

/* Notes the act 'wanted' with 'text', and says it. */
static int
act(struct alert_people *people, const struct people_actor *actor,
    const struct people_act *wanted, const char *text, char *sentence)
{
	const char *words = text == NULL ? "" : text;
	struct people_act *place;

	if (actor->by == NULL || *actor->by == '\0' ||
	    wrong_text(actor->by, PEOPLE_NAME_SIZE) != NULL) {
		return refuse(-EINVAL,
		    "who acts must have a name of one line, at most 63 bytes "
		    "long",
		    sentence);
	}
	if (wrong_text(words, PEOPLE_TEXT_SIZE) != NULL) {
		return refuse(
		    -EINVAL, wrong_text(words, PEOPLE_TEXT_SIZE), sentence);
	}
	place = &people->acts[people->act_count % PEOPLE_ACTS];
	*place = *wanted;
	place->at_ns = actor->at_ns;
	(void)snprintf(place->by, sizeof(place->by), "%s", actor->by);
	(void)snprintf(place->text, sizeof(place->text), "%s", words);
	people->act_count++;
	if (people->act_count == UINT32_MAX) {
		/* The same places, so that the last ones stay. */
		people->act_count = PEOPLE_ACTS + UINT32_MAX % PEOPLE_ACTS;
	}
	say(place, sentence);
	return 0;
}

/* "acknowledged by anna: seen", "decided by anna: the source is to be isolated
 * (it holds customers' data)". */
static void
say(const struct people_act *done, char *sentence)
{
	static const char *const acts[PEOPLE_ACT_COUNT] = {
#define ACT(name, word, said) said,
#define DECISION(name, word, said)
#include "alert/people.def"
#undef DECISION
#undef ACT
	};
	static const char *const decisions[DECISION_COUNT] = {
#define ACT(name, word, said)
#define DECISION(name, word, said) said,
#include "alert/people.def"
#undef DECISION
#undef ACT
	};
	struct strbuf buffer;

	strbuf_init(&buffer, sentence, PEOPLE_SENTENCE_SIZE);
	strbuf_addf(&buffer, "%s by %s", acts[done->kind], done->by);
	if (done->kind == PEOPLE_CONTAIN) {
		strbuf_addf(&buffer, ": %s", decisions[done->decision]);
		if (done->text[0] != '\0') {
			strbuf_addf(&buffer, " (%s)", done->text);
		}
	} else if (done->text[0] != '\0') {
		strbuf_addf(&buffer, ": %s", done->text);
	}
}

/* What is wrong with a text; null if nothing is. */
static const char *
wrong_text(const char *text, size_t size)
{
	if (strlen(text) >= size) {
		return "the text is too long; shorten it";
	}
	return is_plain(text) ? NULL
	                      : "the text must be one line of printable "
	                        "characters of UTF-8";
}

/* Whether it has no control characters and is UTF-8 (RFC 3629); jansson knows
 * the latter. */
static bool
is_plain(const char *text)
{
	json_t *string = json_string(text);
	bool is_utf8 = string != NULL;

	json_decref(string);
	for (const char *at = text; is_utf8 && *at != '\0'; at++) {
		if ((uint8_t)*at < ' ' || *at == 0x7f ||
		    /* The controls of Latin-1. */
		    ((uint8_t)at[0] == 0xc2 && (uint8_t)at[1] < 0xa0)) {
			return false;
		}
	}
	return is_utf8;
}

static int
refuse(int error, const char *why, char *sentence)
{
	(void)snprintf(sentence, PEOPLE_SENTENCE_SIZE, "%s", why);
	return error;
}

static bool
act_is_sound(const struct people_act *done)
{
	return done->kind < PEOPLE_ACT_COUNT &&
	    done->decision < DECISION_COUNT &&
	    text_ends(done->by, sizeof(done->by)) &&
	    text_ends(done->text, sizeof(done->text));
}

static bool
text_ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}
