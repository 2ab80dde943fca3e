#include "config/config.h"

#include <string.h>

static bool socs_are_sound(const struct config *config);
static bool kafka_is_sound(const struct config_soc *soc);
static bool filter_is_sound(const struct config_filter *filter);
static bool is_text(const char *text, size_t size);

bool
config_is_sound(const struct config *config)
{
	return policy_is_sound(&config->policy) &&
	    config->capture_count <= CONFIG_CAPTURE_COUNT &&
	    config->scanner_count <= CONFIG_SCANNER_COUNT &&
	    config->soc_count <= CONFIG_SOC_COUNT &&
	    config_logs_are_sound(&config->endpoint_logs) &&
	    socs_are_sound(config);
}

bool
config_soc_is_sound(const struct config_soc *soc)
{
	uint8_t mask_secrets;

	memcpy(&mask_secrets, &soc->mask_secrets, 1);
	return is_text(soc->name, sizeof(soc->name)) &&
	    is_text(soc->peer.host, sizeof(soc->peer.host)) &&
	    soc->transport < CONFIG_TRANSPORT_COUNT &&
	    soc->format < CONFIG_FORMAT_COUNT &&
	    soc->framing < CONFIG_FRAMING_COUNT && soc->facility <= 23 &&
	    mask_secrets <= 1 && soc->size_limit >= CONFIG_SIZE_LIMIT_LEAST &&
	    soc->size_limit <= CONFIG_SIZE_LIMIT_MOST && soc->rate > 0 &&
	    is_text(soc->ca, sizeof(soc->ca)) &&
	    is_text(soc->certificate, sizeof(soc->certificate)) &&
	    is_text(soc->key, sizeof(soc->key)) &&
	    is_text(soc->fingerprint, sizeof(soc->fingerprint)) &&
	    (soc->fingerprint[0] == '\0' ||
	        strspn(soc->fingerprint, "0123456789abcdef") ==
	            sizeof(soc->fingerprint) - 1) &&
	    is_text(soc->server_name, sizeof(soc->server_name)) &&
	    kafka_is_sound(soc) && filter_is_sound(&soc->filter);
}

static bool
socs_are_sound(const struct config *config)
{
	for (uint32_t i = 0; i < config->soc_count; i++) {
		if (!config_soc_is_sound(&config->socs[i])) {
			return false;
		}
	}
	return true;
}

#ifdef CONFIG_FORWARD_KAFKA
static bool
kafka_is_sound(const struct config_soc *soc)
{
	const struct config_kafka *kafka = &soc->kafka;

	return is_text(kafka->brokers, sizeof(kafka->brokers)) &&
	    is_text(kafka->topic, sizeof(kafka->topic)) &&
	    is_text(kafka->username, sizeof(kafka->username)) &&
	    is_text(kafka->password_file, sizeof(kafka->password_file)) &&
	    kafka->security < CONFIG_KAFKA_SECURITY_COUNT &&
	    kafka->mechanism < CONFIG_KAFKA_MECHANISM_COUNT;
}
#else
static bool
kafka_is_sound(const struct config_soc *soc)
{
	return soc->transport != CONFIG_TRANSPORT_KAFKA;
}
#endif

static bool
filter_is_sound(const struct config_filter *filter)
{
	if (filter->severity > CONFIG_SEVERITY_LAST ||
	    filter->records > CONFIG_RECORD_ALL ||
	    filter->authorised >= CONFIG_AUTHORISED_COUNT ||
	    filter->revisions >= CONFIG_REVISIONS_COUNT ||
	    filter->segment_count > CONFIG_FILTER_NAMES ||
	    filter->kind_count > CONFIG_FILTER_NAMES) {
		return false;
	}
	for (uint32_t i = 0; i < CONFIG_FILTER_NAMES; i++) {
		if (!is_text(filter->segments[i], POLICY_NAME_SIZE) ||
		    !is_text(filter->kinds[i], CONFIG_KIND_SIZE)) {
			return false;
		}
	}
	return true;
}

static bool
is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}
