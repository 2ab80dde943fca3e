/*
 * Values: the small languages of the configuration file, text to numbers.
 *
 * Each function returns null and sets its last argument, or returns what is
 * wrong as the second half of a sentence ("is no size; write ...") and leaves
 * it untouched.  What is returned may be in 'problem', the caller's array.
 * Private to room config.
 */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "authorise/entry_text.h"
#include "config/config.h"

enum { VALUE_PROBLEM_SIZE = AUTHORISE_PROBLEM_SIZE };

/* "512M": a whole number of bytes, K, M or G (powers of 1024). */
const char *value_size(const char *text, uint64_t *bytes);

/* "24h": a whole number of s, m, h or d. */
const char *value_duration(const char *text, uint64_t *duration_ns);

/* A whole number from 'first' to 'last'. */
const char *value_number(const char *text, uint32_t first, uint32_t last,
    char problem[VALUE_PROBLEM_SIZE], uint32_t *number);

/* "0.01": a number with up to six places after its point; in millionths. */
const char *value_millionths(const char *text, uint32_t *millionths);

const char *value_bool(const char *text, bool *value);

/* As room authorise reads them, for every other section. */
static inline const char *
value_prefix(const char *text, char problem[VALUE_PROBLEM_SIZE],
    struct ip_prefix *prefix)
{
	return authorise_text_prefix(text, problem, prefix);
}

static inline const char *
value_line(const char *text, size_t size)
{
	return authorise_text_line(text, size);
}

/* "0.0.0.0:514", "[::]:514". */
const char *value_listen(const char *text, struct config_listen *listen);

/* "siem.example.org:6514" or an address and a port. */
const char *value_peer(const char *text, struct config_peer *peer);

#endif
