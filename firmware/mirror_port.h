/*
 * Mirror port: an interface of the sensor, as it comes and goes.
 *
 * One that is down is waited for; one that is gone is let go, and said so,
 * since a confined sensor cannot open it again (firmware/supervisor.h tells who
 * does).
 *
 * Memory: the struct; frames stand in an arena that all ports share.
 */
#ifndef FIRMWARE_MIRROR_PORT_H
#define FIRMWARE_MIRROR_PORT_H

#include "base/counter.h"
#include "base/log.h"
#include "capture/capture_live.h"
#include "config/config.h"
#include "event/loop.h"
#include "firmware/health.h"

struct mirror_port {
	/* Given by the sensor; borrowed. */
	const struct config_capture *settings;
	const struct log *log;
	struct loop *loop;

	/* Private to mirror_port.c. */
	bool is_open;
	bool is_watched;
	bool was_down;
	uint64_t frames; /* Received. */
	struct capture_live live;
};

/* Opens the interface.  Returns as capture_live_open(); a reason is in
 * port->live.capture.sentence. */
int mirror_port_open(struct mirror_port *port, struct counters *counters,
    uint8_t *arena, uint8_t observation_point) SW_MUST_CHECK;

/* Calls 'handle' with 'context' when there are frames; if it is open. */
void mirror_port_watch(struct mirror_port *port,
    void (*handle)(void *context, uint32_t events), void *context);

/* The next burst; zero: there is none now.  To be asked now and then without
 * need, since that is how it is noticed that the interface is gone. */
uint32_t mirror_port_next(
    struct mirror_port *port, struct frame frames[CAPTURE_BURST]);

/* Frames that the kernel dropped since this was last asked. */
uint64_t mirror_port_drops(struct mirror_port *port);

void mirror_port_show(
    const struct mirror_port *port, struct health_interface *shown);

#endif
