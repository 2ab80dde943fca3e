#!/usr/bin/python3
"""Logs of endpoints in, live: a running sensor, and peers good and bad, over
loopback.

    test_logs.py [NAME...]        all tests, or those whose names are given

Needs no root.  SPANWATCH names the executable (build/spanwatch).  A test's name
is the sentence it proves.  The last line is "N passed, N failed, N skipped".
"""

import contextlib
import json
import os
import resource
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import traceback

from sensor import (FRAMING, HERE, PATIENCE_S, SPANWATCH, Failure, Sensor,
                    counted, expect, messages, wait_for)

CERTIFICATES = os.path.join(HERE, "certificates")
MESSAGE = messages()[2]
SERVER = f"""certificate = "{CERTIFICATES}/server.pem"
    key = "{CERTIFICATES}/server.key" """


def certificate(name):
    """A file of tests/syslog/certificates."""
    return os.path.join(CERTIFICATES, name)


@contextlib.contextmanager
def running(settings=""):
    """A sensor for a while; it must end well."""
    sensor = Sensor(settings)
    try:
        yield sensor
        expect(sensor.process.poll() is None, "the sensor still runs")
    except BaseException:
        sys.stderr.write(sensor.logged())
        sensor.stop()
        raise
    status = sensor.stop()
    expect(status == 0, f"it ends well, not with {status}")


def heard(sensor, address="127.0.0.1", count=1):
    """Waits until 'count' messages of 'address' have come, each of use."""
    wait_for(lambda: sensor.sender(address)["messages"] >= count,
             f"{count} messages of {address}")
    expect(sensor.sender(address)["events"] == count,
           f"they are events: {sensor.sender(address)}")


def logged(sensor, *words):
    """Waits until a line of the log has all of 'words'."""
    wait_for(lambda: any(all(word in line for word in words)
                         for line in sensor.logged().splitlines()),
             f"a line with {words}")


def still_serves(sensor, address="127.0.9.9"):
    """Another peer is heard, whatever happened."""
    before = sensor.sender(address)["messages"]
    with sensor.call(address) as stream:
        stream.sendall(counted(MESSAGE))
        heard(sensor, address, before + 1)


def tls(sensor, own=None, address="127.0.0.1"):
    """A TLS connection that trusts the test's authority."""
    context = ssl.create_default_context(cafile=certificate("authority.pem"))
    if own:
        context.load_cert_chain(
            certificate(own + ".pem"), certificate(own + ".key"))
    return context.wrap_socket(
        sensor.call(address, sensor.tls_port), server_hostname="localhost")


# The tests.

def recorded_streams_arrive_by_tcp_udp_and_tls():
    """Every recorded message, by each way."""
    with running(SERVER) as sensor:
        with open(os.path.join(FRAMING, "tcp-octet-then-lf.bin"), "rb") as file:
            stream = file.read()
        for connection in (sensor.call("127.0.0.2"),
                           tls(sensor, None, "127.0.0.3")):
            connection.sendall(stream)
            connection.close()
        datagrams = sensor.datagrams("127.0.0.4")
        for message in messages():
            datagrams.send(message)
        for address in ("127.0.0.2", "127.0.0.3", "127.0.0.4"):
            wait_for(lambda a=address: sensor.sender(a)["messages"] == 30,
                     f"30 messages of {address}")
        counts = {sensor.sender(address)["events"]
                  for address in ("127.0.0.2", "127.0.0.3", "127.0.0.4")}
        expect(len(counts) == 1 and counts.pop() > 10,
               "the same are events, whichever way they came")
        wait_for(lambda: sensor.counter("ledger.endpoint_events") ==
                 sensor.counter("collector.events"), "the ledger has them all")


def endpoints_are_listed_those_that_spoke_last_where_there_are_many():
    """More endpoints than a list holds: the ledger must live through it."""
    with running() as sensor:
        ledger = sensor.pid("ledger")
        stream = sensor.call()
        for number in range(300):
            event = {
                "EventTime": "2026-11-24 10:00:00", "EventID": 5156,
                "Hostname": f"WS-{number:03}.corp.example",
                "Channel": "Security", "Application": "\\device\\x.exe",
                "SourceName": "Microsoft-Windows-Security-Auditing",
                "Direction": "%%14593", "SourceAddress": f"10.1.{number}.7"
                if number < 250 else f"10.2.{number - 250}.7",
                "SourcePort": "50000", "DestAddress": "10.9.9.9",
                "DestPort": "445", "Protocol": "6", "ProcessID": "44"}
            stream.sendall(b"<14>" + json.dumps(event).encode() + b"\n")
        stream.close()
        wait_for(lambda: sensor.counter("ledger.endpoint_events") == 300,
                 "the ledger has 300 events")
        status = sensor.status()
        names = [host["name"] for host in status["hosts"]]
        expect(len(names) == 256 and names == sorted(names),
               "256 are listed, in order")
        expect(status["hosts_known"] > 256, "it is said that there are more")
        expect(sensor.pid("ledger") == ledger, "the ledger is the same")


