/*
 * The Azure plugin (auoms): an audit event in one message, its numbers already
 * in words.
 */
#include "endpoint/audit_record.h"
#include "endpoint/readers.h"

/* "inet host:10.0.0.1 serv:80", as ausearch has it, in quotes. */
static void
set_address(struct slice text, struct fields *fields)
{
	static const struct slice address_marks[] = { { "host:", 5 },
		{ "laddr=", 6 } };
	static const struct slice port_marks[] = { { "serv:", 5 },
		{ "lport=", 6 } };

	for (size_t i = 0; i < ARRAY_SIZE(address_marks); i++) {
		size_t host = slice_find(text, address_marks[i]);
		size_t port = slice_find(text, port_marks[i]);
		struct slice rest;
		struct slice value;

		if (host == text.size || port == text.size) {
			continue;
		}
		rest = slice_after(text, host + address_marks[i].size);
		value = slice_take(&rest, ' ');
		fields_set(
		    fields, FIELD_TARGET_ADDRESS, value.text, value.size);
		rest = slice_after(text, port + port_marks[i].size);
		value = slice_take(&rest, ' ');
		fields_set(fields, FIELD_TARGET_PORT, value.text, value.size);
	}
}

static void
set_raw_address(struct slice digits, struct fields *fields)
{
	struct audit_address address;
	size_t address_size;
	size_t port_size;
	char *to;

	if (!audit_address_read(digits, &address)) {
		return;
	}
	address_size = strlen(address.address);
	port_size = strlen(address.port);
	to = fields_scratch(fields, address_size + port_size);
	if (to == NULL) {
		return;
	}
	memcpy(to, address.address, address_size);
	memcpy(to + address_size, address.port, port_size);
	fields_set(fields, FIELD_TARGET_ADDRESS, to, address_size);
	fields_set(fields, FIELD_TARGET_PORT, to + address_size, port_size);
}

/* A command line goes on to the name that always follows it, whatever it holds:
 * its quotes, where it has any, are not told from those around it. */
static struct slice
command_of(const struct audit_field *field, const char *end)
{
	struct slice all = { field->value.text,
		(size_t)(end - field->value.text) };

	all = slice_head(all, slice_find_last(all, SLICE(" redactors=")));
	if (field->is_quoted && all.size > 0 && all.text[all.size - 1] == '"') {
		all.size--;
	}
	return all;
}

static void
set_field(struct audit_record *record, const struct audit_field *field,
    const char *end, struct fields *fields)
{
	static const struct {
		struct slice name;
		enum field field;
	} names[] = {
		{ { "node", 4 }, FIELD_HOST },
		{ { "success", 7 }, FIELD_SUCCESS },
		{ { "exit", 4 }, FIELD_EXIT_CODE },
		{ { "pid", 3 }, FIELD_PROCESS_ID },
		{ { "ppid", 4 }, FIELD_PARENT_PROCESS_ID },
		{ { "user", 4 }, FIELD_USER },
		{ { "comm", 4 }, FIELD_COMMON_NAME },
		{ { "exe", 3 }, FIELD_IMAGE },
		{ { "cwd", 3 }, FIELD_WORKING_FOLDER },
	};
	struct slice value = field->value;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (slice_is(field->name, names[i].name)) {
			fields_set(
			    fields, names[i].field, value.text, value.size);
			return;
		}
	}
	if (slice_is(field->name, SLICE("syscall"))) {
		value = audit_call_name(
		    slice_head(value, 0), value, slice_head(value, 0));
		fields_set(fields, FIELD_SYSTEM_CALL, value.text, value.size);
	} else if (slice_is(field->name, SLICE("saddr"))) {
		set_address(value, fields);
	} else if (slice_is(field->name, SLICE("saddr_r"))) {
		set_raw_address(value, fields);
	} else if (slice_is(field->name, SLICE("ses")) && value.size > 0 &&
	    value.text[0] != '-') {
		fields_set(fields, FIELD_LOGON_ID, value.text, value.size);
	} else if (slice_is(field->name, SLICE("proctitle")) ||
	    slice_is(field->name, SLICE("cmdline"))) {
		value = command_of(field, end);
		fields_set(fields, FIELD_COMMAND_LINE, value.text, value.size);
		record->rest = slice_head(record->rest, 0);
	}
}

enum endpoint_outcome
read_auoms(struct slice body, struct fields *fields)
{
	struct audit_record record;
	struct audit_field field;

	body = slice_trim(body);
	if (!audit_record_begin(body, &record)) {
		return ENDPOINT_MALFORMED;
	}
	fields_set(
	    fields, FIELD_EPOCH_TIME, record.time.text, record.time.size);
	while (audit_record_take(&record, &field)) {
		set_field(&record, &field, body.text + body.size, fields);
	}
	return fields_has(fields, FIELD_SYSTEM_CALL) ? ENDPOINT_EVENT
	                                             : ENDPOINT_NOT_WANTED;
}
