#include "firmware/health.h"

#include <string.h>

static bool name_is_plain(const char *name, size_t size);

size_t
health_size(enum role_id role)
{
	static const size_t sizes[ROLE_COUNT] = {
		[ROLE_SUPERVISOR] = sizeof(struct supervisor_health),
		[ROLE_LEDGER] = sizeof(struct ledger_health),
		[ROLE_FORWARDER] = sizeof(struct forwarder_health),
#ifdef CONFIG_FORWARD_KAFKA
		[ROLE_PRODUCER] = sizeof(struct forwarder_health),
#endif
		[ROLE_COLLECTOR] = sizeof(struct collector_health),
		[ROLE_SENSOR] = sizeof(struct sensor_health),
	};

	return sizes[role];
}

bool
sensor_health_is_sound(const struct sensor_health *health)
{
	if (health->interface_count > CONFIG_CAPTURE_COUNT) {
		return false;
	}
	for (uint32_t i = 0; i < health->interface_count; i++) {
		const struct health_interface *interface =
		    &health->interfaces[i];

		if (interface->state >= HEALTH_INTERFACE_STATES ||
		    !name_is_plain(interface->name, sizeof(interface->name))) {
			return false;
		}
	}
	return true;
}

bool
collector_health_is_sound(const struct collector_health *health)
{
	if (health->peer_count > HEALTH_PEERS) {
		return false;
	}
	for (uint32_t i = 0; i < health->peer_count; i++) {
		if (!name_is_plain(health->peers[i].address,
		        sizeof(health->peers[i].address))) {
			return false;
		}
	}
	return true;
}

bool
forwarder_health_is_sound(const struct forwarder_health *health)
{
	if (health->soc_count > CONFIG_SOC_COUNT) {
		return false;
	}
	for (uint32_t i = 0; i < health->soc_count; i++) {
		const struct health_soc *soc = &health->socs[i];

		if (memchr(soc->name, '\0', sizeof(soc->name)) == NULL ||
		    memchr(soc->error, '\0', sizeof(soc->error)) == NULL) {
			return false;
		}
	}
	return true;
}

bool
supervisor_health_is_sound(const struct supervisor_health *health)
{
	for (size_t i = 0; i < ROLE_COUNT; i++) {
		if (health->roles[i].state >= HEALTH_ROLE_STATES) {
			return false;
		}
	}
	return true;
}

const char *
health_interface_state_name(uint8_t state)
{
	static const char *const names[HEALTH_INTERFACE_STATES] = {
		[HEALTH_INTERFACE_UP] = "up",
		[HEALTH_INTERFACE_DOWN] = "down",
		[HEALTH_INTERFACE_ABSENT] = "absent",
	};

	return names[state];
}

const char *
health_role_state_name(uint8_t state)
{
	static const char *const names[HEALTH_ROLE_STATES] = {
		[HEALTH_ROLE_STARTING] = "starting",
		[HEALTH_ROLE_RUNNING] = "running",
		[HEALTH_ROLE_STOPPING] = "stopping",
		[HEALTH_ROLE_WAITING] = "waiting",
		[HEALTH_ROLE_OFF] = "off",
		[HEALTH_ROLE_HANGING] = "hangs",
	};

	return names[state];
}

const char *
health_peer_event_name(enum peer_event event)
{
	static const char *const names[PEER_EVENTS] = {
		[PEER_LIMITED] = "limited",
		[PEER_CUT] = "cut",
		[PEER_OUT_OF_STEP] = "out_of_step",
		[PEER_REFUSED] = "refused",
		[PEER_TLS_FAILED] = "tls_failed",
		[PEER_STALLED] = "stalled",
		[PEER_REPEATED] = "repeated",
	};

	return names[event];
}

const char *
health_gauge_name(enum health_gauge_id gauge)
{
	static const char *const names[HEALTH_GAUGE_COUNT] = {
		[HEALTH_ATTEMPTS] = "attempts",
		[HEALTH_CONVERSATIONS] = "conversations",
		[HEALTH_SOURCES] = "sources",
		[HEALTH_CAMPAIGNS] = "campaigns",
	};

	return names[gauge];
}

/* Ended by a zero, and without control characters: it is shown to people. */
static bool
name_is_plain(const char *name, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (name[i] == '\0') {
			return true;
		}
		if ((uint8_t)name[i] < ' ' || name[i] == 0x7f) {
			return false;
		}
	}
	return false;
}
