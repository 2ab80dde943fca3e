#include "alert/service.h"

#include <stdio.h>
#include <string.h>

struct usual_port {
	uint8_t protocol;
	uint16_t port;
	const char *name;
};

static const struct usual_port usual_ports[] = {
#define PORT(protocol, port, name) { IP_PROTOCOL_##protocol, port, name },
#include "alert/ports.def"
#undef PORT
};

struct names {
	uint32_t count;
	char (*labels)[SERVICE_LABEL_SIZE];
};

static void add_number(struct strbuf *buffer, uint8_t protocol, uint16_t port);
static const char *heard_name(
    const struct finding *finding, uint8_t protocol, uint16_t port);
static const char *protocol_name(uint8_t protocol);
static bool has_ports(uint8_t protocol);
static bool is_numbered(const struct finding *finding);
static bool is_of_one_kind(const struct finding *finding);
static void add_range(const struct finding *finding,
    const struct finding_service_range *range, bool bare,
    struct strbuf *buffer);
static void add_names_of_range(const struct finding *finding,
    const struct finding_service_range *range, struct names *names);
static void add_name(const struct finding *finding, uint8_t protocol,
    uint16_t port, struct names *names);

const char *
service_usual_name(uint8_t protocol, uint16_t port)
{
	for (size_t i = 0; i < ARRAY_SIZE(usual_ports); i++) {
		if (usual_ports[i].protocol == protocol &&
		    usual_ports[i].port == port) {
			return usual_ports[i].name;
		}
	}
	return NULL;
}

enum service_purpose
service_purpose(uint8_t protocol, uint16_t port)
{
	static const struct {
		const char *name;
		enum service_purpose purpose;
	} purposes[] = {
		{ "SSH", SERVICE_ADMIN },
		{ "Telnet", SERVICE_ADMIN },
		{ "MSRPC", SERVICE_ADMIN },
		{ "NetBIOS", SERVICE_ADMIN },
		{ "SMB", SERVICE_ADMIN },
		{ "LDAP", SERVICE_ADMIN },
		{ "LDAPS", SERVICE_ADMIN },
		{ "Kerberos", SERVICE_ADMIN },
		{ "RDP", SERVICE_ADMIN },
		{ "VNC", SERVICE_ADMIN },
		{ "WinRM", SERVICE_ADMIN },
		{ "Docker", SERVICE_ADMIN },
		{ "Kubernetes", SERVICE_ADMIN },
		{ "SNMP", SERVICE_ADMIN },
		{ "IPMI", SERVICE_ADMIN },
		{ "MS SQL", SERVICE_DATA },
		{ "Oracle", SERVICE_DATA },
		{ "MySQL", SERVICE_DATA },
		{ "PostgreSQL", SERVICE_DATA },
		{ "Redis", SERVICE_DATA },
		{ "Elasticsearch", SERVICE_DATA },
		{ "MongoDB", SERVICE_DATA },
		{ "S7", SERVICE_CONTROL },
		{ "Modbus", SERVICE_CONTROL },
		{ "OPC UA", SERVICE_CONTROL },
		{ "DNP3", SERVICE_CONTROL },
		{ "EtherNet/IP", SERVICE_CONTROL },
		{ "BACnet", SERVICE_CONTROL },
	};
	const char *name = service_usual_name(protocol, port);

	for (size_t i = 0; name != NULL && i < ARRAY_SIZE(purposes); i++) {
		if (strcmp(purposes[i].name, name) == 0) {
			return purposes[i].purpose;
		}
	}
	return SERVICE_OTHER;
}

void
service_label(const struct finding *finding, uint8_t protocol, uint16_t port,
    char text[SERVICE_LABEL_SIZE])
{
	const char *name = heard_name(finding, protocol, port);
	struct strbuf buffer;

	strbuf_init(&buffer, text, SERVICE_LABEL_SIZE);
	add_number(&buffer, protocol, port);
	if (name == NULL) {
		name = service_usual_name(protocol, port);
	}
	if (name != NULL) {
		strbuf_addf(&buffer, " %s", name);
	}
}

void
service_label_of_sample(
    const struct finding_sample *sample, char text[SERVICE_LABEL_SIZE])
{
	struct strbuf buffer;

	strbuf_init(&buffer, text, SERVICE_LABEL_SIZE);
	if (sample->technique == PROBE_IP_PROTOCOL) {
		strbuf_addf(&buffer, "ip/%u", sample->target_port);
	} else {
		add_number(&buffer, sample->protocol, sample->target_port);
	}
}

uint32_t
service_names(const struct finding *finding,
    char labels[SERVICE_NAMES][SERVICE_LABEL_SIZE])
{
	struct names names = { 0, labels };

	for (uint32_t i = 0; i < finding->service_range_count; i++) {
		add_names_of_range(
		    finding, &finding->service_ranges[i], &names);
	}
	return names.count;
}

