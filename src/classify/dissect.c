#include "classify/dissect.h"
#include "classify/classify.h"

#ifdef CONFIG_CLASSIFY_NDPI

#	include <ndpi/ndpi_api.h>

#	include "base/bytes.h"
#	include "mem/foreign.h"

enum {
	IP_HEADER_SIZE = 20,
	TCP_HEADER_SIZE = 20,
	UDP_HEADER_SIZE = 8,
	/* Zeros behind each packet, for a dissector that reads too far. */
	SLACK_SIZE = 512,
	PACKET_SIZE = IP_HEADER_SIZE + TCP_HEADER_SIZE +
	    CONFIG_CLASSIFY_FLOW_BYTES + SLACK_SIZE,
	/* What one conversation holds at most: a dozen pieces of what it was
	 * shown, each at most twice that; one message of Kerberos, 12 KiB. */
	NEEDED_BYTES = 12 * 2 * (CONFIG_CLASSIFY_FLOW_BYTES + 4096) + 16384,
	/* What nDPI 4.2 takes at its start, on a machine of 64 bits. */
	START_BYTES = 4288 * 1024,
	HEAP_BYTES = CONFIG_CLASSIFY_HEAP_KIB * 1024,
};
_Static_assert(HEAP_BYTES >= START_BYTES + NEEDED_BYTES,
    "CLASSIFY_HEAP_KIB is too little for CLASSIFY_FLOW_BYTES");

/* One end of the conversation as nDPI is shown it. */
struct end {
	uint8_t address[4];
	uint16_t port;
	uint32_t sequence; /* TCP: of its next byte. */
};

/* A packet as it is written for nDPI. */
struct shown {
	uint8_t protocol;
	uint8_t flags; /* TCP's. */
	struct end *from;
	struct end *to;
	const uint8_t *payload;
	uint16_t size; /* Bytes of payload. */
};

struct dissect {
	struct foreign heap;
	struct ndpi_detection_module_struct *module;
	struct counters *counters;
	struct ndpi_flow_struct flow;
	uint8_t applications[NDPI_LAST_IMPLEMENTED_PROTOCOL]; /* By nDPI's
	                                                       * number. */
	uint8_t packet[PACKET_SIZE];
};

/* nDPI's numbers of what we would hear.  Not among them, by intent: TLS, HTTP,
 * SSH and QUIC (classify/hello.h); what keeps caches from one conversation to
 * the next (BitTorrent, STUN, tinc, mining); what reads a clock (NetFlow); what
 * has no answers to hear (syslog, sFlow); and what takes too much for its own:
 * Cassandra one in six of binary messages with small numbers, H.323 all that
 * comes in TPKT, RTMP and Cisco VPN by little more than a port. */
