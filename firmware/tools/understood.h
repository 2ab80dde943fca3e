/*
 * Understood: what a good configuration means, said back.
 *
 * A file may be right and mean something else than its author thinks: which of
 * two overlapping segments an address belongs to, what a number of false alarms
 * a year costs in probes until a scan is told.  `spanwatch check` says both, a
 * line each.
 *
 * Memory: none.
 */
#ifndef FIRMWARE_TOOLS_UNDERSTOOD_H
#define FIRMWARE_TOOLS_UNDERSTOOD_H

#include "policy/policy.h"

/* Prints on standard output what 'policy' says of segments, of assets and of
 * the terms of detection. */
void understood_print(const struct policy *policy);

#endif
