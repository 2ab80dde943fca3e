/*
 * What an alert says of the entries of authorised scanners.
 *
 * Memory: the caller's; JSON is made with jansson, null where there is none.
 */
#ifndef ALERT_AUTHORISED_H
#define ALERT_AUTHORISED_H

#include <jansson.h>

#include "authorise/authorisation.h"
#include "base/strbuf.h"

/* {entry, owner, ticket, expires, within_scope, provisional, left, reasons};
 * JSON's null where no entry covers the source. */
json_t *authorised_json(const struct authorisation *authorisation);

/* What entry came nearest though none covers; JSON's null: none did. */
json_t *authorised_nearest_json(const struct authorisation *authorisation);

/* Adds the lines of the text for people, or none. */
void authorised_text_add(
    const struct authorisation *authorisation, struct strbuf *buffer);

/* Adds "; authorised as nessus-prod", or by which parts it left that scope, to
 * the sentence that sums up the alert. */
void authorised_clause_add(
    const struct authorisation *authorisation, struct strbuf *buffer);

#endif
