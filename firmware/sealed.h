/*
 * Sealed: structs that are too large for a message, by descriptor.
 *
 * What the supervisor tells a role whole (the policy, the configuration) goes
 * as a memfd that nobody can change any more (memfd_create(2), F_ADD_SEALS).
 * The receiver copies it, or maps it for as long as it looks at it, and checks
 * it first.
 *
 * Memory: the sender's struct, once more, until the receiver has closed it.
 */
#ifndef FIRMWARE_SEALED_H
#define FIRMWARE_SEALED_H

#include "config/config.h"
#include "policy/policy.h"

/* A descriptor from which policy_from_descriptor() reads 'policy'.  Negative
 * errno: the machine has not got it. */
int policy_to_descriptor(const struct policy *policy) SW_MUST_CHECK;

/* Copies the policy behind 'fd' to 'policy'.  -EINVAL: it is none, or not
 * sound; '*policy' is then undefined.  The descriptor stays open. */
int policy_from_descriptor(int fd, struct policy *policy) SW_MUST_CHECK;

/* A descriptor that config_map() takes; likewise. */
int config_to_descriptor(const struct config *config) SW_MUST_CHECK;

/* The configuration behind 'fd', to read until config_unmap(); null: it is
 * none.  The descriptor may be closed meanwhile. */
const struct config *config_map(int fd);

void config_unmap(const struct config *config);

#endif
