#!/usr/bin/python3
"""What is forwarded arrives, field by field, at the receivers of SOCs.

    test_receivers.py [NAME...]   all tests, or those whose names are given

rsyslogd and syslog-ng are taken from Debian's packages, unpacked into DAEMONS
(build/soc); where that cannot be done, tests that need them are skipped.  SEND
names the program that sends (build/tests/forward/send).  A test's name is the
sentence it proves.  The last line is "N passed, N failed, N skipped".
"""

import hashlib
import json
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

from receivers import (HOSTILE, Failure, Place, Rsyslog, SyslogNg, alert,
                       certificate, expect, finished, free_port, run_tests,
                       wait_for)

TLS = f'ca = "{certificate("authority.pem")}"\n    server-name = "localhost"'
CLIENT = f"""{TLS}
    certificate = "{certificate("client.pem")}"
    key = "{certificate("client.key")}" """


def settings_of(transport):
    """What a transport needs beside its address."""
    # librelp demands a certificate of ours wherever it has an authority.
    return {"tls": TLS, "relp-tls": CLIENT}.get(transport, "")


def ids(receiver):
    """The ids of the alerts that it has, each once."""
    return {json.loads(message["msg"].lstrip())["event"]["id"]
            for message in receiver.received()
            if message["msg"].lstrip().startswith("{")}


def expected(count):
    """The ids of all alerts that were sent."""
    return {alert(number)["id"] for number in range(count)}


def same_fields(place, kind, transport):
    """Sends alerts as ECS, and compares what arrives with what they are."""
    receiver = place.receiver(kind, transport)
    status, result, log = place.send(
        transport, receiver.port,
        f'{settings_of(transport)}\n    format = "ecs"\n    size-limit = "8K"')
    expect(status == 0 and result["acknowledged"] == 20,
           f"all is acknowledged: {result}, {log}")
    wait_for(lambda: len(receiver.received()) >= 20,
             lambda: f"all arrive, not {len(receiver.received())}: "
             + receiver.logged())
    for number, message in enumerate(receiver.received()):
        body = json.loads(message["msg"].lstrip())
        sent = alert(number)
        expect((message["host"], message["app"], message["procid"],
                message["msgid"]) == ("sensor-7", "spanwatch", "812", "ALERT"),
               f"the header is right: {message}")
        expect(message["pri"] in ("131", "129", "130", "132", 131),
               f"so is the priority: {message['pri']}")
        expect(body["event"]["id"] == sent["id"], "it is in order")
        line = body["process"]["command_line"]
        expect(line == HOSTILE[number % len(HOSTILE)]
               or (number % len(HOSTILE) == 2 and "line two" in line),
               f"the command line is as it was: {line!r}")
        expect(body["source"]["ip"] == "10.20.4.77", "so is the source")


def rsyslog_receives_datagrams(place):
    same_fields(place, Rsyslog, "udp")


def rsyslog_receives_a_stream(place):
    same_fields(place, Rsyslog, "tcp")


def rsyslog_receives_tls(place):
    same_fields(place, Rsyslog, "tls")


def rsyslog_receives_relp(place):
    same_fields(place, Rsyslog, "relp")


def rsyslog_receives_relp_with_tls(place):
    same_fields(place, Rsyslog, "relp-tls")


def syslog_ng_receives_datagrams(place):
    same_fields(place, SyslogNg, "udp")


def syslog_ng_receives_a_stream(place):
    same_fields(place, SyslogNg, "tcp")


def syslog_ng_receives_tls(place):
    same_fields(place, SyslogNg, "tls")


def rsyslog_parses_structured_data(place):
    receiver = place.receiver(Rsyslog, "relp")
    status, result, log = place.send("relp", receiver.port,
                                     'format = "rfc5424"')
    expect(status == 0, f"all is acknowledged: {result}, {log}")
    messages = wait_for(
        lambda: len(receiver.received()) == 20 and receiver.received(),
        "all arrive")
    for number, message in enumerate(messages):
        fields = message["parsed"]
        fields = json.loads(fields) if isinstance(fields, str) else fields
        ours = next(value for key, value in fields.items()
                    if key.startswith("alert@"))
        expect(ours["id"] == alert(number)["id"], f"the id is there: {ours}")
        line = ours["cmd"]
        expect(line == HOSTILE[number % len(HOSTILE)]
               or number % len(HOSTILE) == 2,
               f"the command line is as it was: {line!r}")


def a_line_feed_may_end_a_message(place):
    receiver = place.receiver(Rsyslog, "tcp")
    status, result, log = place.send(
        "tcp", receiver.port, 'format = "ecs"\n    framing = "lf"')
    expect(status == 0, f"all is acknowledged: {result}, {log}")
    wait_for(lambda: ids(receiver) == expected(20), "all arrive")


