#!/usr/bin/python3
"""Reads a classic pcap (Ethernet) and works out what each actor of a truth file
really sent: targets, ports, order, answers.  Standard library only.

  labtruth.py TRUTH.json PCAP      recompute the observed part and print it
"""
import collections, ipaddress, json, re, socket, struct, sys

Pkt = collections.namedtuple("Pkt", "ts smac dmac vlan ver src dst proto sport dport flags itype fo mf arp inner")


def read_pcap(path):
    """yields (ts, original length, bytes)"""
    with open(path, "rb") as f:
        h = f.read(24)
        magic = struct.unpack("<I", h[:4])[0]
        if magic in (0xa1b2c3d4, 0xa1b23c4d):
            e, div = "<", 1e6 if magic == 0xa1b2c3d4 else 1e9
        else:
            e, div = ">", 1e6 if struct.unpack(">I", h[:4])[0] == 0xa1b2c3d4 else 1e9
        rec = struct.Struct(e + "IIII")
        while True:
            h = f.read(16)
            if len(h) < 16:
                return
            s, us, cl, ol = rec.unpack(h)
            d = f.read(cl)
            if len(d) < cl:
                return
            yield s + us / div, ol, d


def hexmac(b):
    return ":".join("%02x" % x for x in b)


def parse(ts, d):
    if len(d) < 14:
        return None
    dm, sm, et, o, vlan = hexmac(d[:6]), hexmac(d[6:12]), d[12] << 8 | d[13], 14, None
    while et in (0x8100, 0x88a8) and len(d) >= o + 4:
        vlan, et, o = (d[o] << 8 | d[o + 1]) & 0xfff, d[o + 2] << 8 | d[o + 3], o + 4
    sp = dp = fl = it = arp = inner = None
    fo = mf = 0
    if et == 0x0806 and len(d) >= o + 28:
        op = d[o + 6] << 8 | d[o + 7]
        return Pkt(ts, sm, dm, vlan, "arp", socket.inet_ntoa(d[o + 14:o + 18]), socket.inet_ntoa(d[o + 24:o + 28]), None,
                   None, None, None, None, 0, 0, op, None)
    if et == 0x0800 and len(d) >= o + 20:
        ihl = (d[o] & 15) * 4
        pr, fr = d[o + 9], d[o + 6] << 8 | d[o + 7]
        fo, mf = fr & 0x1fff, (fr >> 13) & 1
        src, dst, ver, o = socket.inet_ntoa(d[o + 12:o + 16]), socket.inet_ntoa(d[o + 16:o + 20]), 4, o + ihl
    elif et == 0x86dd and len(d) >= o + 40:
        pr, ver = d[o + 6], 6
        src, dst = socket.inet_ntop(10, d[o + 8:o + 24]), socket.inet_ntop(10, d[o + 24:o + 40])
        o += 40
        while pr in (0, 43, 60, 44) and len(d) >= o + 8:
            if pr == 44:
                fr = d[o + 2] << 8 | d[o + 3]
                fo, mf = fr >> 3, fr & 1
            n = 8 if pr == 44 else 8 + d[o + 1] * 8
            pr, o = d[o], o + n
    else:
        return Pkt(ts, sm, dm, vlan, None, None, None, None, None, None, None, None, 0, 0, None, None)
    if fo == 0:
        if pr in (6, 17, 132) and len(d) >= o + 4:
            sp, dp = d[o] << 8 | d[o + 1], d[o + 2] << 8 | d[o + 3]
            if pr == 6:
                fl = d[o + 13] if len(d) >= o + 14 else None
        elif pr in (1, 58) and len(d) >= o + 2:
            it = d[o]
            if pr == 58 and it == 135 and len(d) >= o + 24:
                inner = socket.inet_ntop(10, d[o + 8:o + 24])
            if (pr == 1 and it in (3, 5, 11)) or (pr == 58 and it in (1, 3)):
                inner = "err"
    return Pkt(ts, sm, dm, vlan, ver, src, dst, pr, sp, dp, fl, it, fo, mf, None, inner)


FLAGS = {"fin": 0x01, "null": 0x00, "xmas": 0x29, "ack": 0x10, "window": 0x10, "maimon": 0x11}


