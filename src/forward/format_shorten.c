#include "forward/format_work.h"

#include <string.h>

#include "forward/format_text.h"

/* The steps, in their order; each may be taken more than once.  docs/soc.md
 * lists them for the receiver. */
enum step {
	STEP_SAMPLES,
	STEP_PROSE,
	STEP_PORTS,
	STEP_PARENT,
	STEP_COMMAND,
	STEP_CORE,
	STEP_CLIP,
	STEP_CLIP_MORE,
	STEP_COUNT
};

enum {
	RANGES_ROOM = 64,   /* Bytes left of a list of ranges. */
	COMMAND_LEAST = 64, /* Below it a command line goes altogether. */
	TEXT_ROOM = 256,    /* Of a text of records that are no alerts. */
	CLIP_ROOM = 40,     /* Of a text that is part of the triage; an image's
	                 * path has twice as much, and keeps its end. */
	CLIP_ROOM_LEAST = 12,
	PROSE_KEPT = 2, /* Sentences left of a list. */
};

static bool take(struct format_work *work, enum step step);
static bool drop(json_t *copy, const char *parent, const char *name);
static bool drop_all(json_t *copy, const char *const *names);
static bool keep_first(json_t *copy, const char *path, size_t count);
static bool shorten_prose(json_t *copy);
static bool shorten_ports(json_t *copy);
static bool shorten_list(json_t *copy, const char *parent, const char *name);
static bool halve(json_t *copy, const char *parent);
static bool shorten_others(json_t *copy);
static bool clip_all(struct format_work *work, size_t room);
static bool clip(json_t *copy, const char *path, size_t room, bool keep_end);
static void drop_to_core(json_t *copy);
static bool set_cut(json_t *value, size_t room, bool keep_end);

bool
format_shorten(struct format_work *work)
{
	while (work->step < STEP_COUNT) {
		if (take(work, (enum step)work->step)) {
			work->truncated = true;
			return true;
		}
		work->step++;
	}
	return false;
}

/* Takes a step if it has anything to do. */
static bool
take(struct format_work *work, enum step step)
{
	json_t *copy = work->copy;
	bool had;

	switch (step) {
	case STEP_SAMPLES:
		had = drop(copy, "", "samples");
		had = drop(copy, "targets", "sample") || had;
		had = drop(copy, "scope", "answered_sample") || had;
		had = drop(copy, "ports", "sketch") || had;
		return drop(copy, "targets", "sketch") || had;
	case STEP_PROSE:
		return work->record->kind == FORWARD_ALERT
		    ? shorten_prose(copy)
		    : shorten_others(copy);
	case STEP_PORTS:
		return shorten_ports(copy);
	case STEP_PARENT:
		return halve(copy, "process.parent");
	case STEP_COMMAND:
		return halve(copy, "process");
	case STEP_CORE:
		had = work->core;
		work->core = true;
		drop_to_core(copy);
		return !had;
	case STEP_CLIP:
		return clip_all(work, CLIP_ROOM);
	case STEP_CLIP_MORE:
		return clip_all(work, CLIP_ROOM_LEAST);
	case STEP_COUNT:
		break;
	}
	return false;
}

/* Removes a member of the object at 'parent', and tells whether it was there
 * and said anything. */
static bool
drop(json_t *copy, const char *parent, const char *name)
{
	json_t *object = parent[0] == '\0' ? copy : format_at(copy, parent);
	bool said = format_at(object, name) != NULL;

	return said && json_object_del(object, name) == 0;
}

static bool
drop_all(json_t *copy, const char *const *names)
{
	bool had = false;

	for (size_t i = 0; names[i] != NULL; i++) {
		had = drop(copy, "", names[i]) || had;
	}
	return had;
}

/* Leaves the first members of a list. */
static bool
keep_first(json_t *copy, const char *path, size_t count)
{
	json_t *list = format_at(copy, path);
	bool had = json_array_size(list) > count;

	while (json_array_size(list) > count) {
		(void)json_array_remove(list, json_array_size(list) - 1);
	}
	return had;
}

/* What explains, and what names further ones of what is named already. */
static bool
shorten_prose(json_t *copy)
{
	static const char *const names[] = { "other_processes", "next_steps",
		"acts", "score_reasons", "process_notes", NULL };
	bool had = drop_all(copy, names);

	had = drop(copy, "source", "names") || had;
	had = drop(copy, "services", "names") || had;
	had = keep_first(copy, "changes", PROSE_KEPT) || had;
	had = keep_first(copy, "reasons", PROSE_KEPT) || had;
	had = keep_first(copy, "process.evidence", PROSE_KEPT) || had;
	had = keep_first(copy, "apparent_sources", PROSE_KEPT) || had;
	return keep_first(copy, "community_ids", 1) || had;
}

