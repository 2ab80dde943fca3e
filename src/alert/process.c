#include "alert/process.h"

#include <stdio.h>
#include <string.h>

#include "alert/json_help.h"
#include "alert/words.h"

static json_t *one_json(const struct attribution_process *process);
static json_t *parent_json(const struct attribution_process *process);
static json_t *sentences_json(
    const char (*sentences)[ATTRIBUTION_SENTENCE_SIZE], uint32_t count);
static void one_text_add(const char *title,
    const struct attribution_process *process, struct strbuf *buffer);
static void line_add(
    struct strbuf *buffer, const char *title, const char *text);
static const char *name_of_image(const char *image);

json_t *
process_json(const struct attribution *attribution)
{
	return attribution->process_count == 0
	    ? json_null()
	    : one_json(&attribution->processes[0]);
}

json_t *
process_others_json(const struct attribution *attribution)
{
	json_t *list = json_array();
	bool whole = true;

	for (uint32_t i = 1; i < attribution->process_count; i++) {
		whole =
		    push(list, one_json(&attribution->processes[i])) && whole;
	}
	return finished(list, whole);
}

json_t *
process_notes_json(const struct attribution *attribution)
{
	return sentences_json(attribution->notes, attribution->note_count);
}

static json_t *
one_json(const struct attribution_process *process)
{
	json_t *object = json_object();
	char guid[PROCESS_GUID_SIZE];
	bool whole;

	whole = put(object, "confidence",
	            json_string(
	                attribution_confidence_name(process->confidence))) &&
	    put(object, "host", text_or_none(process->host)) &&
	    put(object, "user", text_or_none(process->user)) &&
	    put(object, "image", text_or_none(process->image)) &&
	    put(object, "command_line", text_or_none(process->command_line)) &&
	    put(object, "pid",
	        process->has_pid ? json_integer(process->pid) : json_null()) &&
	    put(object, "guid",
	        process->has_guid
	            ? json_string(process_guid_format(process->guid, guid))
	            : json_null()) &&
	    put(object, "hashes", text_or_none(process->hashes)) &&
	    put(object, "started",
	        process->started_ns > 0 ? time_of(process->started_ns)
	                                : json_null()) &&
	    put(object, "parent", parent_json(process)) &&
	    put(object, "matched",
	        json_pack("{s:o, s:o}", "connections",
	            count_of(process->matched), "of",
	            count_of(process->matched_of))) &&
	    put(object, "evidence",
	        sentences_json(process->evidence, process->evidence_count));
	return finished(object, whole);
}

static json_t *
parent_json(const struct attribution_process *process)
{
	return json_pack("{s:o, s:o, s:o}", "image",
	    text_or_none(process->parent_image), "command_line",
	    text_or_none(process->parent_command_line), "pid",
	    process->has_parent_pid ? json_integer(process->parent_pid)
	                            : json_null());
}

static json_t *
sentences_json(
    const char (*sentences)[ATTRIBUTION_SENTENCE_SIZE], uint32_t count)
{
	json_t *list = json_array();
	bool whole = true;

	for (uint32_t i = 0; i < count; i++) {
		whole = push(list, text_of(sentences[i])) && whole;
	}
	return finished(list, whole);
}

void
process_text_add(const struct attribution *attribution, struct strbuf *buffer)
{
	for (uint32_t i = 0; i < attribution->process_count; i++) {
		one_text_add(i == 0 ? "process" : "or else",
		    &attribution->processes[i], buffer);
	}
	for (uint32_t i = 0; i < attribution->note_count; i++) {
		line_add(buffer, i == 0 ? "logs" : "", attribution->notes[i]);
	}
}

static void
one_text_add(const char *title, const struct attribution_process *process,
    struct strbuf *buffer)
{
	strbuf_addf(buffer, "  %-11s ", title);
	process_clause_add(process, buffer);
	strbuf_add(buffer, "\n");
	line_add(buffer, "", process->image);
	line_add(buffer, "", process->command_line);
	if (process->parent_image[0] != '\0') {
		strbuf_add(buffer, "              started by ");
		words_add_visible(buffer, process->parent_image);
		if (process->has_parent_pid) {
			strbuf_addf(buffer, " (pid %u)", process->parent_pid);
		}
		strbuf_add(buffer, "\n");
	}
	for (uint32_t i = 0; i < process->evidence_count; i++) {
		line_add(
		    buffer, i == 0 ? "evidence" : "", process->evidence[i]);
	}
}

static void
line_add(struct strbuf *buffer, const char *title, const char *text)
{
	if (text[0] == '\0') {
		return;
	}
	strbuf_addf(buffer, "  %-11s ", title);
	words_add_visible(buffer, text);
	strbuf_add(buffer, "\n");
}

void
process_clause_add(
    const struct attribution_process *process, struct strbuf *buffer)
{
	words_add_visible(buffer, name_of_image(process->image));
	if (process->has_pid) {
		strbuf_addf(buffer, " (pid %u)", process->pid);
	}
	if (process->user[0] != '\0') {
		strbuf_add(buffer, " of ");
		words_add_visible(buffer, process->user);
	}
	if (process->host[0] != '\0') {
		strbuf_add(buffer, " on ");
		words_add_visible(buffer, process->host);
	}
	strbuf_addf(
	    buffer, ", %s", attribution_confidence_name(process->confidence));
}

/* The last part of a path, of either system. */
static const char *
name_of_image(const char *image)
{
	const char *name = image;

	for (const char *at = image; *at != '\0'; at++) {
		if ((*at == '\\' || *at == '/') && at[1] != '\0') {
			name = at + 1;
		}
	}
	return image[0] == '\0' ? "a process without a name" : name;
}

const char *
process_guid_format(const uint8_t guid[16], char text[PROCESS_GUID_SIZE])
{
	(void)snprintf(text, PROCESS_GUID_SIZE,
	    "{%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%"
	    "02X}",
	    guid[0], guid[1], guid[2], guid[3], guid[4], guid[5], guid[6],
	    guid[7], guid[8], guid[9], guid[10], guid[11], guid[12], guid[13],
	    guid[14], guid[15]);
	return text;
}