def the_collector_has_no_rights_left():
    """No capabilities, a filter of system calls, no new privileges."""
    with running() as sensor:
        with open(f"/proc/{sensor.pid('collector')}/status",
                  encoding="ascii") as file:
            status = dict(line.split(":\t", 1) for line in file)
        expect(int(status["CapEff"], 16) == 0 and
               int(status["CapBnd"], 16) == 0 or os.geteuid() != 0,
               "no capabilities")
        expect(status["Seccomp"].strip() == "2", "calls are filtered")
        expect(status["NoNewPrivs"].strip() == "1", "no new privileges")
        expect(os.geteuid() != 0 or status["Uid"].split()[0] != "0",
               "another user")


def without_the_section_there_is_no_collector():
    """It comes and goes with the configuration."""
    with running() as sensor:
        roles = [role["name"] for role in sensor.status()["roles"]]
        expect("collector" in roles, f"there is one: {roles}")
        with open(sensor.config, encoding="utf-8") as file:
            text = file.read()
        with open(sensor.config, "w", encoding="utf-8") as file:
            file.write("# nothing\n")
        sensor.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "collector" not in
                 [role["name"] for role in sensor.status()["roles"]],
                 "there is none")
        with open(sensor.config, "w", encoding="utf-8") as file:
            file.write(text)
        sensor.process.send_signal(signal.SIGHUP)
        wait_for(lambda: sensor.logged().count("the collector runs") == 2,
                 "there is one again")
        still_serves(sensor)


def a_port_that_is_taken_is_told_before_anything_runs():
    """Exit 3, with the address."""
    with running() as sensor:
        other = subprocess.run(
            [SPANWATCH, "run", "-c", sensor.config, "--socket",
             sensor.socket + "2"], stderr=subprocess.PIPE, check=False,
            timeout=PATIENCE_S)
        expect(other.returncode == 3, f"status {other.returncode}")
        expect(b"cannot listen at 127.0.0.1 port" in other.stderr,
               other.stderr.decode())


def a_killed_collector_is_started_again():
    """And listens where it did."""
    with running() as sensor:
        os.kill(sensor.pid("collector"), signal.SIGKILL)
        wait_for(lambda: sensor.logged().count("the collector runs") == 2,
                 "it runs again")
        still_serves(sensor)


def clients_without_the_right_certificate_are_refused_by_name():
    """None, expired, of another authority, no TLS at all: each a line."""
    with running(SERVER + 'client-ca = "' + certificate("authority.pem") +
                 '"') as sensor:
        for own, address, words in (
                (None, "127.0.0.2", "no certificate"),
                ("client-expired", "127.0.0.3", "has expired"),
                ("client-stranger", "127.0.0.4", "nobody we trust")):
            with contextlib.suppress(OSError):
                stream = tls(sensor, own, address)
                stream.sendall(counted(MESSAGE))
                stream.recv(1)
            logged(sensor, "TLS with " + address, words)
            wait_for(lambda a=address: sensor.sender(a)["trouble"].get(
                "tls_failed") == 1, "it is counted by name")
            expect(sensor.sender(address)["messages"] == 0, "nothing of it")
        with sensor.call("127.0.0.5", sensor.tls_port) as stream:
            stream.sendall(b"<14>no TLS at all\n" * 100)
            with contextlib.suppress(OSError):
                stream.recv(1)
        wait_for(lambda: sensor.sender("127.0.0.5")["trouble"].get(
            "tls_failed") == 1, "it is counted by name")
        with tls(sensor, "client", "127.0.0.6") as stream:
            stream.sendall(counted(MESSAGE))
            heard(sensor, "127.0.0.6")


def a_certificate_of_ours_that_has_expired_is_told_at_the_start():
    """And clients refuse it, which is a line, too."""
    with running(SERVER.replace("server.", "server-expired.")) as sensor:
        logged(sensor, "is not valid today")
        try:
            tls(sensor)
            raise Failure("the client refuses it")
        except ssl.SSLCertVerificationError:
            pass
        logged(sensor, "TLS with 127.0.0.1 failed")
        still_serves(sensor)


def a_bad_key_file_is_told_before_anything_runs():
    """Exit 1: the configuration is of no use."""
    sensor = Sensor(SERVER.replace("server.key", "client.key"), ready=False)
    status = sensor.process.wait(PATIENCE_S)
    text = sensor.logged()
    sensor.stop()
    expect(status == 1, f"status {status}")
    expect("endpoint-logs" in text and "server.pem" in text, text)


