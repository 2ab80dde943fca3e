#include "endpoint/fields.h"

#include <string.h>

enum {
	NAME_SLOTS = 1024, /* A power of two, well above the names there are. */
	NAME_SIZE_MAX = 48,
	NAME_COUNT_MAX = NAME_SLOTS / 2,
};

/* One name of a field; 'text' is a slice of the list in fields.def. */
struct name {
	const char *text; /* Null: the place is free. */
	uint8_t size;
	uint8_t field; /* enum field */
};
_Static_assert(FIELD_COUNT <= UINT8_MAX, "a field must fit struct name");

/* Made at the first look-up and never changed: a constant that the compiler
 * cannot write down. */
static struct name names[NAME_SLOTS];
static bool names_are_made;

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* FNV-1a over the name in lower case. */
static uint32_t
hash_of(const char *name, size_t size)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < size; i++) {
		hash = (hash ^ (uint8_t)lower(name[i])) * 16777619u;
	}
	return hash ^ hash >> 15;
}

static bool
same_name(const char *a, const char *b, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (lower(a[i]) != lower(b[i])) {
			return false;
		}
	}
	return true;
}

/* The place of a name: where it is, or the free one where it would be. */
static struct name *
place_of(const char *text, size_t size)
{
	uint32_t at = hash_of(text, size) % NAME_SLOTS;

	while (names[at].text != NULL &&
	    (names[at].size != size ||
	        !same_name(names[at].text, text, size))) {
		at = (at + 1) % NAME_SLOTS;
	}
	return &names[at];
}

static void
add_names(enum field field, const char *list, uint32_t *count)
{
	while (*list != '\0') {
		size_t size = strcspn(list, "|");
		struct name *place = place_of(list, size);

		SW_ASSERT(size <= NAME_SIZE_MAX && place->text == NULL);
		SW_ASSERT(++*count <= NAME_COUNT_MAX);
		place->text = list;
		place->size = (uint8_t)size;
		place->field = (uint8_t)field;
		list += size + (list[size] == '|');
	}
}

static void
make_names(void)
{
	static const char *const lists[FIELD_COUNT] = {
#define FIELD(name, names) [FIELD_##name] = (names),
#include "endpoint/fields.def"
#undef FIELD
	};
	uint32_t count = 0;

	for (uint32_t i = 0; i < FIELD_COUNT; i++) {
		add_names((enum field)i, lists[i], &count);
	}
	names_are_made = true;
}

enum field
field_of_name(const char *name, size_t size)
{
	const struct name *place;

	if (SW_UNLIKELY(!names_are_made)) {
		make_names();
	}
	if (size == 0 || size > NAME_SIZE_MAX) {
		return FIELD_COUNT;
	}
	place = place_of(name, size);
	return place->text == NULL ? FIELD_COUNT : (enum field)place->field;
}

void
fields_clear(struct fields *fields)
{
	memset(fields->value, 0, sizeof(fields->value));
	fields->open_end = NULL;
	fields->was_cut = false;
	fields->message_is_escaped = false;
	fields->scratch_used = 0;
}

void
fields_set(
    struct fields *fields, enum field field, const char *text, size_t size)
{
	SW_ASSERT(field < FIELD_COUNT);
	if (size == 0 || fields_has(fields, field)) {
		return;
	}
	fields->value[field] = (struct slice){ text, size };
}

char *
fields_scratch(struct fields *fields, size_t size)
{
	char *room = fields->scratch + fields->scratch_used;

	if (size > sizeof(fields->scratch) - fields->scratch_used) {
		return NULL;
	}
	fields->scratch_used += size;
	return room;
}