def restarts(place, kind, transport, count=1200):
    """A receiver that is restarted twenty times in a stream of alerts."""
    receiver = place.receiver(kind, transport)
    sender = place.send(
        transport, receiver.port,
        f'{settings_of(transport)}\n    format = "ecs"', count=count,
        patience=150, pace=15, wait=False)
    for number in range(20):
        time.sleep(2.6)
        receiver.stop(signal.SIGTERM)
        time.sleep(0.1 * (number % 3))
        receiver.start()
    status, result, log = finished(sender)
    expect(status == 0, f"all is acknowledged: {result}, {log}")
    wait_for(lambda: ids(receiver) == expected(count),
             lambda: "nothing is lost, but "
             + str(len(expected(count) - ids(receiver))) + f" of {count}: "
             + str(sorted(expected(count) - ids(receiver))[:5]) + str(result))
    expect(result["lost_links"] >= 5, f"it was restarted: {result}")
    print(f"  {transport}: {result}")


def twenty_restarts_lose_nothing_over_relp(place):
    restarts(place, Rsyslog, "relp")


def twenty_restarts_lose_nothing_over_tcp(place):
    restarts(place, Rsyslog, "tcp")


def twenty_restarts_lose_nothing_over_tls(place):
    restarts(place, Rsyslog, "tls")


def a_receiver_that_comes_late_gets_all(place):
    receiver = Rsyslog(place.folder, "relp")
    place.receivers.append(receiver)
    sender = place.send("relp", receiver.port, 'format = "ecs"', wait=False)
    time.sleep(2)
    receiver.start()
    status, result, log = finished(sender)
    expect(status == 0 and result["lost_links"] > 0, f"{result}, {log}")
    expect("Connection refused" in log, f"it says why: {log}")
    wait_for(lambda: ids(receiver) == expected(20), "all arrive")


def a_receiver_killed_in_midstream_loses_nothing_over_relp(place):
    receiver = place.receiver(Rsyslog, "relp")
    sender = place.send("relp", receiver.port, 'format = "ecs"', count=600,
                        pace=100, patience=60, wait=False)
    for _ in range(3):
        time.sleep(1.5)
        receiver.process.send_signal(signal.SIGSTOP)
        time.sleep(0.5)
        receiver.process.send_signal(signal.SIGCONT)
        receiver.stop(signal.SIGTERM)
        receiver.start()
    status, result, log = finished(sender)
    expect(status == 0, f"all is acknowledged: {result}, {log}")
    wait_for(lambda: ids(receiver) == expected(600), "nothing is lost")


class Listener:
    """A made-up receiver: serves each connection by a function."""

    def __init__(self, serve):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.served = 0
        self.data = []
        self.serve = serve
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        """Takes connections."""
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            self.served += 1
            try:
                self.serve(self, connection, self.served)
            except OSError:
                pass
            connection.close()


def read_all(listener, connection, number):
    """Reads until the end."""
    data = bytearray()
    listener.data.append(data)
    while chunk := connection.recv(65536):
        data += chunk


def counted(data):
    """The messages of a stream with octet counts; the last may be short."""
    at = 0
    while True:
        blank = data.find(b" ", at)
        if blank < 0:
            return
        size = int(data[at:blank])
        message = bytes(data[blank + 1:blank + 1 + size])
        if len(message) < size:
            return
        yield message
        at = blank + 1 + size


def a_receiver_that_closes_in_midmessage_gets_all_again(place):
    def serve(listener, connection, number):
        if number <= 3:
            data = bytearray()
            listener.data.append(data)
            while len(data) < 3000 * number:
                chunk = connection.recv(700)
                if not chunk:
                    return
                data += chunk
            return
        read_all(listener, connection, number)

    listener = Listener(serve)
    status, result, log = place.send("tcp", listener.port, 'format = "ecs"',
                                     count=200, patience=60)
    expect(status == 0, f"all is acknowledged: {result}, {log}")
    found = set()
    for stream in listener.data:
        for message in counted(stream):
            found.add(json.loads(message[message.index(b"{"):])
                      ["event"]["id"])
    expect(found == expected(200), f"{200 - len(found)} are lost")
    expect(result["resent"] > 0, "some were sent again")


def a_receiver_that_hangs_is_left(place):
    listener = Listener(lambda listener, connection, number: time.sleep(60))
    status, result, log = place.send(
        "relp", listener.port, 'format = "ecs"', patience=20)
    expect(status == 1 and result["acknowledged"] == 0, f"{result}")
    expect("it took too long" in log, f"it says so: {log}")