def peers_that_stop_misframe_or_babble_harm_nobody():
    """Half a message, wrong counts, noise: the others are heard."""
    with running() as sensor:
        half = sensor.call("127.0.0.2")
        half.sendall(counted(MESSAGE)[:-20])
        for name, address in (("tcp-octet-count-too-small.bin", "127.0.0.3"),
                              ("tcp-octet-count-too-large.bin", "127.0.0.4"),
                              ("tcp-octet-absurd-count.bin", "127.0.0.5"),
                              ("malformed.octet.bin", "127.0.0.6")):
            with open(os.path.join(FRAMING, name), "rb") as file, \
                    sensor.call(address) as stream:
                stream.sendall(file.read())
        noise = sensor.call("127.0.0.7")
        with contextlib.suppress(OSError):
            noise.sendall(counted(MESSAGE))
            for _ in range(2000):
                noise.sendall(b"x" * 65536)
        logged(sensor, "127.0.0.7", "no syslog")
        still_serves(sensor)
        half.close()
        wait_for(lambda: sensor.sender("127.0.0.2")["trouble"].get("cut") == 1,
                 "the half message was taken, cut")
        for address in ("127.0.0.3", "127.0.0.4", "127.0.0.5"):
            expect(sensor.sender(address)["trouble"]["out_of_step"] >= 1,
                   f"{address} is counted by name")
            expect(sensor.sender(address)["messages"] >= 29,
                   f"{address} loses little: {sensor.sender(address)}")


