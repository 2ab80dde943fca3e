#include "capture/capture_live.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

#include "base/strbuf.h"

static uint32_t fetch(struct capture *capture, struct frame *frames);
static void take_frame(
    u_char *context, const struct pcap_pkthdr *header, const u_char *bytes);
static int check_settings(
    struct capture_live *live, const struct capture_live_settings *settings);
static int activate(
    struct capture_live *live, const struct capture_live_settings *settings);
static int set_filter(struct capture_live *live, const char *filter);
static int tell_refusal(struct capture_live *live, int status);
static void list_interfaces(char *text, size_t size);

int
capture_live_open(struct capture_live *live, struct counters *counters,
    uint8_t *arena, const struct capture_live_settings *settings)
{
	char refusal[PCAP_ERRBUF_SIZE];
	int error;

	memset(live, 0, sizeof(*live));
	capture_init(&live->capture, counters, arena,
	    CAPTURE_LIVE_BYTES(settings->snap_length));
	live->capture.fetch = fetch;
	live->snap_length = settings->snap_length;
	live->observation_point = settings->observation_point;
	error = check_settings(live, settings);
	if (error != 0) {
		return error;
	}
	memcpy(live->interface, settings->interface,
	    strlen(settings->interface) + 1);
	live->pcap = pcap_create(settings->interface, refusal);
	if (live->pcap == NULL) {
		return capture_stop(&live->capture, CAPTURE_FAILED, -EIO,
		    "interface %s cannot be opened: %s", live->interface,
		    refusal);
	}
	error = activate(live, settings);
	if (error != 0) {
		capture_live_close(live);
	}
	return error;
}

int
capture_live_descriptor(const struct capture_live *live)
{
	return pcap_get_selectable_fd(live->pcap);
}

uint64_t
capture_live_drops(struct capture_live *live)
{
	/* Not pcap_stats(), which opens files in /sys each time.  The kernel
	 * begins again at zero with each reading (packet(7)). */
	struct tpacket_stats_v3 stats = { 0 };
	socklen_t size = sizeof(stats);

	if (live->pcap == NULL ||
	    getsockopt(pcap_fileno(live->pcap), SOL_PACKET, PACKET_STATISTICS,
	        &stats, &size) != 0) {
		return 0;
	}
	live->drops_count += stats.tp_drops;
	counter_add(live->capture.counters, COUNTER_CAPTURE_KERNEL_DROPS,
	    stats.tp_drops);
	return stats.tp_drops;
}

void
capture_live_close(struct capture_live *live)
{
	if (live->pcap != NULL) {
		pcap_close(live->pcap);
		live->pcap = NULL;
	}
}

static uint32_t
fetch(struct capture *capture, struct frame *frames)
{
	struct capture_live *live = (struct capture_live *)capture;
	bool was_down = live->is_down;
	int result;

	_Static_assert(offsetof(struct capture_live, capture) == 0,
	    "a live capture is found by its first member");
	if (capture->state != CAPTURE_RUNNING) {
		return 0;
	}
	live->frames = frames;
	live->burst_count = 0;
	live->arena_used = 0;
	result = pcap_dispatch(
	    live->pcap, CAPTURE_BURST, take_frame, (u_char *)live);
	/* libpcap asks to be called often while it does not know whether the
	 * interface will come back, and only then. */
	live->is_down = pcap_get_required_select_timeout(live->pcap) != NULL;
	if (live->is_down && !was_down) {
		live->downs_count++;
		counter_increment(
		    capture->counters, COUNTER_CAPTURE_INTERFACE_DOWNS);
	}
	if (result < 0) {
		/* What it had taken before is not lost: this burst is given,
		 * and the next is none. */
		(void)capture_stop(capture, CAPTURE_FAILED, -ENODEV,
		    "interface %s cannot be read any more: %s", live->interface,
		    pcap_geterr(live->pcap));
	}
	return live->burst_count;
}

/* Keeps a frame, whose bytes may be the kernel's again after this call. */
static void
take_frame(
    u_char *context, const struct pcap_pkthdr *header, const u_char *bytes)
{
	struct capture_live *live = (struct capture_live *)(void *)context;
	struct frame *frame = &live->frames[live->burst_count++];
	uint8_t *to = live->capture.arena + live->arena_used;
	uint32_t size = header->caplen < live->snap_length ? header->caplen
	                                                   : live->snap_length;

	memcpy(to, bytes, size);
	live->arena_used += size;
	frame->bytes = to;
	frame->time_ns = (uint64_t)header->ts.tv_sec * NS_PER_S +
	    (uint64_t)header->ts.tv_usec;
	frame->captured_size = size;
	frame->wire_size = header->len > size ? header->len : size;
	frame->link_type = live->link_type;
	frame->observation_point = live->observation_point;
}

