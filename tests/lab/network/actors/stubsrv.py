#!/usr/bin/python3
"""Small TCP/UDP servers that speak just enough of a protocol to answer a probe.
usage: stubsrv.py [u]PORT[-PORT]:KIND ...   (u = UDP).  Answers from the address
that was asked, so it works with many local addresses on one namespace."""
import asyncio, os, random, socket, struct, sys, time

PKTINFO = 8  # IP_PKTINFO


async def tcp(kind, r, w):
    async def say(b):
        w.write(b)
        await w.drain()

    async def hear(t=6):
        return await asyncio.wait_for(r.read(4096), t)
    try:
        if kind == "silent":
            await hear()
        elif kind == "smtp":
            await say(b"220 mail.lab.example ESMTP ready\r\n")
            while True:
                c = await hear(15)
                if not c:
                    break
                v = c[:4].upper()
                await say(b"354 go on\r\n" if v == b"DATA" else b"221 bye\r\n" if v == b"QUIT" else b"250 ok\r\n")
                if v == b"QUIT":
                    break
        elif kind == "imap":
            await say(b"* OK IMAP4rev1 ready\r\n")
            await hear()
            await say(b"a OK done\r\n")
        elif kind == "http405":
            await hear()
            await say(b"HTTP/1.1 405 Method Not Allowed\r\nServer: Microsoft-HTTPAPI/2.0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        elif kind == "ldap":
            while True:
                d = await hear()
                if len(d) < 8:
                    break
                mid = d[4] if d[1] < 128 else d[4 + (d[1] & 127)]
                op = b"\x61" if b"\x60" in d[4:9] else b"\x65"
                await say(b"\x30\x0c\x02\x01" + bytes([mid]) + op + b"\x07\x0a\x01\x00\x04\x00\x04\x00")
        elif kind == "rpc":
            d = await hear()
            if d[:1] == b"\x05":
                await say(b"\x05\x00\x0d\x03\x10\x00\x00\x00\x18\x00\x00\x00" + d[12:16] + b"\x00" * 8)
        elif kind == "rdp":
            d = await hear()
            if d[:2] == b"\x03\x00":
                await say(bytes.fromhex("030000130ed000001234000209080002000000"))
                await hear()
        elif kind == "pg":
            d = await hear()
            await say(b"N" if len(d) == 8 else b"R\x00\x00\x00\x0c\x00\x00\x00\x05abcd")
            await hear()
        elif kind == "mysql":
            await say(b"\x4a\x00\x00\x00\x0a5.7.40-lab\x00" + b"\x01\x00\x00\x00" + b"a" * 58)
            await hear()
        elif kind == "modbus":
            while True:
                d = await hear(20)
                if len(d) < 8:
                    break
                tid, pid, ln, uid, fc = struct.unpack(">HHHBB", d[:8])
                if fc in (3, 4):
                    n = struct.unpack(">H", d[10:12])[0] & 127
                    body = bytes([uid, fc, 2 * n]) + os.urandom(2 * n)
                elif fc in (1, 2):
                    body = bytes([uid, fc, 1, 0x55])
                elif fc == 17:
                    body = bytes([uid, 17, 10]) + b"LabPLC-1\x00\xff"
                elif fc == 43:
                    body = bytes([uid, 43, 14, 1, 1, 0, 0, 2, 0, 3]) + b"Lab" + b"\x01\x04" + b"PLC1"
                else:
                    body = bytes([uid, fc | 128, 1])
                await say(struct.pack(">HHH", tid, 0, len(body)) + body)
        elif kind == "s7":
            while True:
                d = await hear()
                if len(d) < 6:
                    break
                if d[5] == 0xe0:
                    await say(bytes.fromhex("0300001611d00001000100c0010ac1020100c2020102"))
                elif len(d) > 8 and d[8] == 1:
                    await say(bytes.fromhex("0300001b02f080320300000000000800000000f0000001000100f0"))
                else:
                    await say(bytes.fromhex("0300002102f080320700000000000c000400011208128401010000d4020a000000"))
        elif kind == "ftp":
            srv = None
            await say(b"220 lab ftp\r\n")
            me = w.get_extra_info("sockname")[0]
            while True:
                c = await hear(15)
                v = c[:4].strip().upper()
                if not c or v == b"QUIT":
                    await say(b"221 bye\r\n")
                    break
                if v == b"PASV":
                    async def data(rr, ww):
                        ww.write(b"z" * random.randrange(200, 9000))
                        await ww.drain()
                        ww.close()
                    srv = await asyncio.start_server(data, me, random.randrange(30000, 60000))
                    p = srv.sockets[0].getsockname()[1]
                    await say(("227 Entering Passive Mode (%s,%d,%d)\r\n" % (me.replace(".", ","), p >> 8, p & 255)).encode())
                elif v in (b"RETR", b"LIST"):
                    await say(b"150 here\r\n")
                    await asyncio.sleep(0.1)
                    if srv:
                        srv.close()
                    await say(b"226 done\r\n")
                else:
                    await say(b"331 pw\r\n" if v == b"USER" else b"230 in\r\n")
    except (asyncio.TimeoutError, ConnectionError, OSError, IndexError, struct.error):
        pass
    try:
        w.close()
    except Exception:
        pass


def udp_answer(kind, d, src, me):
    if kind == "dns" and len(d) > 12:
        q = d[12:]
        e = q.find(b"\0") + 5
        return d[:2] + b"\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00" + q[:e] + b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x1e\x00\x04" + \
            socket.inet_aton(me)
    if kind == "ntp" and len(d) >= 48:
        now = struct.pack(">II", int(time.time()) + 2208988800, 0)
        return b"\x24\x02\x06\xec" + b"\0" * 8 + b"LOCL" + now + d[40:48] + now + now
    if kind == "sip":
        head = [x for x in d.split(b"\r\n") if x[:4].lower() in (b"via:", b"from", b"call", b"cseq") or x[:3].lower() == b"to:"]
        return b"SIP/2.0 200 OK\r\n" + b"\r\n".join(head) + b"\r\nUser-Agent: LabPBX\r\nContent-Length: 0\r\n\r\n"
    if kind == "bacnet":
        return bytes.fromhex("810a001401001000c4020004d2220400910322010f")[:20]
    if kind == "nbns" and len(d) > 12:
        name = b"WIN" + me.split(".")[3].encode()
        ent = name.ljust(15) + b"\0\x04\0" + name.ljust(15) + b"\x20\x04\0" + b"LAB".ljust(15) + b"\0\x84\0"
        rd = b"\x03" + ent + b"\x08\0\x27\1\2\3" + b"\0" * 40
        return d[:2] + b"\x84\0\0\0\0\1\0\0\0\0" + d[12:46] + b"\0\x21\0\x01\0\0\0\0" + struct.pack(">H", len(rd)) + rd
    return d[:64]


def udp_sock(port, kind, loop):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.IPPROTO_IP, PKTINFO, 1)
    s.setblocking(False)
    s.bind(("0.0.0.0", port))

    def ready():
        try:
            d, anc, _, src = s.recvmsg(4096, 256)
        except OSError:
            return
        dst = "0.0.0.0"
        for lv, ty, cd in anc:
            if lv == socket.IPPROTO_IP and ty == PKTINFO:
                dst = socket.inet_ntoa(cd[8:12])
        if dst.endswith(".255"):
            return
        a = udp_answer(kind, d, src, dst)
        if a:
            try:
                s.sendmsg([a], [(socket.IPPROTO_IP, PKTINFO, struct.pack("=I4s4s", 0, socket.inet_aton(dst), b"\0" * 4))], 0, src)
            except OSError:
                pass
    loop.add_reader(s.fileno(), ready)
    return s


async def main():
    keep = []
    for spec in sys.argv[1:]:
        port, kind = spec.split(":")
        udp = port.startswith("u")
        a, _, b = port.lstrip("u").partition("-")
        for p in range(int(a), int(b or a) + 1):
            try:
                if udp:
                    keep.append(udp_sock(p, kind, asyncio.get_running_loop()))
                else:
                    keep.append(await asyncio.start_server(lambda r, w, k=kind: tcp(k, r, w), "0.0.0.0", p))
                    try:
                        keep.append(await asyncio.start_server(lambda r, w, k=kind: tcp(k, r, w), "::", p))
                    except OSError:
                        pass
            except OSError as e:
                print("port %d: %s" % (p, e), file=sys.stderr)
    while True:
        await asyncio.sleep(3600)

asyncio.run(main())
