#include "base/counter.h"

#include <ctype.h>
#include <string.h>

#include "base/base.h"

struct counter_text {
	const char *room;
	const char *name;
	const char *sentence;
};

static const struct counter_text texts[COUNTER_COUNT] = {
#define COUNTER(room, name, sentence) { #room, #name, sentence },
#include "base/counters.def"
#undef COUNTER
};

enum { COUNTER_NAME_SIZE = 64 };

const char *
counter_name(enum counter which)
{
	static char names[COUNTER_COUNT][COUNTER_NAME_SIZE];
	const struct counter_text *text = &texts[which];
	size_t room_size = strlen(text->room);
	char *name = names[which];

	/* The name begins with the room's: "decode" and "DECODE_OK". */
	if (name[0] == '\0') {
		SW_ASSERT(strlen(text->name) < COUNTER_NAME_SIZE);
		for (size_t i = 0; text->name[i] != '\0'; i++) {
			name[i] = (char)tolower((unsigned char)text->name[i]);
		}
		SW_ASSERT(memcmp(name, text->room, room_size) == 0 &&
		    name[room_size] == '_');
		name[room_size] = '.';
	}
	return name;
}

const char *
counter_sentence(enum counter which)
{
	return texts[which].sentence;
}
