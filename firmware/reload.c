#include "firmware/reload.h"

#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "firmware/briefing.h"

enum { LOOK_LAST_S = 60 };

static bool captures_are_equal(
    const struct config *one, const struct config *other);
static void tell_roles(struct supervisor *supervisor);
static void adjust_roles(struct supervisor *supervisor);
static bool logs_are_equal(
    const struct config_endpoint_logs *a, const struct config_endpoint_logs *b);
static bool socs_are_equal(
    const struct config *one, const struct config *other);
static void report_error(void *context, const struct config_error *error);
static const char *interface_that_is_back(
    const struct config *config, const struct sensor_health *health);
static bool interface_is_up(const char *name);

void
reload_configuration(struct supervisor *supervisor)
{
	struct config *old = supervisor->config;
	struct config *fresh = supervisor->spare;
	bool has_new_interfaces;
	bool has_new_logs;
	bool has_new_socs;

	if (supervisor->config_path == NULL) {
		log_info(&supervisor->log, "supervisor",
		    "there is no configuration file to read again");
		return;
	}
	if (config_read(supervisor->config_path, fresh, report_error,
	        supervisor) != 0) {
		supervisor->health.reloads_refused++;
		log_error(&supervisor->log, "supervisor",
		    "the configuration is bad: the one before holds");
		return;
	}
	fresh->policy.version = old->policy.version + 1;
	has_new_socs = !socs_are_equal(fresh, old);
	fresh->soc_version = old->soc_version + (has_new_socs ? 1 : 0);
	supervisor->config = fresh;
	supervisor->spare = old;
	supervisor->health.reloads++;
	has_new_interfaces = !captures_are_equal(fresh, old);
	has_new_logs =
	    !logs_are_equal(&fresh->endpoint_logs, &old->endpoint_logs);
	log_info(&supervisor->log, "supervisor",
	    "configuration read again: policy %u, interfaces %s, endpoint logs "
	    "%s, socs %s",
	    fresh->policy.version, has_new_interfaces ? "changed" : "as before",
	    has_new_logs ? "changed" : "as before",
	    has_new_socs ? "changed" : "as before");
	reload_report(supervisor);
	tell_roles(supervisor);
	adjust_roles(supervisor);
	if (has_new_interfaces) {
		supervisor_stop_role(&supervisor->roles[ROLE_SENSOR]);
	}
	if (has_new_logs && config_logs_arrive(&fresh->endpoint_logs) &&
	    supervisor->roles[ROLE_COLLECTOR].pid != 0) {
		supervisor_stop_role(&supervisor->roles[ROLE_COLLECTOR]);
	}
	/* What one holds is sent in its last seconds, or by its successor. */
	for (enum role_id id = 0; id < ROLE_COUNT; id++) {
		struct supervised *role = &supervisor->roles[id];

		if (has_new_socs && role_forwards(id) &&
		    supervisor_needs(role) && role->pid != 0) {
			supervisor_stop_role(role);
		}
	}
}

/* Who receives first, so that it knows the segments of what it gets. */
static void
tell_roles(struct supervisor *supervisor)
{
	for (enum role_id id = ROLE_SUPERVISOR + 1; id < ROLE_COUNT; id++) {
		if (supervisor->roles[id].pid != 0) {
			briefing_policy(&supervisor->roles[id]);
		}
	}
	if (supervisor->roles[ROLE_LEDGER].pid != 0) {
		briefing_configuration(&supervisor->roles[ROLE_LEDGER]);
	}
}

/* A sensor without an interface has nothing to see, but can be given one. */
void
reload_report(const struct supervisor *supervisor)
{
	if (supervisor->config->capture_count == 0) {
		log_warning(&supervisor->log, "supervisor",
		    "no interface is configured, so nothing is seen: a section "
		    "capture { interface = \"eth1\" } names one");
	}
}

