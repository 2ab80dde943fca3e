#include "base/rfc3339.h"

#include <stdio.h>
#include <time.h>

const char *
rfc3339_format(uint64_t time_ns, char text[RFC3339_SIZE])
{
	time_t seconds = (time_t)(time_ns / NS_PER_S);
	unsigned microseconds = (unsigned)(time_ns % NS_PER_S / NS_PER_US);
	char day[32]; /* 64 bits of nanoseconds end in the year 2554. */
	struct tm utc;

	(void)gmtime_r(&seconds, &utc);
	(void)strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc);
	(void)snprintf(text, RFC3339_SIZE, "%.19s.%06uZ", day, microseconds);
	return text;
}