static const struct {
	uint16_t number;
	uint8_t application;
} heard[] = {
	{ NDPI_PROTOCOL_AFP, APPLICATION_AFP },
	{ NDPI_PROTOCOL_AJP, APPLICATION_AJP },
	{ NDPI_PROTOCOL_AMQP, APPLICATION_AMQP },
	{ NDPI_PROTOCOL_BGP, APPLICATION_BGP },
	{ NDPI_PROTOCOL_CAPWAP, APPLICATION_CAPWAP },
	{ NDPI_PROTOCOL_CHECKMK, APPLICATION_CHECKMK },
	{ NDPI_PROTOCOL_CITRIX, APPLICATION_CITRIX },
	{ NDPI_PROTOCOL_COAP, APPLICATION_COAP },
	{ NDPI_PROTOCOL_CORBA, APPLICATION_CORBA },
	{ NDPI_PROTOCOL_DCERPC, APPLICATION_DCERPC },
	{ NDPI_PROTOCOL_DHCP, APPLICATION_DHCP },
	{ NDPI_PROTOCOL_DHCPV6, APPLICATION_DHCPV6 },
	{ NDPI_PROTOCOL_DIAMETER, APPLICATION_DIAMETER },
	{ NDPI_PROTOCOL_DNP3, APPLICATION_DNP3 },
	{ NDPI_PROTOCOL_DNS, APPLICATION_DNS },
	{ NDPI_PROTOCOL_DRDA, APPLICATION_DRDA },
	{ NDPI_PROTOCOL_ETHERNET_IP, APPLICATION_ETHERNET_IP },
	{ NDPI_PROTOCOL_FIX, APPLICATION_FIX },
	{ NDPI_PROTOCOL_FTP_CONTROL, APPLICATION_FTP },
	{ NDPI_PROTOCOL_GIT, APPLICATION_GIT },
	{ NDPI_PROTOCOL_GTP, APPLICATION_GTP },
	{ NDPI_PROTOCOL_GTP_C, APPLICATION_GTP },
	{ NDPI_PROTOCOL_GTP_PRIME, APPLICATION_GTP },
	{ NDPI_PROTOCOL_GTP_U, APPLICATION_GTP },
	{ NDPI_PROTOCOL_IAX, APPLICATION_IAX },
	{ NDPI_PROTOCOL_IEC60870, APPLICATION_IEC_104 },
	{ NDPI_PROTOCOL_IPP, APPLICATION_IPP },
	{ NDPI_PROTOCOL_IRC, APPLICATION_IRC },
	{ NDPI_PROTOCOL_JABBER, APPLICATION_XMPP },
	{ NDPI_PROTOCOL_KERBEROS, APPLICATION_KERBEROS },
	{ NDPI_PROTOCOL_LDAP, APPLICATION_LDAP },
	{ NDPI_PROTOCOL_LISP, APPLICATION_LISP },
	{ NDPI_PROTOCOL_LLMNR, APPLICATION_LLMNR },
	{ NDPI_PROTOCOL_LOTUS_NOTES, APPLICATION_NOTES },
	{ NDPI_PROTOCOL_MAIL_IMAP, APPLICATION_IMAP },
	{ NDPI_PROTOCOL_MAIL_POP, APPLICATION_POP3 },
	{ NDPI_PROTOCOL_MAIL_SMTP, APPLICATION_SMTP },
	{ NDPI_PROTOCOL_MDNS, APPLICATION_MDNS },
	{ NDPI_PROTOCOL_MEGACO, APPLICATION_MEGACO },
	{ NDPI_PROTOCOL_MEMCACHED, APPLICATION_MEMCACHED },
	{ NDPI_PROTOCOL_MGCP, APPLICATION_MGCP },
	{ NDPI_PROTOCOL_MODBUS, APPLICATION_MODBUS },
	{ NDPI_PROTOCOL_MONGODB, APPLICATION_MONGODB },
	{ NDPI_PROTOCOL_MQTT, APPLICATION_MQTT },
	{ NDPI_PROTOCOL_MSSQL_TDS, APPLICATION_MSSQL },
	{ NDPI_PROTOCOL_MYSQL, APPLICATION_MYSQL },
	{ NDPI_PROTOCOL_NATS, APPLICATION_NATS },
	{ NDPI_PROTOCOL_NETBIOS, APPLICATION_NETBIOS },
	{ NDPI_PROTOCOL_NFS, APPLICATION_NFS },
	{ NDPI_PROTOCOL_NTP, APPLICATION_NTP },
	{ NDPI_PROTOCOL_OPENVPN, APPLICATION_OPENVPN },
	{ NDPI_PROTOCOL_ORACLE, APPLICATION_ORACLE },
	{ NDPI_PROTOCOL_POSTGRES, APPLICATION_POSTGRESQL },
	{ NDPI_PROTOCOL_PPTP, APPLICATION_PPTP },
	{ NDPI_PROTOCOL_RADIUS, APPLICATION_RADIUS },
	{ NDPI_PROTOCOL_RDP, APPLICATION_RDP },
	{ NDPI_PROTOCOL_REDIS, APPLICATION_REDIS },
	{ NDPI_PROTOCOL_RSYNC, APPLICATION_RSYNC },
	{ NDPI_PROTOCOL_RTSP, APPLICATION_RTSP },
	{ NDPI_PROTOCOL_S7COMM, APPLICATION_S7COMM },
	{ NDPI_PROTOCOL_SIP, APPLICATION_SIP },
	{ NDPI_PROTOCOL_SKINNY, APPLICATION_SKINNY },
	{ NDPI_PROTOCOL_SMBV1, APPLICATION_SMB },
	{ NDPI_PROTOCOL_SMBV23, APPLICATION_SMB },
	{ NDPI_PROTOCOL_SMPP, APPLICATION_SMPP },
	{ NDPI_PROTOCOL_SNMP, APPLICATION_SNMP },
	{ NDPI_PROTOCOL_SOCKS, APPLICATION_SOCKS },
	{ NDPI_PROTOCOL_SOMEIP, APPLICATION_SOMEIP },
	{ NDPI_PROTOCOL_SSDP, APPLICATION_SSDP },
	{ NDPI_PROTOCOL_TEAMVIEWER, APPLICATION_TEAMVIEWER },
	{ NDPI_PROTOCOL_TELNET, APPLICATION_TELNET },
	{ NDPI_PROTOCOL_TFTP, APPLICATION_TFTP },
	{ NDPI_PROTOCOL_USENET, APPLICATION_NNTP },
	{ NDPI_PROTOCOL_VMWARE, APPLICATION_VMWARE },
	{ NDPI_PROTOCOL_VNC, APPLICATION_VNC },
	{ NDPI_PROTOCOL_WHOIS_DAS, APPLICATION_WHOIS },
	{ NDPI_PROTOCOL_WIREGUARD, APPLICATION_WIREGUARD },
	{ NDPI_PROTOCOL_XDMCP, APPLICATION_XDMCP },
	{ NDPI_PROTOCOL_Z3950, APPLICATION_Z3950 },
	{ NDPI_PROTOCOL_ZABBIX, APPLICATION_ZABBIX },
	{ NDPI_PROTOCOL_ZMQ, APPLICATION_ZEROMQ },
};

