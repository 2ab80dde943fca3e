/*
 * Private to the room: what its parts know of each other.
 *
 *	records.h    the records of its tables
 *	host.c       endpoints: names, what they log, their clocks
 *	address.c    who held an address when; how much of it is logged
 *	process.c    process instances
 *	socket.c     socket events, found by what they connect
 *	event.c      an endpoint event goes to all of these
 *	inquiry.c    campaigns, samples of their probes, what is due
 *	scan.c       which of them make it a scan
 *	match.c      probes meet socket events
 *	tool.c       which processes are scanners by their names
 *	suspicion.c  processes without socket events: what speaks for them
 *	judge.c      which process, and how sure
 *	sentence.c   why, in words
 */
#ifndef ATTRIBUTE_ROOM_H
#define ATTRIBUTE_ROOM_H

#include "attribute/attribute.h"
#include "attribute/clock.h"
#include "attribute/records.h"
#include "attribute/texts.h"
#include "mem/table.h"

struct attribute {
	struct counters *counters;
	struct hash_key hash_key;
	uint64_t horizon_ns;
	uint64_t now_ns; /* The latest that came in. */
	uint32_t serial; /* The last that was given. */

	struct table hosts;
	struct table addresses;
	struct table sockets;
	struct table wires;
	struct texts texts;

	struct process *processes;
	uint32_t *pid_buckets, *guid_buckets;
	uint32_t process_used;
	uint32_t process_newest, process_oldest, process_free;

	struct inquiry *inquiries;
	uint64_t *numbers;       /* Of the campaigns, to find one quickly. */
	uint32_t *inquiry_hosts; /* Serials of the hosts they are of. */
	uint64_t *due; /* A bit each: something came since it was judged. */
	uint32_t *source_buckets;
	uint64_t touches;
	uint32_t last_inquiry;

	/* For the evaluation under way. */
	struct match match;
	struct marks marks;
	struct suspicion suspicions[SUSPICIONS];
	uint32_t suspicion_count;
	uint32_t rivals[SUSPICIONS]; /* Came and went with the scan. */
	uint32_t rival_count;
	char text[TEXTS_MAX + 1];
	char decoded[TEXTS_MAX + 1];
	struct attribution judged;
};

/* A GUID of zeros is that of a process which Sysmon did not know. */
static inline bool
event_has_guid(const struct endpoint_event *event)
{
	static const uint8_t zero[ENDPOINT_GUID_SIZE];

	return (event->flags & ENDPOINT_HAS_GUID) != 0 &&
	    memcmp(event->guid, zero, sizeof(zero)) != 0;
}

/* host.c */
struct host *host_of_event(
    struct attribute *attribute, const struct endpoint_event *event);
struct host *host_find_named(
    struct attribute *attribute, const char *name, uint64_t now_ns);
struct host *host_at(
    const struct attribute *attribute, uint32_t index, uint32_t serial);
uint32_t host_index(const struct attribute *attribute, const struct host *host);
struct host_time host_time_of(const struct endpoint_event *event);
struct clock_reading host_read_clock(
    const struct host *host, const struct host_time *time);
/* The clock of the host that is known best, how far it is from ours, zones left
 * off, and how sure that is; null: none is known. */
const struct clock *host_best_clock(
    const struct host *host, int64_t *offset_ns, uint64_t *error_ns);
/* By our clock; 0 where it is unknown. */
uint64_t host_our_time(const struct host *host, const struct host_time *time);
void host_note_address(struct host *host, const struct ip_address *address);

/* address.c */
void address_claim(struct attribute *attribute, const struct ip_address *key,
    const struct host *host, enum claim_kind kind, uint64_t when_ns);
/* The host that had 'key' all the time of the campaign; HOST_NONE: none, or
 * several. */
uint32_t address_holder(struct attribute *attribute,
    const struct inquiry *inquiry, const struct ip_address *key,
    struct tenancy *tenancy);
/* A packet of 'key' was sent by 'mac'. */
void address_speaks(struct attribute *attribute, const struct ip_address *key,
    const struct mac_address *mac, uint64_t when_ns);
bool address_is_claimed_by(struct attribute *attribute,
    const struct ip_address *key, const struct host *host);
void address_connection(
    struct attribute *attribute, const struct wire_contact *contact);
void address_connection_matched(struct attribute *attribute,
    const struct ip_address *key, uint64_t attempt_ns);
void address_name(struct attribute *attribute, uint64_t now_ns,
    const struct ip_address *key, const char *name);
const struct address *address_peek(
    const struct attribute *attribute, const struct ip_address *address);
/* Connections of the host that should be in its logs, and those that are. */
void address_coverage(const struct attribute *attribute,
    const struct host *host, uint32_t *connections, uint32_t *matched);

/* process.c */
void process_init(struct attribute *attribute, struct region *region);
struct process *process_at(
    const struct attribute *attribute, uint32_t index, uint32_t serial);
uint32_t process_index(
    const struct attribute *attribute, const struct process *process);
/* The path after its volume, without case: what all logs agree in. */
uint64_t process_image_hash(const char *image, uint64_t *base_hash);
const char *process_base_name(const char *image);
/* The instance of an event that tells of a process; made if it is new and
 * 'is_made'. */
struct process *process_of_event(struct attribute *attribute,
    const struct host *host, const struct endpoint_event *event, bool is_made);
struct process *process_make(
    struct attribute *attribute, const struct host *host);
/* The instance that had 'pid' at 'time'; null: none is known. */
struct process *process_that_had(struct attribute *attribute,
    const struct host *host, uint32_t pid, const struct host_time *time,
    const char *image);
