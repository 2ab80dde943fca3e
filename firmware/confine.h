/*
 * Confinement: what a role may do once it has opened what it needs.
 *
 * A role that parses what strangers send must be worth nothing to who takes it
 * over.  So, before it looks at the first byte, it gives up for good: its user
 * (root becomes "spanwatch" where there is one, else nobody), every capability,
 * gaining any by executing something, being traced and dumped, opening files
 * (Landlock, where the kernel has it), and every system call that is not in its
 * profile (seccomp; confine_profiles.c).  A call outside the profile ends the
 * process, but for a few that libraries try and can do without: those fail.
 * The role that holds the packet path also gives up memory: the kernel refuses
 * it more than a small slack beyond what it has.
 *
 * One role keeps a folder: the ledger, where there is a store.  It may open,
 * make and remove files there, and nowhere else.
 *
 * An ordinary user's process does the same, but for the user, which it keeps.
 *
 * Under the address sanitizer neither the profile nor the memory limit holds:
 * the sanitizer's own calls and memory are not ours to list.
 */
#ifndef FIRMWARE_CONFINE_H
#define FIRMWARE_CONFINE_H

#include "firmware/roles.h"

enum {
	/* What the packet path may still take, in bytes: room for what
	 * libraries need in passing. */
	CONFINE_MEMORY_SLACK = 256 * 1024,
};

/* One line of a profile: a system call, and what becomes of it. */
struct confine_rule {
	const char *call; /* One that the architecture lacks is left out. */
	int error;        /* 0: allowed; else refused with this errno. */
	/* Only where (argument & mask) == value; mask 0: always. */
	uint32_t argument; /* From 0. */
	uint64_t mask;
	uint64_t value;
};

struct confine_profile {
	const struct confine_rule *rules; /* Ended by a null call. */
	uint32_t file_limit;              /* Descriptors open at once. */
	/* Bytes that it may take beyond what it has then; zero: as many as it
	 * likes. */
	size_t memory_slack;
};

/* What every role's profile begins with; then one of these, by whether the role
 * keeps a folder. */
extern const struct confine_rule confine_rules_of_all[];
extern const struct confine_rule confine_rules_without_files[];
extern const struct confine_rule confine_rules_with_files[];

const struct confine_profile *confine_profile_of(enum role_id role);

/* Makes the folder 'path' if it is missing (of its parents only the last), and
 * gives it, and the files in it, to the user that confine() will make of us.
 * Returns 0 or a negative errno. */
int confine_prepare_folder(const char *path) SW_MUST_CHECK;

/* Confines this process as 'role' for good; 'folder' (null: none) is the one
 * that it keeps.  Returns 0, or a negative errno and in '*step' what could not
 * be done, as a clause; the process must then end. */
int confine(
    enum role_id role, const char *folder, const char **step) SW_MUST_CHECK;

/* Gives up the user and all rights, but filters no calls: for a process that
 * calls the system's resolver.  Returns 0 or a negative errno. */
int confine_rights(void) SW_MUST_CHECK;

/* The supervisor keeps its user, since it must open interfaces anew, but gives
 * up the capabilities that neither it nor a role at its start needs. */
int confine_supervisor(void) SW_MUST_CHECK;

#endif
