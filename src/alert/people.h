/*
 * People: what they did with an alert.
 *
 * Detection says what happened; people say what became of it: that somebody has
 * seen it, that it is closed and why, what was noted on the way, and what was
 * decided of the source.  Each such act is a revision of the alert, told with
 * its sentence like any other change.
 *
 * Containment is a decision, written down: who, when, why.  The sensor itself
 * touches nothing; it neither isolates a host nor blocks a packet.
 *
 *	error = people_acknowledge(&people, &by, NULL, sentence);
 *
 * Each of the five takes who acts and when (struct people_actor) and writes
 * the sentence for the alert's 'changes'; where it cannot be done it changes
 * nothing and writes why into the same place.
 *
 * Memory: struct alert_people, fixed size and free of pointers, kept by whoever
 *         keeps alerts; who reads one from elsewhere asks people_are_sound().
 * Time:   passed in.
 */
#ifndef ALERT_PEOPLE_H
#define ALERT_PEOPLE_H

#include <jansson.h>

#include "base/base.h"

enum {
	PEOPLE_ACTS = 16, /* The last; of more, the oldest make room. */
	PEOPLE_NAME_SIZE = 64,
	PEOPLE_TEXT_SIZE = 256,
	PEOPLE_SENTENCE_SIZE = 512,
};

enum people_act_kind {
#define ACT(name, word, sentence) PEOPLE_##name,
#define DECISION(name, word, sentence)
#include "alert/people.def"
#undef DECISION
#undef ACT
	PEOPLE_ACT_COUNT
};

enum people_decision {
#define ACT(name, word, sentence)
#define DECISION(name, word, sentence) DECISION_##name,
#include "alert/people.def"
#undef DECISION
#undef ACT
	DECISION_COUNT
};

struct people_act {
	uint64_t at_ns;
	uint8_t kind;     /* enum people_act_kind */
	uint8_t decision; /* enum people_decision, of a containment. */
	char by[PEOPLE_NAME_SIZE];
	char text[PEOPLE_TEXT_SIZE]; /* Their own words; empty: none. */
};

struct people_containment {
	uint8_t is_decided; /* 0 or 1. */
	uint8_t decision;   /* enum people_decision */
	uint64_t at_ns;
	char by[PEOPLE_NAME_SIZE];
	char why[PEOPLE_TEXT_SIZE];
};

struct alert_people {
	uint8_t status; /* enum alert_status: open, acknowledged or closed. */
	uint32_t act_count; /* Ever; the last PEOPLE_ACTS of them are kept... */
	struct people_act acts[PEOPLE_ACTS]; /* ...each at its number modulo. */
	struct people_containment containment;
};

/* Who acts, and when. */
struct people_actor {
	const char
	    *by; /* A user's name, as signed in or as the system has it. */
	uint64_t at_ns;
};

/* Each returns 0; -EINVAL if 'by' or the text is no line of printable UTF-8, is
 * too long, or is missing where it must be there (closing, a note and a
 * containment other than 'none' need one); -EALREADY if the alert is in that
 * state.  A null or empty 'text' is none. */
int people_acknowledge(struct alert_people *people,
    const struct people_actor *actor, const char *text,
    char sentence[PEOPLE_SENTENCE_SIZE]) SW_MUST_CHECK;
int people_close(struct alert_people *people, const struct people_actor *actor,
    const char *reason, char sentence[PEOPLE_SENTENCE_SIZE]) SW_MUST_CHECK;
int people_reopen(struct alert_people *people, const struct people_actor *actor,
    const char *text, char sentence[PEOPLE_SENTENCE_SIZE]) SW_MUST_CHECK;
int people_note(struct alert_people *people, const struct people_actor *actor,
    const char *text, char sentence[PEOPLE_SENTENCE_SIZE]) SW_MUST_CHECK;
int people_contain(struct alert_people *people,
    const struct people_actor *actor, enum people_decision decision,
    const char *why, char sentence[PEOPLE_SENTENCE_SIZE]) SW_MUST_CHECK;

/* How many acts are kept, and the one at 'index' of them, oldest first. */
uint32_t people_kept(const struct alert_people *people);
const struct people_act *people_act_at(
    const struct alert_people *people, uint32_t index);

/* Whether one that was read from elsewhere is sound in form. */
bool people_are_sound(const struct alert_people *people);

/* "isolate_host", ...; and back: false if there is none of that name. */
const char *people_decision_name(enum people_decision decision);
bool people_decision_of(const char *name, enum people_decision *decision);

/* "acknowledge", "close", "reopen", "note", "contain". */
const char *people_act_name(enum people_act_kind kind);

/* {decision, by, at, why} or null; and [{at, by, act, text}], oldest first. */
json_t *people_containment_json(const struct alert_people *people);
json_t *people_acts_json(const struct alert_people *people);

/* What an alert's object says that people did; false: it is not as they are
 * written, and '*people' is untouched. */
bool people_from_json(
    const json_t *alert, struct alert_people *people) SW_MUST_CHECK;

#endif
