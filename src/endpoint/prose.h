/*
 * Prose: the text that Windows renders of an event.
 *
 * It is "label: value" after a headline, in the language of the host, and what
 * separates the values depends on who forwarded it: line breaks, blanks in
 * their place, one blank, the two characters "\n", nothing.  So nothing but the
 * next label ends a value.  But a value can hold what looks like a label: a
 * command line is whatever its writer likes.  Therefore the labels are looked
 * for in the order in which Windows writes them (prose_forms.c), and behind a
 * value that anybody can write twice, from its beginning and from the text's
 * end: only what both find in the same place is taken.
 *
 * A text that was cut can end within a command line that pretends to go on to
 * the end: nothing tells.  Such an event is marked (ENDPOINT_CUT), and whose it
 * is and whose child is then no more than its own word; which process it is
 * stands before all that.
 *
 * Where a language or its words are not known, values are told by their shape
 * (prose_shape.c).  Private to prose*.c.
 *
 * Memory: none.
 * Time:   each label is sought once or twice, over what is left of the text.
 */
#ifndef ENDPOINT_PROSE_H
#define ENDPOINT_PROSE_H

#include "endpoint/slice.h"

enum prose_language {
	PROSE_ENGLISH,
	PROSE_FRENCH,
	PROSE_GERMAN,
	PROSE_SPANISH,
	PROSE_LANGUAGE_COUNT
};

enum prose_label {
#define LABEL(name, english, french, german, spanish) LABEL_##name,
#define LABEL_ENGLISH(name, english)                  LABEL_##name,
#include "endpoint/prose_labels.def"
#undef LABEL
#undef LABEL_ENGLISH
	LABEL_COUNT
};

/* What a value looks like.  All but SHAPE_TEXT end at the first blank. */
enum prose_shape {
	SHAPE_NONE, /* A heading, or a value of no use. */
	SHAPE_TEXT,
	SHAPE_WORD,
	SHAPE_NUMBER, /* Decimal, or hexadecimal behind 0x. */
	SHAPE_ADDRESS,
	SHAPE_DIRECTION,
};

/* One label of a form, in the order of the text. */
struct prose_step {
	uint8_t label; /* enum prose_label */
	uint8_t field; /* enum field; FIELD_COUNT with SHAPE_NONE. */
	uint8_t shape; /* enum prose_shape */
	uint8_t flags;
};

enum {
	STEP_MAY_LACK = 1, /* Not in every version. */
	STEP_WIDE = 2,     /* Its value is anybody's: it goes from where it
	                    * first begins to where what follows last does. */
	STEP_GOES_ON = 4,  /* Where it is, the next one is. */
};

enum { PROSE_STEPS_MAX = 32 };

/* The text of one event. */
struct prose_form {
	uint64_t event_id; /* As wide as what stands beside it. */
	const char *id;    /* The same in digits. */
	/* Headlines, separated by "|", by enum prose_language; a null is none.
	 */
	const char *heads[PROSE_LANGUAGE_COUNT];
	/* Explanations behind the last value, likewise. */
	const char *tails[PROSE_LANGUAGE_COUNT];
	const struct prose_step *steps;
	uint8_t count;
	uint8_t sure_count; /* Steps before any value that can hold labels. */
};

extern const struct prose_form prose_forms[];
extern const size_t prose_forms_count;

/* What separates the values. */
enum prose_layout {
	PROSE_GLUED,   /* Nothing. */
	PROSE_SPACED,  /* Blanks. */
	PROSE_LINES,   /* Line breaks. */
	PROSE_ESCAPED, /* Backslash and n. */
};

struct prose_text {
	struct slice all;
	enum prose_language language;
	enum prose_layout layout;
};

/* A label found: where it begins, and where the value behind it does. */
struct prose_place {
	size_t start; /* SIZE_MAX: not found. */
	size_t value;
};

static inline bool
prose_is_found(const struct prose_place *place)
{
	return place->start != SIZE_MAX;
}

/* Finds the first or the last label in [from, to). */
struct prose_place prose_find_first(const struct prose_text *text,
    enum prose_label label, size_t from, size_t to);
struct prose_place prose_find_last(const struct prose_text *text,
    enum prose_label label, size_t from, size_t to);

/* Without the beginning of that label, at which the text was cut; the same
 * value if it does not end so. */
struct slice prose_without_label(
    const struct prose_text *text, enum prose_label label, struct slice value);

/* Looks at what stands before the first label that is sure to be there. */
enum prose_layout prose_layout_of(
    const struct prose_text *text, const struct prose_form *form);

/* How long the headline is that the text begins with, of those separated by
 * "|"; 0: none of them. */
size_t prose_head_size(struct slice text, const char *heads);

/* The piece from 'from' to 'to' without what separates values. */
struct slice prose_value(const struct prose_text *text, size_t from, size_t to);

/* "inbound" or "outbound" for the word of any language; null slice: neither. */
struct slice prose_direction(struct slice word);

/* Whether the text looks like that. */
bool prose_is_number(struct slice token);
bool prose_is_address(struct slice token);
bool prose_is_path(struct slice value);

/* Fills the slots with what the form finds; false: a label that must be there
 * is not. */
bool prose_read_form(const struct prose_text *text,
    const struct prose_form *form, struct fields *fields);

/* Fills the slots of an event whose language is not known, and which nothing
 * else filled. */
void prose_read_shapes(
    uint64_t event_id, struct slice text, struct fields *fields);

/* The text with #012 and its like as what they stand for: relays escape control
 * characters so (rsyslog, "escapeControlCharactersOnReceive").  The same text
 * if it has none. */
struct slice prose_unescape(struct slice text, struct fields *fields);

#endif
