/*
 * Status report: what `spanwatch status --json` prints.
 *
 * One object, schema "spanwatch.status/1", made of what the roles publish on
 * their pages and of what the ledger has told.  Members are added with time,
 * never changed or dropped.  What is not known (a role that does not run, say)
 * is null.
 *
 * Memory: the object is made with jansson, which allocates; bounded by the
 *         counts of roles, interfaces and counters.
 */
#ifndef FIRMWARE_STATUS_REPORT_H
#define FIRMWARE_STATUS_REPORT_H

#include "alert/alert.h"
#include "firmware/health.h"
#include "firmware/hosts.h"
#include "ipc/stats.h"
#include "policy/policy.h"
#include "store/store_records.h"

/* What the report is made of; borrowed. */
struct status_view {
	uint64_t now_ns;       /* Since 1970. */
	uint64_t monotonic_ns; /* For ages. */
	const struct policy *policy;
	const struct stats_page *pages;  /* ROLE_COUNT of them. */
	const struct counters *counters; /* The ledger's own. */
	uint64_t alerts;
	uint64_t revisions;
	const struct alert *last; /* Told; null: none yet. */
	const struct attribute *attribute;
	/* Records that wait for each soc. */
	uint64_t soc_waiting[CONFIG_SOC_COUNT];
	/* Of the store: "none", "working", "failing"; and why it fails. */
	const char *store_state;
	const char *store_error; /* Null: it does not. */
	struct store_size store;

	/* For what is copied out of the pages. */
	struct supervisor_health supervisor;
	struct collector_health collector;
	struct forwarder_health forwarder;
#ifdef CONFIG_FORWARD_KAFKA
	struct forwarder_health producer;
#endif
	struct sensor_health sensor;
	struct ledger_health ledger;
	struct hosts_choice hosts;
};

/* Makes the text of the report, ended by a newline, to be freed with free();
 * null: no memory. */
char *status_report(struct status_view *view, size_t *size);

#endif
