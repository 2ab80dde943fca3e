#include "capture/magic.h"

#include <string.h>

struct magic {
	const char *bytes;
	uint8_t size;
	uint8_t kind; /* enum magic_kind */
	const char *what;
};

/* pcap: pcap-savefile(5), and the variant of Kuznetzov's patch, which libpcap
 * reads too.  pcapng: its draft, section 4.1. */
static const struct magic magics[] = {
	{ "\xa1\xb2\xc3\xd4", 4, MAGIC_PCAP, "" },
	{ "\xd4\xc3\xb2\xa1", 4, MAGIC_PCAP, "" },
	{ "\xa1\xb2\x3c\x4d", 4, MAGIC_PCAP, "" },
	{ "\x4d\x3c\xb2\xa1", 4, MAGIC_PCAP, "" },
	{ "\xa1\xb2\xcd\x34", 4, MAGIC_PCAP, "" },
	{ "\x34\xcd\xb2\xa1", 4, MAGIC_PCAP, "" },
	{ "\x0a\x0d\x0d\x0a", 4, MAGIC_PCAPNG, "" },
	{ "\x1f\x8b", 2, MAGIC_OTHER,
	    "is no capture file: it begins as gzip data; decompress it first" },
	{ "\x28\xb5\x2f\xfd", 4, MAGIC_OTHER,
	    "is no capture file: it begins as zstd data; decompress it first" },
	{ "\xfd"
	  "7zXZ",
	    5, MAGIC_OTHER,
	    "is no capture file: it begins as xz data; decompress it first" },
	{ "BZh", 3, MAGIC_OTHER,
	    "is no capture file: it begins as bzip2 data; decompress it "
	    "first" },
	{ "\x04\x22\x4d\x18", 4, MAGIC_OTHER,
	    "is no capture file: it begins as lz4 data; decompress it first" },
	{ "PK\x03\x04", 4, MAGIC_OTHER,
	    "is no capture file: it begins as a zip archive; unpack it "
	    "first" },
	{ "7z\xbc\xaf\x27\x1c", 6, MAGIC_OTHER,
	    "is no capture file: it begins as a 7z archive; unpack it first" },
	{ "snoop\0\0\0", 8, MAGIC_OTHER,
	    "is a snoop capture, which is not read; convert it with "
	    "\"editcap -F pcap\"" },
	{ "GMBU", 4, MAGIC_OTHER,
	    "is a Network Monitor capture, which is not read; convert it with "
	    "\"editcap -F pcap\"" },
	{ "RTSS", 4, MAGIC_OTHER,
	    "is a Network Monitor capture, which is not read; convert it with "
	    "\"editcap -F pcap\"" },
	{ "TRSNIFF data", 12, MAGIC_OTHER,
	    "is a Sniffer capture, which is not read; convert it with "
	    "\"editcap -F pcap\"" },
	/* What d4 c3 b2 a1 becomes where it is taken for text: as Latin-1, and
	 * with what is no UTF-8 replaced. */
	{ "\xc3\x94\xc3\x83\xc2\xb2\xc2\xa1", 8, MAGIC_OTHER,
	    "was a pcap file until it was converted to UTF-8 like a text, "
	    "which destroyed it; get the original" },
	{ "\xef\xbf\xbd\xc3\xb2\xef\xbf\xbd", 8, MAGIC_OTHER,
	    "was a pcap file until it was converted to UTF-8 like a text, "
	    "which destroyed it; get the original" },
};

static bool is_text(const uint8_t *bytes, size_t size);

enum magic_kind
magic_of(const uint8_t *bytes, size_t size, const char **what)
{
	if (size == 0) {
		*what = "is empty: it holds no capture";
		return MAGIC_OTHER;
	}
	for (size_t i = 0; i < ARRAY_SIZE(magics); i++) {
		if (size >= magics[i].size &&
		    memcmp(bytes, magics[i].bytes, magics[i].size) == 0) {
			*what = magics[i].what;
			return magics[i].kind;
		}
	}
	*what = is_text(bytes, size)
	    ? "is no capture file: it is text; give a pcap or pcapng file"
	    : "is no capture file: its first bytes are none of pcap or "
	      "pcapng; give one of those";
	return MAGIC_OTHER;
}

/* Printable ASCII, and what separates lines and words of it. */
static bool
is_text(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		bool space = bytes[i] >= '\t' && bytes[i] <= '\r';

		if (!space && (bytes[i] < ' ' || bytes[i] > '~')) {
			return false;
		}
	}
	return true;
}
