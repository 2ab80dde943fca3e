/*
 * Progress: how far a long command has come, on a terminal.
 *
 * Nothing is shown in the first two seconds, nor where standard error is no
 * terminal.  The line is written over in place, and erased at the end.
 */
#ifndef FIRMWARE_TOOLS_PROGRESS_H
#define FIRMWARE_TOOLS_PROGRESS_H

#include "base/base.h"

struct progress {
	bool is_terminal;
	bool shares_terminal; /* With standard output. */
	bool is_shown;
	uint64_t next_ns; /* When to show it next; of the monotonic clock. */
};

void progress_begin(struct progress *progress);

/* Shows it if it is time: 'done' of 'total' bytes (zero: not known), and how
 * many frames and alerts that gave. */
void progress_update(struct progress *progress, uint64_t done, uint64_t total,
    uint64_t frames, uint64_t alerts);

/* Takes the line away, for a warning or for good. */
void progress_erase(struct progress *progress);

/* The same, if need be, for a line on standard output. */
void progress_make_way(struct progress *progress);

#endif
