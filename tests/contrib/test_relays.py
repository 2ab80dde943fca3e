#!/usr/bin/python3
"""contrib/endpoints: the relays are run, with the files as they are in the tree.

    test_relays.py [NAME...]      all tests, or those whose names are given

rsyslogd, syslog-ng, socat and auditctl are taken from Debian's packages, unpacked
into DAEMONS (build/contrib); where that cannot be done, tests that need them are
skipped.  They run in the foreground, on loopback, with names, ports and folders
changed in their files.  A test's name is the sentence it proves.  The last line
is "N passed, N failed, N skipped".
"""

import os
import re
import select
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # The tree stays as it is.
from common import Skip, broken, expect, frames, lines, run_tests, samples, \
    shipped
from relay_place import PATIENCE_S, Sensor, arrive, counted, daemon, \
    environment, free_port, make_keys, run, same, send, wait_for


# rsyslog as a relay.

def rsyslog_relay(place, sensor_port, more=()):
    """Starts the relay; returns its ports for TCP, TLS and UDP."""
    ports = free_port(), free_port(), free_port()
    path = place.configuration("relay/rsyslog.conf", [
        ("/var/spool/rsyslog", place.folder),
        ("/etc/rsyslog.d/tls/", place.folder + "/"),
        ('type="imtcp" port="601"', f'type="imtcp" port="{ports[0]}"'),
        ('type="imtcp" port="6514"', f'type="imtcp" port="{ports[1]}"'),
        ('type="imudp" port="514"', f'type="imudp" port="{ports[2]}"'),
        ('target="sensor.example.net" port="6514"',
         f'target="127.0.0.1" port="{sensor_port}"'),
        ('action.resumeInterval="5"', 'action.resumeInterval="1"'), *more])
    place.rsyslogd(path)
    return ports


def rsyslog_sends_each_message_on_as_it_came(place):
    """By TCP in both framings, by TLS, by UDP; to TLS."""
    sensor = Sensor(place.context("sensor", True))
    tcp, tls, udp = rsyslog_relay(place, sensor.port)
    one_line, many = lines(), broken()
    send(tcp, b"".join(message + b"\n" for message in one_line))
    send(tcp, counted(many))
    send(tls, counted(one_line), place.context("host", False))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(one_line[0], ("127.0.0.1", udp))
    known = one_line * 2 + many + one_line[:1]
    same(arrive(sensor, len(known)), known, "messages")
    sensor.close()


def rsyslog_keeps_what_waits_for_the_sensor(place):
    """The sensor is away, then there."""
    port = free_port()
    tcp, _, _ = rsyslog_relay(place, port)
    known = lines()[:50]
    send(tcp, counted(known))
    time.sleep(2)
    sensor = Sensor(place.context("sensor", True), port)
    # The one that it tried with comes twice.
    wait_for(lambda: set(sensor.messages()) == set(known),
             lambda: f"{len(sensor.messages())} messages, or others, arrived")
    sensor.close()


def rsyslog_tells_nothing_to_a_stranger(place):
    """A certificate of our authority, but of another name."""
    sensor = Sensor(place.context("stranger", True))
    tcp, _, _ = rsyslog_relay(place, sensor.port)
    send(tcp, counted(lines()[:5]))
    time.sleep(4)
    expect(not sensor.messages(), "it got messages")
    sensor.close()


def rsyslog_takes_nothing_from_a_stranger(place):
    """A TLS client without a certificate."""
    sensor = Sensor(place.context("sensor", True))
    tcp, tls, _ = rsyslog_relay(place, sensor.port)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(place.path("ca.pem"))
    known = lines()[:3]
    try:
        send(tls, counted(lines()[3:6]), context)
    except OSError:
        pass
    send(tcp, counted(known))
    same(arrive(sensor, len(known)), known, "messages")
    sensor.close()


# syslog-ng as a relay.

def syslog_ng_relay(place, sensor_port, more=(), first=("", "")):
    """Starts the relay; returns its ports: lines, counted by TLS, lines by TLS,
    UDP."""
    ports = [free_port() for _ in range(4)]
    path = place.configuration("relay/syslog-ng.conf", [
        first,
        ("/etc/syslog-ng/tls/", place.folder + "/"),
        ('ip("0.0.0.0") port(601)', f'ip("127.0.0.1") port({ports[0]})'),
        ('syslog(ip("0.0.0.0") port(6514)',
         f'syslog(ip("127.0.0.1") port({ports[1]})'),
        ('ip("0.0.0.0") port(6515)', f'ip("127.0.0.1") port({ports[2]})'),
        ('ip("0.0.0.0") port(514)', f'ip("127.0.0.1") port({ports[3]})'),
        ('"sensor.example.net" port(6514)', f'"127.0.0.1" port({sensor_port})'),
        ("time-reopen(10)", "time-reopen(1)"), *more])
    place.syslog_ng(path)
    return ports


