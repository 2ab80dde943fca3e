/*
 * The version of the whole.
 */
#ifndef FIRMWARE_VERSION_H
#define FIRMWARE_VERSION_H

/* "1.2.3", as semver.org has it. */
extern const char spanwatch_version[];

#endif
