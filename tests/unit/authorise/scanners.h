/*
 * A table of entries for tests: a policy of three segments, a zone, campaigns
 * put together by hand.
 */
#ifndef UNIT_AUTHORISE_SCANNERS_H
#define UNIT_AUTHORISE_SCANNERS_H

#include <jansson.h>

#include "authorise/authorise.h"
#include "authorise/request.h"

struct scanners {
	struct region region;
	struct policy policy;
	struct authorise *authorise;
	struct authorise_watch watch;
	struct finding finding;
	struct attribution attribution;
	struct authorisation authorisation;
	struct authorise_change change;
};

/* Begins anew: segments servers (10.20.2.0/24), office (10.30.0.0/16) and lab
 * (10.40.0.0/24), and no entry. */
struct scanners *scanners_begin(const char *zone, bool two_person);

/* A moment, as RFC 3339 has it. */
uint64_t at(const char *text);

/* Has 'by' ask what 'request' says (in JSON, with ' for "), at a moment; the
 * answer is to be given back.  The change, if any, is in 'change'. */
json_t *ask(const char *by, uint64_t now_ns, const char *request);

/* The same where it must be done, or must be refused with a sentence that holds
 * 'part'. */
void must(const char *by, uint64_t now_ns, const char *request);
void must_not(
    const char *by, uint64_t now_ns, const char *request, const char *part);

/* Adds the entry nessus-prod with further members, by "alice". */
void add_entry(uint64_t now_ns, const char *members);

/* One TCP probe of the campaign; whether it left the scope. */
bool probe(const char *target, uint16_t port, uint64_t time_ns);

/* Makes the campaign's finding of one target and port, seen between these. */
void find(
    const char *target, uint16_t port, uint64_t first_ns, uint64_t last_ns);

/* Has the campaign judged. */
void judge(uint64_t now_ns);

/* Names the process of the campaign. */
void name_process(const char *image, const char *user, const char *hashes,
    enum attribution_confidence confidence);

#endif