def syslog_ng_sends_each_message_on_in_one_line(place):
    """By TCP, by TLS in both framings, by UDP; to TLS."""
    sensor = Sensor(place.context("sensor", True))
    line, counted_tls, line_tls, udp = syslog_ng_relay(place, sensor.port)
    one_line, many = lines(), broken()
    send(line, b"".join(message + b"\n" for message in one_line))
    send(counted_tls, counted(many), place.context("host", False))
    send(line_tls, b"".join(message + b"\n" for message in one_line),
         place.context("host", False))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(one_line[0], ("127.0.0.1", udp))
    known = one_line * 2 + one_line[:1] + [
        re.sub(rb"[\r\n]+", b" ", message) for message in many]
    same(arrive(sensor, len(known)), known, "messages")
    sensor.close()


def syslog_ng_counts_octets_without_tls(place):
    """The destination that the file has as a comment."""
    text = shipped("relay/syslog-ng.conf")
    active = re.search(r"(?m)^destination sensor \{\n(?:.*\n)*?\};\n",
                        text).group()
    other = re.search(r"(?m)^#destination sensor \{\n(?:#.*\n)*?#\};\n",
                      text).group()
    sensor = Sensor()
    ports = syslog_ng_relay(place, sensor.port, [
        ("    rewrite(one_line);\n", "")], (
            active, other.replace("#", "").replace("601", "6514")))
    known = broken() + lines()
    send(ports[1], counted(known), place.context("host", False))
    same(arrive(sensor, len(known)), known, "messages")
    sensor.close()


# A Linux host.

def a_linux_host_sends_auditd_and_sysmon_and_nothing_else(place):
    """Through a socket as /dev/log is one."""
    sensor = Sensor(place.context("sensor", True))
    path = place.configuration("linux/rsyslog.conf", [
        ("/etc/rsyslog.d/tls/", place.folder + "/"),
        ('target="sensor.example.net" port="6514"',
         f'target="127.0.0.1" port="{sensor.port}"')])
    text = open(path, encoding="utf-8").read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'global(workDirectory="{place.folder}")\n'
                   'module(load="imuxsock" sysSock.use="off")\n'
                   f'input(type="imuxsock" socket="{place.path("log")}"'
                   ' useSysTimeStamp="off")\n' + text)
    place.rsyslogd(path)
    wait_for(lambda: os.path.exists(place.path("log")), "there is no socket")
    known = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.connect(place.path("log"))
        log.send(b"<38>Nov 24 11:00:00 sshd[1]: type=SYSCALL is only a word")
        for message in samples("audisp-*.log", "sysmon-linux*.log"):
            # syslog(3) writes no host, and auditd gives local6.
            parts = re.match(rb"<\d+>(\w+ +\d+ [\d:]+) \S+ (\S+?):? (.*)$",
                             message, re.DOTALL)
            if parts and b"sysmon" in parts.group(2):
                log.send(b"<14>%s sysmon: %s" % parts.group(1, 3))
            elif parts:
                log.send(b"<182>%s audisp-syslog: %s" % parts.group(1, 3))
            if parts:
                known.append(parts.group(3))
    found = arrive(sensor, len(known))
    bodies = [message.split(b" - - - ", 1)[-1] for message in found]
    bodies = [body.split(b"\xef\xbb\xbf")[-1] for body in bodies]
    same([body.strip() for body in bodies], [body.strip() for body in known],
         "records")
    here = socket.gethostname().split(".")[0].encode()
    expect(all(re.match(rb"<\d+>1 \S+(Z|[+-]\d\d:\d\d) " + re.escape(here),
                        message) for message in found),
           "a header has no time zone or no host")
    sensor.close()


# The sensor calls.

