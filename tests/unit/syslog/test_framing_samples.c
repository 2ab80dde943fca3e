/*
 * Framing of recorded streams: tests/syslog/framing, each in pieces of several
 * sizes.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cutter.h"

#define FOLDER "tests/syslog/framing/"

enum { MESSAGES = 30 };

static const size_t pieces[] = { 1, 7, 480, 1448, 1 << 20 };

/* The stream 'name', cut; the pieces are number 'which'. */
static struct cutter *
cut(const char *name, size_t which)
{
	static char bytes[CUTTER_BYTES];
	struct cutter *cutter = cutter_new();
	char path[128];
	FILE *file;
	size_t size;

	snprintf(path, sizeof(path), FOLDER "%s", name);
	file = fopen(path, "rb");
	cr_assert_not_null(file, "%s", path);
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	cutter_give(cutter, bytes, size, pieces[which]);
	cutter_close(cutter);
	return cutter;
}

/* How many of the messages that were sent came out, each as it was. */
static uint32_t
found(const struct cutter *cutter)
{
	char line[1 << 16];
	FILE *file = fopen(FOLDER "messages.jsonl", "rb");
	uint32_t count = 0;

	cr_assert_not_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		json_t *text = json_loads(line, JSON_DECODE_ANY, NULL);

		for (uint32_t i = 0; i < cutter->count; i++) {
			if (cutter_is(cutter, i, json_string_value(text),
			        json_string_length(text))) {
				count++;
				break;
			}
		}
		json_decref(text);
	}
	fclose(file);
	return count;
}

static void
expect_stream(const char *name, uint32_t message_count, uint32_t found_count)
{
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		const struct cutter *cutter = cut(name, i);

		cr_expect_eq(cutter->count, message_count, "%s by %zu: %u",
		    name, pieces[i], cutter->count);
		cr_expect_eq(found(cutter), found_count, "%s by %zu: %u found",
		    name, pieces[i], found(cutter));
	}
}

Test(framing_samples, all_messages_of_every_sound_stream_come_out_as_sent)
{
	static const char *const names[] = { "tcp-octet-counted.bin",
		"tcp-lf.bin", "tcp-crlf.bin", "tcp-nul.bin",
		"tcp-lf-no-final-trailer.bin", "tcp-lf-empty-lines.bin",
		"tcp-octet-then-lf.bin", "tcp-octet-plus-lf.bin" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		expect_stream(names[i], MESSAGES, MESSAGES);
	}
}

Test(framing_samples, events_of_many_lines_stay_whole_with_either_framing)
{
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		const struct cutter *cutter = cut("tcp-octet-multiline.bin", i);
		static char one[CUTTER_BYTES];
		size_t sizes[5];

		cr_assert_eq(cutter->count, 5u);
		memcpy(one, cutter->bytes, cutter->bytes_used);
		for (uint32_t j = 0; j < 5; j++) {
			sizes[j] = cutter->messages[j].size;
		}
		cutter = cut("tcp-lf-multiline-broken.bin", i);
		cr_assert_eq(cutter->count, 5u);
		for (uint32_t j = 0; j < 5; j++) {
			size_t cut_off = sizes[j] - cutter->messages[j].size;

			cr_expect_leq(cut_off, 2u);
		}
	}
}

Test(framing_samples, wrong_counts_cost_what_they_must)
{
	/* The one with the small count came cut. */
	expect_stream("tcp-octet-count-too-small.bin", MESSAGES, MESSAGES - 1);
	/* It swallowed the beginning of the next. */
	expect_stream(
	    "tcp-octet-count-too-large.bin", MESSAGES - 1, MESSAGES - 2);
	expect_stream("tcp-octet-leading-zero.bin", MESSAGES, MESSAGES);
}

Test(framing_samples, an_absurd_count_costs_its_message_alone)
{
	expect_stream("tcp-octet-absurd-count.bin", MESSAGES - 1, MESSAGES - 1);
}

Test(framing_samples, a_cut_connection_gives_the_half_message_marked)
{
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		const struct cutter *cutter = cut("tcp-cut-mid-message.bin", i);

		cr_expect_eq(cutter->count, 30u);
		cr_expect_eq(found(cutter), 29u);
		cr_expect_eq(cutter->cut_count, 1u);
		cr_expect(cutter->messages[29].is_cut);
	}
}

Test(framing_samples, a_message_of_seventy_thousand_bytes_is_cut_not_lost)
{
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		const struct cutter *cutter = cut("tcp-octet-70k.bin", i);

		cr_expect_eq(cutter->count, 3u);
		cr_expect_eq(cutter->cut_count, 1u);
		cr_expect_eq(cutter->framing.errors, 0u);
	}
}

Test(framing_samples, lines_that_begin_with_numbers_are_lines)
{
	expect_stream("tcp-lf-json-with-prefix-digits.bin", 3, 0);
}

Test(framing_samples, odd_contents_are_messages_when_the_counts_are_right)
{
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		const struct cutter *cutter = cut("malformed.octet.bin", i);

		cr_expect_eq(
		    cutter->count, 19u, "by %zu: %u", pieces[i], cutter->count);
	}
}