def one_that_speaks_no_relp_is_told_apart(place):
    def serve(listener, connection, number):
        connection.sendall(b"220 mail.example.net ESMTP\r\n")
        time.sleep(0.3)

    listener = Listener(serve)
    _, result, log = place.send("relp", listener.port, patience=2)
    expect("does not speak RELP" in log, f"it says so: {log}")
    expect(result["acknowledged"] == 0, "nothing is taken for delivered")


def fails_with(place, sentence, transport="tls", settings=TLS, **terms):
    """A receiver by TLS that is not to be trusted, or does not trust us."""
    receiver = place.receiver(Rsyslog, transport, **terms)
    status, result, log = place.send(transport, receiver.port, settings,
                                     patience=3)
    expect(status == 1 and sentence in log,
           f"it says {sentence!r}: {log} {result}")
    expect(receiver.received() == [], "nothing was sent")


def an_expired_certificate_is_named(place):
    fails_with(place, "its certificate has expired", server="server-expired")


def a_certificate_of_another_name_is_named(place):
    fails_with(place, "its certificate is of another name",
               server="server-misnamed")


def a_certificate_of_a_strange_authority_is_named(place):
    fails_with(place, "signed by nobody we trust",
               settings=f'ca = "{certificate("stranger-authority.pem")}"\n'
               '    server-name = "localhost"')


def a_certificate_that_is_not_pinned_is_named(place):
    fails_with(place, "not the one that is pinned",
               settings='fingerprint = "' + "ab" * 32 + '"')


def digest_of(name, key=False):
    """SHA-256 of a certificate or of its public key."""
    with open(certificate(name), encoding="ascii") as file:
        der = ssl.PEM_cert_to_DER_cert(file.read())
    if key:
        public = subprocess.run(
            ["openssl", "x509", "-in", certificate(name), "-pubkey",
             "-noout"], capture_output=True, check=True).stdout
        der = subprocess.run(
            ["openssl", "pkey", "-pubin", "-outform", "DER"], input=public,
            capture_output=True, check=True).stdout
    return hashlib.sha256(der).hexdigest()


def a_pinned_certificate_needs_no_authority(place):
    receiver = place.receiver(Rsyslog, "tls", server="server-expired")
    for pin in (digest_of("server-expired.pem"),
                digest_of("server-expired.pem", key=True)):
        status, result, log = place.send(
            "tls", receiver.port, f'fingerprint = "{pin.upper()}"')
        expect(status == 0, f"all is acknowledged: {result}, {log}")


def a_receiver_may_demand_a_certificate(place):
    receiver = place.receiver(Rsyslog, "tls", client=True)
    status, result, log = place.send(
        "tls", receiver.port, f'{CLIENT}\n    format = "ecs"')
    expect(status == 0, f"with one all is acknowledged: {result}, {log}")
    wait_for(lambda: ids(receiver) == expected(20), "all arrive")
    status, result, log = place.send("tls", receiver.port, TLS, patience=4)
    expect(result["acknowledged"] == 0 and "cannot be told" in log,
           f"without one nothing is: {result}, {log}")
    expect("demand" in log and "certificate of ours" in log, f"it says so: {log}")


def nobody_who_listens_to_datagrams_is_said(place):
    _, _, log = place.send("udp", free_port(), patience=3, pace=10)
    expect("Connection refused" in log, f"it says so: {log}")


TESTS = [
    rsyslog_receives_datagrams,
    rsyslog_receives_a_stream,
    rsyslog_receives_tls,
    rsyslog_receives_relp,
    rsyslog_receives_relp_with_tls,
    syslog_ng_receives_datagrams,
    syslog_ng_receives_a_stream,
    syslog_ng_receives_tls,
    rsyslog_parses_structured_data,
    a_line_feed_may_end_a_message,
    a_receiver_that_comes_late_gets_all,
    a_receiver_killed_in_midstream_loses_nothing_over_relp,
    a_receiver_that_closes_in_midmessage_gets_all_again,
    a_receiver_that_hangs_is_left,
    one_that_speaks_no_relp_is_told_apart,
    an_expired_certificate_is_named,
    a_certificate_of_another_name_is_named,
    a_certificate_of_a_strange_authority_is_named,
    a_certificate_that_is_not_pinned_is_named,
    a_pinned_certificate_needs_no_authority,
    a_receiver_may_demand_a_certificate,
    nobody_who_listens_to_datagrams_is_said,
    twenty_restarts_lose_nothing_over_relp,
    twenty_restarts_lose_nothing_over_tcp,
    twenty_restarts_lose_nothing_over_tls,
]


def run(test):
    """Runs a test in a place of its own."""
    place = Place()
    try:
        test(place)
    finally:
        place.close()


if __name__ == "__main__":
    try:
        sys.exit(run_tests(TESTS, run))
    except Failure as failure:
        sys.exit(str(failure))