def who_calls_gets_what_was_and_what_comes(place):
    """pull/: twice, as after a lost connection."""
    tcp, tls, port = free_port(), free_port(), free_port()
    spool = place.path("endpoints.log")
    path = place.configuration("pull/rsyslog.conf", [
        ("/etc/rsyslog.d/tls/", place.folder + "/"),
        ('port="601"', f'port="{tcp}"'), ('port="6514"', f'port="{tls}"'),
        ("/var/spool/spanwatch/endpoints.log", spool)])
    place.rsyslogd(path)
    unit = shipped("pull/spanwatch-pull.service").replace("\\\n", " ")
    command = re.search(r"(?m)^ExecStart=/usr/bin/socat +(.*)$", unit).group(1)
    command = command.replace("${CREDENTIALS_DIRECTORY}", place.folder)
    command = command.replace("/var/spool/spanwatch/endpoints.log", spool)
    command = command.replace("OPENSSL-LISTEN:6601",
                              f"OPENSSL-LISTEN:{port},bind=127.0.0.1")
    listen, run = re.match(r'(\S+) +"(.*)"$', command).groups()

    known = lines()
    send(tcp, b"".join(message + b"\n" for message in known[:-5]))
    send(tcp, counted(broken()))
    flat = [re.sub(rb"[\r\n]", b" ", message) for message in broken()]
    known = known[:-5] + flat + known[-5:]
    wait_for(lambda: os.path.exists(spool) and
             open(spool, "rb").read().count(b"\n") == len(known) - 5,
             "the spool has not all")
    place.run("socat", listen, run)
    first = call(place, port, len(known) - 5)
    same(first, known[:-5], "at the first call")
    send(tcp, b"".join(message + b"\n" for message in known[-5:]))
    second = call(place, port, len(known))
    same(second, known, "at the second call")


def call(place, port, count):
    """Calls as the sensor does, and hangs up after 'count' messages."""
    def connected():
        try:
            return socket.create_connection(("127.0.0.1", port), 1)
        except OSError:
            return None
    connection = place.context("sensor", False).wrap_socket(
        wait_for(connected, "nobody takes the call"),
        server_hostname="relay.example.net")
    data = bytearray()
    end = time.monotonic() + PATIENCE_S
    while len(list(frames(data))) < count and time.monotonic() < end:
        if connection.pending() or select.select([connection], [], [], 1)[0]:
            data += connection.recv(65536)
    connection.close()
    return list(frames(bytes(data)))


# auditd.

def auditctl_understands_the_rules(place):
    """Without the kernel: what it would send there is refused on the way."""
    if not shutil.which("strace"):
        raise Skip("strace is not installed")
    path = place.path("rules")
    rules = shipped("linux/60-spanwatch.rules")

    def complaints(text):
        with open(path, "w", encoding="utf-8") as file:
            file.write("-c\n" + text)
        ran = subprocess.run(
            ["strace", "-f", "-o", "/dev/null", "-e", "trace=sendto", "-e",
             "inject=sendto:error=EPERM", daemon("auditctl"), "-R", path],
            env=environment("auditctl"), capture_output=True, text=True)
        said = (ran.stdout + ran.stderr).splitlines()
        refused = [line for line in said if line.startswith(
            "Error sending add rule data request (Operation not permitted)")]
        return len(refused), [line for line in said if line not in refused and
                              not line.startswith("There was an error in line")]

    expect(complaints(rules) == (6, []), str(complaints(rules)))
    for wrong in (rules.replace("execve,", "no_such_call,"),
                  rules.replace("saddr_fam", "no_such_field")):
        expect(complaints(wrong) != (6, []), "it says nothing of a fault")


TESTS = [
    rsyslog_sends_each_message_on_as_it_came,
    rsyslog_keeps_what_waits_for_the_sensor,
    rsyslog_tells_nothing_to_a_stranger,
    rsyslog_takes_nothing_from_a_stranger,
    syslog_ng_sends_each_message_on_in_one_line,
    syslog_ng_counts_octets_without_tls,
    a_linux_host_sends_auditd_and_sysmon_and_nothing_else,
    who_calls_gets_what_was_and_what_comes,
    auditctl_understands_the_rules,
]


def main():
    """Runs the tests named, or all."""
    for program in ("openssl", "apt-get"):
        if not shutil.which(program):
            print(f"skipped: {program} is not installed")
            print(f"0 passed, 0 failed, {len(TESTS)} skipped")
            return 0
    with tempfile.TemporaryDirectory(prefix="contrib-keys-") as keys:
        make_keys(keys)
        return run_tests(TESTS, lambda test: run(test, keys))


if __name__ == "__main__":
    sys.exit(main())
