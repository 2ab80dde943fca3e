#include "forward/filter.h"

#include <string.h>

static bool alert_passes(
    const struct config_filter *filter, const json_t *object);
static bool severity_passes(
    const struct config_filter *filter, const json_t *object);
static bool authorised_passes(
    const struct config_filter *filter, const json_t *object);
static bool revision_passes(
    const struct config_filter *filter, const json_t *object);
static bool is_of_act(const json_t *object);
static bool kinds_pass(
    const struct config_filter *filter, const json_t *object);
static bool segments_pass(
    const struct config_filter *filter, const json_t *object);
static bool names_segment(
    const struct config_filter *filter, const json_t *name);

bool
forward_filter_passes(const struct config_filter *filter,
    enum forward_kind kind, const json_t *object)
{
	switch (kind) {
	case FORWARD_ALERT:
		return (filter->records & CONFIG_RECORD_ALERT) != 0 &&
		    alert_passes(filter, object);
	case FORWARD_AUDIT:
		return (filter->records & CONFIG_RECORD_AUDIT) != 0;
	case FORWARD_HEALTH:
		return (filter->records & CONFIG_RECORD_HEALTH) != 0;
	case FORWARD_SUMMARY:
		return (filter->records & CONFIG_RECORD_SUMMARY) != 0;
	case FORWARD_HEARTBEAT:
	case FORWARD_LOST:
	case FORWARD_KIND_COUNT:
	default:
		return true;
	}
}

static bool
alert_passes(const struct config_filter *filter, const json_t *object)
{
	return severity_passes(filter, object) &&
	    authorised_passes(filter, object) &&
	    revision_passes(filter, object) && kinds_pass(filter, object) &&
	    segments_pass(filter, object);
}

static bool
severity_passes(const struct config_filter *filter, const json_t *object)
{
	const char *name =
	    json_string_value(json_object_get(object, "severity"));
	uint8_t severity = name == NULL ? FORWARD_SEVERITY_COUNT
	                                : forward_severity_of_name(name);

	/* One that is not known is not kept back. */
	return severity == FORWARD_SEVERITY_COUNT ||
	    severity >= FORWARD_LOW + filter->severity;
}

/* What has left its scope is an alert like any other, though an entry stands
 * there: the status tells. */
static bool
authorised_passes(const struct config_filter *filter, const json_t *object)
{
	const char *status =
	    json_string_value(json_object_get(object, "status"));
	bool is_authorised =
	    status != NULL && strcmp(status, "authorised") == 0;

	switch (filter->authorised) {
	case CONFIG_AUTHORISED_NO:
		return !is_authorised;
	case CONFIG_AUTHORISED_ONLY:
		return is_authorised;
	default:
		return true;
	}
}

static bool
revision_passes(const struct config_filter *filter, const json_t *object)
{
	json_int_t revision =
	    json_integer_value(json_object_get(object, "revision"));
	bool is_edge =
	    revision <= 1 || json_is_false(json_object_get(object, "active"));

	switch (filter->revisions) {
	case CONFIG_REVISIONS_FIRST_AND_LAST:
		return is_edge;
	case CONFIG_REVISIONS_STATE:
		return is_edge || is_of_act(object);
	default:
		return true;
	}
}

/* Whether the revision was made because somebody did something about the alert:
 * its last act is of the same moment. */
static bool
is_of_act(const json_t *object)
{
	const json_t *acts = json_object_get(object, "acts");
	const json_t *last = json_array_get(acts, json_array_size(acts) - 1);
	const char *at = json_string_value(json_object_get(last, "at"));
	const char *revised =
	    json_string_value(json_object_get(object, "revised_at"));

	return at != NULL && revised != NULL && strcmp(at, revised) == 0;
}

static bool
kinds_pass(const struct config_filter *filter, const json_t *object)
{
	const json_t *kinds = json_object_get(object, "kinds");
	const json_t *kind;
	size_t i;

	if (filter->kind_count == 0) {
		return true;
	}
	json_array_foreach(kinds, i, kind)
	{
		for (uint32_t j = 0;
		     j < filter->kind_count && json_is_string(kind); j++) {
			if (strcmp(json_string_value(kind), filter->kinds[j]) ==
			    0) {
				return true;
			}
		}
	}
	return false;
}

static bool
segments_pass(const struct config_filter *filter, const json_t *object)
{
	const json_t *source = json_object_get(object, "source");
	const json_t *targets = json_object_get(object, "targets");
	const json_t *name;
	size_t i;

	if (filter->segment_count == 0 ||
	    names_segment(filter, json_object_get(source, "segment"))) {
		return true;
	}
	json_array_foreach(json_object_get(targets, "segments"), i, name)
	{
		if (names_segment(filter, name)) {
			return true;
		}
	}
	return false;
}

static bool
names_segment(const struct config_filter *filter, const json_t *name)
{
	for (uint32_t i = 0; i < filter->segment_count && json_is_string(name);
	     i++) {
		if (strcmp(json_string_value(name), filter->segments[i]) == 0) {
			return true;
		}
	}
	return false;
}
