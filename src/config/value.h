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

#include "config/config.h"

enum { VALUE_PROBLEM_SIZE = 256 };

/* "512M": a whole number of bytes, K, M or G (powers of 1024). */
const char *value_size(const char *text, uint64_t *bytes);

/* "24h": a whole number of s, m, h or d. */
const char *value_duration(const char *text, uint64_t *duration_ns);

/* A whole number from 'first' to 'last'. */
const char *value_number(const char *text, uint32_t first, uint32_t last,
    char problem[VALUE_PROBLEM_SIZE], uint32_t *number);

const char *value_bool(const char *text, bool *value);

/* "2027-03-31", a day that exists. */
const char *value_date(const char *text, struct config_date *date);

/* "Mon-Fri 20:00-06:00"; days may be listed ("Sat,Sun") or left out. */
const char *value_hours(const char *text, struct config_hours *hours);

/* "tcp/1-65535", "udp/53,161", "icmp": adds to the '*count' services that are
 * there already, of which there may be CONFIG_SERVICE_COUNT. */
const char *value_services(
    const char *text, struct config_service *services, uint32_t *count);

const char *value_prefix(const char *text, char problem[VALUE_PROBLEM_SIZE],
    struct ip_prefix *prefix);

/* An address, prefix, MAC address or host name. */
const char *value_source(const char *text, char problem[VALUE_PROBLEM_SIZE],
    struct config_source *source);

/* "0.0.0.0:514", "[::]:514". */
const char *value_listen(const char *text, struct config_listen *listen);

/* "siem.example.org:6514" or an address and a port. */
const char *value_peer(const char *text, struct config_peer *peer);

/* One line of printable characters, UTF-8, that fits 'size' bytes. */
const char *value_line(const char *text, size_t size);

#endif
