#include "alert/changes.h"

#include <string.h>

#include "alert/process.h"
#include "alert/words.h"
#include "base/siphash.h"
#include "base/strbuf.h"

static void note_end(struct alert *alert, const struct alert_told *told);
static void note_growth(
    struct alert *alert, const char *what, uint64_t before, uint64_t now);
static void note_new_kinds(struct alert *alert, const struct alert_told *told);
static void note_new_techniques(
    struct alert *alert, const struct alert_told *told);
static void note_process(struct alert *alert, const struct alert_told *told);
static uint32_t kinds_of(const struct finding *finding);
static const char *tail_of(const char *image);

/* An odd number without a pattern: 2^64 over the golden ratio. */
#define DIGEST_FACTOR 0x9e3779b97f4a7c15u

/* Fixed: the digest is only compared with others of this run. */
static const struct hash_key digest_key = { { 0x5370616e77617463, 0x68 } };

/* The next of the changes, empty.  There are no more than eight to note. */
static void
open_change(struct alert *alert, struct strbuf *buffer)
{
	SW_ASSERT(alert->change_count < ALERT_CHANGES);
	strbuf_init(buffer, alert->changes[alert->change_count],
	    sizeof(alert->changes[0]));
	alert->change_count++;
}

void
changes_note(struct alert *alert, const struct alert_told *told)
{
	const struct finding *finding = &alert->finding;

	alert->change_count = 0;
	if (told->revision == 0) {
		return;
	}
	note_process(alert, told);
	note_new_kinds(alert, told);
	note_new_techniques(alert, told);
	note_growth(alert, "targets", told->targets, finding->target_count);
	note_growth(alert, "services", told->services, finding->service_count);
	note_growth(alert, "probes", told->probes, finding->probe_count);
	note_end(alert, told);
}

static void
note_end(struct alert *alert, const struct alert_told *told)
{
	struct strbuf buffer;

	if (told->active != alert->finding.active) {
		open_change(alert, &buffer);
		strbuf_add(
		    &buffer, told->active ? "it is over" : "it goes on again");
	}
	if (told->status != alert->status) {
		open_change(alert, &buffer);
		strbuf_addf(&buffer, "its state is %s",
		    alert_status_name(alert->status));
	}
}

static void
note_growth(
    struct alert *alert, const char *what, uint64_t before, uint64_t now)
{
	struct strbuf buffer;

	if (before == now) {
		return;
	}
	open_change(alert, &buffer);
	strbuf_addf(&buffer, "%s: ", what);
	words_add_count(&buffer, now);
	strbuf_add(&buffer, ", after ");
	words_add_count(&buffer, before);
}

static void
note_new_kinds(struct alert *alert, const struct alert_told *told)
{
	const struct finding *finding = &alert->finding;
	const char *before = "new kind: ";
	struct strbuf buffer;

	if ((kinds_of(finding) & ~told->kinds) == 0) {
		return;
	}
	open_change(alert, &buffer);
	for (uint32_t i = 0; i < finding->kind_count; i++) {
		if ((told->kinds & 1u << finding->kinds[i]) == 0) {
			strbuf_addf(&buffer, "%s%s", before,
			    finding_kind_name(finding->kinds[i]));
			before = ", ";
		}
	}
}

static void
note_new_techniques(struct alert *alert, const struct alert_told *told)
{
	uint32_t fresh = alert->finding.techniques & ~told->techniques;
	const char *before = "new technique: ";
	struct strbuf buffer;

	if (fresh == 0) {
		return;
	}
	open_change(alert, &buffer);
	for (uint32_t i = 0; i < PROBE_TECHNIQUE_COUNT; i++) {
		if ((fresh & 1u << i) != 0) {
			strbuf_addf(
			    &buffer, "%s%s", before, probe_technique_name(i));
			before = ", ";
		}
	}
}

/* Whether both are the same process, as far as it was told. */
static bool
is_told(
    const struct alert_told *told, const struct attribution_process *process)
{
	return told->has_pid == process->has_pid && told->pid == process->pid &&
	    strcmp(told->image, tail_of(process->image)) == 0;
}

