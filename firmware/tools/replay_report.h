/*
 * What `spanwatch replay` says at its end, on standard error.
 *
 * Memory: none.
 */
#ifndef FIRMWARE_TOOLS_REPLAY_REPORT_H
#define FIRMWARE_TOOLS_REPLAY_REPORT_H

#include "attribute/attribute.h"
#include "base/counter.h"
#include "firmware/tools/replay_logs.h"

void replay_warn_of_frames(const struct counters *counters);

/* Whether a file could not be read on. */
bool replay_warn_of_logs(const struct replay_logs *logs);

void replay_print_hosts(const struct attribute *attribute, uint64_t now_ns);
void replay_print_counters(const struct counters *counters);

#endif
