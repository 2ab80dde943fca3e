#include "alert/authorised.h"

#include "alert/json_help.h"
#include "alert/words.h"
#include "authorise/entry_text.h"

static json_t *left_json(const struct authorisation *authorisation);
static json_t *reasons_json(const struct authorisation *authorisation);

json_t *
authorised_json(const struct authorisation *authorisation)
{
	char date[AUTHORISE_DATE_TEXT_SIZE];

	if (!authorisation->is_covered) {
		return json_null();
	}
	return json_pack("{s:o, s:o, s:o, s:s, s:b, s:b, s:o, s:o}", "entry",
	    text_of(authorisation->entry), "owner",
	    text_of(authorisation->owner), "ticket",
	    text_or_none(authorisation->ticket), "expires",
	    authorise_date_format(&authorisation->expires, date),
	    "within_scope", authorisation->within_scope, "provisional",
	    authorisation->is_provisional, "left", left_json(authorisation),
	    "reasons", reasons_json(authorisation));
}

json_t *
authorised_nearest_json(const struct authorisation *authorisation)
{
	return authorisation->is_covered ? json_null()
	                                 : text_or_none(authorisation->nearest);
}

void
authorised_text_add(
    const struct authorisation *authorisation, struct strbuf *buffer)
{
	char date[AUTHORISE_DATE_TEXT_SIZE];

	if (!authorisation->is_covered) {
		if (authorisation->nearest[0] != '\0') {
			strbuf_add(buffer, "  authorised  no; ");
			words_add_visible(buffer, authorisation->nearest);
			strbuf_add(buffer, "\n");
		}
		return;
	}
	strbuf_add(buffer, "  authorised  ");
	strbuf_add(buffer,
	    !authorisation->within_scope        ? "no longer, scope left of "
	        : authorisation->is_provisional ? "provisionally, as "
	                                        : "as ");
	words_add_visible(buffer, authorisation->entry);
	strbuf_add(buffer, ", owner ");
	words_add_visible(buffer, authorisation->owner);
	if (authorisation->ticket[0] != '\0') {
		strbuf_add(buffer, ", ticket ");
		words_add_visible(buffer, authorisation->ticket);
	}
	strbuf_addf(buffer, ", until %s\n",
	    authorise_date_format(&authorisation->expires, date));
	for (uint32_t i = 0; i < authorisation->reason_count; i++) {
		strbuf_add(buffer, "              ");
		words_add_visible(buffer, authorisation->reasons[i]);
		strbuf_add(buffer, "\n");
	}
}

void
authorised_clause_add(
    const struct authorisation *authorisation, struct strbuf *buffer)
{
	const char *mark = " (";

	if (!authorisation->is_covered) {
		return;
	}
	if (authorisation->within_scope) {
		strbuf_add(buffer,
		    authorisation->is_provisional
		        ? "; provisionally authorised as "
		        : "; authorised as ");
		words_add_visible(buffer, authorisation->entry);
		return;
	}
	strbuf_add(buffer, "; outside what ");
	words_add_visible(buffer, authorisation->entry);
	strbuf_add(buffer, " permits");
	for (uint32_t part = 0; part < AUTHORISE_PART_COUNT; part++) {
		if ((authorisation->left >> part & 1) != 0) {
			strbuf_addf(
			    buffer, "%s%s", mark, authorise_part_name(part));
			mark = ", ";
		}
	}
	strbuf_add(buffer, ")");
}

static json_t *
left_json(const struct authorisation *authorisation)
{
	json_t *list = json_array();
	bool whole = true;

	for (uint32_t part = 0; part < AUTHORISE_PART_COUNT; part++) {
		if ((authorisation->left >> part & 1) != 0) {
			whole = push(list,
			            json_string(authorise_part_name(part))) &&
			    whole;
		}
	}
	return finished(list, whole);
}

static json_t *
reasons_json(const struct authorisation *authorisation)
{
	json_t *list = json_array();
	bool whole = true;

	for (uint32_t i = 0; i < authorisation->reason_count; i++) {
		whole = push(list, text_of(authorisation->reasons[i])) && whole;
	}
	return finished(list, whole);
}