static void
note_process(struct alert *alert, const struct alert_told *told)
{
	const struct attribution *attribution = &alert->attribution;
	const struct attribution_process *best = &attribution->processes[0];
	struct strbuf buffer;

	if (told->process_digest == changes_process_digest(attribution)) {
		return;
	}
	open_change(alert, &buffer);
	if (attribution->process_count == 0) {
		strbuf_add(&buffer,
		    told->confidence != ATTRIBUTION_NONE
		        ? "the process named before does not stand"
		        : "more is known of the source");
		return;
	}
	if (told->confidence == ATTRIBUTION_NONE) {
		strbuf_add(&buffer, "a process is named: ");
	} else if (!is_told(told, best)) {
		strbuf_add(&buffer, "another process than before: ");
	} else if (told->confidence != best->confidence) {
		strbuf_addf(&buffer, "the process was %s, now: ",
		    attribution_confidence_name(told->confidence));
	} else {
		strbuf_add(&buffer, "more is known of the process: ");
	}
	process_clause_add(best, &buffer);
}

void
changes_remember(struct alert_told *told, const struct alert *alert)
{
	const struct finding *finding = &alert->finding;
	const struct attribution *attribution = &alert->attribution;
	const struct attribution_process *best = &attribution->processes[0];

	memset(told, 0, sizeof(*told));
	told->revision = alert->revision;
	told->active = finding->active;
	told->status = alert->status;
	told->techniques = finding->techniques;
	told->kinds = kinds_of(finding);
	told->targets = finding->target_count;
	told->services = finding->service_count;
	told->probes = finding->probe_count;
	told->process_digest = changes_process_digest(attribution);
	if (attribution->process_count > 0) {
		told->confidence = best->confidence;
		told->has_pid = best->has_pid;
		told->pid = best->pid;
		memcpy(told->image, tail_of(best->image),
		    strlen(tail_of(best->image)) + 1);
	}
}

static uint32_t
kinds_of(const struct finding *finding)
{
	uint32_t kinds = 0;

	for (uint32_t i = 0; i < finding->kind_count; i++) {
		kinds |= 1u << finding->kinds[i];
	}
	return kinds;
}

/* What a struct alert_told keeps of a path: its end tells most. */
static const char *
tail_of(const char *image)
{
	size_t length = strlen(image);

	return length < TOLD_IMAGE_SIZE ? image
	                                : image + length - TOLD_IMAGE_SIZE + 1;
}

static uint32_t
size_class(uint32_t count)
{
	return count == 0 ? 0 : 32 - (uint32_t)__builtin_clz(count);
}

static uint64_t
add_text(uint64_t digest, const char *text)
{
	return digest * DIGEST_FACTOR +
	    siphash(&digest_key, text, strlen(text));
}

static uint64_t
add_process(uint64_t digest, const struct attribution_process *process)
{
	uint64_t numbers[] = { process->confidence, process->has_pid,
		process->pid, process->has_parent_pid, process->parent_pid,
		process->has_guid };

	digest = digest * DIGEST_FACTOR +
	    siphash(&digest_key, numbers, sizeof(numbers));
	digest = add_text(digest, process->user);
	digest = add_text(digest, process->image);
	digest = add_text(digest, process->command_line);
	return add_text(digest, process->parent_image);
}

/* What a sentence says beside its figures, which change with every event. */
static uint64_t
add_sentence(uint64_t digest, const char *sentence)
{
	char words[ATTRIBUTION_SENTENCE_SIZE];
	size_t length = 0;

	for (const char *at = sentence; *at != '\0'; at++) {
		if (*at < '0' || *at > '9') {
			words[length++] = *at;
		}
	}
	words[length] = '\0';
	return add_text(digest, words);
}

/* While logs lag behind the probes, further candidates come and go: one that is
 * merely possible is no news.  That matches have doubled is, and that there are
 * as many now as there are probes. */
uint64_t
changes_process_digest(const struct attribution *attribution)
{
	uint64_t digest = add_text(0, attribution->host);

	for (uint32_t i = 0; i < attribution->process_count; i++) {
		const struct attribution_process *process =
		    &attribution->processes[i];

		if (i == 0) {
			digest += size_class(process->matched);
			digest += process->matched_of > 0 &&
			        process->matched >= process->matched_of
			    ? DIGEST_FACTOR
			    : 0;
		}
		if (i == 0 || process->confidence >= ATTRIBUTION_PROBABLE) {
			digest = add_process(digest, process);
		}
	}
	for (uint32_t i = 0; i < attribution->note_count; i++) {
		digest = add_sentence(digest, attribution->notes[i]);
	}
	return digest;
}
