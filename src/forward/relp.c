#include "forward/relp.h"

#include <stdio.h>
#include <string.h>

enum {
	IN_TXNR,
	IN_COMMAND,
	IN_SIZE,
	IN_DATA,
	AT_END,
};

enum { DIGITS_MOST = 9 };

static enum relp_step take_byte(struct relp *relp, char byte);
static enum relp_step take_number(
    struct relp *relp, char byte, uint32_t *number, uint8_t next);
static enum relp_step take_size(struct relp *relp, char byte);
static enum relp_step take_command(struct relp *relp, char byte);

void
relp_init(struct relp *relp)
{
	memset(relp, 0, sizeof(*relp));
}

enum relp_step
relp_take(struct relp *relp, const char *bytes, size_t size, size_t *used)
{
	enum relp_step step = RELP_MORE;
	size_t at = 0;

	while (at < size && step == RELP_MORE) {
		step = take_byte(relp, bytes[at++]);
	}
	*used = at;
	return step;
}

uint32_t
relp_code(const struct relp *relp)
{
	uint32_t code = 0;

	for (int i = 0; i < 3; i++) {
		if (relp->data[i] < '0' || relp->data[i] > '9') {
			return 0;
		}
		code = code * 10 + (uint32_t)(relp->data[i] - '0');
	}
	return relp->data[3] == ' ' || relp->data[3] == '\n' ||
	        relp->data[3] == '\0'
	    ? code
	    : 0;
}

bool
relp_offers_syslog(const struct relp *relp)
{
	const char *offer = strstr(relp->data, "\ncommands=");
	const char *end;

	if (offer == NULL) {
		return false;
	}
	end = strchr(offer + 1, '\n');
	offer = strstr(offer, "syslog");
	return offer != NULL && (end == NULL || offer < end);
}

size_t
relp_header(char header[RELP_HEADER_SIZE], uint32_t txnr, const char *command,
    size_t size)
{
	/* Without data there is no blank, either. */
	int length = snprintf(header, RELP_HEADER_SIZE, "%u %.12s %zu%s", txnr,
	    command, size, size > 0 ? " " : "");

	SW_ASSERT(length > 0 && length < RELP_HEADER_SIZE);
	return (size_t)length;
}

static enum relp_step
take_byte(struct relp *relp, char byte)
{
	switch (relp->state) {
	case IN_TXNR:
		if (relp->digits == 0) {
			relp_init(relp);
		}
		return take_number(relp, byte, &relp->txnr, IN_COMMAND);
	case IN_COMMAND:
		return take_command(relp, byte);
	case IN_SIZE:
		return take_size(relp, byte);
	case IN_DATA:
		if (relp->taken < sizeof(relp->data) - 1) {
			relp->data[relp->taken] = byte;
		}
		relp->taken++;
		relp->state = relp->taken == relp->size ? AT_END : IN_DATA;
		return RELP_MORE;
	default:
		relp->state = IN_TXNR;
		relp->digits = 0;
		return byte == '\n' ? RELP_FRAME : RELP_BROKEN;
	}
}

static enum relp_step
take_number(struct relp *relp, char byte, uint32_t *number, uint8_t next)
{
	if (byte >= '0' && byte <= '9' && relp->digits < DIGITS_MOST) {
		*number = *number * 10 + (uint32_t)(byte - '0');
		relp->digits++;
		return RELP_MORE;
	}
	if (byte != ' ' || relp->digits == 0) {
		return RELP_BROKEN;
	}
	relp->digits = 0;
	relp->state = next;
	return RELP_MORE;
}

static enum relp_step
take_command(struct relp *relp, char byte)
{
	if (byte == ' ' && relp->command_length > 0) {
		relp->state = IN_SIZE;
		return RELP_MORE;
	}
	if (byte < '!' || byte > '~' ||
	    relp->command_length == RELP_COMMAND_SIZE - 1) {
		return RELP_BROKEN;
	}
	relp->command[relp->command_length++] = byte;
	return RELP_MORE;
}

/* A frame without data may end right after its size. */
static enum relp_step
take_size(struct relp *relp, char byte)
{
	enum relp_step step;

	if (byte == '\n' && relp->digits > 0 && relp->size == 0) {
		relp->state = IN_TXNR;
		relp->digits = 0;
		return RELP_FRAME;
	}
	step = take_number(relp, byte, &relp->size, IN_DATA);
	if (relp->size > RELP_DATA_MOST) {
		return RELP_BROKEN;
	}
	if (relp->state == IN_DATA && relp->size == 0) {
		relp->state = AT_END;
	}
	return step;
}
