#include "firmware/mirror_port.h"

#include <string.h>

static void note_state(struct mirror_port *port);

int
mirror_port_open(struct mirror_port *port, struct counters *counters,
    uint8_t *arena, uint8_t observation_point)
{
	const struct config_capture *settings = port->settings;
	const struct capture_live_settings live = {
		.interface = settings->interface,
		.filter = settings->filter,
		.buffer_bytes = settings->buffer_bytes,
		.snap_length = settings->snap_length,
		.is_immediate = settings->mode == CONFIG_CAPTURE_IMMEDIATE,
		.is_promiscuous = settings->promiscuous,
		.observation_point = observation_point,
	};
	int error = capture_live_open(&port->live, counters, arena, &live);

	if (error == 0) {
		port->is_open = true;
		log_info(port->log, "sensor",
		    "captures on %s, %u bytes of a frame, ring of %u bytes",
		    settings->interface, settings->snap_length,
		    settings->buffer_bytes);
	}
	return error;
}

void
mirror_port_watch(struct mirror_port *port,
    void (*handle)(void *context, uint32_t events), void *context)
{
	int error;

	if (port->is_open) {
		error =
		    loop_add(port->loop, capture_live_descriptor(&port->live),
		        EPOLLIN, handle, context);
		SW_ASSERT(error == 0); /* There are more places than ports. */
		port->is_watched = true;
	}
}

uint32_t
mirror_port_next(struct mirror_port *port, struct frame frames[CAPTURE_BURST])
{
	uint32_t count;

	if (!port->is_open) {
		return 0;
	}
	count = capture_next(&port->live.capture, frames);
	port->frames += count;
	note_state(port);
	return count;
}

uint64_t
mirror_port_drops(struct mirror_port *port)
{
	return port->is_open ? capture_live_drops(&port->live) : 0;
}

void
mirror_port_show(const struct mirror_port *port, struct health_interface *shown)
{
	memset(shown, 0, sizeof(*shown));
	memcpy(shown->name, port->settings->interface, sizeof(shown->name));
	shown->frames = port->frames;
	shown->kernel_drops = port->live.drops_count;
	shown->state = HEALTH_INTERFACE_UP;
	if (!port->is_open) {
		shown->state = HEALTH_INTERFACE_ABSENT;
	} else if (port->was_down) {
		shown->state = HEALTH_INTERFACE_DOWN;
	}
}

/* Says that it went down, came back, or is gone.  The frames of a last burst
 * are the arena's, so they stay. */
static void
note_state(struct mirror_port *port)
{
	const char *name = port->settings->interface;

	if (port->live.is_down != port->was_down) {
		port->was_down = port->live.is_down;
		log_warning(port->log, "sensor",
		    port->was_down ? "%s is down" : "%s is up again", name);
	}
	if (port->live.capture.state != CAPTURE_FAILED) {
		return;
	}
	log_error(port->log, "sensor", "goes on without it: %s",
	    port->live.capture.sentence);
	if (port->is_watched) {
		loop_remove(port->loop, capture_live_descriptor(&port->live));
	}
	capture_live_close(&port->live);
	port->is_open = false;
}
