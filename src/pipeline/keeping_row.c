#include "base/strbuf.h"
#include "pipeline/keeping_private.h"

static void fill_process(
    struct store_revision *row, const struct attribution *attribution);
static void fill_search(struct keeping_row *row, const struct alert *alert);
static void add_words(struct strbuf *buffer, const char *text);
static const char *text_or_null_of(const char *text);

void
keeping_fill_row(struct keeping_row *row, const struct alert *alert)
{
	const struct finding *finding = &alert->finding;
	struct strbuf kinds;

	row->revision = (struct store_revision){
		.id = alert->id,
		.revision = alert->revision,
		.status = (enum store_status)alert->status,
		.severity = (enum store_severity)alert->severity.level,
		.score = alert->severity.score,
		.active = finding->active,
		.has_source_ip = finding->has_address,
		.source_ip = finding->source,
		.time_ns = finding->revised_at_ns,
		.first_seen_ns = finding->first_seen_ns,
		.last_seen_ns = finding->last_seen_ns,
		.kinds = row->kinds,
		.host = text_or_null_of(alert->attribution.host),
		.segment =
		    alert->source_in_segment ? alert->source_segment : NULL,
		.search = row->search,
		.target_segments = row->segments,
		.target_segment_count = alert->target_segment_count,
	};
	strbuf_init(&kinds, row->kinds, sizeof(row->kinds));
	for (uint32_t i = 0; i < finding->kind_count; i++) {
		strbuf_addf(&kinds, "%s%s", i == 0 ? "" : " ",
		    finding_kind_name(finding->kinds[i]));
	}
	for (uint32_t i = 0; i < alert->target_segment_count; i++) {
		row->segments[i] = alert->target_segments[i];
	}
	if (alert->authorisation.is_covered) {
		row->revision.authorised = alert->authorisation.entry;
	}
	fill_process(&row->revision, &alert->attribution);
	fill_search(row, alert);
}

static void
fill_process(struct store_revision *row, const struct attribution *attribution)
{
	const struct attribution_process *best = &attribution->processes[0];

	if (attribution->process_count == 0) {
		return;
	}
	row->confidence = (enum store_confidence)best->confidence;
	row->image = text_or_null_of(best->image);
	row->user = text_or_null_of(best->user);
	if (row->host == NULL) {
		row->host = text_or_null_of(best->host);
	}
}

/* What people look for: the sentence, names, the command line, notes. */
static void
fill_search(struct keeping_row *row, const struct alert *alert)
{
	const struct attribution *attribution = &alert->attribution;
	struct strbuf buffer;
	char sentence[SUMMARY_SIZE];
	struct strbuf summary;

	strbuf_init(&buffer, row->search, sizeof(row->search));
	strbuf_init(&summary, sentence, sizeof(sentence));
	summary_add(alert, &summary);
	add_words(&buffer, alert->id);
	for (uint32_t i = 0; i < attribution->name_count; i++) {
		add_words(&buffer, attribution->names[i]);
	}
	if (attribution->process_count > 0) {
		add_words(&buffer, attribution->processes[0].image);
		add_words(&buffer, attribution->processes[0].user);
		add_words(&buffer, attribution->processes[0].command_line);
		add_words(&buffer, attribution->processes[0].parent_image);
	}
	add_words(&buffer, sentence);
	for (uint32_t i = 0; i < people_kept(&alert->people); i++) {
		add_words(&buffer, people_act_at(&alert->people, i)->text);
	}
}

static void
add_words(struct strbuf *buffer, const char *text)
{
	if (text[0] != '\0') {
		strbuf_addf(
		    buffer, "%s%s", buffer->length > 0 ? " " : "", text);
	}
}

static const char *
text_or_null_of(const char *text)
{
	return text[0] == '\0' ? NULL : text;
}
