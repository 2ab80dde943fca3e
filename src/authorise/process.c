#include "authorise/process.h"

#include <strings.h>

#include "base/take.h"

static const struct {
	enum authorise_hash hash;
	const char *name;
	uint32_t digits;
} hashes[] = {
	{ AUTHORISE_HASH_MD5, "md5", 32 },
	{ AUTHORISE_HASH_SHA1, "sha1", 40 },
	{ AUTHORISE_HASH_SHA256, "sha256", 64 },
};

static const char hexadecimal[] = "0123456789abcdefABCDEF";

static bool hash_matches(
    enum authorise_hash hash, const char *digits, const char *logged);
static bool path_matches(const char *wanted, const char *image);
static const char *past_device(const char *path);
static const char *past_drive(const char *path);
static const char *account_of(const char *user, size_t *length);

enum authorise_hash
authorise_hash_of(const char *text, const char **digits)
{
	for (size_t i = 0; i < ARRAY_SIZE(hashes); i++) {
		size_t length = strlen(hashes[i].name);
		const char *at = text;

		if (strncasecmp(text, hashes[i].name, length) == 0 &&
		    (text[length] == ':' || text[length] == '=')) {
			at = text + length + 1;
		}
		if (strlen(at) == hashes[i].digits &&
		    strspn(at, hexadecimal) == hashes[i].digits) {
			*digits = at;
			return hashes[i].hash;
		}
	}
	return AUTHORISE_HASH_NONE;
}

bool
authorise_hash_is_meant(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(hashes); i++) {
		size_t length = strlen(hashes[i].name);

		if (strncasecmp(text, hashes[i].name, length) == 0 &&
		    (text[length] == ':' || text[length] == '=')) {
			return true;
		}
	}
	return false;
}

bool
authorise_process_matches(
    const char *wanted, const struct attribution_process *process)
{
	const char *digits;
	enum authorise_hash hash = authorise_hash_of(wanted, &digits);

	if (hash != AUTHORISE_HASH_NONE) {
		return hash_matches(hash, digits, process->hashes);
	}
	if (strpbrk(wanted, "\\/") != NULL) {
		return path_matches(wanted, process->image);
	}
	return authorise_same_letters(
	    wanted, authorise_program_of(process->image));
}

bool
authorise_user_matches(const struct authorise_entry *entry, const char *user)
{
	size_t length;
	const char *account = account_of(user, &length);

	for (uint32_t i = 0; i < entry->user_count; i++) {
		const char *wanted = entry->users[i];

		if (authorise_same_letters(wanted, user)) {
			return true;
		}
		if (strpbrk(wanted, "\\@") == NULL && length > 0 &&
		    strlen(wanted) == length &&
		    strncasecmp(wanted, account, length) == 0) {
			return true;
		}
	}
	return false;
}

bool
authorise_same_letters(const char *one, const char *other)
{
	return strcasecmp(one, other) == 0;
}

const char *
authorise_program_of(const char *path)
{
	const char *name = path;

	for (const char *at = path; *at != '\0'; at++) {
		if (*at == '\\' || *at == '/') {
			name = at + 1;
		}
	}
	return name;
}

/* 'logged' is a list such as "MD5=...,SHA256=...". */
static bool
hash_matches(enum authorise_hash hash, const char *digits, const char *logged)
{
	while (*logged != '\0') {
		size_t length = strcspn(logged, ",; ");
		char one[80];
		const char *of;

		if (length < sizeof(one)) {
			memcpy(one, logged, length);
			one[length] = '\0';
			if (authorise_hash_of(one, &of) == hash &&
			    authorise_same_letters(of, digits)) {
				return true;
			}
		}
		logged += length;
		logged += strspn(logged, ",; ");
	}
	return false;
}

static bool
path_matches(const char *wanted, const char *image)
{
	const char *rest = past_device(image);

	if (wanted[0] == '/') {
		return strcmp(wanted, image) == 0;
	}
	return authorise_same_letters(wanted, image) ||
	    (rest != NULL && past_drive(wanted) != NULL &&
	        authorise_same_letters(past_drive(wanted), rest));
}

/* What follows "\device\harddiskvolume3"; null: it does not begin so. */
static const char *
past_device(const char *path)
{
	static const char device[] = "\\device\\harddiskvolume";
	uint64_t number;

	if (strncasecmp(path, device, sizeof(device) - 1) != 0) {
		return NULL;
	}
	path += sizeof(device) - 1;
	return take_number(&path, 9999, &number) && *path == '\\' ? path : NULL;
}

/* What follows "C:". */
static const char *
past_drive(const char *path)
{
	return path[0] != '\0' && path[1] == ':' && path[2] == '\\' ? path + 2
	                                                            : NULL;
}

/* The account of "DOMAIN\account" or "account@domain". */
static const char *
account_of(const char *user, size_t *length)
{
	const char *backslash = strrchr(user, '\\');
	const char *account = backslash == NULL ? user : backslash + 1;

	*length = strcspn(account, "@");
	return account;
}