static bool
shorten_ports(json_t *copy)
{
	bool had = shorten_list(copy, "services", "ranges");

	return shorten_list(copy, "targets", "ranges") || had;
}

/* Cuts a text of ranges behind one of them, and has it say so. */
static bool
shorten_list(json_t *copy, const char *parent, const char *name)
{
	json_t *object = format_at(copy, parent);
	json_t *ranges = format_at(object, name);
	const char *text = json_string_value(ranges);
	size_t room = RANGES_ROOM;

	if (text == NULL || strlen(text) <= room) {
		return false;
	}
	while (room > 0 && text[room] != ',') {
		room--;
	}
	(void)json_object_set_new(object, "ranges_complete", json_false());
	return set_cut(ranges, room > 0 ? room : RANGES_ROOM, false);
}

/* Leaves the first half of a command line, or nothing of a short one. */
static bool
halve(json_t *copy, const char *parent)
{
	json_t *object = format_at(copy, parent);
	json_t *line = format_at(object, "command_line");
	size_t length = json_string_length(line);

	if (line == NULL) {
		return false;
	}
	return length <= COMMAND_LEAST
	    ? json_object_del(object, "command_line") == 0
	    : set_cut(line, length / 2, false);
}

/* Of records that are no alerts: long texts are cut, and what is made of more
 * than one value goes. */
static bool
shorten_others(json_t *copy)
{
	const char *key;
	json_t *value;
	bool had = false;

	json_object_foreach(copy, key, value)
	{
		if (json_is_string(value) &&
		    json_string_length(value) > TEXT_ROOM) {
			had = set_cut(value, TEXT_ROOM, false) || had;
		}
	}
	if (!had) {
		static const char *const names[] = { "before", "after",
			"details", "tables", "logs", NULL };

		had = drop_all(copy, names);
	}
	return had;
}

/* What is left of a record when only its triage is. */
static void
drop_to_core(json_t *copy)
{
	static const char *const names[] = { "reasons", "changes",
		"apparent_sources", "community_ids", "visibility", "evidence",
		"scope", "techniques", "containment", "raised_at", "revised_at",
		"people", NULL };
	static const char *const of_process[] = { "hashes", "parent",
		"evidence", "started", "matched" };

	(void)drop_all(copy, names);
	for (size_t i = 0; i < ARRAY_SIZE(of_process); i++) {
		(void)drop(copy, "process", of_process[i]);
	}
	(void)drop(copy, "targets", "segments");
	(void)drop(copy, "targets", "ranges");
	(void)drop(copy, "services", "ranges");
	(void)drop(copy, "derived", "reasons");
	(void)drop(copy, "derived", "parent");
	(void)clip(copy, "derived.message", TEXT_ROOM, false);
}

void
format_clip(struct format_work *work)
{
	work->truncated = clip_all(work, CLIP_ROOM) || work->truncated;
}

static bool
clip_all(struct format_work *work, size_t room)
{
	static const char *const paths[] = { "source.segment", "source.host",
		"process.host", "process.user", "derived.host", "derived.user",
		"derived.domain", "derived.type", "derived.title",
		"derived.message", "derived.sensor_id", "derived.serial",
		"derived.image", "derived.hostname", "derived.destination",
		"derived.version", "sensor", "actor", "origin", "action",
		"object", "event", "reason", "outcome", "process.hashes",
		"authorised.entry", "authorised.owner", "authorised.ticket" };

	bool had = clip(work->copy, "process.image", 2 * room, true);

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		had = clip(work->copy, paths[i], room, false) || had;
	}
	return had;
}

static bool
clip(json_t *copy, const char *path, size_t room, bool keep_end)
{
	json_t *value = format_at(copy, path);

	return json_string_length(value) > room &&
	    set_cut(value, room, keep_end);
}

/* Cuts a text between characters. */
static bool
set_cut(json_t *value, size_t room, bool keep_end)
{
	const char *text = json_string_value(value);
	size_t length = json_string_length(value);
	char cut[256];
	size_t from = 0;
	size_t size;

	if (keep_end) {
		from = length - room;
		while (((uint8_t)text[from] & 0xc0) == 0x80) {
			from++;
		}
		size = length - from;
		SW_ASSERT(size <= sizeof(cut));
		memcpy(cut, text + from, size);
		return json_string_setn_nocheck(value, cut, size) == 0;
	}
	size = format_text_fit(text, length, room);
	/* jansson copies before it frees: the text may be its own. */
	return json_string_setn_nocheck(value, text, size) == 0;
}
