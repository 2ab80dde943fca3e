#include "firmware/tools/alert_filter.h"

#include <string.h>

#include "base/rfc3339.h"
#include "firmware/clock.h"

static bool take_severity(struct alert_filter *filter, const char *word);
static bool take_status(struct alert_filter *filter, const char *word);
static bool take_source(struct alert_filter *filter, const char *word);
static bool take_time(const char *word, uint64_t *time_ns);
static int place_of(const char *word, const char *const *words, int count);
static bool wrong(const struct options *options, int which, const char *right);

static const char *const severities[] = { "low", "medium", "high", "critical" };
static const char *const statuses[] = { "open", "acknowledged", "closed",
	"authorised" };

bool
alert_filter_take(
    struct alert_filter *filter, const struct options *options, int which)
{
	const char *value = options->value;

	filter->is_used = filter->is_used || which > ALERT_FILTER_CONFIG;
	switch (which) {
	case ALERT_FILTER_STORE:
		filter->place.store = value;
		return true;
	case ALERT_FILTER_CONFIG:
		filter->place.config = value;
		return true;
	case ALERT_FILTER_SEGMENT:
		filter->filter.segment = value;
		return true;
	case ALERT_FILTER_SEVERITY:
		return take_severity(filter, value) ||
		    wrong(options, which, "low, medium, high or critical");
	case ALERT_FILTER_STATUS:
		return take_status(filter, value) ||
		    wrong(options, which,
		        "open, acknowledged, closed or authorised");
	case ALERT_FILTER_KIND:
		filter->filter.kind = value;
		return true;
	case ALERT_FILTER_SOURCE:
		return take_source(filter, value) ||
		    wrong(options, which,
		        "an address such as 10.1.2.3, or a prefix such as "
		        "10.1.0.0/16");
	case ALERT_FILTER_HOST:
		filter->filter.host = value;
		return true;
	case ALERT_FILTER_PROCESS:
		filter->filter.process = value;
		return true;
	case ALERT_FILTER_USER:
		filter->filter.user = value;
		return true;
	case ALERT_FILTER_SINCE:
		return take_time(value, &filter->filter.since_ns) ||
		    wrong(options, which,
		        "a time such as 2026-11-24T06:00:00Z, or how long ago, "
		        "such as 24h");
	case ALERT_FILTER_UNTIL:
		return take_time(value, &filter->filter.until_ns) ||
		    wrong(options, which,
		        "a time such as 2026-11-24T06:00:00Z, or how long ago, "
		        "such as 24h");
	default:
		filter->filter.text = value;
		return true;
	}
}

/* That level and those above. */
static bool
take_severity(struct alert_filter *filter, const char *word)
{
	int place = place_of(word, severities, ARRAY_SIZE(severities));

	if (place < 0) {
		return false;
	}
	for (int i = place; i < (int)ARRAY_SIZE(severities); i++) {
		filter->filter.severities |= (uint8_t)(1u << i);
	}
	return true;
}

static bool
take_status(struct alert_filter *filter, const char *word)
{
	int place = place_of(word, statuses, ARRAY_SIZE(statuses));

	if (place < 0) {
		return false;
	}
	filter->filter.statuses |= (uint8_t)(1u << place);
	return true;
}

static bool
take_source(struct alert_filter *filter, const char *word)
{
	filter->filter.has_source = true;
	return ip_prefix_parse(word, &filter->filter.source);
}

/* A time, or a number of s, m, h or d before now. */
static bool
take_time(const char *word, uint64_t *time_ns)
{
	static const char units[] = "smhd";
	static const uint64_t seconds[] = { 1, 60, 3600, 86400 };
	uint64_t now_ns = clock_wall_ns();
	uint64_t count = 0;
	const char *at = word;
	const char *unit;

	for (; *at >= '0' && *at <= '9' && count < 1000000; at++) {
		count = count * 10 + (uint64_t)(*at - '0');
	}
	unit = *at == '\0' ? NULL : strchr(units, *at);
	if (at == word || unit == NULL || at[1] != '\0') {
		return rfc3339_parse(word, time_ns);
	}
	count *= seconds[unit - units] * NS_PER_S;
	*time_ns = count < now_ns ? now_ns - count : 1;
	return true;
}

static int
place_of(const char *word, const char *const *words, int count)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(word, words[i]) == 0) {
			return i;
		}
	}
	return -1;
}

static bool
wrong(const struct options *options, int which, const char *right)
{
	(void)command_misused(options->command, "%s %s: write %s",
	    options->command->options[which].name, options->value, right);
	return false;
}
