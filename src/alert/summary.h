/*
 * What an alert says in sentences: the one that sums it up, and the reasons.
 *
 *	"10.20.1.69 swept 256 addresses of servers by ICMP echo, in address
 *	 order; 39 answered"
 *
 * Counts that are estimates are marked with a "≈".  Names are made visible (see
 * alert/words.h), so that the sentences are fit for a terminal.
 *
 * Memory: none.
 */
#ifndef ALERT_SUMMARY_H
#define ALERT_SUMMARY_H

#include "alert/alert.h"
#include "base/strbuf.h"

enum {
	SUMMARY_SIZE = 3072, /* Bytes that every summary fits into. */
	REASON_SIZE = 512,   /* Bytes that every reason fits into. */
};

void summary_add(const struct alert *alert, struct strbuf *buffer);

/* Adds the sentence of a reason (detect/reasons.def) with its figures. */
void reason_add(const struct finding *finding,
    const struct finding_reason *reason, struct strbuf *buffer);

/* Adds a count of targets or services, marked where it is an estimate. */
void summary_add_count(
    const struct finding *finding, uint64_t count, struct strbuf *buffer);

#endif
