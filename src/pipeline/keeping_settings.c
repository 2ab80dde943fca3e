#include "pipeline/keeping_settings.h"

#include <string.h>

void
keeping_settings_of(
    const struct config_store *config, struct store_settings *settings)
{
	memset(settings, 0, sizeof(*settings));
	memcpy(
	    settings->directory, config->directory, sizeof(config->directory));
	settings->max_bytes = config->max_bytes;
	settings->reserve_bytes = config->reserve_bytes;
	settings->keep_alerts_s = config->keep_alerts_s;
	settings->keep_open_s = config->keep_open_s;
	settings->keep_evidence_s = config->keep_evidence_s;
	settings->keep_audit_s = config->keep_audit_s;
	settings->keep_summaries_s = config->keep_summaries_s;
	settings->keep_health_s = config->keep_health_s;
	settings->evidence_packets = config->evidence_packets;
}
