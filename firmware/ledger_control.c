/*
 * What people ask of the ledger, at the control socket: acts on alerts, and
 * changes of authorised scanners.
 *
 * A request is one JSON object in a line, {"do": WORD, "by": NAME, ...}; the
 * answer is one, too: {"ok": true, ...} or {"ok": false, "error": SENTENCE}.
 * Who asks has the name of the account that the kernel says he has; only root
 * is believed to ask for another, as sudo does.
 *
 *	alerts.acknowledge  {id, text?}
 *	alerts.close        {id, text}
 *	alerts.reopen       {id, text?}
 *	alerts.note         {id, text}
 *	alerts.contain      {id, decision, text?}
 *	scanners.*          authorise/request.h
 *	ledger.commit       {}: all told so far is on the disk when it answers
 */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authorise/request.h"
#include "firmware/clock.h"
#include "firmware/ledger.h"

enum { ORIGIN_SIZE = 64 };

/* Who asks. */
struct asker {
	const char *by;
	char origin[ORIGIN_SIZE];
};

/* A request for an alert. */
struct act {
	const char *word; /* "acknowledge" */
	const char *id;
	const char *text;
	const char *decision;
};

static json_t *answer_to(
    struct ledger *ledger, const json_t *request, const struct asker *asker);
static json_t *act_on(struct ledger *ledger, const json_t *request,
    const struct asker *asker, const char *word);
static int apply_act(struct alert_people *people, const struct act *act,
    const struct people_actor *actor, char *sentence);
static void revise(struct ledger *ledger, struct ledger_campaign *campaign,
    json_t *object, const struct alert_people *people, const char *sentence);
static void audit_act(
    struct ledger *ledger, const struct act *act, const struct asker *asker);
static json_t *change_scanners(
    struct ledger *ledger, const json_t *request, const struct asker *asker);
static void keep_change(struct ledger *ledger,
    const struct authorise_change *change, const struct asker *asker);
static const char *name_of(
    const struct ledger *ledger, uint32_t uid, const json_t *request);
static json_t *refusal(const char *sentence);
static const char *text_in(const json_t *request, const char *key);

char *
ledger_answer(void *context, const struct local_request *asked, size_t *size)
{
	struct ledger *ledger = context;
	json_t *request = json_loadb(asked->text, asked->size, 0, NULL);
	struct asker asker = { .by = name_of(ledger, asked->uid, request) };
	json_t *answer;
	char *text;

	counter_increment(&ledger->role.counters, COUNTER_LEDGER_REQUESTS);
	(void)snprintf(
	    asker.origin, sizeof(asker.origin), "local, uid %u", asked->uid);
	if (!json_is_object(request)) {
		answer = refusal("the request is no JSON object in one line");
	} else if (asker.by == NULL || asker.by[0] == '\0') {
		answer = refusal("\"by\" does not say who asks");
	} else {
		answer = answer_to(ledger, request, &asker);
	}
	if (!json_is_true(json_object_get(answer, "ok"))) {
		counter_increment(
		    &ledger->role.counters, COUNTER_LEDGER_REQUESTS_REFUSED);
	}
	text = json_dumps(answer, JSON_COMPACT);
	*size = text == NULL ? 0 : strlen(text);
	json_decref(answer);
	json_decref(request);
	return text;
}

static json_t *
answer_to(
    struct ledger *ledger, const json_t *request, const struct asker *asker)
{
	static const char of_alerts[] = "alerts.";
	static const char of_scanners[] = "scanners.";
	const char *word = text_in(request, "do");

	if (word == NULL) {
		return refusal("\"do\" does not say what is to be done");
	}
	if (strncmp(word, of_alerts, sizeof(of_alerts) - 1) == 0) {
		return act_on(
		    ledger, request, asker, word + sizeof(of_alerts) - 1);
	}
	if (strncmp(word, of_scanners, sizeof(of_scanners) - 1) == 0) {
		return change_scanners(ledger, request, asker);
	}
	if (strcmp(word, "ledger.commit") == 0) {
		ledger_commit(ledger);
		return json_pack(
		    "{s:b, s:s}", "ok", 1, "store", ledger_store_state(ledger));
	}
	return refusal("\"do\" is nothing that can be done here");
}

/* On the alert as the store has it: its last word. */
static json_t *
act_on(struct ledger *ledger, const json_t *request, const struct asker *asker,
    const char *word)
{
	const struct act act = { .word = word,
		.id = text_in(request, "id"),
		.text = text_in(request, "text"),
		.decision = text_in(request, "decision") };
	const struct people_actor actor = { .by = asker->by,
		.at_ns = clock_wall_ns() };
	struct ledger_campaign *campaign;
	char sentence[PEOPLE_SENTENCE_SIZE];
	static struct alert_people people; /* Large. */
	json_t *object;
	int error;

	if (act.id == NULL) {
		return refusal("\"id\" does not say which alert");
	}
	if (!ledger->keeping.has_store) {
		return refusal(
		    "this sensor has no store: nothing could be kept "
		    "of it");
	}
	ledger_commit(ledger);
	if (!keeping_recall(
	        &ledger->keeping, act.id, &object, &ledger->recalled)) {
		return refusal("there is no such alert");
	}
	campaign = ledger_pipeline_find_alert(&ledger->pipeline, act.id);
	error = people_from_json(object, &people)
	    ? apply_act(&people, &act, &actor, sentence)
	    : -EUCLEAN;
	if (error == 0) {
		revise(ledger, campaign, object, &people, sentence);
		audit_act(ledger, &act, asker);
		ledger_commit(ledger);
	}
	json_decref(object);
	if (error != 0) {
		return refusal(error == -EUCLEAN
		        ? "what is kept of it is damaged"
		        : sentence);
	}
	return json_pack(
	    "{s:b, s:s, s:s}", "ok", 1, "id", act.id, "did", sentence);
}

