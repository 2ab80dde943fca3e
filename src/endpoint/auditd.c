#include "endpoint/audit_event.h"
#include "endpoint/readers.h"

enum {
	EVENT_COUNT = CONFIG_ENDPOINT_AUDIT_EVENTS,
	SERIALS_LATE = 16, /* Newer events of the host until what is missing of
	                    * one is held for lost. */
};

#define COMPLETE_WAIT_NS (1 * NS_PER_S)
#define PART_WAIT_NS     (2 * NS_PER_S)

struct audit {
	struct counters *counters;
	struct audit_head heads[EVENT_COUNT];
	struct audit_body bodies[EVENT_COUNT];
};

size_t
audit_bytes(void)
{
	return region_bytes(1, sizeof(struct audit));
}

struct audit *
audit_init(struct region *region, struct counters *counters)
{
	struct audit *audit = region_carve(region, 1, sizeof(*audit));

	audit->counters = counters;
	return audit;
}

static struct audit_head *
find(struct audit *audit, const struct audit_record *record, struct slice host)
{
	for (uint32_t i = 0; i < EVENT_COUNT; i++) {
		const struct audit_body *body = &audit->bodies[i];

		if (audit->heads[i].is_used &&
		    audit->heads[i].serial == record->serial &&
		    slice_is(audit_kept_value(body, FIELD_EPOCH_TIME),
		        slice_head(record->time, AUDIT_VALUE_SIZE_MAX)) &&
		    slice_is(audit_kept_value(body, FIELD_HEADER_HOST),
		        slice_head(host, AUDIT_VALUE_SIZE_MAX))) {
			return &audit->heads[i];
		}
	}
	return NULL;
}

static struct audit_body *
body_of(struct audit *audit, const struct audit_head *head)
{
	return &audit->bodies[head - audit->heads];
}

/* Gives an event up, of which something never came. */
static void
give_up(struct audit *audit, struct audit_head *head)
{
	if (head->has_call && !head->is_no_network) {
		counter_increment(audit->counters, COUNTER_ENDPOINT_AUDIT_LOST);
	}
	head->is_used = false;
}

/* A free place, or that of the oldest event. */
static struct audit_head *
take_place(struct audit *audit)
{
	struct audit_head *oldest = &audit->heads[0];

	for (uint32_t i = 0; i < EVENT_COUNT; i++) {
		if (!audit->heads[i].is_used) {
			return &audit->heads[i];
		}
		if (audit->heads[i].arrival_ns < oldest->arrival_ns) {
			oldest = &audit->heads[i];
		}
	}
	give_up(audit, oldest);
	return oldest;
}

static struct audit_head *
add(struct audit *audit, const struct audit_record *record, struct slice host,
    uint64_t arrival_ns)
{
	struct audit_head *head = take_place(audit);
	struct audit_body *body = body_of(audit, head);

	memset(head, 0, sizeof(*head));
	body->kept_count = 0;
	body->chunk_count = 0;
	body->command_size = 0;
	body->text_size = 0;
	head->is_used = true;
	head->serial = record->serial;
	head->arrival_ns = arrival_ns;
	audit_keep(body, FIELD_EPOCH_TIME, record->time);
	audit_keep(body, FIELD_HEADER_HOST, host);
	audit_keep(body, FIELD_HOST, record->node);
	return head;
}

/* Gives an event, and forgets it; its memory stays as it is until the next
 * record. */
static enum endpoint_outcome
give(struct audit *audit, struct audit_head *head, struct fields *fields)
{
	/* That of the record which came now. */
	fields->value[FIELD_HEADER_HOST] = (struct slice){ NULL, 0 };
	audit_give(head, body_of(audit, head), fields);
	head->is_used = false;
	return ENDPOINT_EVENT;
}

