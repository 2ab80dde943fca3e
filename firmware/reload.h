/*
 * What changes while the sensor runs: its configuration, and its interfaces.
 */
#ifndef FIRMWARE_RELOAD_H
#define FIRMWARE_RELOAD_H

#include "firmware/supervisor.h"

/* Reads the configuration again.  A bad one is reported, and the old one holds.
 * Of a good one the policy goes to all roles; if the interfaces are others, the
 * sensor is started anew. */
void reload_configuration(struct supervisor *supervisor);

/* Says what is to be said of a configuration that is in force. */
void reload_report(const struct supervisor *supervisor);

/* Looks for interfaces that the sensor could not open or has lost, and starts
 * it anew when one is there. */
void reload_interfaces(struct supervisor *supervisor, uint64_t now_ns);

#endif