static int
apply_act(struct alert_people *people, const struct act *act,
    const struct people_actor *actor, char *sentence)
{
	enum people_decision decision;

	if (strcmp(act->word, "acknowledge") == 0) {
		return people_acknowledge(people, actor, act->text, sentence);
	}
	if (strcmp(act->word, "close") == 0) {
		return people_close(people, actor, act->text, sentence);
	}
	if (strcmp(act->word, "reopen") == 0) {
		return people_reopen(people, actor, act->text, sentence);
	}
	if (strcmp(act->word, "note") == 0) {
		return people_note(people, actor, act->text, sentence);
	}
	if (strcmp(act->word, "contain") == 0 && act->decision != NULL &&
	    people_decision_of(act->decision, &decision)) {
		return people_contain(
		    people, actor, decision, act->text, sentence);
	}
	(void)snprintf(sentence, PEOPLE_SENTENCE_SIZE, "%s",
	    strcmp(act->word, "contain") == 0
	        ? "\"decision\" is none; say isolate_host, "
	          "review_credentials, scope_targets, accept or none"
	        : "\"do\" is nothing that can be done with an alert");
	return -EINVAL;
}

/* What the ledger knows of its campaign goes along. */
static void
revise(struct ledger *ledger, struct ledger_campaign *campaign, json_t *object,
    const struct alert_people *people, const char *sentence)
{
	const struct keeping_revision revision = { .now_ns = clock_wall_ns(),
		.sentence = sentence };

	if (campaign != NULL) {
		campaign->people = *people;
		ledger_pipeline_act(&ledger->pipeline, campaign,
		    revision.now_ns, sentence, &ledger->alert);
		ledger_tell(ledger);
		return;
	}
	keeping_revise(
	    &ledger->keeping, object, &ledger->recalled, people, &revision);
}

static void
audit_act(
    struct ledger *ledger, const struct act *act, const struct asker *asker)
{
	char action[64];
	struct store_audit entry = { .actor = asker->by,
		.origin = asker->origin,
		.action = action,
		.object = act->id,
		.after = act->decision,
		.reason = act->text };

	(void)snprintf(action, sizeof(action), "alert.%s", act->word);
	ledger_audit(ledger, &entry);
}

static json_t *
change_scanners(
    struct ledger *ledger, const json_t *request, const struct asker *asker)
{
	const struct authorise_asker who = { .by = asker->by,
		.from = asker->origin };
	struct authorise_change change = { 0 };
	json_t *answer = NULL;

	authorise_request(ledger->pipeline.authorise, request, &who,
	    clock_wall_ns(), &answer, &change);
	if (change.is_made) {
		do {
			keep_change(ledger, &change, asker);
		} while (authorise_next_change(&change));
		ledger_commit(ledger);
	}
	authorise_change_finish(&change);
	return answer;
}

static void
keep_change(struct ledger *ledger, const struct authorise_change *change,
    const struct asker *asker)
{
	uint64_t now_ns = clock_wall_ns();
	char *before = change->before == NULL
	    ? NULL
	    : json_dumps(change->before, JSON_COMPACT);
	char *after = json_dumps(change->after, JSON_COMPACT);
	struct store_scanner scanner = { .name = change->name,
		.version = ledger->pipeline.authorise->version,
		.changed_ns = now_ns,
		.json = after };
	struct store_audit entry = { .actor = asker->by,
		.origin = asker->origin,
		.action = change->what,
		.object = change->name,
		.before = before,
		.after = after,
		.reason = change->sentence };

	if (after != NULL && keeping_begin(&ledger->keeping, now_ns)) {
		keeping_failed(&ledger->keeping,
		    store_put_scanner(&ledger->keeping.store, &scanner));
	}
	ledger_audit(ledger, &entry);
	free(before);
	free(after);
}

void
ledger_learn_accounts(struct ledger *ledger)
{
	const struct passwd *entry;

	setpwent();
	while (ledger->account_count < LEDGER_ACCOUNTS &&
	    (entry = getpwent()) != NULL) {
		struct ledger_account *account =
		    &ledger->accounts[ledger->account_count];

		/* Those that nobody signs in with are left out. */
		if (entry->pw_uid != 0 && entry->pw_uid < 1000) {
			continue;
		}
		account->uid = entry->pw_uid;
		(void)snprintf(
		    account->name, sizeof(account->name), "%s", entry->pw_name);
		ledger->account_count++;
	}
	endpwent();
}

/* Null: root does not say. */
static const char *
name_of(const struct ledger *ledger, uint32_t uid, const json_t *request)
{
	static char number[24];

	if (uid == 0) {
		return text_in(request, "by");
	}
	for (uint32_t i = 0; i < ledger->account_count; i++) {
		if (ledger->accounts[i].uid == uid) {
			return ledger->accounts[i].name;
		}
	}
	(void)snprintf(number, sizeof(number), "uid %u", uid);
	return number;
}

static json_t *
refusal(const char *sentence)
{
	return json_pack("{s:b, s:s}", "ok", 0, "error", sentence);
}

static const char *
text_in(const json_t *request, const char *key)
{
	return json_string_value(json_object_get(request, key));
}
