/*
 * Services and targets as words: "tcp/445 SMB", "22,80,8000-8100",
 * "10.20.2.0-10.20.2.63".
 *
 * A service is a port of a protocol, or a protocol that has no ports.  Its name
 * is what room classify heard it speak; where nothing was heard, what is
 * usually found behind its port (alert/ports.def).
 *
 * Memory: none.
 */
#ifndef ALERT_SERVICE_H
#define ALERT_SERVICE_H

#include "base/base.h"
#include "base/strbuf.h"
#include "detect/finding.h"

enum {
	SERVICE_LABEL_SIZE = 48, /* Bytes, the closing zero included. */
	SERVICE_NAMES = FINDING_SERVICE_NAMES,
};

/* What is usually found behind a port; null where nothing is known. */
const char *service_usual_name(uint8_t protocol, uint16_t port);

/* What a service is for, as far as that tells what somebody is after. */
enum service_purpose {
	SERVICE_OTHER,
	SERVICE_ADMIN,   /* Hosts are administered by it, or their users. */
	SERVICE_DATA,    /* Databases. */
	SERVICE_CONTROL, /* Industrial control. */
};

/* Of a port, by what is usually behind it. */
enum service_purpose service_purpose(uint8_t protocol, uint16_t port);

/* Writes "tcp/445 SMB", "tcp/4444" or "icmp". */
void service_label(const struct finding *finding, uint8_t protocol,
    uint16_t port, char text[SERVICE_LABEL_SIZE]);

/* The same of one probe, without a name: "tcp/445", "icmp", "ip/47". */
void service_label_of_sample(
    const struct finding_sample *sample, char text[SERVICE_LABEL_SIZE]);

/* Writes the labels of those of the finding's services that have a name, in the
 * order of its ranges, and returns how many. */
uint32_t service_names(const struct finding *finding,
    char labels[SERVICE_NAMES][SERVICE_LABEL_SIZE]);

/* Adds the first 'limit' ranges of the finding's services, joined by 'comma':
 * bare numbers where all are of one protocol, else each with its protocol
 * ("udp/53"). */
void service_add_ranges(const struct finding *finding, uint32_t limit,
    const char *comma, struct strbuf *buffer);

/* Adds the first 'limit' ranges of the finding's targets, joined by 'comma'. */
void target_add_ranges(const struct finding *finding, uint32_t limit,
    const char *comma, struct strbuf *buffer);

#endif
