/*
 * A process of an alert, as JSON and as text.  Private to the room.
 *
 * Memory: the caller's, and jansson's.
 */
#ifndef ALERT_PROCESS_H
#define ALERT_PROCESS_H

#include <jansson.h>

#include "attribute/attribution.h"
#include "base/strbuf.h"

enum { PROCESS_GUID_SIZE = 39 };

/* The best process, or JSON's null; a list of the others.  Null: no memory. */
json_t *process_json(const struct attribution *attribution);
json_t *process_others_json(const struct attribution *attribution);

/* A list of sentences on why no process, or no surer one, is named. */
json_t *process_notes_json(const struct attribution *attribution);

/* Adds lines on what is known of the processes; none where nothing is. */
void process_text_add(
    const struct attribution *attribution, struct strbuf *buffer);

/* Adds a clause for an alert's sentence: "nmap.exe (pid 4312) of LAB\anna on
 * WS-1, confirmed".  Only where there is a process. */
void process_clause_add(
    const struct attribution_process *process, struct strbuf *buffer);

/* "{0A1B2C3D-...}", as Windows writes it. */
const char *process_guid_format(
    const uint8_t guid[16], char text[PROCESS_GUID_SIZE]);

#endif
