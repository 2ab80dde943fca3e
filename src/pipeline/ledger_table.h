/*
 * The ledger's table of campaigns.  Private to ledger_pipeline.c.
 */
#ifndef PIPELINE_LEDGER_TABLE_H
#define PIPELINE_LEDGER_TABLE_H

#include "pipeline/ledger_pipeline.h"

/* The run of those whose sensor may still run, or not; and of those whose
 * sensor has ended while the ledger was not there. */
#define LEDGER_RUN_RESTORED UINT32_MAX
#define LEDGER_RUN_LOST     (UINT32_MAX - 1)

/* Sensors number their campaigns anew; attribution must tell them apart. */
uint64_t ledger_number_of(uint32_t run, uint64_t campaign);

/* The campaign that attribution knows by 'number'; null: none. */
struct ledger_campaign *ledger_find_number(
    struct ledger_pipeline *ledger, uint64_t number);

/* The record of the finding's campaign, new where need be. */
struct ledger_campaign *ledger_take(
    struct ledger_pipeline *ledger, const struct finding *finding);

#endif
