#include "config/reading.h"

#include "config/value.h"

static void read_listeners(const struct reading_section *section,
    const char *key, struct config_listen *listeners, uint32_t *count);
static void read_pull(
    const struct reading_section *section, struct config_endpoint_logs *logs);
static bool collide(
    const struct config_listen *a, const struct config_listen *b);

void
read_endpoint_logs(const struct reading_section *section)
{
	struct config_endpoint_logs *logs =
	    &section->reading->config->endpoint_logs;

	read_listeners(section, "udp", logs->udp, &logs->udp_count);
	read_listeners(section, "tcp", logs->tcp, &logs->tcp_count);
	read_listeners(section, "tls", logs->tls, &logs->tls_count);
	read_pull(section, logs);
	for (uint32_t i = 0; i < logs->tls_count; i++) {
		for (uint32_t j = 0; j < logs->tcp_count; j++) {
			if (collide(&logs->tls[i], &logs->tcp[j])) {
				section_wrong(section, section->line,
				    "tcp and tls both listen at port %u; give "
				    "one another",
				    logs->tls[i].port);
			}
		}
	}
}

void
read_web(const struct reading_section *section)
{
	struct config_web *web = &section->reading->config->web;
	const struct reading_value *value =
	    section_required(section, "listen", "127.0.0.1:8443");
	const char *wrong;

	web->present = true;
	section->reading->web_line = section->line;
	if (value == NULL) {
		return;
	}
	wrong = value_listen(value->text, &web->listen);
	if (wrong != NULL) {
		section_wrong(section, value->line, "listen %s %s",
		    reading_quote(value->text).text, wrong);
		web->present = false;
	}
}

void
check_listeners(struct reading *reading)
{
	const struct config *config = reading->config;
	const struct config_endpoint_logs *logs = &config->endpoint_logs;
	bool taken = false;

	for (uint32_t i = 0; i < logs->tcp_count; i++) {
		taken |= collide(&config->web.listen, &logs->tcp[i]);
	}
	for (uint32_t i = 0; i < logs->tls_count; i++) {
		taken |= collide(&config->web.listen, &logs->tls[i]);
	}
	if (config->web.present && taken) {
		reading_wrong(reading, reading->web_line,
		    "section web: endpoint-logs listens at port %u too; give "
		    "one another",
		    config->web.listen.port);
	}
}

static void
read_listeners(const struct reading_section *section, const char *key,
    struct config_listen *listeners, uint32_t *count)
{
	uint32_t given = section_value_count(section, key);

	for (uint32_t i = 0; i < given; i++) {
		const struct reading_value *value =
		    section_value(section, key, i);
		struct config_listen listen;
		const char *wrong = value_listen(value->text, &listen);

		if (wrong == NULL && *count == CONFIG_ADDRESS_COUNT) {
			wrong = "is one too many; there are at most 8";
		}
		for (uint32_t j = 0; wrong == NULL && j < *count; j++) {
			if (collide(&listen, &listeners[j])) {
				wrong = "is covered by an earlier one; leave "
				        "one out";
			}
		}
		if (wrong != NULL) {
			section_wrong(section, value->line, "%s %s %s", key,
			    reading_quote(value->text).text, wrong);
			continue;
		}
		listeners[(*count)++] = listen;
	}
}

static void
read_pull(
    const struct reading_section *section, struct config_endpoint_logs *logs)
{
	uint32_t given = section_value_count(section, "pull");

	for (uint32_t i = 0; i < given; i++) {
		const struct reading_value *value =
		    section_value(section, "pull", i);
		struct config_peer peer;
		const char *wrong = value_peer(value->text, &peer);

		if (wrong == NULL && logs->pull_count == CONFIG_ADDRESS_COUNT) {
			wrong = "is one too many; there are at most 8";
		}
		for (uint32_t j = 0; wrong == NULL && j < logs->pull_count;
		     j++) {
			if (peer.port == logs->pull[j].port &&
			    strcmp(peer.host, logs->pull[j].host) == 0) {
				wrong = "is listed twice; leave one out";
			}
		}
		if (wrong != NULL) {
			section_wrong(section, value->line, "pull %s %s",
			    reading_quote(value->text).text, wrong);
			continue;
		}
		logs->pull[logs->pull_count++] = peer;
	}
}

/* Whether the system would refuse to listen at both: one port, and one address
 * or all addresses of one family. */
static bool
collide(const struct config_listen *a, const struct config_listen *b)
{
	return a->port == b->port &&
	    ip_address_is_v4(&a->address) == ip_address_is_v4(&b->address) &&
	    (ip_address_equal(&a->address, &b->address) ||
	        ip_address_is_unspecified(&a->address) ||
	        ip_address_is_unspecified(&b->address));
}
