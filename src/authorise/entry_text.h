/*
 * The texts of an entry: the small languages in which a file, a table or a
 * person writes sources, services, hours and days.
 *
 * The configuration file, CSV and JSON are all read by these, so that what is
 * right in one is right in the others, and what is wrong is told in the same
 * words.  Each reader returns null and sets its last argument, or returns what
 * is wrong as the second half of a sentence ("is no date; write ...") and
 * leaves it untouched; what is returned may be in 'problem', the caller's.  The
 * writers give what the readers take: the same value comes back.
 *
 * Memory: none.
 */
#ifndef AUTHORISE_ENTRY_TEXT_H
#define AUTHORISE_ENTRY_TEXT_H

#include "authorise/entry.h"
#include "base/strbuf.h"

enum {
	AUTHORISE_PROBLEM_SIZE = 256,
	AUTHORISE_DATE_TEXT_SIZE = 12,
	AUTHORISE_DURATION_TEXT_SIZE = 16,
	/* Of the text of one source, window or range of ports. */
	AUTHORISE_ITEM_SIZE = AUTHORISE_HOST_SIZE,
};

/* "2027-03-31", a day that exists. */
const char *authorise_text_date(const char *text, struct authorise_date *date);

/* "Mon-Fri 20:00-06:00"; days may be listed ("Sat,Sun") or left out. */
const char *authorise_text_hours(
    const char *text, struct authorise_hours *hours);

/* "tcp/1-65535", "udp/53,161", "icmp": adds to the '*count' services that are
 * there already, of which there may be AUTHORISE_SERVICE_COUNT. */
const char *authorise_text_services(
    const char *text, struct authorise_service *services, uint32_t *count);

const char *authorise_text_prefix(const char *text,
    char problem[AUTHORISE_PROBLEM_SIZE], struct ip_prefix *prefix);

/* An address, prefix, MAC address or host name. */
const char *authorise_text_source(const char *text,
    char problem[AUTHORISE_PROBLEM_SIZE], struct authorise_source *source);

/* The name or path of a program, or a hash (authorise/process.h): whether it is
 * one of which a process could ever be. */
const char *authorise_text_process(const char *text);

/* "5m": a whole number of s, m or h, up to AUTHORISE_GRACE_MOST_S. */
const char *authorise_text_grace(const char *text, uint32_t *grace_s);

/* One line of printable characters, UTF-8, that fits 'size' bytes. */
const char *authorise_text_line(const char *text, size_t size);

/* Labels of letters, digits, hyphens and underscores joined by dots. */
bool authorise_text_is_host_name(const char *text);

/* The writers.  A window or a source fits AUTHORISE_ITEM_SIZE. */
const char *authorise_date_format(
    const struct authorise_date *date, char text[AUTHORISE_DATE_TEXT_SIZE]);
const char *authorise_grace_format(
    uint32_t grace_s, char text[AUTHORISE_DURATION_TEXT_SIZE]);
void authorise_hours_add(
    const struct authorise_hours *hours, struct strbuf *buffer);
void authorise_source_add(
    const struct authorise_source *source, struct strbuf *buffer);

/* Adds the services from '*at' on that can be written as one, "tcp/22,80-90",
 * and moves '*at' past them. */
void authorise_services_add(
    const struct authorise_entry *entry, uint32_t *at, struct strbuf *buffer);

/* "Mon", of 0 to 6. */
const char *authorise_day_name(uint32_t day);

/* "tcp". */
const char *authorise_protocol_name(enum authorise_protocol protocol);

#endif
