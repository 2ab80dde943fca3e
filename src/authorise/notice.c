#include <stdio.h>

#include "authorise/entry_text.h"
#include "authorise/room.h"

/* By how long before its end each is due. */
static const struct {
	int64_t before_s;
	const char *words;
} dues[] = {
	[AUTHORISE_NOTICE_NONE] = { INT64_MAX, "" },
	[AUTHORISE_NOTICE_14_DAYS] = { 14 * 86400,
	    "expires in 14 days or less" },
	[AUTHORISE_NOTICE_3_DAYS] = { 3 * 86400, "expires in 3 days or less" },
	[AUTHORISE_NOTICE_1_DAY] = { 86400, "expires within a day" },
	[AUTHORISE_NOTICE_EXPIRED] = { 0, "has expired" },
};

static uint8_t due_of(const struct authorise_record *record, uint64_t now_ns);

/* What was due while nobody asked is told by the latest alone. */
bool
authorise_next_notice(struct authorise *authorise, uint64_t now_ns,
    struct authorise_notice *notice)
{
	for (uint32_t i = 0; i < CONFIG_AUTHORISE_ENTRY_COUNT; i++) {
		struct authorise_record *record = &authorise->records[i];
		char date[AUTHORISE_DATE_TEXT_SIZE];
		struct strbuf sentence;
		uint8_t due;

		if (record->number == 0 ||
		    record->entry.state != AUTHORISE_ACTIVE) {
			continue;
		}
		due = due_of(record, now_ns);
		if (due <= record->noticed) {
			continue;
		}
		record->noticed = due;
		memset(notice, 0, sizeof(*notice));
		notice->kind = due;
		memcpy(
		    notice->entry, record->entry.name, sizeof(notice->entry));
		strbuf_init(
		    &sentence, notice->sentence, sizeof(notice->sentence));
		strbuf_add(&sentence, "authorised scanner ");
		sentence_add_short(&sentence, record->entry.name, 63);
		strbuf_addf(&sentence, " %s: its last day is %s; owner ",
		    dues[due].words,
		    authorise_date_format(&record->entry.expires, date));
		sentence_add_short(&sentence, record->entry.owner, 80);
		return true;
	}
	return false;
}

static uint8_t
due_of(const struct authorise_record *record, uint64_t now_ns)
{
	int64_t left_s = record->end_s - (int64_t)(now_ns / NS_PER_S);
	uint8_t due = AUTHORISE_NOTICE_NONE;

	for (uint32_t i = AUTHORISE_NOTICE_14_DAYS;
	     i <= AUTHORISE_NOTICE_EXPIRED; i++) {
		if (left_s <= dues[i].before_s) {
			due = (uint8_t)i;
		}
	}
	return due;
}
