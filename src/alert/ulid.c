#include "alert/ulid.h"

void
ulid_format(uint64_t time_ms, const uint8_t chance[ULID_CHANCE_SIZE],
    char text[ULID_SIZE])
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	uint64_t high = time_ms << 16 | (uint64_t)chance[0] << 8 | chance[1];
	uint64_t low = 0;

	for (uint32_t i = 2; i < ULID_CHANCE_SIZE; i++) {
		low = low << 8 | chance[i];
	}
	/* 26 characters of five bits are 130 bits for 128: from the last one
	 * on, each takes the lowest five of what is left. */
	for (uint32_t i = ULID_SIZE - 1; i-- > 0;) {
		text[i] = alphabet[low & 31];
		low = low >> 5 | high << 59;
		high >>= 5;
	}
	text[ULID_SIZE - 1] = '\0';
}
