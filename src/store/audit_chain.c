#include "store/store_read.h"

#include <errno.h>
#include <inttypes.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "store/reader.h"
#include "store/store_private.h"

#define AUDIT_COLUMNS                                          \
	"number, time, actor, origin, action, object, before," \
	" after, reason, previous, hash"
#define CHECKPOINT "audit.checkpoint"

enum { HASH_TEXT_SIZE = 2 * STORE_HASH_SIZE + 1, NUMBER_TEXT_SIZE = 24 };

/* What checking the chain has come to. */
struct chain {
	struct store_audit_verdict *verdict;
	uint8_t expected[STORE_HASH_SIZE];
	/* What stands before the first entry that is kept. */
	uint8_t before_first[STORE_HASH_SIZE];
	uint64_t last;
	/* The last checkpoint: up to which entry was cut, and its hash. */
	uint64_t cut;
	char cut_hash[HASH_TEXT_SIZE];
};

static void add_field(
    struct sha256_ctx *context, const char *text, size_t size);
static void add_number(struct sha256_ctx *context, uint64_t number);
static bool check_entry(struct chain *chain, const struct store_audit *entry);
static int check_ends(struct store_reader *reader, struct chain *chain);
static bool is_cut_known(const struct chain *chain);
static void hash_text(
    const uint8_t hash[STORE_HASH_SIZE], char text[HASH_TEXT_SIZE]);
static void breaks(struct chain *chain, uint64_t number, const char *why);

/* SHA-256 over the hash of the entry before, number and time, each of eight
 * bytes, and every text: its length in four bytes, 0xffffffff where there is
 * none, and its bytes.  So no two entries are written alike. */
void
store_audit_hash(const struct store_audit *entry, uint8_t hash[STORE_HASH_SIZE])
{
	struct sha256_ctx context;

	sha256_init(&context);
	sha256_update(&context, STORE_HASH_SIZE, entry->previous);
	add_number(&context, entry->number);
	add_number(&context, entry->time_ns);
	add_field(&context, entry->actor, STORE_LABEL_SIZE);
	add_field(&context, entry->origin, STORE_LABEL_SIZE);
	add_field(&context, entry->action, STORE_LABEL_SIZE);
	add_field(&context, entry->object, STORE_LABEL_SIZE);
	add_field(&context, entry->before, STORE_SCANNER_SIZE);
	add_field(&context, entry->after, STORE_SCANNER_SIZE);
	add_field(&context, entry->reason, STORE_TEXT_SIZE);
	sha256_digest(&context, STORE_HASH_SIZE, hash);
}

int
store_audit_cut(struct store *store, uint64_t number,
    const uint8_t hash[STORE_HASH_SIZE], const char *reason)
{
	char object[NUMBER_TEXT_SIZE];
	char before[HASH_TEXT_SIZE];
	struct store_audit entry = { .actor = "spanwatch",
		.origin = "local",
		.action = CHECKPOINT,
		.object = object,
		.before = before,
		.reason = reason };
	struct query query;
	int error;

	(void)snprintf(object, sizeof(object), "%" PRIu64, number);
	hash_text(hash, before);
	if ((error = store_put_audit(store, &entry)) != 0 ||
	    (error = store_put_audit_head(
	         store, entry.number, entry.hash, number)) != 0) {
		return error;
	}
	store_query(store, &query, STATEMENT_CUT_AUDIT);
	query_number(&query, (int64_t)number);
	return store_run(store, &query);
}

void
store_audit_from(struct query *query, int column, struct store_audit *entry)
{
	const void *previous = query_column_blob(
	    query, column + 9, STORE_HASH_SIZE, STORE_HASH_SIZE);
	const void *hash = query_column_blob(
	    query, column + 10, STORE_HASH_SIZE, STORE_HASH_SIZE);

	memset(entry, 0, sizeof(*entry));
	entry->number =
	    (uint64_t)query_column_number(query, column, 1, INT64_MAX);
	entry->time_ns =
	    (uint64_t)query_column_number(query, column + 1, 0, INT64_MAX);
	entry->actor = query_column_text(query, column + 2, STORE_LABEL_SIZE);
	entry->origin = query_column_text(query, column + 3, STORE_LABEL_SIZE);
	entry->action = query_column_text(query, column + 4, STORE_LABEL_SIZE);
	entry->object =
	    query_column_text_or_null(query, column + 5, STORE_LABEL_SIZE);
	entry->before =
	    query_column_text_or_null(query, column + 6, STORE_SCANNER_SIZE);
	entry->after =
	    query_column_text_or_null(query, column + 7, STORE_SCANNER_SIZE);
	entry->reason =
	    query_column_text_or_null(query, column + 8, STORE_TEXT_SIZE);
	if (previous != NULL && hash != NULL) {
		memcpy(entry->previous, previous, STORE_HASH_SIZE);
		memcpy(entry->hash, hash, STORE_HASH_SIZE);
	}
}

int
store_audit(struct store_reader *reader, uint64_t after,
    bool (*visit)(void *context, const struct store_audit *entry),
    void *context)
{
	struct query query;
	bool goes_on = true;

	reader_query(reader, &query,
	    "SELECT " AUDIT_COLUMNS
	    " FROM audit WHERE number > ? ORDER BY number");
	query_number(&query, (int64_t)(after & INT64_MAX));
	while (goes_on && query_step(&query)) {
		struct store_audit entry;

		store_audit_from(&query, 0, &entry);
		goes_on = !query.unsound && visit(context, &entry);
	}
	return reader_end(reader, &query, "an entry of the audit log");
}