/* The heap that is lent to nDPI.  The one global of the house: its hooks are
 * plain malloc() and free(), and tell nothing of who calls. */
static struct foreign *lent;

static void *lend(size_t size);
static void give_back(void *block);
static void note_peak(struct dissect *dissect);
static void choose(struct dissect *dissect);
static void shake_hands(struct dissect *dissect, uint64_t time_ns,
    struct end *client, struct end *server);
static enum application show(
    struct dissect *dissect, uint64_t time_ns, const struct shown *shown);
static size_t write_packet(struct dissect *dissect, const struct shown *shown);
static void write_tcp(uint8_t *at, const struct shown *shown);
static void write_udp(uint8_t *at, const struct shown *shown);
static enum application application_of(
    const struct dissect *dissect, uint16_t number);

size_t
dissect_bytes(void)
{
	return region_bytes(1, sizeof(struct dissect)) +
	    foreign_bytes(HEAP_BYTES);
}

struct dissect *
dissect_init(struct region *region, struct counters *counters)
{
	struct dissect *dissect = region_carve(region, 1, sizeof(*dissect));

	SW_ASSERT(lent == NULL);
	SW_ASSERT(ndpi_get_api_version() == NDPI_API_VERSION);
	foreign_init(&dissect->heap, region, HEAP_BYTES);
	dissect->counters = counters;
	lent = &dissect->heap;
	set_ndpi_malloc(lend);
	set_ndpi_free(give_back);
	set_ndpi_flow_malloc(lend);
	set_ndpi_flow_free(give_back);
	/* Lists of hosts and cryptography serve dissectors that are off. */
	dissect->module = ndpi_init_detection_module(
	    ndpi_dont_load_tor_hosts | ndpi_dont_init_libgcrypt);
	SW_ASSERT(dissect->module != NULL);
	choose(dissect);
	ndpi_finalize_initialization(dissect->module);
	SW_ASSERT(dissect->heap.refused == 0);
	SW_ASSERT(foreign_has(&dissect->heap, NEEDED_BYTES));
	note_peak(dissect);
	return dissect;
}

void
dissect_finish(struct dissect *dissect)
{
	/* What nDPI holds, it holds in the heap. */
	foreign_finish(&dissect->heap);
	lent = NULL;
}

enum application
dissect_ask(struct dissect *dissect, const struct dissect_opening *opening)
{
	struct end client = { { 10, 0, 0, 1 }, opening->client_port, 1 };
	struct end server = { { 10, 0, 0, 2 }, opening->server_port, 1 };
	enum application application = APPLICATION_NONE;
	uint32_t blocks = dissect->heap.blocks;
	uint64_t strays = dissect->heap.strays;

	if (!foreign_has(&dissect->heap, NEEDED_BYTES)) {
		counter_increment(dissect->counters, COUNTER_CLASSIFY_REFUSED);
		return APPLICATION_NONE;
	}
	counter_increment(dissect->counters, COUNTER_CLASSIFY_QUESTIONS);
	memset(&dissect->flow, 0, sizeof(dissect->flow));
	if (opening->protocol == IP_PROTOCOL_TCP) {
		shake_hands(dissect, opening->time_ns, &client, &server);
	}
	for (uint32_t i = 0; i < opening->packet_count; i++) {
		const struct dissect_packet *packet = &opening->packets[i];
		const struct shown shown = { opening->protocol,
			TCP_PSH | TCP_ACK,
			packet->from_client ? &client : &server,
			packet->from_client ? &server : &client,
			packet->payload, packet->size };

		application = show(dissect, opening->time_ns, &shown);
		if (application != APPLICATION_NONE) {
			break;
		}
		shown.from->sequence += packet->size;
	}
	ndpi_free_flow_data(&dissect->flow);
	counter_add(dissect->counters, COUNTER_CLASSIFY_ANSWERS,
	    application != APPLICATION_NONE);
	counter_add(dissect->counters, COUNTER_CLASSIFY_KEPT,
	    (uint64_t)dissect->heap.blocks - blocks);
	counter_add(dissect->counters, COUNTER_CLASSIFY_STRAYS,
	    dissect->heap.strays - strays);
	note_peak(dissect);
	return application;
}

const char *
classify_library(void)
{
	return ndpi_revision();
}

static void *
lend(size_t size)
{
	return foreign_take(lent, size);
}

static void
give_back(void *block)
{
	foreign_free(lent, block);
}

