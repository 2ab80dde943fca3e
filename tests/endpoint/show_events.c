/*
 * Messages of endpoints in, one JSON object for each out.
 *
 *	show-events <MESSAGES
 *	show-events --bench ROUNDS <MESSAGES
 *
 * The input is "ARRIVAL_S SIZE BYTES" one after the other, the arrival in
 * seconds since 1970 (0: not known).  With --bench nothing is shown but how
 * long a message takes.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "endpoint/endpoint.h"

enum { INPUT_SIZE = 64 << 20, MESSAGES_MAX = 1 << 17 };

static char input[INPUT_SIZE];
static struct endpoint_message messages[MESSAGES_MAX];
static struct endpoint_event event;
static struct counters counters;

static const char *const kinds[ENDPOINT_KIND_COUNT] = {
	[ENDPOINT_PROCESS_START] = "process_start",
	[ENDPOINT_PROCESS_END] = "process_end",
	[ENDPOINT_CONNECTION] = "connection",
	[ENDPOINT_BLOCKED] = "blocked",
	[ENDPOINT_BIND] = "bind",
	[ENDPOINT_NAME_QUERY] = "name_query",
	[ENDPOINT_IMAGE_LOAD] = "image_load",
	[ENDPOINT_LOGON] = "logon",
	[ENDPOINT_LOG_GAP] = "log_gap",
};

static const char *const sources[ENDPOINT_SOURCE_COUNT] = {
	[ENDPOINT_SYSMON] = "sysmon",
	[ENDPOINT_SECURITY] = "security",
	[ENDPOINT_SYSMON_LINUX] = "sysmon_linux",
	[ENDPOINT_AUDITD] = "auditd",
	[ENDPOINT_OTHER] = "other",
};

static const char *const times[ENDPOINT_TIME_COUNT] = {
	[ENDPOINT_TIME_NONE] = "none",
	[ENDPOINT_TIME_LOCAL] = "local",
	[ENDPOINT_TIME_SECONDS] = "seconds",
	[ENDPOINT_TIME_FINE] = "fine",
};

static const char *const directions[ENDPOINT_DIRECTION_COUNT] = {
	[ENDPOINT_DIRECTION_UNKNOWN] = "unknown",
	[ENDPOINT_OUTBOUND] = "out",
	[ENDPOINT_INBOUND] = "in",
};

static const char *const texts[ENDPOINT_TEXT_COUNT] = {
	[ENDPOINT_HOST] = "host",
	[ENDPOINT_SENDER] = "sender",
	[ENDPOINT_IMAGE] = "image",
	[ENDPOINT_COMMAND_LINE] = "cmdline",
	[ENDPOINT_USER] = "user",
	[ENDPOINT_PARENT_IMAGE] = "parent_image",
	[ENDPOINT_PARENT_COMMAND_LINE] = "parent_cmdline",
	[ENDPOINT_PARENT_USER] = "parent_user",
	[ENDPOINT_HASHES] = "hashes",
	[ENDPOINT_QUERY] = "query",
	[ENDPOINT_QUERY_RESULTS] = "query_results",
	[ENDPOINT_IMAGE_LOADED] = "image_loaded",
	[ENDPOINT_ORIGINAL_NAME] = "original_name",
	[ENDPOINT_PRODUCT] = "product",
	[ENDPOINT_WORKING_FOLDER] = "working_folder",
	[ENDPOINT_SUBJECT_USER] = "subject_user",
	[ENDPOINT_LOGON_ADDRESS] = "logon_address",
	[ENDPOINT_HOST_ADDRESSES] = "host_addresses",
};

static void
set_number(json_t *object, const char *name, uint64_t value, bool is_there)
{
	if (is_there) {
		json_object_set_new(
		    object, name, json_integer((json_int_t)value));
	}
}

static void
set_guid(json_t *object, const char *name, const uint8_t *guid, bool is_there)
{
	char text[40];
	size_t at = 0;

	if (!is_there) {
		return;
	}
	for (size_t i = 0; i < ENDPOINT_GUID_SIZE; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10) {
			text[at++] = '-';
		}
		(void)snprintf(text + at, sizeof(text) - at, "%02x", guid[i]);
		at += 2;
	}
	json_object_set_new(object, name, json_string(text));
}

static void
set_end(json_t *object, bool is_source)
{
	char text[IP_ADDRESS_TEXT_SIZE];

	json_object_set_new(object, is_source ? "src_ip" : "dst_ip",
	    json_string(ip_address_format(
	        is_source ? &event.source_address : &event.target_address,
	        text)));
	json_object_set_new(object, is_source ? "src_port" : "dst_port",
	    json_integer(is_source ? event.source_port : event.target_port));
}

static json_t *
event_object(void)
{
	json_t *object = json_object();
	uint32_t flags = event.flags;

	json_object_set_new(object, "kind", json_string(kinds[event.kind]));
	json_object_set_new(
	    object, "provider", json_string(sources[event.source]));
	json_object_set_new(object, "event_id", json_integer(event.event_id));
	json_object_set_new(
	    object, "time_ns", json_integer((json_int_t)event.time_ns));
	json_object_set_new(
	    object, "time", json_string(times[event.time_quality]));
	set_number(object, "pid", event.pid, flags & ENDPOINT_HAS_PID);
	set_number(
	    object, "ppid", event.parent_pid, flags & ENDPOINT_HAS_PARENT_PID);
	set_number(
	    object, "record", event.record_number, flags & ENDPOINT_HAS_RECORD);
	set_number(object, "logon_id", event.logon_id, event.logon_id != 0);
	set_number(
	    object, "logon_type", event.logon_type, event.logon_type != 0);
	set_guid(object, "process_guid", event.guid, flags & ENDPOINT_HAS_GUID);
	set_guid(object, "parent_guid", event.parent_guid,
	    flags & ENDPOINT_HAS_PARENT_GUID);
	set_number(object, "proto", event.protocol, event.protocol != 0);
	if ((flags & (ENDPOINT_HAS_TUPLE | ENDPOINT_HAS_LOCAL)) != 0) {
		set_end(object, true);
	}
	if ((flags & (ENDPOINT_HAS_TUPLE | ENDPOINT_HAS_REMOTE)) != 0) {
		set_end(object, false);
		json_object_set_new(object, "direction",
		    json_string(directions[event.direction]));
	}
	for (int i = 0; i < ENDPOINT_TEXT_COUNT; i++) {
		const char *text =
		    endpoint_text_of(&event, (enum endpoint_text)i);

		if (text[0] != '\0') {
			json_object_set_new(
			    object, texts[i], json_string(text));
		}
	}
	json_object_set_new(object, "flags", json_integer(flags));
	return object;
}

static void
show(struct endpoint *endpoint, const struct endpoint_message *message)
{
	enum endpoint_outcome outcome =
	    endpoint_parse(endpoint, message, &event);
	json_t *object;

	if (outcome == ENDPOINT_EVENT) {
		SW_ASSERT(endpoint_event_is_sound(
		    &event, endpoint_event_size(&event)));
		object = event_object();
	} else {
		object = json_object();
	}
	json_object_set_new(
	    object, "outcome", json_string(endpoint_outcome_name(outcome)));
	json_dumpf(object, stdout, JSON_COMPACT | JSON_SORT_KEYS);
	putchar('\n');
	json_decref(object);
}

/* Splits the input; returns how many messages it has. */
static size_t
take_messages(size_t size)
{
	size_t count = 0;
	char *at = input;

	while (at < input + size && count < MESSAGES_MAX) {
		uint64_t arrival_s = strtoull(at, &at, 10);
		size_t bytes = strtoull(at, &at, 10);

		if (*at != ' ' || bytes > (size_t)(input + size - at) - 1) {
			fprintf(stderr, "the input is not as it should be\n");
			exit(1);
		}
		messages[count++] = (struct endpoint_message){ .bytes = at + 1,
			.size = bytes,
			.arrival_ns = arrival_s * NS_PER_S,
			.sender = "192.0.2.1",
			.is_plain = true };
		at += 1 + bytes;
	}
	return count;
}

static uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void
bench(struct endpoint *endpoint, size_t count, uint64_t rounds)
{
	uint64_t best_ns = UINT64_MAX;
	size_t bytes = 0;

	for (size_t i = 0; i < count; i++) {
		bytes += messages[i].size;
	}
	for (uint64_t round = 0; round < rounds; round++) {
		uint64_t began_ns = now_ns();

		for (size_t i = 0; i < count; i++) {
			(void)endpoint_parse(endpoint, &messages[i], &event);
		}
		if (now_ns() - began_ns < best_ns) {
			best_ns = now_ns() - began_ns;
		}
	}
	printf("%zu messages of %zu bytes, %lu ns each\n", count,
	    count == 0 ? 0 : bytes / count,
	    (unsigned long)(count == 0 ? 0 : best_ns / count));
}

int
main(int argc, char **argv)
{
	struct region region;
	struct endpoint *endpoint;
	size_t size = fread(input, 1, sizeof(input), stdin);
	size_t count = take_messages(size);

	if (region_init(&region, endpoint_bytes()) != 0) {
		return 3;
	}
	endpoint = endpoint_init(&region, &counters);
	region_seal(&region);
	if (argc == 3 && strcmp(argv[1], "--bench") == 0) {
		bench(endpoint, count, strtoull(argv[2], NULL, 10));
	} else {
		for (size_t i = 0; i < count; i++) {
			show(endpoint, &messages[i]);
		}
	}
	endpoint_finish(endpoint);
	region_finish(&region);
	return 0;
}