def ten_thousand_connections_are_bounded_and_the_service_goes_on():
    """A clear line, and events of others."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    held = []
    with running() as sensor:
        steady = sensor.call("127.0.9.1")
        steady.sendall(counted(MESSAGE))
        heard(sensor, "127.0.9.1")
        for number in range(10000):
            with contextlib.suppress(OSError):
                held.append(sensor.call(
                    f"127.{1 + number // 2500}.{number // 10 % 250}.1"))
            if len(held) > min(limit - 200, 11000):
                held.pop(0).close()
        logged(sensor, "refused: all are taken")
        wait_for(lambda: sensor.counter("syslog.connections_refused") > 0,
                 "counted")
        steady.sendall(counted(MESSAGE))
        heard(sensor, "127.0.9.1", 2)
        # The silent ones have to make room.
        time.sleep(2.5)
        still_serves(sensor)
        for stream in held:
            stream.close()
        wait_for(lambda: sensor.status()["endpoint_logs"]["connections"] <= 2,
                 "all are closed")
        expect(sensor.sender("127.0.9.1")["connections"] == 1, "but that one")


def a_flood_leaves_the_others_their_share():
    """By TCP and UDP at once; what is lost is counted."""
    with running('peer-rate = "4M"') as sensor:
        ends = time.monotonic() + 3
        block = counted(MESSAGE) * 40
        sent = [0]

        def by_stream():
            with sensor.call("127.0.0.2") as stream:
                while time.monotonic() < ends:
                    stream.sendall(block)
                    sent[0] += 40

        def by_datagrams():
            datagrams = sensor.datagrams("127.0.0.3")
            while time.monotonic() < ends:
                with contextlib.suppress(OSError):
                    datagrams.send(MESSAGE)
        threads = [threading.Thread(target=by_stream),
                   threading.Thread(target=by_datagrams)]
        for thread in threads:
            thread.start()
        calm = sensor.call("127.0.0.4")
        calm_datagrams = sensor.datagrams("127.0.0.5")
        for _ in range(20):
            calm.sendall(counted(MESSAGE))
            calm_datagrams.send(MESSAGE)
            time.sleep(0.1)
        heard(sensor, "127.0.0.4", 20)
        for thread in threads:
            thread.join()
        wait_for(lambda: sensor.sender("127.0.0.2")["messages"] == sent[0],
                 "a stream waits, and loses nothing", 60)
        came = sensor.sender("127.0.0.5")["events"]
        dropped = sensor.counter("syslog.kernel_drops")
        expect(came == 20 or dropped > 0, f"{came} datagrams of 20 came")
        # Where the kernel kept the flood from being over the rate, it is known
        # by what the kernel dropped.
        flood = sensor.sender("127.0.0.3")
        limited = flood["trouble"].get("limited", 0)
        expect(limited > 0 or dropped > 0,
               f"what is lost of the flood is counted: {flood}")


def a_ledger_that_stands_still_loses_no_stream():
    """Reading waits for it."""
    with running('peer-rate = "256M"') as sensor:
        ledger = sensor.pid("ledger")
        stream = sensor.call("127.0.0.2")
        block = counted(MESSAGE) * 100
        os.kill(ledger, signal.SIGSTOP)
        done = []
        thread = threading.Thread(
            target=lambda: done.append([stream.sendall(block)
                                        for _ in range(100)]))
        thread.start()
        time.sleep(1.5)
        os.kill(ledger, signal.SIGCONT)
        thread.join()
        heard(sensor, "127.0.0.2", 10000)
        wait_for(lambda: sensor.counter("ledger.endpoint_events") == 10000,
                 "the ledger has them all")
        expect(sensor.counter("collector.held_back") > 0, "it was held back")
        expect(sensor.counter("collector.events_dropped") == 0, "none dropped")


class Relay:
    """Somebody who has messages for whoever calls."""

    def __init__(self, own=None):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE_S)
        self.port = self.listener.getsockname()[1]
        self.context = None
        if own:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(
                certificate(own + ".pem"), certificate(own + ".key"))

    def answer(self):
        """The next connection to it."""
        stream = self.listener.accept()[0]
        stream.settimeout(PATIENCE_S)
        if self.context:
            stream = self.context.wrap_socket(stream, server_side=True)
        return stream


def relays_are_called_and_called_again_and_repeat_nothing():
    """By TCP: three messages, the connection lost, the last two again."""
    relay = Relay()
    one, two, three = messages()[2:5]
    with running(f'pull = {{"localhost:{relay.port}"}}') as sensor:
        with relay.answer() as stream:
            stream.sendall(counted(one) + counted(two))
            wait_for(lambda: sensor.sender("127.0.0.1")["messages"] == 2,
                     "two messages")
        logged(sensor, "the connection to relay", "ended")
        with relay.answer() as stream:
            stream.sendall(counted(one) + counted(two) + counted(three))
            wait_for(lambda: sensor.sender("127.0.0.1")["messages"] == 3,
                     "one more")
            expect(sensor.counter("syslog.repeated") == 2, "two were known")
            expect(sensor.status()["endpoint_logs"]["relays_connected"] == 1,
                   "it is connected")
    relay.listener.close()


def relays_are_called_by_tls_and_must_be_who_they_are():
    """The right certificate, then one of another name."""
    trust = 'pull-ca = "' + certificate("authority.pem") + '"'
    relay = Relay("server")
    with running(f'pull = {{"tls:localhost:{relay.port}"}} {trust}') as sensor:
        with relay.answer() as stream:
            stream.sendall(counted(MESSAGE))
            heard(sensor)
    relay.listener.close()
    relay = Relay("server-misnamed")
    with running(f'pull = {{"tls:localhost:{relay.port}"}} {trust}') as sensor:
        with contextlib.suppress(OSError):
            relay.answer()
        logged(sensor, "TLS with 127.0.0.1", "another name")
        still_serves(sensor)
    relay.listener.close()


def a_relay_that_is_not_there_is_told_and_called_ever_less_often():
    """The lines say why and when."""
    relays = [Relay(), Relay()]
    names = [f"127.0.0.1:{relay.port}" for relay in relays]
    for relay in relays:
        relay.listener.close()
    with running(f'pull = {{"{names[0]}", "{names[1]}"}}') as sensor:
        for name in names:
            logged(sensor, name, "cannot be reached", "refused", "in 1 s")
            logged(sensor, name, "cannot be reached", "refused", "in 2 s")
        still_serves(sensor)


TESTS = [
    recorded_streams_arrive_by_tcp_udp_and_tls,
    endpoints_are_listed_those_that_spoke_last_where_there_are_many,
    the_collector_has_no_rights_left,
    without_the_section_there_is_no_collector,
    a_port_that_is_taken_is_told_before_anything_runs,
    a_killed_collector_is_started_again,
    clients_without_the_right_certificate_are_refused_by_name,
    a_certificate_of_ours_that_has_expired_is_told_at_the_start,
    a_bad_key_file_is_told_before_anything_runs,
    peers_that_stop_misframe_or_babble_harm_nobody,
    ten_thousand_connections_are_bounded_and_the_service_goes_on,
    a_flood_leaves_the_others_their_share,
    a_ledger_that_stands_still_loses_no_stream,
    relays_are_called_and_called_again_and_repeat_nothing,
    relays_are_called_by_tls_and_must_be_who_they_are,
    a_relay_that_is_not_there_is_told_and_called_ever_less_often,
]


def main():
    """Runs them."""
    wanted = sys.argv[1:]
    passed = failed = 0
    for test in TESTS:
        if wanted and test.__name__ not in wanted:
            continue
        started = time.monotonic()
        try:
            test()
            passed += 1
            verdict = "ok"
        except Exception:  # noqa: BLE001  (a test may fail in any way)
            traceback.print_exc()
            failed += 1
            verdict = "FAILED"
        print(f"{verdict:6} {test.__name__} "
              f"({time.monotonic() - started:.1f} s)", flush=True)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
