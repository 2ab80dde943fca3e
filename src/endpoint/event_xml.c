#include <expat.h>
#include <string.h>

#include "endpoint/positions.h"
#include "endpoint/readers.h"
#include "endpoint/utf8.h"
#include "mem/foreign.h"

enum {
	/* Expat copies a message into a buffer of its own, which it doubles
	 * until it fits, the old beside the new: 128 and 64 KiB for the longest
	 * message there is.  Names and open elements are the rest. */
	HEAP_BYTES = 512 * 1024,
	/* An event has sixty elements. */
	ELEMENTS_MAX = 2048,
	DATA_MAX = 64,
	SIZE_HEADER = 16, /* Before each block: how long it is. */
};

/* What element we are in, as far as we care. */
enum element {
	ELEMENT_OTHER,
	ELEMENT_FIELD,   /* Its text is the value of 'field'. */
	ELEMENT_NAMELESS /* A Data without Name: by its position. */
};

struct event_xml {
	struct foreign heap;
	XML_Parser parser;
	struct fields *fields;
	enum element element;
	enum field field;
	char *text; /* Of the element, in the table's scratch. */
	size_t text_size;
	uint32_t elements;
	bool is_whole; /* </Event> has been seen. */
	uint32_t data_count;
	struct slice data[DATA_MAX]; /* Nameless values. */
};

/* The heap that is lent to Expat, whose hooks do not tell who calls. */
static struct foreign *lent;

static void *
lend(size_t size)
{
	uint8_t *block;

	if (size > HEAP_BYTES) {
		return NULL;
	}
	block = foreign_take(lent, size + SIZE_HEADER);
	if (block == NULL) {
		return NULL;
	}
	memcpy(block, &size, sizeof(size));
	return block + SIZE_HEADER;
}

static void
give_back(void *block)
{
	if (block != NULL) {
		foreign_free(lent, (uint8_t *)block - SIZE_HEADER);
	}
}

static void *
lend_anew(void *block, size_t size)
{
	size_t old;
	void *anew;

	if (block == NULL) {
		return lend(size);
	}
	memcpy(&old, (uint8_t *)block - SIZE_HEADER, sizeof(old));
	if (size <= old) {
		return block;
	}
	anew = lend(size);
	if (anew != NULL) {
		memcpy(anew, block, old);
		give_back(block);
	}
	return anew;
}

static bool
is(const char *name, const char *other)
{
	return strcmp(name, other) == 0;
}

/* Copies what Expat holds only for the moment. */
static void
keep(struct event_xml *xml, enum field field, struct slice text)
{
	char *room;

	if (fields_has(xml->fields, field)) {
		return;
	}
	room = fields_scratch(xml->fields, text.size);
	if (room != NULL) {
		memcpy(room, text.text, text.size);
		fields_set(xml->fields, field, room, text.size);
	}
}

static const char *
attribute_of(const char *const *attributes, const char *name)
{
	for (; attributes[0] != NULL; attributes += 2) {
		if (is(attributes[0], name)) {
			return attributes[1];
		}
	}
	return NULL;
}

static void
keep_attribute(struct event_xml *xml, enum field field,
    const char *const *attributes, const char *name)
{
	const char *value = attribute_of(attributes, name);

	if (value != NULL) {
		keep(xml, field, (struct slice){ value, strlen(value) });
	}
}

static void
begin_text(struct event_xml *xml, enum element element, enum field field)
{
	xml->element = element;
	xml->field = field;
	xml->text = NULL;
	xml->text_size = 0;
}

static void
begin_data(struct event_xml *xml, const char *const *attributes)
{
	const char *name = attribute_of(attributes, "Name");
	enum field field;

	if (name == NULL) {
		begin_text(xml, ELEMENT_NAMELESS, FIELD_COUNT);
		return;
	}
	field = field_of_name(name, strlen(name));
	if (field != FIELD_COUNT) {
		begin_text(xml, ELEMENT_FIELD, field);
	}
}

static void XMLCALL
on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
	static const struct {
		const char *name;
		enum field field;
	} texts[] = { { "EventID", FIELD_EVENT_ID },
		{ "Channel", FIELD_CHANNEL }, { "Computer", FIELD_HOST },
		{ "EventRecordID", FIELD_RECORD_NUMBER },
		{ "Message", FIELD_MESSAGE } };
	struct event_xml *xml = user;
	const char *const *pairs = (const char *const *)attributes;

	begin_text(xml, ELEMENT_OTHER, FIELD_COUNT);
	if (++xml->elements > ELEMENTS_MAX) {
		(void)XML_StopParser(xml->parser, XML_FALSE);
		return;
	}
	if (is(name, "Data")) {
		begin_data(xml, pairs);
	} else if (is(name, "Provider")) {
		keep_attribute(xml, FIELD_PROVIDER, pairs, "Name");
	} else if (is(name, "TimeCreated")) {
		keep_attribute(xml, FIELD_SYSTEM_TIME, pairs, "SystemTime");
	} else if (is(name, "Execution")) {
		keep_attribute(
		    xml, FIELD_WRITER_PROCESS_ID, pairs, "ProcessID");
		keep_attribute(xml, FIELD_THREAD_ID, pairs, "ThreadID");
	}
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (is(name, texts[i].name)) {
			begin_text(xml, ELEMENT_FIELD, texts[i].field);
		}
	}
}