struct process *process_parent(
    struct attribute *attribute, const struct process *process);
void process_set_pid(
    struct attribute *attribute, struct process *process, uint32_t pid);
void process_set_guid(struct attribute *attribute, struct process *process,
    const uint8_t guid[ENDPOINT_GUID_SIZE]);
struct process *process_by_guid(const struct attribute *attribute,
    const struct host *host, const uint8_t guid[ENDPOINT_GUID_SIZE]);
/* The instance of 'pid' that began at 'time', as another log tells. */
struct process *process_that_started(const struct attribute *attribute,
    const struct host *host, uint32_t pid, const struct host_time *time,
    const char *image);
void process_learn_image(
    struct attribute *attribute, struct process *process, const char *image);
void process_touch(struct attribute *attribute, struct process *process);
void process_make_room(struct attribute *attribute);
void process_forget_host(struct attribute *attribute, struct host *host);

/* socket.c */
void socket_note(struct attribute *attribute, struct host *host,
    const struct endpoint_event *event, struct process *process);
struct socket *socket_find(
    struct attribute *attribute, const struct socket_key *key);
void socket_key_tuple(struct socket_key *key, const struct ip_address *source,
    uint16_t source_port, const struct ip_address *target, uint16_t target_port,
    uint8_t protocol);
void socket_key_remote(struct socket_key *key, uint32_t host_serial,
    const struct ip_address *target, uint16_t target_port, uint8_t protocol);
void socket_key_bound(struct socket_key *key, uint32_t host_serial,
    uint16_t port, uint8_t protocol);
void socket_key_pair(struct socket_key *key, const struct ip_address *source,
    const struct ip_address *target);
/* A completed connection: met by its socket event, or waiting for it. */
void socket_wire(
    struct attribute *attribute, const struct wire_contact *contact);
void socket_learn_clock(
    struct attribute *attribute, struct socket *socket, uint64_t attempt_ns);

/* campaign.c */
void inquiry_init(struct attribute *attribute, struct region *region);
struct inquiry *inquiry_find(struct attribute *attribute, uint64_t number);
struct inquiry *inquiry_make(struct attribute *attribute, uint64_t number,
    const struct ip_address *source);
void inquiry_contact(struct attribute *attribute, struct inquiry *inquiry,
    const struct wire_contact *contact);
void inquiry_completed(
    struct attribute *attribute, const struct wire_contact *contact);
void inquiry_victim(
    struct attribute *attribute, const struct endpoint_event *event);
void inquiry_due(struct attribute *attribute, struct inquiry *inquiry);
void inquiry_due_of_address(
    struct attribute *attribute, const struct ip_address *address);
void inquiry_due_of_host(struct attribute *attribute, const struct host *host);
void inquiry_pin(struct attribute *attribute, struct inquiry *inquiry,
    const uint32_t *processes, uint32_t count);

void inquiry_finding(
    struct attribute *attribute, const struct finding *finding);
struct inquiry *inquiry_next_due(struct attribute *attribute, uint64_t now_ns);
/* It has just been judged: nothing is due. */
void inquiry_judged(struct attribute *attribute, struct inquiry *inquiry);

/* scan.c: finds the scan's own time, and each probe's role. */
void scan_place(struct attribute *attribute, struct inquiry *inquiry);

/* Only packets that somebody made himself look so. */
static inline bool
probe_is_raw(const struct probe_sample *probe)
{
	return probe->technique != PROBE_TCP_CONNECT &&
	    probe->technique != PROBE_UDP;
}

/* match.c */
void match_probes(struct attribute *attribute, struct inquiry *inquiry);

static inline bool
probe_has_ports(const struct probe_sample *probe)
{
	return probe->protocol == IP_PROTOCOL_TCP ||
	    probe->protocol == IP_PROTOCOL_UDP;
}

/* tally.c: counts what the probes have met. */
void match_tally(struct attribute *attribute, struct inquiry *inquiry,
    const struct host *host);

/* tool.c: what is a scanner's, or another's carrier, by its name. */
enum tool_usage { TOOL_COMMAND, TOOL_WINDOW };
bool tool_is(struct attribute *attribute, const struct process *process,
    enum tool_usage *usage);
bool tool_has_word(const char *lower);

/* suspicion.c */
void suspicion_gather(
    struct attribute *attribute, const struct inquiry *inquiry);
/* What speaks for one process; false: it did not live then. */
bool suspicion_weigh(struct attribute *attribute, const struct inquiry *inquiry,
    const struct process *process, struct suspicion *suspicion);
/* Whether somebody else, no relative of it, came and went with the scan. */
bool suspicion_has_rival(
    struct attribute *attribute, const struct suspicion *suspicion);
bool process_is_carrier(
    const struct attribute *attribute, const struct process *process);

/* sentence.c */
void sentence_add(char (*sentences)[ATTRIBUTION_SENTENCE_SIZE], uint32_t *count,
    uint32_t capacity, const char *format, ...) SW_PRINTF(4, 5);
void sentence_of_matches(struct attribute *attribute,
    const struct inquiry *inquiry, const struct match_group *group,
    struct attribution_process *process);
void sentence_of_suspicion(const struct suspicion *suspicion,
    const struct match *match, struct attribution_process *process);
void sentence_of_clock(
    const struct host *host, struct attribution_process *process);
void sentence_of_ancestors(struct attribute *attribute,
    const struct process *process, struct attribution_process *out);
void sentence_notes(struct attribute *attribute, const struct inquiry *inquiry,
    struct attribution *attribution);

/* judge.c */
void judge(struct attribute *attribute, struct inquiry *inquiry,
    struct attribution *attribution);

#endif
