/*
 * A form read label by label: from its beginning, and where a value is
 * anybody's, from its end as well.
 *
 *	CommandLine: ping x User: SYSTEM  CurrentDirectory: C:\  User: ANNA
 *	|...... from the first label to | the last one; then what both agree on
 */
#include "endpoint/prose.h"

/* Where the steps of a form were found. */
struct chain {
	const struct prose_text *text;
	const struct prose_form *form;
	struct prose_place left[PROSE_STEPS_MAX];
	struct prose_place right[PROSE_STEPS_MAX];
	uint32_t reached; /* Steps before the first that had to be there and
	                   * was not. */
	uint32_t sure;    /* Steps of which the first place is the right one. */
	size_t end;       /* Where the last value ends. */
};

static bool
may_lack(const struct chain *chain, uint32_t step)
{
	return (chain->form->steps[step].flags & STEP_MAY_LACK) != 0;
}

static enum prose_label
label_of(const struct chain *chain, uint32_t step)
{
	return (enum prose_label)chain->form->steps[step].label;
}

/* The next step that has to be there; the form's count: none. */
static uint32_t
next_needed(const struct chain *chain, uint32_t step)
{
	while (step < chain->form->count && may_lack(chain, step)) {
		step++;
	}
	return step;
}

/* Between two steps that have to be there, those that may lack. */
static void
find_between(
    struct chain *chain, uint32_t first, uint32_t end, size_t from, size_t to)
{
	for (uint32_t i = first; i < end; i++) {
		chain->left[i] =
		    prose_find_first(chain->text, label_of(chain, i), from, to);
		if (prose_is_found(&chain->left[i])) {
			from = chain->left[i].value;
		}
	}
}

static void
find_from_left(struct chain *chain)
{
	size_t from = 0;
	size_t all = chain->text->all.size;
	uint32_t step = 0;

	while (step < chain->form->count) {
		uint32_t needed = next_needed(chain, step);
		struct prose_place place = { SIZE_MAX, SIZE_MAX };

		if (needed < chain->form->count) {
			place = prose_find_first(
			    chain->text, label_of(chain, needed), from, all);
		}
		find_between(chain, step, needed, from,
		    prose_is_found(&place) ? place.start : all);
		chain->reached = needed;
		if (!prose_is_found(&place)) {
			return;
		}
		chain->left[needed] = place;
		chain->reached = needed + 1;
		from = place.value;
		step = needed + 1;
	}
}

/* Where the last sure value begins: nothing behind it begins before. */
static size_t
sure_end(const struct chain *chain)
{
	size_t end = 0;

	for (uint32_t i = 0; i < chain->sure; i++) {
		if (prose_is_found(&chain->left[i])) {
			end = chain->left[i].value;
		}
	}
	return end;
}

static void
find_from_right(struct chain *chain)
{
	size_t lowest = sure_end(chain);
	size_t end = chain->end;
	uint32_t step = chain->reached;

	while (step > chain->sure) {
		uint32_t needed = step - 1;
		size_t from = lowest;

		while (needed > chain->sure && may_lack(chain, needed)) {
			needed--;
		}
		if (!may_lack(chain, needed)) {
			chain->right[needed] = prose_find_last(
			    chain->text, label_of(chain, needed), lowest, end);
			if (!prose_is_found(&chain->right[needed])) {
				return;
			}
			from = chain->right[needed].value;
		}
		for (uint32_t i = step; i-- > needed;) {
			if (!may_lack(chain, i)) {
				continue;
			}
			chain->right[i] = prose_find_last(
			    chain->text, label_of(chain, i), from, end);
			if (prose_is_found(&chain->right[i])) {
				end = chain->right[i].start;
			}
		}
		if (prose_is_found(&chain->right[needed])) {
			end = chain->right[needed].start;
		}
		step = needed;
	}
}

/* Where the value of a step ends: at the next label found. */
static size_t
value_end(
    const struct chain *chain, const struct prose_place *places, uint32_t step)
{
	for (uint32_t i = step + 1; i < chain->reached; i++) {
		if (prose_is_found(&places[i])) {
			return places[i].start;
		}
	}
	return chain->end;
}

/* The first word; what follows it belongs to a label that is not known. */
static struct slice
first_word(struct slice value)
{
	size_t size = 0;

	while (size < value.size && (uint8_t)value.text[size] > ' ' &&
	    value.text[size] != '\\') {
		size++;
	}
	return slice_head(value, size);
}

/* In the other languages the headings are not known: a value ends with its line
 * at the latest, or where a blank line was. */
static struct slice
within_line(const struct prose_text *text, struct slice value)
{
	size_t end = value.size;

	if (text->layout == PROSE_LINES) {
		end = slice_find_byte(value, '\n');
	} else if (text->language != PROSE_ENGLISH) {
		end = slice_find(value, SLICE("    "));
	}
	return slice_trim(slice_head(value, end));
}

