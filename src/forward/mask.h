/*
 * Secrets in command lines, masked.
 *
 * A process that scans is often given a password: `net use`, `psexec -p`,
 * `curl -u`.  A SOC's copy need not hold it.  What follows the usual switches,
 * and what looks like a key by itself, becomes "***"; the rest of the line stays
 * as it was, to the byte.
 *
 * What an alert is about must stay: `nmap -p 22,80` names ports, `ssh -p 2222`
 * one, and `--password-file x` a file.  So a short switch is believed only of
 * programs known for it, or when its value looks like none of these.  It is a
 * safety net, no promise: a secret in a form that nobody has described is not
 * found.  mask.def has what is described.
 *
 * Memory: the result is allocated.
 */
#ifndef FORWARD_MASK_H
#define FORWARD_MASK_H

#include "base/base.h"

/* A copy of the command line with its secrets masked, the caller's to free();
 * null: no memory. */
char *forward_mask(const char *line);

#endif
