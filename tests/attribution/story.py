"""A story of packets and of what endpoints logged of them, for the tests.

Times are seconds from the scan's beginning.  Addresses, hosts and programs are
made up.  save() writes a capture (pcap, microseconds) and the logs in the form
that `spanwatch replay --logs` reads.
"""

import datetime
import random
import socket
import struct

BEGIN = 1798704000  # 2026-12-31 08:00 UTC
HOST = "kiosk-3.plant.test"
SELF = "172.20.4.51"
SYN, RST, ACK, PSH, FIN = 2, 4, 16, 8, 1
STACK = bytes.fromhex("020405b40103030801010402")  # What Windows' SYN has.
CRAFTED = bytes.fromhex("020405b4")
SECURITY = "Microsoft-Windows-Security-Auditing"
SYSMON = "Microsoft-Windows-Sysmon"


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff


def stamp(time):
    return datetime.datetime.fromtimestamp(
        BEGIN + time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def device(image):
    return "\\device\\harddiskvolume2" + image[2:].lower()


class Story:
    def __init__(self, seed=1):
        self.packets = []
        self.lines = []
        self.chance = random.Random(seed)
        self.cards = {}
        self.port = 49500
        self.record = 100
        self.late = 1.5

    # Packets.

    def card(self, address):
        return self.cards.get(address, b"\x02\0" + socket.inet_aton(address))

    def ip(self, time, source, target, protocol, body, to=None):
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body),
                           self.chance.getrandbits(16), 0x4000, 128, protocol,
                           0, socket.inet_aton(source),
                           socket.inet_aton(target))
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
        self.packets.append((time, (to or self.card(target)) +
                             self.card(source) + b"\x08\0" + head + body))

    def tcp(self, time, source, port, target, to, flags, seq=1, ack=0,
            data=b"", options=b""):
        body = struct.pack("!HHIIBBHHH", port, to, seq, ack,
                           (5 + len(options) // 4) << 4, flags, 64240, 0, 0)
        body += options + data
        pseudo = (socket.inet_aton(source) + socket.inet_aton(target) +
                  struct.pack("!BBH", 0, 6, len(body)))
        body = (body[:16] + struct.pack("!H", checksum(pseudo + body)) +
                body[18:])
        self.ip(time, source, target, 6, body)

    def raw(self, time, target, to, answer="", source=SELF):
        """A SYN that no system makes."""
        self.tcp(time, source, 40404, target, to, SYN,
                 self.chance.getrandbits(32), options=CRAFTED)
        if answer == "open":
            self.tcp(time + .0004, target, to, source, 40404, SYN | ACK, 9, 2,
                     options=STACK)
            self.tcp(time + .0005, source, 40404, target, to, RST, 2)

    def connect(self, time, port, target, to, answer="open", source=SELF):
        seq = self.chance.getrandbits(31)
        self.tcp(time, source, port, target, to, SYN, seq, options=STACK)
        if answer == "":
            self.tcp(time + 1, source, port, target, to, SYN, seq,
                     options=STACK)
        elif answer == "refused":
            self.tcp(time + .0004, target, to, source, port, RST | ACK, 0,
                     seq + 1)
        else:
            there, back = (target, to, source, port), (source, port, target,
                                                       to)
            self.tcp(time + .0004, *there, SYN | ACK, 9, seq + 1,
                     options=STACK)
            self.tcp(time + .0005, *back, ACK, seq + 1, 10)
            self.tcp(time + .001, *back, PSH | ACK, seq + 1, 10, b"q" * 80)
            self.tcp(time + .002, *there, PSH | ACK, 10, seq + 81, b"a" * 300)
            self.tcp(time + .2, *back, FIN | ACK, seq + 81, 310)
            self.tcp(time + .2004, *there, FIN | ACK, 310, seq + 82)
            self.tcp(time + .2006, *back, ACK, seq + 82, 311)

    def arp(self, time, target, source=SELF):
        self.packets.append((time, b"\xff" * 6 + self.card(source) +
                             b"\x08\x06" + struct.pack(
                                 "!HHBBH", 1, 0x800, 6, 4, 1) +
                             self.card(source) + socket.inet_aton(source) +
                             bytes(6) + socket.inet_aton(target)))

    def udp(self, time, source, port, target, to, data, to_card=None):
        self.ip(time, source, target, 17, struct.pack(
            "!HHHH", port, to, 8 + len(data), 0) + data, to_card)

    def lease(self, time, address, card, name):
        """A DHCP server's acknowledgement (RFC 2131)."""
        options = bytes.fromhex("63825363350105") + (
            bytes([12, len(name)]) + name.encode() if name else b"") + b"\xff"
        self.udp(time, "172.20.4.1", 67, "255.255.255.255", 68, struct.pack(
            "!BBBBIHH16x", 2, 1, 6, 0, 77, 0, 0)[:16] +
            socket.inet_aton(address) + bytes(8) + card + bytes(202) + options,
            b"\xff" * 6)

    # Logs.

    def event(self, time, provider, number, data, host=HOST, late=None):
        self.record += 1
        fields = "".join(
            "<Data Name='%s'>%s</Data>" % (
                name, str(value).replace("&", "&amp;").replace(
                    "<", "&lt;").replace(">", "&gt;"))
            for name, value in data)
        channel = ("Security" if provider == SECURITY
                   else provider + "/Operational")
        self.lines.append((
            time + (self.late if late is None else late),
            f"<14>1 {stamp(time)} {host} agent 4 - - <Event xmlns='http://"
            "schemas.microsoft.com/win/2004/08/events/event'><System>"
            f"<Provider Name='{provider}'/><EventID>{number}</EventID>"
            f"<TimeCreated SystemTime='{stamp(time)}'/><EventRecordID>"
            f"{self.record}</EventRecordID><Channel>{channel}</Channel>"
            f"<Computer>{host}</Computer></System><EventData>{fields}"
            "</EventData></Event>"))

    def asks(self, time, pid, image, port, target, to, protocol=6,
             source=SELF, host=HOST, late=None):
        """5156: a connection is asked for."""
        self.event(time, SECURITY, 5156, [
            ("ProcessID", pid),
            ("Application", "System" if pid == 4 else device(image)),
            ("Direction", "%%14593"), ("SourceAddress", source),
            ("SourcePort", port), ("DestAddress", target), ("DestPort", to),
            ("Protocol", protocol)], host, late)

    def sysmon(self, time, number, pid, image, began, more, host=HOST):
        second = int(BEGIN + began)
        guid = "{51AB3C00-%04X-%04X-%04X-%012X}" % (
            second & 0xffff, second >> 16, pid, pid)
        self.event(time, SYSMON, number, [
            ("UtcTime", stamp(time).replace("T", " ")[:23]),
            ("ProcessGuid", guid), ("ProcessId", pid), ("Image", image),
            ("User", "PLANT\\kim"), *more], host)

    def connected(self, time, pid, image, began, port, target, to):
        """Sysmon 3: a connection was completed."""
        self.sysmon(time, 3, pid, image, began, [
            ("Protocol", "tcp"), ("Initiated", "true"), ("SourceIp", SELF),
            ("SourcePort", port), ("DestinationIp", target),
            ("DestinationPort", to)])

    def starts(self, time, pid, image, line, host=HOST, parent=None):
        parent = parent or (990, "C:\\Windows\\explorer.exe")
        self.event(time, SECURITY, 4688, [
            ("SubjectUserName", "kim"), ("SubjectDomainName", "PLANT"),
            ("NewProcessId", hex(pid)), ("NewProcessName", image),
            ("ProcessId", hex(parent[0])), ("CommandLine", line),
            ("ParentProcessName", parent[1])], host)

    def ends(self, time, pid, image, host=HOST):
        self.event(time, SECURITY, 4689, [
            ("SubjectUserName", "kim"), ("SubjectDomainName", "PLANT"),
            ("ProcessId", hex(pid)), ("ProcessName", image)], host)

    # Both.

    def visit(self, time, pid, image, target, to, answer="open", by="5156",
              began=-90000, source=SELF, host=HOST):
        """A connection and what is logged of it: 5156, or Sysmon's of those
        that were completed, or nothing."""
        self.port += 1
        self.connect(time, self.port, target, to, answer, source)
        if by == "5156":
            self.asks(time, pid, image, self.port, target, to,
                      source=source, host=host)
        elif by == "sysmon" and answer == "open":
            self.connected(time, pid, image, began, self.port, target, to)

    def save(self, path):
        with open(path + ".pcap", "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535,
                                   1))
            for time, frame in sorted(self.packets, key=lambda x: x[0]):
                micro = round((BEGIN + time) * 1e6)
                file.write(struct.pack("<IIII", micro // 10**6, micro % 10**6,
                                       len(frame), len(frame)) + frame)
        with open(path + ".logs", "w") as file:
            for time, line in sorted(self.lines, key=lambda x: x[0]):
                file.write(stamp(time) + "\t" + line + "\n")
