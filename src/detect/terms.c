#include "detect/terms.h"

#include <math.h>

const struct terms terms_built_in = {
	.half_life_ns = (float)(POLICY_WINDOW_S * NS_PER_S),
	.likely_nats = 13.8f,  /* ln 1e6 */
	.outcome_nats = 16.1f, /* ln 1e7 */
	.order_nats = 18.4f,   /* ln 1e8 */
	.outside_nats = 32.2f, /* ln 1e14 */
	.contacts_needed = 8,
	.unproductive_needed = 3,
	.order_contacts_needed = 24,
	.outside_contacts_needed = 16,
	.ports_needed = 10,
	.stealth_needed = 5,
	.sequence_steps = POLICY_SEQUENCE_STEPS,
	.sequence_stride = POLICY_SEQUENCE_STRIDE,
};

static uint32_t fewer(uint32_t count, float share);

void
terms_make(struct terms *terms, const struct policy_terms *policy_terms)
{
	float more = logf((float)POLICY_FALSE_ALARMS_PPM /
	    (float)policy_terms->false_alarms_ppm);
	float share = 1 + more / terms_built_in.likely_nats;

	*terms = terms_built_in;
	terms->half_life_ns = (float)policy_terms->window_ns;
	terms->likely_nats += more;
	terms->outcome_nats += more;
	terms->order_nats += more;
	terms->outside_nats += more;
	if (more < 0) {
		/* The fewest contacts keep one event that is oftener than we
		 * think from deciding alone.  Who wants to hear sooner has
		 * said how often that may be wrong. */
		terms->contacts_needed = fewer(terms->contacts_needed, share);
		terms->order_contacts_needed =
		    fewer(terms->order_contacts_needed, share);
		terms->outside_contacts_needed =
		    fewer(terms->outside_contacts_needed, share);
		terms->ports_needed = fewer(terms->ports_needed, share);
		terms->stealth_needed = fewer(terms->stealth_needed, share);
	}
	terms->sequence_steps = policy_terms->sequence_steps;
	terms->sequence_stride = policy_terms->sequence_stride;
	if (terms->sequence_stride > POLICY_SEQUENCE_STRIDE) {
		/* A user's step is so much likelier to be one, too. */
		terms->adjacent_less_nats = logf(
		    (float)terms->sequence_stride / POLICY_SEQUENCE_STRIDE);
	}
}

/* 'share' of 'count', rounded up, and never fewer than three. */
static uint32_t
fewer(uint32_t count, float share)
{
	float some = ceilf((float)count * share);

	return some < 3 ? 3 : (uint32_t)some;
}
