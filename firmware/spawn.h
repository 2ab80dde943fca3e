/*
 * Spawning: this executable again, as a role.
 *
 * Fork and execute, so that a role shares no memory with the supervisor and the
 * layout of its address space is drawn anew.  It inherits standard input and
 * error, the two descriptors it begins with (firmware/roles.h), and standard
 * output if it is the one that tells alerts; nothing else.
 */
#ifndef FIRMWARE_SPAWN_H
#define FIRMWARE_SPAWN_H

#include <sys/types.h>

#include "firmware/roles.h"

struct spawn_terms {
	enum role_id role;
	int control_fd;
	int page_fd;
	bool keeps_output;
};

/* Starts the role and returns its process, or a negative errno.  The
 * descriptors stay open here. */
pid_t spawn_role(const struct spawn_terms *terms) SW_MUST_CHECK;

/* Makes sure that descriptors 0 to 2 are open, so that no other descriptor can
 * be taken for one of them. */
int spawn_prepare(void) SW_MUST_CHECK;

#endif