void
service_add_ranges(const struct finding *finding, uint32_t limit,
    const char *comma, struct strbuf *buffer)
{
	bool bare = is_of_one_kind(finding);

	for (uint32_t i = 0; i < finding->service_range_count && i < limit;
	     i++) {
		if (i > 0) {
			strbuf_add(buffer, comma);
		}
		add_range(finding, &finding->service_ranges[i], bare, buffer);
	}
}

void
target_add_ranges(const struct finding *finding, uint32_t limit,
    const char *comma, struct strbuf *buffer)
{
	char text[IP_ADDRESS_TEXT_SIZE];

	for (uint32_t i = 0; i < finding->target_range_count && i < limit;
	     i++) {
		const struct finding_target_range *range =
		    &finding->target_ranges[i];

		if (i > 0) {
			strbuf_add(buffer, comma);
		}
		strbuf_add(buffer, ip_address_format(&range->first, text));
		if (!ip_address_equal(&range->first, &range->last)) {
			strbuf_addf(buffer, "-%s",
			    ip_address_format(&range->last, text));
		}
	}
}

/* Adds "tcp/445", "icmp" or "ip/47". */
static void
add_number(struct strbuf *buffer, uint8_t protocol, uint16_t port)
{
	const char *name = protocol_name(protocol);

	if (name == NULL) {
		strbuf_addf(buffer, "ip/%u", protocol);
	} else if (has_ports(protocol)) {
		strbuf_addf(buffer, "%s/%u", name, port);
	} else {
		strbuf_add(buffer, name);
	}
}

/* What room classify heard; null: nothing. */
static const char *
heard_name(const struct finding *finding, uint8_t protocol, uint16_t port)
{
	for (uint32_t i = 0; i < finding->service_name_count; i++) {
		const struct finding_service_name *name =
		    &finding->service_names[i];

		if (name->protocol == protocol && name->port == port &&
		    name->name[0] != '\0') {
			return name->name;
		}
	}
	return NULL;
}

static const char *
protocol_name(uint8_t protocol)
{
	switch (protocol) {
	case IP_PROTOCOL_ICMP:
		return "icmp";
	case IP_PROTOCOL_TCP:
		return "tcp";
	case IP_PROTOCOL_UDP:
		return "udp";
	case IP_PROTOCOL_ICMP6:
		return "icmp6";
	case IP_PROTOCOL_SCTP:
		return "sctp";
	case IP_PROTOCOL_ARP_KEY:
		return "arp";
	default:
		return NULL;
	}
}

static bool
has_ports(uint8_t protocol)
{
	return protocol == IP_PROTOCOL_TCP || protocol == IP_PROTOCOL_UDP ||
	    protocol == IP_PROTOCOL_SCTP;
}

/* Whether protocols themselves were probed, and so are told by number. */
static bool
is_numbered(const struct finding *finding)
{
	return (finding->techniques & 1u << PROBE_IP_PROTOCOL) != 0;
}

static bool
is_of_one_kind(const struct finding *finding)
{
	uint8_t protocol = finding->service_ranges[0].protocol;

	for (uint32_t i = 1; i < finding->service_range_count; i++) {
		if (finding->service_ranges[i].protocol != protocol) {
			return false;
		}
	}
	return true;
}

static void
add_range(const struct finding *finding,
    const struct finding_service_range *range, bool bare, struct strbuf *buffer)
{
	uint8_t protocol = range->protocol;
	const char *name = protocol_name(protocol);

	if (protocol == 0 && !is_numbered(finding)) {
		name = protocol_name((uint8_t)range->first);
	}
	if (name != NULL && !has_ports(protocol)) {
		strbuf_add(buffer, name);
		return;
	}
	if (!bare) {
		strbuf_addf(buffer, "%s/", name != NULL ? name : "ip");
	}
	strbuf_addf(buffer, "%u", range->first);
	if (range->last != range->first) {
		strbuf_addf(buffer, "-%u", range->last);
	}
}

static void
add_names_of_range(const struct finding *finding,
    const struct finding_service_range *range, struct names *names)
{
	if (range->protocol == 0) {
		for (uint32_t i = range->first; i <= range->last; i++) {
			if (protocol_name((uint8_t)i) != NULL) {
				add_name(finding, (uint8_t)i, 0, names);
			}
		}
		return;
	}
	for (uint32_t port = range->first; port <= range->last; port++) {
		uint8_t protocol = range->protocol;

		if (names->count == SERVICE_NAMES) {
			return;
		}
		if (!has_ports(protocol) ||
		    heard_name(finding, protocol, (uint16_t)port) != NULL ||
		    service_usual_name(protocol, (uint16_t)port) != NULL) {
			add_name(finding, protocol, (uint16_t)port, names);
		}
	}
}

static void
add_name(const struct finding *finding, uint8_t protocol, uint16_t port,
    struct names *names)
{
	if (names->count < SERVICE_NAMES) {
		service_label(
		    finding, protocol, port, names->labels[names->count++]);
	}
}
