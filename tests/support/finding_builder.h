/*
 * Findings and policies for tests, ready to be changed in one place.
 */
#ifndef SUPPORT_FINDING_BUILDER_H
#define SUPPORT_FINDING_BUILDER_H

#include "detect/finding.h"
#include "policy/policy.h"

/* The policy of the tests: sensor "span-01"; segments "servers" (0), of high
 * criticality, 10.20.2.0/24; "ws" (1), 10.20.1.0/24; "lobby" (2), of low
 * criticality, 10.20.3.0/24; "plant" (3), critical, 10.20.4.0/24. */
void policy_for_tests(struct policy *policy);

/* A sweep of 10.20.2.0-10.20.2.63 by ICMP echo from 10.20.1.69, in order, first
 * seen at 2026-11-24T06:51:00.123456789Z; five answered, the rest silent. */
void finding_for_tests(struct finding *finding);

struct ip_address address_of(const char *text);

/* Adds a probe to the finding's samples and returns it. */
struct finding_sample *finding_add_sample(struct finding *finding,
    enum probe_technique technique, uint8_t protocol, const char *target,
    uint16_t port);

#endif
