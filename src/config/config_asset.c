#include "config/reading.h"

#include "config/value.h"

const char *const criticality_words[] = { "low", "normal", "high", "critical",
	NULL };

static void read_addresses(
    const struct reading_section *section, uint16_t asset);
static void add_place(const struct reading_section *section, uint16_t asset,
    const struct reading_value *value);
static const char *make_place(const char *text,
    char problem[VALUE_PROBLEM_SIZE], struct policy_place *place);
static const struct policy_place *find_same(
    const struct policy *policy, const struct policy_place *wanted);

void
read_asset(const struct reading_section *section)
{
	struct policy *policy = &section->reading->config->policy;
	struct policy_asset *asset = &policy->assets[policy->asset_count];

	memset(asset, 0, sizeof(*asset));
	if (!section_name(section, asset->name)) {
		return;
	}
	for (uint32_t i = 0; i < policy->asset_count; i++) {
		if (strcmp(policy->assets[i].name, asset->name) == 0) {
			section_wrong(section, section->line,
			    "there is an asset of this name already; give it "
			    "another");
			return;
		}
	}
	asset->role = read_role(section);
	asset->has_criticality =
	    section_value(section, "criticality", 0) != NULL;
	asset->criticality = section_word(section, "criticality",
	    criticality_words, POLICY_CRITICALITY_NORMAL);
	(void)section_text(
	    section, "owner", asset->owner, sizeof(asset->owner));
	read_addresses(section, (uint16_t)policy->asset_count);
	policy->asset_count++;
	if (asset->role == POLICY_ROLE_UNKNOWN && asset->has_criticality == 0) {
		section_warning(section, section->line,
		    "it has neither role nor criticality, so it changes "
		    "nothing; write one, such as role = \"server\"");
	}
}

uint8_t
read_role(const struct reading_section *section)
{
	static const char *const words[] = { "server", "workstation",
		"infrastructure", "scanner", "monitoring", NULL };
	_Static_assert(ARRAY_SIZE(words) == POLICY_ROLE_COUNT,
	    "one word for each role but UNKNOWN");

	if (section_value(section, "role", 0) == NULL) {
		return POLICY_ROLE_UNKNOWN;
	}
	return (uint8_t)(section_word(
	                     section, "role", words, ARRAY_SIZE(words) - 1) +
	           1) %
	    POLICY_ROLE_COUNT;
}

static void
read_addresses(const struct reading_section *section, uint16_t asset)
{
	uint32_t count = section_value_count(section, "addresses");

	if (section_required(section, "addresses", "10.20.2.10") == NULL) {
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		add_place(
		    section, asset, section_value(section, "addresses", i));
	}
}

static void
add_place(const struct reading_section *section, uint16_t asset,
    const struct reading_value *value)
{
	struct policy *policy = &section->reading->config->policy;
	char problem[VALUE_PROBLEM_SIZE];
	struct policy_place place = { .asset = asset };
	const char *wrong = make_place(value->text, problem, &place);
	const struct policy_place *same;

	if (wrong != NULL) {
		section_wrong(section, value->line, "address %s %s",
		    reading_quote(value->text).text, wrong);
		return;
	}
	same = find_same(policy, &place);
	if (same != NULL) {
		section_wrong(section, value->line,
		    "address %s is also of asset %s; leave it out of one",
		    reading_quote(value->text).text,
		    reading_quote(policy->assets[same->asset].name).text);
		return;
	}
	if (policy->place_count == POLICY_ASSET_PLACES) {
		section_wrong(section, value->line,
		    "address %s is one too many: %d of all assets are kept; "
		    "join some in a prefix",
		    reading_quote(value->text).text, POLICY_ASSET_PLACES);
		return;
	}
	policy->places[policy->place_count++] = place;
}

static const char *
make_place(const char *text, char problem[VALUE_PROBLEM_SIZE],
    struct policy_place *place)
{
	struct authorise_source source;
	const char *wrong = authorise_text_source(text, problem, &source);

	if (wrong != NULL) {
		return wrong;
	}
	switch (source.kind) {
	case AUTHORISE_SOURCE_MAC:
		place->kind = POLICY_PLACE_MAC;
		place->mac = source.mac;
		return NULL;
	case AUTHORISE_SOURCE_HOST:
		if (strlen(source.host) >= sizeof(place->host)) {
			return "is too long; shorten it";
		}
		place->kind = POLICY_PLACE_HOST;
		memcpy(place->host, source.host, strlen(source.host) + 1);
		return NULL;
	default:
		place->kind = POLICY_PLACE_PREFIX;
		place->prefix = source.prefix;
		return NULL;
	}
}

/* The same place of whichever asset; null if there is none. */
static const struct policy_place *
find_same(const struct policy *policy, const struct policy_place *wanted)
{
	for (uint32_t i = 0; i < policy->place_count; i++) {
		const struct policy_place *place = &policy->places[i];

		if (place->kind == wanted->kind &&
		    memcmp(&place->mac, &wanted->mac, sizeof(place->mac)) ==
		        0 &&
		    memcmp(&place->prefix, &wanted->prefix,
		        sizeof(place->prefix)) == 0 &&
		    strcmp(place->host, wanted->host) == 0) {
			return place;
		}
	}
	return NULL;
}
