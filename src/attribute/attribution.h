/*
 * Attribution: which process sent a campaign's probes, how sure that is, and
 * why.  The record between the rooms attribute and alert; fixed size and free
 * of pointers.
 */
#ifndef ATTRIBUTE_ATTRIBUTION_H
#define ATTRIBUTE_ATTRIBUTION_H

#include "base/base.h"

enum {
	ATTRIBUTION_PROCESSES = 4, /* The best, and up to three others. */
	ATTRIBUTION_EVIDENCE = 6,  /* Sentences of each. */
	ATTRIBUTION_SENTENCE_SIZE = 240,
	ATTRIBUTION_HOST_SIZE = 128,
	ATTRIBUTION_USER_SIZE = 160,
	ATTRIBUTION_IMAGE_SIZE = 320,
	ATTRIBUTION_COMMAND_SIZE = 1024,
	ATTRIBUTION_HASHES_SIZE = 256,
	ATTRIBUTION_NOTES = 4,
	ATTRIBUTION_NAMES = 4,
};

/* In rising order. */
enum attribution_confidence {
	ATTRIBUTION_NONE,
	ATTRIBUTION_POSSIBLE,
	ATTRIBUTION_PROBABLE,
	ATTRIBUTION_CONFIRMED,
};

struct attribution_process {
	uint8_t confidence; /* enum attribution_confidence */
	bool has_pid;
	bool has_guid;
	bool has_parent_pid;
	uint32_t pid;
	uint32_t parent_pid;
	uint8_t guid[16];
	uint64_t started_ns; /* By the sensor's clock; 0: unknown. */
	uint32_t matched;    /* Probes that its socket events match... */
	uint32_t matched_of; /* ...of so many that were compared. */
	uint32_t evidence_count;
	char host[ATTRIBUTION_HOST_SIZE];
	char user[ATTRIBUTION_USER_SIZE]; /* "": unknown; so the rest. */
	char image[ATTRIBUTION_IMAGE_SIZE];
	char command_line[ATTRIBUTION_COMMAND_SIZE];
	char hashes[ATTRIBUTION_HASHES_SIZE];
	char parent_image[ATTRIBUTION_IMAGE_SIZE];
	char parent_command_line[ATTRIBUTION_COMMAND_SIZE];
	char evidence[ATTRIBUTION_EVIDENCE][ATTRIBUTION_SENTENCE_SIZE];
};

struct attribution {
	uint32_t process_count; /* Best first; 0: no process is named. */
	struct attribution_process processes[ATTRIBUTION_PROCESSES];
	char host[ATTRIBUTION_HOST_SIZE]; /* The source's name; "": unknown. */
	uint32_t name_count;
	char names[ATTRIBUTION_NAMES][ATTRIBUTION_HOST_SIZE]; /* Other names. */
	/* Why no process, or no surer one, is named: sentences. */
	uint32_t note_count;
	char notes[ATTRIBUTION_NOTES][ATTRIBUTION_SENTENCE_SIZE];
};

/* "confirmed", "probable", "possible"; NONE has no name: null. */
const char *attribution_confidence_name(enum attribution_confidence confidence);

#endif