static int
check_settings(
    struct capture_live *live, const struct capture_live_settings *settings)
{
	if (settings->interface[0] == '\0' ||
	    strlen(settings->interface) >= sizeof(live->interface)) {
		return capture_stop(&live->capture, CAPTURE_FAILED, -EINVAL,
		    "no interface has such a name");
	}
	if (settings->snap_length < CAPTURE_SNAP_LENGTH_LEAST ||
	    settings->snap_length > CAPTURE_SNAP_LENGTH_MOST ||
	    settings->buffer_bytes < CAPTURE_BUFFER_LEAST ||
	    settings->buffer_bytes > CAPTURE_BUFFER_MOST) {
		return capture_stop(&live->capture, CAPTURE_FAILED, -EINVAL,
		    "interface %s cannot be captured from with a snap length "
		    "of %u and a buffer of %u bytes",
		    settings->interface, settings->snap_length,
		    settings->buffer_bytes);
	}
	return 0;
}

static int
activate(
    struct capture_live *live, const struct capture_live_settings *settings)
{
	char refusal[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = live->pcap;
	int status;

	/* These fail only on a handle that is active already. */
	(void)pcap_set_snaplen(pcap, (int)settings->snap_length);
	(void)pcap_set_promisc(pcap, settings->is_promiscuous ? 1 : 0);
	(void)pcap_set_timeout(pcap, CONFIG_CAPTURE_BLOCK_MS);
	(void)pcap_set_immediate_mode(pcap, settings->is_immediate ? 1 : 0);
	(void)pcap_set_buffer_size(pcap, (int)settings->buffer_bytes);
	/* Linux gives nanoseconds for whatever ring. */
	if (pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO) != 0) {
		return capture_stop(&live->capture, CAPTURE_FAILED, -EIO,
		    "interface %s gives no time stamps in nanoseconds",
		    live->interface);
	}
	status = pcap_activate(pcap);
	if (status < 0) {
		return tell_refusal(live, status);
	}
	if (pcap_setnonblock(pcap, 1, refusal) != 0) {
		return capture_stop(&live->capture, CAPTURE_FAILED, -EIO,
		    "interface %s cannot be read without waiting: %s",
		    live->interface, refusal);
	}
	live->link_type = (uint16_t)pcap_datalink(pcap);
	return set_filter(live, settings->filter);
}

/* Without a filter the kernel would put whole frames into the ring, whatever
 * the snap length: the empty one takes all and cuts them. */
static int
set_filter(struct capture_live *live, const char *filter)
{
	struct bpf_program program;
	int result;

	if (pcap_compile(
	        live->pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0) {
		return capture_stop(&live->capture, CAPTURE_FAILED, -EINVAL,
		    "interface %s: the filter cannot be compiled: %s",
		    live->interface, pcap_geterr(live->pcap));
	}
	result = pcap_setfilter(live->pcap, &program);
	pcap_freecode(&program);
	if (result != 0) {
		return capture_stop(&live->capture, CAPTURE_FAILED, -EIO,
		    "interface %s: the filter is refused: %s", live->interface,
		    pcap_geterr(live->pcap));
	}
	return 0;
}

/* Why pcap_activate() refused, and what would help. */
static int
tell_refusal(struct capture_live *live, int status)
{
	char names[256];

	switch (status) {
	case PCAP_ERROR_NO_SUCH_DEVICE:
		list_interfaces(names, sizeof(names));
		return capture_stop(&live->capture, CAPTURE_FAILED, -ENODEV,
		    "there is no interface %s; there are %s", live->interface,
		    names);
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return capture_stop(&live->capture, CAPTURE_FAILED, -EPERM,
		    "capturing on interface %s is not permitted: it needs "
		    "CAP_NET_RAW; run this as root or give it that capability",
		    live->interface);
	case PCAP_ERROR_IFACE_NOT_UP:
		return capture_stop(&live->capture, CAPTURE_FAILED, -ENETDOWN,
		    "interface %s is down; it can be set up with \"ip link set "
		    "%s up\"",
		    live->interface, live->interface);
	default:
		return capture_stop(&live->capture, CAPTURE_FAILED, -EIO,
		    "interface %s cannot be captured from: %s (%s)",
		    live->interface, pcap_geterr(live->pcap),
		    pcap_statustostr(status));
	}
}

/* "eth0, eth1": as many of the network's interfaces as fit. */
static void
list_interfaces(char *text, size_t size)
{
	struct strbuf buffer;
	char refusal[PCAP_ERRBUF_SIZE];
	pcap_if_t *all = NULL;

	strbuf_init(&buffer, text, size);
	if (pcap_findalldevs(&all, refusal) != 0) {
		all = NULL;
	}
	for (const pcap_if_t *one = all; one != NULL; one = one->next) {
		strbuf_addf(&buffer, "%s%s", one == all ? "" : ", ", one->name);
	}
	if (all == NULL) {
		strbuf_add(&buffer, "none that may be captured from");
	}
	pcap_freealldevs(all);
}
