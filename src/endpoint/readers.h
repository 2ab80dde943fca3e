/*
 * Readers: one for each form that a body may have.
 *
 * endpoint.c takes the envelope off, looks at the event id, tells the form
 * (endpoint/format.h) and calls one of these with the body and an empty table,
 * in which only HEADER_* stand.  A reader fills slots; what they mean is
 * endpoint/normalise.h's.  It returns
 *
 *	ENDPOINT_EVENT      the slots are filled, as far as the body goes; if it
 *	                    was cut, with what came before the cut.
 *	ENDPOINT_...        why not (endpoint/outcomes.def).
 *
 * What the slots hold, where it is not plain:
 * - EVENT_ID is always set (decimal digits; of auditd "execve", "connect" ...
 *   stand in SYSTEM_CALL instead), PROVIDER or CHANNEL where they are known:
 *   without them an id below 256 is taken for Sysmon's.
 * - PROCESS_ID is the event's own process, as written (hexadecimal with 0x).
 *   Of 4688: NEW_PROCESS_ID, and PARENT_PROCESS_ID (the text's "Creator Process
 *   ID") or PROCESS_ID for the creator.
 * - IMAGE is the event's own process whatever the event calls it (Image,
 *   NewProcessName, Application; ProcessName of 4689 and 4624 is PROCESS_NAME).
 * - DIRECTION: %%14592, %%14593, or "inbound", "outbound"; a reader of another
 *   language writes these.  PROTOCOL: a number, or tcp, udp, icmp.
 * - "-" and "" are no value; so may a reader set them or not.
 * - Slots are filled once: the first value stands.
 * - A form that shows by itself that the body ends early (an open bracket) sets
 *   fields->was_cut.  A form of prose cannot know; endpoint.c sets
 *   fields->open_end to the end of the message, and numbers and addresses that
 *   end there are not believed.
 *
 * Nothing is allocated; values are slices of the body or of the table's
 * scratch.
 */
#ifndef ENDPOINT_READERS_H
#define ENDPOINT_READERS_H

#include "endpoint/endpoint.h"
#include "endpoint/slice.h"

/* Fields by name.  jsmn's tokens are the region's memory. */
struct json;
size_t json_bytes(void);
struct json *json_init(struct region *region);
enum endpoint_outcome read_json(
    struct json *json, struct slice body, struct fields *fields);
enum endpoint_outcome read_pairs(struct slice body, struct fields *fields);
enum endpoint_outcome read_cef(struct slice body, struct fields *fields);
enum endpoint_outcome read_leef(struct slice body, struct fields *fields);
enum endpoint_outcome read_structured_data(
    struct slice body, struct fields *fields);

/* Sets a slot by the name that a body gives it.  "ProcessID" with a capital D
 * goes to PROCESS_ID_ANY. */
void set_by_name(struct slice name, struct slice value, struct fields *fields);

/* A text as it stands in JSON, without its escapes, in the table's scratch; a
 * null slice if there is no room. */
struct slice json_unescape(struct slice text, struct fields *fields);

/* Windows' message text, by its first words; English or a language of the
 * table.  Also run over FIELD_MESSAGE of a body whose own fields were lost: it
 * then adds what is not there.  NOT_WANTED where the text is none that it
 * knows. */
enum endpoint_outcome read_text(struct slice body, struct fields *fields);

/* Envelopes of that text. */
enum endpoint_outcome read_snare(struct slice body, struct fields *fields);
enum endpoint_outcome read_wincollect(struct slice body, struct fields *fields);
enum endpoint_outcome read_splunk_text(
    struct slice body, struct fields *fields);
enum endpoint_outcome read_eventreporter(
    struct slice body, struct fields *fields);
enum endpoint_outcome read_evtsys(struct slice body, struct fields *fields);
enum endpoint_outcome read_syslogng_agent(
    struct slice body, struct fields *fields);
enum endpoint_outcome read_ossec(struct slice body, struct fields *fields);

/* The Azure plugin's audit records: one message each. */
enum endpoint_outcome read_auoms(struct slice body, struct fields *fields);

/* auditd's records, several to an event, which are put together here.  The
 * state is bounded: the oldest event goes, and is counted, when there is no
 * room.  Returns INCOMPLETE until the event's last record. */
struct audit;
size_t audit_bytes(void);
struct audit *audit_init(struct region *region, struct counters *counters);
enum endpoint_outcome read_auditd(struct audit *audit, struct slice body,
    uint64_t arrival_ns, struct fields *fields);

/* Windows event XML, and Sysmon's for Linux.  The parser is made once, in the
 * region's memory. */
struct event_xml;
size_t event_xml_bytes(void);
struct event_xml *event_xml_init(struct region *region);
void event_xml_finish(struct event_xml *xml);
enum endpoint_outcome read_event_xml(
    struct event_xml *xml, struct slice body, struct fields *fields);

#endif
