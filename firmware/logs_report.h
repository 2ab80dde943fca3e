/*
 * Logs report: the part of the status about logs of endpoints; made by the
 * ledger, shown by `spanwatch status`.
 */
#ifndef FIRMWARE_LOGS_REPORT_H
#define FIRMWARE_LOGS_REPORT_H

#include <jansson.h>

#include "firmware/health.h"

/* The report of what the collector told, which must be sound. */
json_t *logs_report(const struct collector_health *health);

/* Prints such a report; null: nothing. */
void logs_print(const json_t *report);

#endif
