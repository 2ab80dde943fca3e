/* Random records, and random bytes in their texts, in every form at a random
 * limit: a message is never longer, never broken UTF-8, and holds no control
 * code. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "forward/format.h"
#include "forward/format_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char message[FORWARD_MESSAGE_SIZE];

/* The input is JSON, or else the text of an alert that is otherwise known. */
static json_t *
object_of(const char *bytes, size_t size)
{
	json_t *object = json_loadb(bytes, size, JSON_ALLOW_NUL, NULL);
	json_t *text;

	if (object != NULL) {
		return object;
	}
	text = json_stringn_nocheck(bytes, size);
	object = json_pack("{s:[s], s:O, s:{s:O, s:O, s:O, s:{s:O}}, s:{s:O}}",
	    "kinds", "host_sweep", "summary", text, "process", "command_line",
	    text, "image", text, "user", text, "parent", "command_line", text,
	    "source", "segment", text);
	json_decref(text);
	return object;
}

static void
check(size_t length, size_t limit)
{
	SW_ASSERT(length <= limit);
	for (size_t at = 0; at < length;) {
		size_t size = format_character_size(message + at, length - at);

		SW_ASSERT(size > 0);
		SW_ASSERT((uint8_t)message[at] >= 0x20);
		at += size;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct forward_format_terms terms = { .form = FORWARD_RFC5424,
		.enterprise_number = 32473 };
	struct forward_record record = { .seq = 1, .sequence_id = 1 };
	json_t *object;

	if (size < 4) {
		return 0;
	}
	terms.limit_bytes = FORWARD_LIMIT_MIN_JSON + data[0] * 64u;
	terms.mask_secrets = data[1] & 1;
	record.kind = data[2] % FORWARD_KIND_COUNT;
	record.severity = data[3] % FORWARD_SEVERITY_COUNT;
	object = object_of((const char *)data + 4, size - 4);
	for (int form = 0; form < FORWARD_FORM_COUNT; form++) {
		terms.form = (enum forward_form)form;
		check(forward_format(
		          &terms, &record, object, message, sizeof(message)),
		    terms.limit_bytes);
	}
	json_decref(object);
	return 0;
}