static void
note_peak(struct dissect *dissect)
{
	dissect->counters->value[COUNTER_CLASSIFY_LENT_PEAK] =
	    (uint64_t)dissect->heap.peak_pages * FOREIGN_PAGE_SIZE;
}

/* Switches on the dissectors of what we would hear.  (nDPI's own macros for its
 * bit masks are not fit for these warnings.) */
static void
choose(struct dissect *dissect)
{
	NDPI_PROTOCOL_BITMASK chosen;

	memset(&chosen, 0, sizeof(chosen));
	for (size_t i = 0; i < ARRAY_SIZE(heard); i++) {
		uint16_t number = heard[i].number;
		size_t word = number / NDPI_BITS;

		chosen.fds_bits[word] |= 1u << number % NDPI_BITS;
		dissect->applications[number] = heard[i].application;
	}
	ndpi_set_protocol_detection_bitmask2(dissect->module, &chosen);
}

/* Some dissectors want to have seen how a TCP connection began. */
static void
shake_hands(struct dissect *dissect, uint64_t time_ns, struct end *client,
    struct end *server)
{
	const struct shown steps[] = {
		{ IP_PROTOCOL_TCP, TCP_SYN, client, server, NULL, 0 },
		{ IP_PROTOCOL_TCP, TCP_SYN | TCP_ACK, server, client, NULL, 0 },
		{ IP_PROTOCOL_TCP, TCP_ACK, client, server, NULL, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		(void)show(dissect, time_ns, &steps[i]);
		steps[i].from->sequence += (steps[i].flags & TCP_SYN) != 0;
	}
}

/* Shows nDPI a packet of the conversation.  Returns what it now takes the
 * conversation for: what was found on top (SMB, say) or, where that is of no
 * interest, what carries it. */
static enum application
show(struct dissect *dissect, uint64_t time_ns, const struct shown *shown)
{
	size_t size = write_packet(dissect, shown);
	ndpi_protocol found =
	    ndpi_detection_process_packet(dissect->module, &dissect->flow,
	        dissect->packet, (unsigned short)size, time_ns / NS_PER_MS);
	enum application application =
	    application_of(dissect, found.app_protocol);

	/* By port or by address alone is no answer. */
	if (dissect->flow.confidence < NDPI_CONFIDENCE_DPI_CACHE) {
		return APPLICATION_NONE;
	}
	return application != APPLICATION_NONE
	    ? application
	    : application_of(dissect, found.master_protocol);
}

/* Writes an IPv4 packet (RFC 791) without options, and returns its size. */
static size_t
write_packet(struct dissect *dissect, const struct shown *shown)
{
	uint8_t *at = dissect->packet;
	bool is_tcp = shown->protocol == IP_PROTOCOL_TCP;
	size_t headers_size =
	    IP_HEADER_SIZE + (is_tcp ? TCP_HEADER_SIZE : UDP_HEADER_SIZE);
	size_t size = headers_size + shown->size;

	SW_ASSERT(size + SLACK_SIZE <= PACKET_SIZE);
	memset(at, 0, headers_size);
	at[0] = 0x45;
	store_be16(at + 2, (uint16_t)size);
	at[8] = 64; /* Time to live. */
	at[9] = shown->protocol;
	memcpy(at + 12, shown->from->address, 4);
	memcpy(at + 16, shown->to->address, 4);
	if (is_tcp) {
		write_tcp(at + IP_HEADER_SIZE, shown);
	} else {
		write_udp(at + IP_HEADER_SIZE, shown);
	}
	if (shown->size > 0) {
		memcpy(at + headers_size, shown->payload, shown->size);
	}
	memset(at + size, 0, SLACK_SIZE);
	return size;
}

/* Writes a header of RFC 9293, section 3.1, onto zeros. */
static void
write_tcp(uint8_t *at, const struct shown *shown)
{
	store_be16(at, shown->from->port);
	store_be16(at + 2, shown->to->port);
	store_be32(at + 4, shown->from->sequence);
	if ((shown->flags & TCP_ACK) != 0) {
		store_be32(at + 8, shown->to->sequence);
	}
	at[12] = TCP_HEADER_SIZE / 4 << 4;
	at[13] = shown->flags;
	store_be16(at + 14, UINT16_MAX); /* Window. */
}

/* Writes a header of RFC 768 onto zeros. */
static void
write_udp(uint8_t *at, const struct shown *shown)
{
	store_be16(at, shown->from->port);
	store_be16(at + 2, shown->to->port);
	store_be16(at + 4, (uint16_t)(UDP_HEADER_SIZE + shown->size));
}

static enum application
application_of(const struct dissect *dissect, uint16_t number)
{
	return number < ARRAY_SIZE(dissect->applications)
	    ? dissect->applications[number]
	    : APPLICATION_NONE;
}

#endif
