/*
 * Log sockets: what the collector opens before it is confined.
 */
#ifndef FIRMWARE_LOG_SOCKETS_H
#define FIRMWARE_LOG_SOCKETS_H

#include "base/log.h"
#include "config/config.h"
#include "syslog/syslog.h"

/* Reads the certificates and opens the sockets that 'logs' asks for, and adds
 * the relays.  Where 'needs_all', what cannot be had is told a person and the
 * end; else it is logged, and the others are opened.  Returns an exit status
 * (enum role_exit). */
int log_sockets_open(struct syslog *syslog, struct tls *tls,
    const struct log *log, const struct config_endpoint_logs *logs,
    bool needs_all) SW_MUST_CHECK;

#endif
