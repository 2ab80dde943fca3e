/*
 * Connections and log messages in, the process that they name out.
 *
 *	name-process <STORY
 *
 * The story is lines in the order of time, a message's bytes after its line:
 *	C ATTEMPT_S SOURCE PORT TARGET PORT COMPLETED    a probe
 *	M ARRIVAL_S SIZE                                 a message
 * Out comes one JSON object: the processes, best first, and the notes.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attribute/attribute.h"
#include "endpoint/endpoint.h"

enum { LINE_SIZE = 512, MESSAGE_SIZE = 1 << 17 };

static struct counters counters;
static struct attribute *attribute;
static struct endpoint *endpoint;
static struct finding finding;
static struct attribution attribution;
static char bytes[MESSAGE_SIZE];

static uint64_t
ns_of(double seconds)
{
	return (uint64_t)(seconds * 1e6) * NS_PER_US;
}

static void
take_probe(const char *line)
{
	struct wire_contact contact = { .campaign = 1,
		.protocol = IP_PROTOCOL_TCP,
		.technique = PROBE_TCP_CONNECT };
	char source[IP_ADDRESS_TEXT_SIZE];
	char target[IP_ADDRESS_TEXT_SIZE];
	double attempt_s;
	unsigned completed;

	if (sscanf(line, "C %lf %45s %hu %45s %hu %u", &attempt_s, source,
	        &contact.source_port, target, &contact.target_port,
	        &completed) != 6 ||
	    !ip_address_parse(source, &contact.source) ||
	    !ip_address_parse(target, &contact.target)) {
		fprintf(stderr, "not a probe: %s", line);
		exit(2);
	}
	contact.attempt_ns = ns_of(attempt_s);
	contact.completed = completed != 0;
	contact.outcome = completed != 0 ? PROBE_PRODUCTIVE : PROBE_SILENT;
	attribute_contact(attribute, &contact);
	if (finding.first_seen_ns == 0) {
		finding.first_seen_ns = contact.attempt_ns;
	}
	finding.campaign = 1;
	finding.active = true;
	finding.has_address = true;
	finding.source = contact.source;
	finding.last_seen_ns = contact.attempt_ns;
}

static void
take_message(const char *line)
{
	struct endpoint_message message = { .bytes = bytes, .sender = "" };
	static struct endpoint_event event;
	double arrival_s;

	if (sscanf(line, "M %lf %zu", &arrival_s, &message.size) != 2 ||
	    message.size > sizeof(bytes) ||
	    fread(bytes, 1, message.size, stdin) != message.size) {
		fprintf(stderr, "not a message: %s", line);
		exit(2);
	}
	message.arrival_ns = ns_of(arrival_s);
	if (endpoint_parse(endpoint, &message, &event) == ENDPOINT_EVENT) {
		attribute_event(attribute, &event);
	}
}

static void
show(void)
{
	json_t *processes = json_array();
	json_t *notes = json_array();
	json_t *shown;

	for (uint32_t i = 0; i < attribution.process_count; i++) {
		const struct attribution_process *process =
		    &attribution.processes[i];

		json_array_append_new(processes,
		    json_pack("{s:s, s:s, s:s, s:s, s:i}", "confidence",
		        attribution_confidence_name(process->confidence),
		        "host", process->host, "image", process->image, "user",
		        process->user, "pid",
		        process->has_pid ? (int)process->pid : -1));
	}
	for (uint32_t i = 0; i < attribution.note_count; i++) {
		json_array_append_new(notes, json_string(attribution.notes[i]));
	}
	shown = json_pack("{s:o, s:o}", "processes", processes, "notes", notes);
	json_dumpf(shown, stdout, JSON_COMPACT);
	printf("\n");
	json_decref(shown);
}

int
main(void)
{
	static const struct hash_key key = { { 3, 4 } };
	struct region region;
	char line[LINE_SIZE];

	if (region_init(&region, attribute_bytes() + endpoint_bytes()) != 0) {
		return 3;
	}
	attribute = attribute_init(&region, &key, &counters);
	endpoint = endpoint_init(&region, &counters);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (line[0] == 'C') {
			take_probe(line);
		} else if (line[0] == 'M') {
			take_message(line);
		}
	}
	attribute_finding(attribute, &finding);
	attribute_of(attribute, 1, &attribution);
	show();
	endpoint_finish(endpoint);
	region_finish(&region);
	return 0;
}