def is_probe(p, tech):
    """-> (target, port or None) if the packet is an initiating probe of that technique"""
    for t in tech:
        if t in ("syn", "connect", "any") and p.proto == 6 and p.fo == 0 and p.flags is not None and p.flags & 0x17 == 2:
            return p.dst, p.dport
        if t == "fragsyn" and p.proto == 6 and p.fo == 0 and p.mf:
            return p.dst, p.dport
        if t[:2] == "0x" and p.proto == 6 and p.fo == 0 and p.flags == int(t, 16):
            return p.dst, p.dport
        if t in FLAGS and p.proto == 6 and p.fo == 0 and p.flags == FLAGS[t]:
            return p.dst, p.dport
        if t in ("udp", "any") and p.proto == 17 and p.fo == 0 and p.sport is not None:
            return p.dst, p.dport
        if t in ("icmp", "any") and p.proto == 1 and p.itype in (8, 13, 15, 17):
            return p.dst, None
        if t in ("icmp6", "any") and p.proto == 58 and p.itype == 128:
            return p.dst, None
        if t == "nd" and p.proto == 58 and p.itype == 135 and p.inner:
            return p.inner, None
        if t == "arp" and p.arp == 1:
            return p.dst, None
        if t == "sctp" and p.proto == 132:
            return p.dst, p.dport
        if t == "ipproto" and p.ver == 4:
            return p.dst, p.proto
    return None


def target_set(spec):
    """'10.0.0.0/24,10.1.1.5-9,host' -> test function"""
    if not spec or spec == "-":
        return lambda a: True
    nets, ranges = [], []
    for s in spec.split(","):
        if "/" in s:
            nets.append(ipaddress.ip_network(s, strict=False))
        elif "-" in s:
            a, b = s.rsplit("-", 1)
            lo = int(ipaddress.ip_address(a))
            pre = a.rsplit(".", 1)[0] if "." in a else a.rsplit(":", 1)[0]
            hi = int(ipaddress.ip_address(b if "." in b or ":" in b else (pre + "." + b if "." in a else pre + ":" + b)))
            ranges.append((lo, hi, 4 if "." in a else 6))
        else:
            nets.append(ipaddress.ip_network(s))

    memo = {}

    def test(a):
        if a not in memo:
            x = ipaddress.ip_address(a)
            memo[a] = any(x in n for n in nets if n.version == x.version) or \
                any(lo <= int(x) <= hi for lo, hi, v in ranges if v == x.version)
        return memo[a]
    return test


def port_set(spec):
    """'22,80,100-200' -> set; anything else -> None (no restriction)"""
    if not spec or not re.fullmatch(r"[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*", spec):
        return None
    out = set()
    for x in spec.split(","):
        a, _, b = x.partition("-")
        out.update(range(int(a), int(b or a) + 1))
    return out


def ranges_int(vals, fmt=str):
    vals, out, i = sorted(vals), [], 0
    while i < len(vals):
        j = i
        while j + 1 < len(vals) and vals[j + 1] == vals[j] + 1:
            j += 1
        out.append(fmt(vals[i]) if i == j else "%s-%s" % (fmt(vals[i]), fmt(vals[j])))
        i = j + 1
    return out


def order(seq):
    """order of first contacts: sequential | mostly-ascending | random | single"""
    if len(seq) < 4:
        return "few", None
    asc = sum(1 for a, b in zip(seq, seq[1:]) if 0 < b - a <= 4) / (len(seq) - 1)
    up = sum(1 for a, b in zip(seq, seq[1:]) if b > a) / (len(seq) - 1)
    if asc >= 0.85:
        return "sequential", round(asc, 3)
    if up >= 0.8:
        return "ascending", round(asc, 3)
    if sum(1 for a, b in zip(seq, seq[1:]) if b < a) / (len(seq) - 1) >= 0.85:
        return "descending", round(asc, 3)
    return "random", round(asc, 3)


