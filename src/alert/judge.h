/*
 * Judge: what the policy and the process say of an alert, for its severity.
 *
 * A segment says of all in it how much depends on it and what they are there
 * for; an asset says so of some, and goes before.  Of targets only addresses
 * are known, so of the assets only those count here that are given by address.
 * Private to the room.
 *
 * Memory: none.
 */
#ifndef ALERT_JUDGE_H
#define ALERT_JUDGE_H

#include "alert/alert.h"
#include "policy/policy.h"

/* Where source and targets are, as indices of the policy in force. */
struct judge_segments {
	uint16_t source; /* POLICY_NO_SEGMENT: none. */
	uint16_t count;
	const uint16_t *targets;
};

void judge_context(struct severity_context *context, const struct alert *alert,
    const struct policy *policy, const struct judge_segments *segments);

/* Whether the account is the system's or a service's; a person's is any other
 * that is known. */
bool judge_is_system(const char *user);

#endif
