#!/usr/bin/python3
"""An old network printer as seen by an idle scan: a raw-socket TCP whose IP ID is
one counter for everything it sends (+1 a packet).  SYN/ACK or SYN -> RST.
usage: zombie.py IFACE IP   (the kernel's own TCP must be dropped by nft)"""
import socket, struct, sys

iface, me = sys.argv[1], socket.inet_aton(sys.argv[2])
ipid = 1000
rx = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
rx.bind((iface, 0))


def csum(b):
    if len(b) & 1:
        b += b"\0"
    s = sum(struct.unpack("!%dH" % (len(b) // 2), b))
    s = (s >> 16) + (s & 0xffff)
    return ~(s + (s >> 16)) & 0xffff


while True:
    f, addr = rx.recvfrom(2048)
    if addr[2] == 4 or len(f) < 54:  # our own
        continue
    ip = f[14:]
    ihl = (ip[0] & 15) * 4
    if ip[9] != 6 or ip[16:20] != me:
        continue
    sp, dp, seq, ack, off, fl = struct.unpack("!HHIIBB", ip[ihl:ihl + 14])
    if fl & 4 or dp == 22:
        continue
    if fl & 0x10:
        rseq, rack, rfl = ack, 0, 4
    else:
        rseq, rack, rfl = 0, (seq + 1) & 0xffffffff, 0x14
    t = struct.pack("!HHIIBBHHH", dp, sp, rseq, rack, 0x50, rfl, 0, 0, 0)
    c = csum(me + ip[12:16] + struct.pack("!BBH", 0, 6, len(t)) + t)
    t = t[:16] + struct.pack("!H", c) + t[18:]
    ipid = (ipid + 1) & 0xffff
    h = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(t), ipid, 0, 64, 6, 0, me, ip[12:16])
    h = h[:10] + struct.pack("!H", csum(h)) + h[12:]
    rx.send(f[6:12] + f[0:6] + b"\x08\x00" + h + t)