void
reload_interfaces(struct supervisor *supervisor, uint64_t now_ns)
{
	struct supervised *sensor = &supervisor->roles[ROLE_SENSOR];
	struct sensor_health *health = &supervisor->sensor_health;
	uint64_t heartbeat_ns;
	const char *name;

	if (now_ns < supervisor->look_again_ns ||
	    sensor->state != HEALTH_ROLE_RUNNING ||
	    !stats_page_read(&sensor->page, health, &heartbeat_ns) ||
	    !sensor_health_is_sound(health)) {
		return;
	}
	name = interface_that_is_back(supervisor->config, health);
	if (name == NULL) {
		return;
	}
	/* It may be up and yet not to be opened: ever more seldom, then. */
	if (now_ns - supervisor->look_again_ns > LOOK_LAST_S * NS_PER_S) {
		supervisor->look_s = 1;
	}
	supervisor->look_again_ns = now_ns + supervisor->look_s * NS_PER_S;
	supervisor->look_s = supervisor->look_s * 2 < LOOK_LAST_S
	    ? supervisor->look_s * 2
	    : LOOK_LAST_S;
	log_info(&supervisor->log, "supervisor",
	    "%s is there: the sensor is started anew", name);
	supervisor_stop_role(sensor);
}

static bool
captures_are_equal(const struct config *one, const struct config *other)
{
	if (one->capture_count != other->capture_count) {
		return false;
	}
	for (uint32_t i = 0; i < one->capture_count; i++) {
		const struct config_capture *a = &one->captures[i];
		const struct config_capture *b = &other->captures[i];

		if (strcmp(a->interface, b->interface) != 0 ||
		    strcmp(a->filter, b->filter) != 0 ||
		    a->buffer_bytes != b->buffer_bytes ||
		    a->snap_length != b->snap_length || a->mode != b->mode ||
		    a->promiscuous != b->promiscuous) {
			return false;
		}
	}
	return true;
}

/* Starts what the configuration has come to need, and stops what it needs no
 * longer. */
static void
adjust_roles(struct supervisor *supervisor)
{
	for (enum role_id id = ROLE_SUPERVISOR + 1; id < ROLE_COUNT; id++) {
		struct supervised *role = &supervisor->roles[id];
		bool is_needed = supervisor_needs(role);

		/* One that is off is started by it, at once. */
		if (is_needed ? role->state == HEALTH_ROLE_OFF
		              : role->pid != 0) {
			supervisor_stop_role(role);
		} else if (!is_needed) {
			timer_cancel(&supervisor->timers, &role->restart);
			role->state = HEALTH_ROLE_OFF;
		}
	}
}

/* As bytes: a configuration is zero before it is filled. */
static bool
logs_are_equal(
    const struct config_endpoint_logs *a, const struct config_endpoint_logs *b)
{
	const uint8_t *one = (const void *)a;
	const uint8_t *other = (const void *)b;

	return memcmp(one, other, sizeof(*a)) == 0;
}

/* As bytes, likewise. */
static bool
socs_are_equal(const struct config *one, const struct config *other)
{
	const uint8_t *a = (const void *)one->socs;
	const uint8_t *b = (const void *)other->socs;

	return one->soc_count == other->soc_count &&
	    memcmp(a, b, one->soc_count * sizeof(one->socs[0])) == 0;
}

static void
report_error(void *context, const struct config_error *error)
{
	const struct supervisor *supervisor = context;
	char text[CONFIG_SENTENCE_SIZE + CONFIG_PATH_SIZE];

	log_error(&supervisor->log, "config", "%s",
	    config_error_format(error, text, sizeof(text)));
}

/* One that the sensor lacks and that is up; null: none.  (Of the sensor's word
 * only the names are believed, and only those that the configuration has.) */
static const char *
interface_that_is_back(
    const struct config *config, const struct sensor_health *health)
{
	if (health->interface_count != config->capture_count) {
		return NULL;
	}
	for (uint32_t i = 0; i < health->interface_count; i++) {
		const char *name = config->captures[i].interface;

		if (health->interfaces[i].state == HEALTH_INTERFACE_ABSENT &&
		    strcmp(health->interfaces[i].name, name) == 0 &&
		    interface_is_up(name)) {
			return name;
		}
	}
	return NULL;
}

static bool
interface_is_up(const char *name)
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool is_up;

	if (fd < 0) {
		return false;
	}
	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	is_up = ioctl(fd, SIOCGIFFLAGS, &request) == 0 &&
	    (request.ifr_flags & IFF_UP) != 0;
	close(fd);
	return is_up;
}
