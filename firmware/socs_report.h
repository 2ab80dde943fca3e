/*
 * Socs report: whom the forwarder tells, in the status.
 *
 * Memory: jansson allocates, in proportion to the socs of the configuration.
 */
#ifndef FIRMWARE_SOCS_REPORT_H
#define FIRMWARE_SOCS_REPORT_H

#include <jansson.h>

#include "firmware/status_report.h"

/* The list of them, of a page that is sound; null: no memory. */
json_t *socs_report(const struct status_view *view);

/* Prints such a list, which came from the sensor; null: nothing. */
void socs_print(const json_t *report);

#endif