int
store_audit_verify(
    struct store_reader *reader, struct store_audit_verdict *verdict)
{
	struct chain chain = { .verdict = verdict };
	struct query query;
	bool goes_on = true;
	int error;

	memset(verdict, 0, sizeof(*verdict));
	reader_query(reader, &query,
	    "SELECT " AUDIT_COLUMNS " FROM audit ORDER BY number");
	while (goes_on && query_step(&query)) {
		struct store_audit entry;

		store_audit_from(&query, 0, &entry);
		if (query.unsound) {
			query.unsound = false;
			breaks(&chain, chain.last + 1,
			    "it is not as entries are written");
			break;
		}
		goes_on = check_entry(&chain, &entry);
	}
	error = reader_end(reader, &query, "the audit log");
	if (error == 0 && verdict->broken == 0) {
		error = check_ends(reader, &chain);
	}
	return error;
}

static void
add_field(struct sha256_ctx *context, const char *text, size_t size)
{
	uint8_t length[4] = { 0xff, 0xff, 0xff, 0xff };

	if (text != NULL) {
		store_be32(length, (uint32_t)query_cut_length(text, size));
	}
	sha256_update(context, sizeof(length), length);
	if (text != NULL) {
		sha256_update(
		    context, load_be32(length), (const uint8_t *)text);
	}
}

static void
add_number(struct sha256_ctx *context, uint64_t number)
{
	uint8_t bytes[8];

	store_be64(bytes, number);
	sha256_update(context, sizeof(bytes), bytes);
}

/* False: it breaks the chain. */
static bool
check_entry(struct chain *chain, const struct store_audit *entry)
{
	uint8_t hash[STORE_HASH_SIZE];

	if (chain->verdict->entries == 0) {
		chain->verdict->first = entry->number;
		memcpy(chain->before_first, entry->previous, STORE_HASH_SIZE);
		memcpy(chain->expected, entry->previous, STORE_HASH_SIZE);
	} else if (entry->number != chain->last + 1) {
		breaks(chain, chain->last + 1, "it is missing");
		return false;
	}
	if (memcmp(chain->expected, entry->previous, STORE_HASH_SIZE) != 0) {
		breaks(chain, entry->number,
		    "it does not follow the entry before it");
		return false;
	}
	store_audit_hash(entry, hash);
	if (memcmp(hash, entry->hash, STORE_HASH_SIZE) != 0) {
		breaks(chain, entry->number, "it was changed");
		return false;
	}
	if (strcmp(entry->action, CHECKPOINT) == 0 && entry->object != NULL &&
	    entry->before != NULL) {
		chain->cut = strtoull(entry->object, NULL, 10);
		(void)snprintf(chain->cut_hash, sizeof(chain->cut_hash), "%s",
		    entry->before);
	}
	memcpy(chain->expected, hash, STORE_HASH_SIZE);
	memcpy(chain->verdict->head, hash, STORE_HASH_SIZE);
	chain->last = entry->number;
	chain->verdict->entries++;
	return true;
}

/* Whether nothing is missing before the first and after the last. */
static int
check_ends(struct store_reader *reader, struct chain *chain)
{
	struct query query;

	if (chain->verdict->entries > 0 && !is_cut_known(chain)) {
		breaks(chain, chain->verdict->first - 1,
		    "it and those before it are missing, and no entry says"
		    " that they were dropped");
		return 0;
	}
	reader_query(reader, &query, "SELECT number, hash FROM audit_head");
	if (query_step(&query)) {
		uint64_t number =
		    (uint64_t)query_column_number(&query, 0, 0, INT64_MAX);
		const void *hash = query_column_blob(
		    &query, 1, STORE_HASH_SIZE, STORE_HASH_SIZE);

		if (!query.unsound && number != chain->last) {
			breaks(chain,
			    (number < chain->last ? number : chain->last) + 1,
			    number < chain->last
			        ? "it was added by somebody else"
			        : "it and those after it are missing");
		} else if (hash != NULL &&
		    memcmp(hash, chain->expected, STORE_HASH_SIZE) != 0) {
			breaks(chain, number,
			    "it is not the one that was written last");
		}
	} else if (query.result == SQLITE_DONE) {
		breaks(chain, chain->last + 1, "the log's head is missing");
	}
	return reader_end(reader, &query, "the head of the audit log");
}

static bool
is_cut_known(const struct chain *chain)
{
	static const uint8_t none[STORE_HASH_SIZE];
	char text[HASH_TEXT_SIZE];

	if (chain->verdict->first == 1) {
		return memcmp(chain->before_first, none, sizeof(none)) == 0;
	}
	hash_text(chain->before_first, text);
	return chain->cut == chain->verdict->first - 1 &&
	    strcmp(chain->cut_hash, text) == 0;
}

static void
hash_text(const uint8_t hash[STORE_HASH_SIZE], char text[HASH_TEXT_SIZE])
{
	for (size_t i = 0; i < STORE_HASH_SIZE; i++) {
		(void)snprintf(text + 2 * i, 3, "%02x", hash[i]);
	}
}

static void
breaks(struct chain *chain, uint64_t number, const char *why)
{
	chain->verdict->broken = number;
	(void)snprintf(
	    chain->verdict->why, sizeof(chain->verdict->why), "%s", why);
}
