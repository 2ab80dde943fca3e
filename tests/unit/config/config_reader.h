/*
 * Reads configurations and keeps what is said of them.
 */
#ifndef UNIT_CONFIG_CONFIG_READER_H
#define UNIT_CONFIG_CONFIG_READER_H

#include "config/config.h"

/* What the last reading made, and its errors and warnings, one a line. */
extern struct config config;
extern char errors[1 << 16];
extern char warnings[1 << 16];

/* All three return what config_read() does; texts are of a file "c". */
int read_bytes(const char *text, size_t size);
int read_text(const char *text);
int read_file(const char *path);

/* The rest of a scanner, where one key is tried. */
#define SCANNER(rest)                                                      \
	"scanner \"s\" { sources = {\"10.0.0.1\"} services = {\"icmp\"}\n" \
	"owner = \"o\" reason = \"r\" expires = \"2027-03-31\"\n" rest "}"

#endif
