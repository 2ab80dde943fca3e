/*
 * Changes: what a revision of an alert says that the one before did not.
 *
 * Whoever keeps alerts remembers of each what it last told (struct
 * alert_told, small), and asks before the next: changes_note() writes into the
 * alert, in sentences, what is new.
 *
 * Memory: the caller's.
 */
#ifndef ALERT_CHANGES_H
#define ALERT_CHANGES_H

#include "alert/alert.h"
#include "base/base.h"

enum { TOLD_IMAGE_SIZE = 64 };

/* What an alert last said, as far as its successor is compared with it. */
struct alert_told {
	uint32_t revision; /* 0: nothing yet. */
	bool active;
	uint8_t status;
	uint8_t confidence; /* Of the process named; NONE: none was. */
	bool has_pid;
	uint32_t pid;
	uint32_t techniques;
	uint32_t kinds; /* 1 << enum finding_kind */
	uint64_t targets;
	uint64_t services;
	uint64_t probes;
	uint64_t process_digest;     /* Of all that was said of processes. */
	char image[TOLD_IMAGE_SIZE]; /* The last bytes of its path. */
};

/* A number that changes when there is news of the processes: of the best, or of
 * others that are at least probable; more matches of the best are news when
 * they have doubled. */
uint64_t changes_process_digest(const struct attribution *attribution);

/* Writes alert->changes: nothing for a first revision. */
void changes_note(struct alert *alert, const struct alert_told *told);

/* Remembers what 'alert' says. */
void changes_remember(struct alert_told *told, const struct alert *alert);

#endif