/* Whether an event has waited long enough, seen from a record that came. */
static bool
is_due(struct audit *audit, const struct audit_head *head,
    const struct audit_head *now, uint64_t arrival_ns)
{
	uint64_t waited_ns =
	    arrival_ns > head->arrival_ns ? arrival_ns - head->arrival_ns : 0;
	uint64_t newer = 0;

	if (now != NULL && now->serial > head->serial &&
	    slice_is(audit_kept_value(body_of(audit, now), FIELD_HEADER_HOST),
	        audit_kept_value(body_of(audit, head), FIELD_HEADER_HOST))) {
		newer = now->serial - head->serial;
	}
	return audit_is_complete(head)
	    ? newer > 0 || waited_ns >= COMPLETE_WAIT_NS
	    : newer >= SERIALS_LATE || waited_ns >= PART_WAIT_NS;
}

/* Gives an event that nothing more is to be expected of. */
static enum endpoint_outcome
give_due(struct audit *audit, struct audit_head *now, uint64_t arrival_ns,
    struct fields *fields)
{
	for (uint32_t i = 0; i < EVENT_COUNT; i++) {
		struct audit_head *head = &audit->heads[i];

		if (!head->is_used || head == now ||
		    !is_due(audit, head, now, arrival_ns)) {
			continue;
		}
		if (audit_is_complete(head) ||
		    (head->has_call && head->is_start)) {
			return give(audit, head, fields);
		}
		give_up(audit, head);
	}
	return ENDPOINT_INCOMPLETE;
}

/* Takes a SYSCALL record in; '*head' is null if it is of no use, and so is its
 * event. */
static void
take_call(struct audit *audit, struct audit_head **head,
    struct audit_record *record, struct slice host,
    const struct audit_call *call, uint64_t arrival_ns)
{
	struct slice name = audit_call_name(
	    call->architecture, call->call, call->first_argument);

	if (name.size == 0 || (*head != NULL && (*head)->is_no_network)) {
		if (*head != NULL) {
			(*head)->is_used = false;
		}
		*head = NULL;
		return;
	}
	if (*head == NULL) {
		*head = add(audit, record, host, arrival_ns);
	}
	audit_keep_call(*head, body_of(audit, *head), call, name);
}

static uint64_t
time_of(struct slice time)
{
	uint64_t seconds = 0;

	(void)slice_number(slice_take(&time, '.'), &seconds);
	return seconds < UINT32_MAX ? seconds * NS_PER_S : 0;
}

enum endpoint_outcome
read_auditd(struct audit *audit, struct slice body, uint64_t arrival_ns,
    struct fields *fields)
{
	struct slice host = fields->value[FIELD_HEADER_HOST];
	struct audit_record record;
	struct audit_head *head;
	struct audit_call call;
	enum audit_part part;

	if (!audit_record_begin(body, &record)) {
		return ENDPOINT_MALFORMED;
	}
	arrival_ns = arrival_ns != 0 ? arrival_ns : time_of(record.time);
	part = audit_part_of(record.type);
	head = part == AUDIT_OTHER ? NULL : find(audit, &record, host);
	if (part == AUDIT_CALL) {
		audit_call_read(&record, fields->open_end, &call);
		take_call(audit, &head, &record, host, &call, arrival_ns);
	} else if (head == NULL &&
	    (part == AUDIT_ARGUMENTS || part == AUDIT_ADDRESS)) {
		head = add(audit, &record, host, arrival_ns);
	}
	if (head != NULL) {
		audit_keep_part(head, body_of(audit, head), part, &record);
		if (audit_is_finished(head)) {
			return give(audit, head, fields);
		}
		if (head->has_call && head->is_no_network) {
			head->is_used = false;
			head = NULL;
		}
	}
	if (give_due(audit, head, arrival_ns, fields) == ENDPOINT_EVENT) {
		return ENDPOINT_EVENT;
	}
	return head == NULL ? ENDPOINT_NOT_WANTED : ENDPOINT_INCOMPLETE;
}
