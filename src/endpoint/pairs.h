/*
 * Pairs: name=value name="value", and how formats write them.
 *
 * A value without quotes ends before the blank before the next name: a word
 * and an equals sign.  In CEF a backslash guards an equals sign within a value;
 * what is no name before one (a path, an option) is part of the value anyway.
 *
 * Memory: slices of the message.
 */
#ifndef ENDPOINT_PAIRS_H
#define ENDPOINT_PAIRS_H

#include "endpoint/slice.h"

enum pair_style {
	PAIR_BARE,   /* A quote is part of the value: CEF. */
	PAIR_QUOTED, /* A value may stand in quotes. */
};

struct pair {
	struct slice name;
	struct slice value;
	bool is_last; /* Its value ends where the text ends. */
};

/* Takes the next pair off the text; false: there is none. */
bool pair_take(struct slice *rest, enum pair_style style, struct pair *pair);

/* Without backslashes before what they guard; \n and \r are line ends. */
struct slice pair_unescape(struct slice value, struct fields *fields);

#endif
