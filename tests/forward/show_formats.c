/*
 * Records in, messages out: show_formats FORM LIMIT [mask] [body] <RECORDS
 *
 * RECORDS holds one record a line, as JSON; one message a line is printed.  The
 * envelope is made of the record: its schema says the kind, "severity" how grave
 * it is, and the line's number the sequence.  All else is fixed, so that the
 * same records give the same messages.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rfc3339.h"
#include "forward/format.h"

static const struct forward_format_terms standard = {
	.clock = FORWARD_CLOCK_SYNCED,
	.clock_accuracy_us = 850,
	.enterprise_number = 32473,
	.facility = FORWARD_FACILITY_LOCAL0,
	.destination = "siem-a",
	.hostname = "sensor-7",
	.app = "spanwatch",
	.procid = "812",
	.version = "1.0.0",
	.sensor_id = "SW-000217",
	.boot_id = "6d0f5c1a-2f0e-4a55-9f58-1c9f1f6b2a10",
	.web = "https://sensor-7.mgmt:8443",
};

static uint64_t
time_of(const json_t *object)
{
	static const char *const names[] = { "revised_at", "time" };
	uint64_t time_ns = 1795484763412ull * NS_PER_MS;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *text =
		    json_string_value(json_object_get(object, names[i]));

		if (text != NULL && rfc3339_parse(text, &time_ns)) {
			break;
		}
	}
	return time_ns;
}

static struct forward_record
record_of(const json_t *object, uint32_t number)
{
	const char *schema =
	    json_string_value(json_object_get(object, "schema"));
	const char *severity =
	    json_string_value(json_object_get(object, "severity"));
	struct forward_record record = {
		.seq = 90411 + number,
		.time_ns = time_of(object),
		.sequence_id = number,
		.kind = forward_kind_of_schema(schema == NULL ? "" : schema),
		.severity =
		    forward_severity_of_name(severity == NULL ? "" : severity),
	};

	if (record.severity == FORWARD_SEVERITY_COUNT) {
		record.severity = FORWARD_INFO;
	}
	return record;
}

int
main(int count, char **words)
{
	static char message[FORWARD_MESSAGE_SIZE];
	struct forward_format_terms terms = standard;
	uint32_t number = 0;
	bool body = false;
	char *line = NULL;
	size_t size = 0;

	if (count < 3 || !forward_form_of_name(words[1], &terms.form)) {
		fprintf(stderr, "show_formats FORM LIMIT [mask] [body]\n");
		return 2;
	}
	terms.limit_bytes = strtoul(words[2], NULL, 10);
	for (int i = 3; i < count; i++) {
		terms.mask_secrets |= strcmp(words[i], "mask") == 0;
		body |= strcmp(words[i], "body") == 0;
	}
	while (getline(&line, &size, stdin) > 0) {
		json_t *object = json_loads(line, JSON_ALLOW_NUL, NULL);
		struct forward_record record = record_of(object, ++number);
		size_t length;

		if (!forward_record_is_sound(&record)) {
			fprintf(stderr, "line %u is no record\n", number);
			return 1;
		}
		length = body ? forward_format_body(&terms, &record, object,
		                    message, sizeof(message))
		              : forward_format(&terms, &record, object, message,
		                    sizeof(message));
		json_decref(object);
		if (length == 0) {
			fprintf(stderr, "line %u gives no message\n", number);
			return 1;
		}
		fwrite(message, 1, length, stdout);
		putchar('\n');
	}
	free(line);
	return 0;
}