def describe(actor, pkts):
    ips = set(actor.get("scanner_ips") or actor.get("ips") or [])
    six = {actor["scanner_ip6"]} if actor.get("scanner_ip6") else set()
    extra = set(actor.get("apparent_ips") or [])
    src_ok = extra or (ips | six)
    mac = actor.get("scanner_mac") or actor.get("mac")
    tech = actor["technique"].split(",")
    want = target_set(actor.get("targets_declared"))
    pset = None if "any" in tech else port_set(actor.get("ports_declared"))
    targets, ports, pairs, n, first, last = {}, {}, {}, 0, None, None
    by_t, by_p = collections.defaultdict(set), collections.defaultdict(set)
    ans = {k: set() for k in ("synack", "rst", "icmp_error", "icmp_reply", "arp_reply", "udp_reply")}
    t0, t1 = actor.get("start", 0) - 0.5, actor.get("end", 9e18) + 0.5
    for p in pkts:
        if p.ver is None:
            continue
        if p.src in src_ok or (mac and p.smac == mac and (p.ver == "arp" or p.inner or (
                p.ver == 6 and p.src.startswith("fe80:")))):
            if not t0 <= p.ts <= t1:
                continue
            hit = is_probe(p, tech)
            if hit and want(hit[0]) and (pset is None or hit[1] is None or hit[1] in pset):
                tg, po = hit
                n += 1
                first = p.ts if first is None else first
                last = p.ts
                targets.setdefault(tg, p.ts)
                if po is not None:
                    ports.setdefault(po, p.ts)
                    by_t[tg].add(po)
                    by_p[po].add(tg)
                pairs.setdefault((tg, po), p.ts)
        elif p.dst in src_ok and p.src is not None:
            if p.arp == 2:
                ans["arp_reply"].add(p.src)
            elif p.proto == 6 and p.flags is not None:
                if p.flags & 0x12 == 0x12:
                    ans["synack"].add((p.src, p.sport))
                elif p.flags & 4:
                    ans["rst"].add((p.src, p.sport))
            elif p.inner == "err":
                ans["icmp_error"].add(p.src)
            elif p.proto in (1, 58) and p.itype in (0, 129, 14, 16, 18):
                ans["icmp_reply"].add(p.src)
            elif p.proto == 17:
                ans["udp_reply"].add((p.src, p.sport))
    o = {"probe_packets": n, "distinct_target_port_pairs": len(pairs), "first": first and round(first, 6),
         "last": last and round(last, 6)}
    v4 = [int(ipaddress.ip_address(a)) for a in targets if ":" not in a]
    v6 = [int(ipaddress.ip_address(a)) for a in targets if ":" in a]
    f4, f6 = (lambda x: str(ipaddress.IPv4Address(x))), (lambda x: str(ipaddress.IPv6Address(x)))
    rl = ranges_int(v4, f4) + ranges_int(v6, f6)
    o["targets"] = {"count": len(targets), "ranges": rl[:400]}
    if len(rl) > 400:
        o["targets"]["ranges_cut"] = True
    if targets:
        vs = v4 or v6
        ff = f4 if v4 else f6
        o["targets"]["min"], o["targets"]["max"] = ff(min(vs)), ff(max(vs))
    pl = ranges_int(list(ports))
    o["ports"] = {"count": len(ports), "ranges": pl[:1200]}
    if ports:
        o["ports"]["min"], o["ports"]["max"] = min(ports), max(ports)
    o["max_ports_on_one_target"] = max([len(x) for x in by_t.values()] or [0])
    o["max_targets_on_one_port"] = max([len(x) for x in by_p.values()] or [0])
    o["order_of_targets"], o["ascending_fraction_targets"] = order([int(ipaddress.ip_address(a)) for a in targets])
    if by_t:
        big = max(by_t, key=lambda k: len(by_t[k]))
        seq = [po for (tg, po) in pairs if tg == big and po is not None]
        o["order_of_ports"], o["ascending_fraction_ports"] = order(seq)
    o["answers"] = {k: len(v) for k, v in ans.items()}
    if n > 1 and last > first:
        o["probes_per_second"] = round((n - 1) / (last - first), 3)
    return o


def observe(truth, pcap):
    pkts, nbytes, n, first, last = [], 0, 0, None, None
    for ts, ol, d in read_pcap(pcap):
        n += 1
        nbytes += ol
        first = ts if first is None else first
        last = ts
        p = parse(ts, d)
        if p:
            pkts.append(p)
    truth["capture"] = {"packets": n, "bytes_on_wire": nbytes, "first": first, "last": last}
    for a in truth["scans"] + truth["benign"]:
        a["observed"] = describe(a, pkts)
    return truth


def vlan_tag(src, dst, mac_vid):
    """copy a capture, putting an 802.1Q tag on each frame by the segment of its source MAC"""
    with open(src, "rb") as f, open(dst, "wb") as g:
        g.write(f.read(24))
        while True:
            h = f.read(16)
            if len(h) < 16:
                return
            s, us, cl, ol = struct.unpack("<IIII", h)
            d = f.read(cl)
            vid = mac_vid.get(hexmac(d[6:12]), 1)
            d = d[:12] + struct.pack(">HH", 0x8100, vid) + d[12:]
            g.write(struct.pack("<IIII", s, us, len(d), ol + 4) + d)


if __name__ == "__main__":
    t = json.load(open(sys.argv[1]))
    observe(t, sys.argv[2])
    json.dump(t, sys.stdout, indent=1)
    print()
