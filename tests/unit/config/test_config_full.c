#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "config/reading.h"
#include "unit/config/config_reader.h"

/* Writes 'count' sections, the number of each in its name and in 'format'. */
static char *
many_sections(const char *format, uint32_t count)
{
	char *text = malloc(count * 200 + 1);
	size_t length = 0;

	for (uint32_t i = 0; i < count; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		length += (size_t)snprintf(
		    text + length, 200, format, i, i / 256, i % 256);
#pragma GCC diagnostic pop
	}
	return text;
}

static const struct full {
	const char *format;
	uint32_t count; /* That fit. */
} fulls[] = {
	{ "segment \"s%u\" { prefixes = 10.%u.%u.0/24 }\n",
	    POLICY_SEGMENT_COUNT },
	{ "scanner \"s%u\" { sources = 10.%u.%u.1 services = icmp owner = o "
	  "reason = r expires = 2027-03-31 }\n",
	    CONFIG_SCANNER_COUNT },
	{ "capture { interface = e%u filter = \"net 10.%u.%u.0/24\" }\n",
	    CONFIG_CAPTURE_COUNT },
	{ "soc \"s%u\" { transport = udp address = 10.%u.%u.1:514 }\n",
	    CONFIG_SOC_COUNT },
};

Test(config_full, as_many_sections_as_fit_are_taken_and_not_one_more)
{
	for (size_t i = 0; i < ARRAY_SIZE(fulls); i++) {
		char *text = many_sections(fulls[i].format, fulls[i].count);
		char expected[64];

		cr_expect_eq(read_text(text), 0, "%s", errors);
		free(text);
		text = many_sections(fulls[i].format, fulls[i].count + 1);
		cr_expect_eq(read_text(text), -EINVAL);
		snprintf(expected, sizeof(expected), "c:%u: there are too many",
		    fulls[i].count + 1);
		cr_expect_not_null(strstr(errors, expected), "%s", errors);
		snprintf(
		    expected, sizeof(expected), "at most %u", fulls[i].count);
		cr_expect_not_null(strstr(errors, expected), "%s", errors);
		free(text);
	}
}

Test(config_full, a_flood_of_sections_is_refused_before_it_takes_memory)
{
	char *text = malloc(CONFIG_FILE_SIZE + 1);
	size_t length = 0;
	char expected[64];

	while (length + 8 < CONFIG_FILE_SIZE) {
		memcpy(text + length, "web { } ", 8);
		length += 8;
	}
	cr_expect_eq(read_bytes(text, length), -EINVAL);
	cr_expect_not_null(strstr(errors, "c:1: there are too many sections"));
	snprintf(
	    expected, sizeof(expected), "at most %d", READING_SECTION_COUNT);
	cr_expect_not_null(strstr(errors, expected), "%s", errors);
	free(text);
}

static const struct full lists[] = {
	{ "prefixes", POLICY_PREFIXES_PER_SEGMENT },
	{ "vlans", POLICY_VLANS_PER_SEGMENT },
	{ "sources", AUTHORISE_SOURCE_COUNT },
	{ "services", AUTHORISE_SERVICE_COUNT },
	{ "hours", AUTHORISE_HOURS_COUNT },
	{ "udp", CONFIG_ADDRESS_COUNT },
	{ "tls", CONFIG_ADDRESS_COUNT },
	{ "pull", CONFIG_ADDRESS_COUNT },
};

/* A file with 'count' values of 'key'. */
static void
list_of(const char *key, uint32_t count, char *text, size_t size)
{
	size_t length = 0;
	bool scanner = strcmp(key, "sources") == 0 ||
	    strcmp(key, "services") == 0 || strcmp(key, "hours") == 0;
	bool segment =
	    strcmp(key, "prefixes") == 0 || strcmp(key, "vlans") == 0;

	length += (size_t)snprintf(text, size, "%s %s%s\n%s = {",
	    scanner ? "scanner s {" : "",
	    segment       ? "segment s {"
	        : scanner ? ""
	                  : "endpoint-logs {",
	    scanner ? "expires = 2027-03-31 owner = o reason = r" : "", key);
	for (uint32_t i = 0; i < count; i++) {
		length += (size_t)snprintf(
		    text + length, size - length, "%s", i == 0 ? "" : ", ");
		length += (size_t)snprintf(text + length, size - length,
		    strcmp(key, "prefixes") == 0       ? "10.%u.0.0/16"
		        : strcmp(key, "vlans") == 0    ? "%u"
		        : strcmp(key, "sources") == 0  ? "10.0.0.%u"
		        : strcmp(key, "services") == 0 ? "tcp/%u"
		        : strcmp(key, "hours") == 0    ? "'Sat 00:00-02:%02u'"
		                                       : "10.0.0.%u:1",
		    i + 1);
	}
	length += (size_t)snprintf(text + length, size - length, "}%s%s%s }",
	    strcmp(key, "vlans") == 0 ? " prefixes = 10.0.0.0/8" : "",
	    scanner && strcmp(key, "sources") != 0 ? " sources = 10.0.0.1" : "",
	    scanner && strcmp(key, "services") != 0 ? " services = icmp" : "");
}

Test(config_full, as_many_values_as_fit_are_taken_and_not_one_more)
{
	char text[4096];

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		list_of(lists[i].format, lists[i].count, text, sizeof(text));
		cr_expect_eq(read_text(text), 0, "%s\n%s", text, errors);
		list_of(
		    lists[i].format, lists[i].count + 1, text, sizeof(text));
		cr_expect_eq(read_text(text), -EINVAL, "%s", text);
		cr_expect(strstr(errors, "too many") != NULL ||
		        strstr(errors, "more than") != NULL,
		    "%s", errors);
	}
}