static void
set_value(const struct chain *chain, uint32_t step, struct slice value,
    struct fields *fields)
{
	const struct prose_step *form = &chain->form->steps[step];
	struct slice word = first_word(value);

	switch ((enum prose_shape)form->shape) {
	case SHAPE_NONE:
		return;
	case SHAPE_TEXT:
		if ((form->flags & STEP_WIDE) == 0) {
			value = within_line(chain->text, value);
		}
		break;
	case SHAPE_WORD:
		value = word;
		break;
	case SHAPE_NUMBER:
		value = prose_is_number(word) ? word : slice_head(word, 0);
		break;
	case SHAPE_ADDRESS:
		value = prose_is_address(word) ? word : slice_head(word, 0);
		break;
	case SHAPE_DIRECTION:
		value = prose_direction(within_line(chain->text, value));
		break;
	}
	fields_set(fields, (enum field)form->field, value.text, value.size);
}

/* The last value is followed by an explanation, which nobody wrote last if it
 * stands there twice. */
static size_t
end_of(const struct prose_text *text, const struct prose_form *form)
{
	const char *tails = form->tails[text->language];
	struct slice list = { tails, tails == NULL ? 0 : strlen(tails) };

	while (list.size > 0) {
		struct slice tail = slice_take(&list, '|');
		size_t at = slice_find(text->all, tail);
		size_t end = at;

		while (at < text->all.size) {
			end = at;
			at += 1 +
			    slice_find(slice_after(text->all, at + 1), tail);
		}
		if (end < text->all.size) {
			return end;
		}
	}
	return text->all.size;
}

/* An explanation in words that are not known begins behind a blank line. */
static struct slice
before_blank_line(const struct prose_text *text, struct slice value)
{
	size_t end = value.size;

	if (text->language == PROSE_ENGLISH) {
		return value;
	}
	if (text->layout == PROSE_LINES) {
		end = slice_find(value, SLICE("\r\n\r\n"));
		end = end < value.size ? end : slice_find(value, SLICE("\n\n"));
	} else if (text->layout == PROSE_SPACED) {
		end = slice_find(value, SLICE("    "));
	}
	return slice_trim(slice_head(value, end));
}

/* Where the text ends before it should, the last value may have been cut,
 * unless what was cut is the next label. */
static struct slice
whole_value(const struct chain *chain, uint32_t step, struct slice value)
{
	const struct prose_step *form = &chain->form->steps[step];
	bool goes_on = chain->reached < chain->form->count ||
	    (form->flags & STEP_GOES_ON) != 0;
	struct slice whole = value;

	for (uint32_t i = step + 1;
	     i < chain->form->count && whole.size == value.size; i++) {
		whole =
		    prose_without_label(chain->text, label_of(chain, i), value);
	}
	if (goes_on && whole.size == value.size && form->shape == SHAPE_TEXT &&
	    (form->flags & STEP_WIDE) == 0) {
		return slice_head(value, 0);
	}
	return whole;
}

static void
set_step(const struct chain *chain, uint32_t step, struct fields *fields)
{
	const struct prose_place *left = &chain->left[step];
	bool is_wide = (chain->form->steps[step].flags & STEP_WIDE) != 0;
	bool is_sure = step < chain->sure;
	struct slice value;
	size_t end;

	if (!prose_is_found(left) ||
	    (!is_sure && !is_wide && chain->right[step].start != left->start)) {
		return;
	}
	end = value_end(chain, is_wide ? chain->right : chain->left, step);
	if (end < left->value) {
		end = left->value;
	}
	value = prose_value(chain->text, left->value, end);
	if (end == chain->text->all.size) {
		value = whole_value(chain, step, value);
	}
	if (is_wide && chain->form->tails[PROSE_ENGLISH] != NULL) {
		value = before_blank_line(chain->text, value);
	}
	set_value(chain, step, value, fields);
}

bool
prose_read_form(const struct prose_text *text, const struct prose_form *form,
    struct fields *fields)
{
	struct chain chain = { .text = text, .form = form };

	SW_ASSERT(form->count <= PROSE_STEPS_MAX);
	memset(chain.left, 0xff, sizeof(chain.left));
	memset(chain.right, 0xff, sizeof(chain.right));
	find_from_left(&chain);
	chain.end = end_of(text, form);
	chain.sure =
	    form->sure_count < chain.reached ? form->sure_count : chain.reached;
	find_from_right(&chain);
	for (uint32_t i = 0; i < chain.reached; i++) {
		set_step(&chain, i, fields);
	}
	if (chain.reached < form->count && text->language == PROSE_ENGLISH) {
		fields->was_cut = true;
	}
	return chain.reached == form->count;
}
