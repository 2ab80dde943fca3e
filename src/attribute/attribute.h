/*
 * Attribute: findings meet what endpoints log, and get a process.
 *
 * Endpoint events, probes and completed connections go in as they come, in
 * whatever order: a log may be minutes late, or there long before the probe.
 * Each open campaign keeps a sample of its probes; whatever could change what
 * is known of one marks it, and attribute_next() gives the campaigns whose
 * attribution is now different.  docs/attribution.md argues the rules.
 *
 *	attribute_contact(attribute, &contact);
 *	attribute_event(attribute, &event);
 *	attribute_finding(attribute, &finding);
 *	while (attribute_next(attribute, now_ns, &campaign)) {
 *		attribute_of(attribute, campaign, &attribution);
 *	}
 *
 * Memory: attribute_bytes() of the caller's region; nothing later.  What is
 *         full gives up what was idle longest, and counts it.
 * Time:   passed in.
 */
#ifndef ATTRIBUTE_ATTRIBUTE_H
#define ATTRIBUTE_ATTRIBUTE_H

#include "attribute/attribution.h"
#include "base/addr.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "detect/finding.h"
#include "detect/wire_contact.h"
#include "endpoint/endpoint_event.h"
#include "mem/plan.h"
#include "mem/region.h"

struct attribute;

size_t attribute_bytes(void);
uint32_t attribute_plan(struct plan_line *lines, uint32_t capacity);
struct attribute *attribute_init(struct region *region,
    const struct hash_key *hash_key, struct counters *counters);

/* How long after its last probe a campaign's attribution may still change. */
void attribute_set_horizon(struct attribute *attribute, uint64_t horizon_ns);

void attribute_contact(
    struct attribute *attribute, const struct wire_contact *contact);
void attribute_event(
    struct attribute *attribute, const struct endpoint_event *event);
/* A name that the wire gave an address: DHCP, mDNS, NetBIOS, Kerberos.  Empty:
 * whoever had the address does not have it any more. */
void attribute_name(struct attribute *attribute, uint64_t now_ns,
    const struct ip_address *address, const char *name);
/* A message of 'sender' gave no event, for the reason named. */
void attribute_failure(struct attribute *attribute, uint64_t now_ns,
    const char *sender, const char *reason);
/* A campaign is new, revised or over.  Its attribution is worked out anew. */
void attribute_finding(
    struct attribute *attribute, const struct finding *finding);

/* Gives a campaign whose attribution is not what attribute_of() last gave of
 * it; false: none now. */
bool attribute_next(
    struct attribute *attribute, uint64_t now_ns, uint64_t *campaign);

/* What is known of a campaign now; nothing (no process) of one that is not
 * known. */
void attribute_of(struct attribute *attribute, uint64_t campaign,
    struct attribution *attribution);

/* One endpoint, as `spanwatch hosts` shows it. */
enum { ATTRIBUTE_ADDRESSES = 4, ATTRIBUTE_FAILURE_SIZE = 64 };
struct attribute_host {
	char name[ATTRIBUTION_HOST_SIZE];
	char sender[ATTRIBUTION_HOST_SIZE];
	struct ip_address addresses[ATTRIBUTE_ADDRESSES]; /* Latest first. */
	uint32_t address_count;
	uint64_t first_event_ns, last_event_ns; /* Arrival. */
	uint64_t events;
	double events_per_minute; /* Over the last ten minutes. */
	bool has_offset;
	int64_t offset_ns; /* Its clock less ours. */
	uint64_t offset_error_ns;
	uint32_t offset_matches;
	uint64_t connections;          /* Completed, seen on the wire... */
	uint64_t connections_matched;  /* ...of them with a socket event. */
	bool has_security_connections; /* It sends 5156. */
	bool has_sysmon_connections;   /* It sends Sysmon 3. */
	bool has_other_connections;    /* It sends auditd's, or an EDR's. */
	bool has_process_starts;
	bool is_plain; /* Its logs come without TLS: they can be forged. */
	bool has_command_lines;
	uint64_t record_gaps;
	uint64_t failures; /* Messages that gave no event though they should. */
	char last_failure[ATTRIBUTE_FAILURE_SIZE];
};

/* Gives the hosts one by one: '*place', first 0, is where to look for the next.
 * False: there are no more. */
bool attribute_next_host(const struct attribute *attribute, uint32_t *place,
    uint64_t now_ns, struct attribute_host *host);

#endif