static void XMLCALL
on_text(void *user, const XML_Char *text, int size)
{
	struct event_xml *xml = user;
	char *room;

	if (xml->element == ELEMENT_OTHER || size <= 0) {
		return;
	}
	/* Pieces of one text lie one after the other in the scratch. */
	room = fields_scratch(xml->fields, (size_t)size);
	if (room == NULL) {
		xml->element = ELEMENT_OTHER;
		return;
	}
	memcpy(room, text, (size_t)size);
	xml->text = xml->text == NULL ? room : xml->text;
	xml->text_size += (size_t)size;
}

static void XMLCALL
on_end(void *user, const XML_Char *name)
{
	struct event_xml *xml = user;

	if (xml->element == ELEMENT_FIELD) {
		fields_set(xml->fields, xml->field, xml->text, xml->text_size);
	} else if (xml->element == ELEMENT_NAMELESS &&
	    xml->data_count < DATA_MAX) {
		xml->data[xml->data_count++] =
		    (struct slice){ xml->text, xml->text_size };
	}
	begin_text(xml, ELEMENT_OTHER, FIELD_COUNT);
	if (is(name, "Event")) {
		xml->is_whole = true;
		(void)XML_StopParser(xml->parser, XML_FALSE);
	}
}

/* An event has no document type; who sends one means harm. */
static void XMLCALL
on_doctype(void *user, const XML_Char *name, const XML_Char *system_id,
    const XML_Char *public_id, int has_internal_subset)
{
	struct event_xml *xml = user;

	(void)name;
	(void)system_id;
	(void)public_id;
	(void)has_internal_subset;
	(void)XML_StopParser(xml->parser, XML_FALSE);
}

size_t
event_xml_bytes(void)
{
	return region_bytes(1, sizeof(struct event_xml)) +
	    foreign_bytes(HEAP_BYTES);
}

struct event_xml *
event_xml_init(struct region *region)
{
	static const XML_Memory_Handling_Suite hooks = { lend, lend_anew,
		give_back };
	struct event_xml *xml = region_carve(region, 1, sizeof(*xml));

	foreign_init(&xml->heap, region, HEAP_BYTES);
	lent = &xml->heap;
	xml->parser = XML_ParserCreate_MM("UTF-8", &hooks, NULL);
	SW_ASSERT(xml->parser != NULL);
	lent = NULL;
	return xml;
}

void
event_xml_finish(struct event_xml *xml)
{
	/* What Expat holds, it holds in the heap. */
	foreign_finish(&xml->heap);
}

/* Names and order of elements are hostile; the hash that Expat keeps them in
 * needs no secret, since there are so few. */
static void
prepare(struct event_xml *xml, struct fields *fields)
{
	(void)XML_ParserReset(xml->parser, "UTF-8");
	(void)XML_SetHashSalt(xml->parser, 1);
	XML_SetUserData(xml->parser, xml);
	XML_SetElementHandler(xml->parser, on_start, on_end);
	XML_SetCharacterDataHandler(xml->parser, on_text);
	XML_SetStartDoctypeDeclHandler(xml->parser, on_doctype);
	xml->fields = fields;
	xml->elements = 0;
	xml->data_count = 0;
	xml->is_whole = false;
	begin_text(xml, ELEMENT_OTHER, FIELD_COUNT);
}

static void
take_nameless(struct event_xml *xml)
{
	uint64_t event_id;

	if (xml->data_count == 0 ||
	    !slice_number(xml->fields->value[FIELD_EVENT_ID], &event_id)) {
		return;
	}
	for (uint32_t i = 0; i < xml->data_count; i++) {
		enum field field =
		    position_field(event_id, i, xml->data_count, xml->data[0]);

		if (field != FIELD_COUNT) {
			fields_set(xml->fields, field, xml->data[i].text,
			    xml->data[i].size);
		}
	}
}

/* Expat takes clean UTF-8 only; a byte of Latin-1 would end it there. */
static struct slice
cleaned(struct slice body, struct fields *fields)
{
	size_t room;
	char *to;
	struct utf8_copy copy;

	if (utf8_is_clean(body.text, body.size) &&
	    slice_find_byte(body, '\0') == body.size) {
		return body;
	}
	/* Half of the scratch is left for the values. */
	room = FIELDS_SCRATCH_SIZE / 2;
	room =
	    body.size + body.size / 8 < room ? body.size + body.size / 8 : room;
	to = fields_scratch(fields, room);
	if (to == NULL) {
		return (struct slice){ NULL, 0 };
	}
	copy = utf8_copy(to, room, body.text, body.size);
	fields->was_cut = fields->was_cut || copy.was_cut;
	return (struct slice){ to, copy.size };
}

enum endpoint_outcome
read_event_xml(struct event_xml *xml, struct slice body, struct fields *fields)
{
	body = slice_after(body, slice_find(body, SLICE("<Event")));
	body = cleaned(body, fields);
	if (body.size == 0) {
		return ENDPOINT_MALFORMED;
	}
	lent = &xml->heap;
	prepare(xml, fields);
	(void)XML_Parse(xml->parser, body.text, (int)body.size, XML_TRUE);
	lent = NULL;
	take_nameless(xml);
	if (!fields_has(fields, FIELD_EVENT_ID)) {
		return xml->elements > 0 && !xml->is_whole ? ENDPOINT_CUT_SHORT
		                                           : ENDPOINT_MALFORMED;
	}
	fields->was_cut = fields->was_cut || !xml->is_whole;
	return ENDPOINT_EVENT;
}
