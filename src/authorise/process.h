/*
 * Processes and users, as an entry names them and as logs show them.
 *
 * A process is named by its program's name ("nessusd.exe"), its path, or a hash
 * of it: "sha256:...", "sha1:...", "md5:...", also as Sysmon writes it
 * ("SHA256=..."), or bare, when its length tells which.  Windows does not tell
 * upper from lower case in names of files and users, so neither does this; but
 * for paths that begin with a slash, which are of systems that do.  The kernel
 * of Windows logs paths by device ("\device\harddiskvolume3\windows\..."), in
 * which the drive's letter is unknown: the rest of the path must be the same.
 *
 * A user is "CORP\svc-scan", or "svc-scan" for one of any domain.
 *
 * Memory: none.
 */
#ifndef AUTHORISE_PROCESS_H
#define AUTHORISE_PROCESS_H

#include "attribute/attribution.h"
#include "authorise/entry.h"
#include "base/base.h"

enum authorise_hash {
	AUTHORISE_HASH_NONE,
	AUTHORISE_HASH_MD5,
	AUTHORISE_HASH_SHA1,
	AUTHORISE_HASH_SHA256,
};

/* Which hash 'text' is, and where its digits begin; NONE: it is a name or a
 * path, or a hash that cannot be. */
enum authorise_hash authorise_hash_of(const char *text, const char **digits);

/* Whether 'text' begins as a hash of an algorithm does. */
bool authorise_hash_is_meant(const char *text);

/* Whether it is the process that 'wanted' names. */
bool authorise_process_matches(
    const char *wanted, const struct attribution_process *process);

/* Whether its user is one of the entry's. */
bool authorise_user_matches(
    const struct authorise_entry *entry, const char *user);

/* Equal but for the case of letters of ASCII. */
bool authorise_same_letters(const char *one, const char *other);

/* The last part of a path of either system. */
const char *authorise_program_of(const char *path);

#endif
