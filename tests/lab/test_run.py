#!/usr/bin/python3
"""spanwatch run, live: in a network namespace of its own, with veth pairs for
mirror ports.

    test_run.py [NAME...]        all tests, or those whose names are given

Needs root, for the namespace; where it cannot be made everything is skipped.
SPANWATCH names the executable (build/spanwatch).  A test's name is the sentence
it proves.  The last line is "N passed, N failed, N skipped".
"""

import ctypes
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
SPANWATCH = os.path.abspath(
    os.environ.get("SPANWATCH", os.path.join(HERE, "../../build/spanwatch")))
CLONE_NEWNET = 0x40000000
NOBODY = 65534
PATIENCE_S = 20

CONFIG = """
sensor {{ name = "span-test" }}
{captures}
segment "offices" {{ prefixes = {{"10.9.1.0/24"}} }}
segment "servers" {{ prefixes = {{"10.9.2.0/24"}} }}
{more}
"""


class Failure(Exception):
    """What a test expected and did not find."""


def expect(condition, sentence):
    """Fails the test unless 'condition' holds."""
    if not condition:
        raise Failure(sentence)


def wait_for(condition, sentence, patience_s=PATIENCE_S):
    """Waits until condition() gives something true, and returns it."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.05)
    raise Failure(sentence)


# The network.

def ip(words):
    """Runs ip(8) with 'words'."""
    subprocess.run(["ip"] + words.split(), check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def add_pair(name):
    """A mirror port 'name', and NAMEx, into which frames are put."""
    ip(f"link add {name} type veth peer name {name}x")
    ip(f"link set {name} up")
    ip(f"link set {name}x up")


def remove_pair(name):
    """Removes it, if it is there."""
    if os.path.exists(f"/sys/class/net/{name}") or name in interfaces():
        ip(f"link del {name}")


def interfaces():
    """The interfaces of this namespace.  (/sys may be another's.)"""
    return [name for _, name in socket.if_nameindex()]


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def tcp_frame(source, target, ports, flags, numbers=(1, 0)):
    """An Ethernet frame with a TCP segment without payload."""
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 1, 0, 64, 6, 0,
                       socket.inet_aton(source), socket.inet_aton(target))
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    tcp = struct.pack("!HHIIBBHHH", ports[0], ports[1], numbers[0], numbers[1],
                      0x50, flags, 1024, 0, 0)
    pseudo = head[12:20] + struct.pack("!BBH", 0, 6, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    return (b"\x02\0\0\0\0\x02\x02\0\0\0\0\x01\x08\0" + head + tcp).ljust(60,
                                                                       b"\0")


class Wire:
    """Puts frames onto a mirror port."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.bind((name + "x", 0))
        self.sent = 0

    def send(self, frame):
        """Sends one frame."""
        self.socket.send(frame)
        self.sent += 1

    def scan(self, source, target, ports):
        """A SYN scan of 'ports', each refused."""
        for port in ports:
            here = 40000 + port
            self.send(tcp_frame(source, target, (here, port), 0x02))
            self.send(tcp_frame(target, source, (port, here), 0x14, (0, 2)))
            time.sleep(0.002)

    def close(self):
        """Lets the socket go."""
        self.socket.close()


# The sensor.

class Sensor:
    """A running `spanwatch run`, in a folder of its own."""

    def __init__(self, names=("m0",), words=(), ready=True, **settings):
        self.folder = tempfile.mkdtemp(prefix="spanwatch-test-")
        self.config = os.path.join(self.folder, "spanwatch.conf")
        self.socket = os.path.join(self.folder, "status.sock")
        self.configure(names)
        self.log = open(os.path.join(self.folder, "log"), "w+b")
        self.out = open(os.path.join(self.folder, "out"), "w+b")
        self.process = subprocess.Popen(
            [SPANWATCH, "run", "-c", self.config, "--json",
             "--socket", self.socket, *words],
            stdin=subprocess.DEVNULL, stdout=settings.pop("stdout", self.out),
            stderr=self.log, start_new_session=True, **settings)
        if ready:
            wait_for(lambda: "the sensor runs" in self.logged() and
                     "the ledger runs" in self.logged(), "it runs")

    def configure(self, names, more=""):
        """Writes the configuration, with these mirror ports."""
        captures = "\n".join(
            f'capture {{ interface = "{name}" }}' for name in names)
        with open(self.config, "w", encoding="ascii") as file:
            file.write(CONFIG.format(captures=captures, more=more))

    def logged(self):
        """What it has logged so far."""
        with open(self.log.name, encoding="utf-8") as file:
            return file.read()

    def alerts(self):
        """The alerts printed so far, each line parsed."""
        with open(self.out.name, encoding="utf-8") as file:
            return [json.loads(line) for line in file.read().splitlines()]

    def status(self):
        """What `spanwatch status --json` says."""
        done = subprocess.run(
            [SPANWATCH, "status", "--json", "--socket", self.socket],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        expect(done.returncode == 0,
               f"status answers; it exits {done.returncode}: {done.stderr}")
        return json.loads(done.stdout)

    def role(self, name):
        """What the status says of a role."""
        for role in self.status()["roles"]:
            if role["name"] == name:
                return role
        raise Failure(f"status names the {name}")

    def interface(self, name):
        """What the status says of an interface; empty: nothing."""
        for interface in self.status()["interfaces"] or []:
            if interface["name"] == name:
                return interface
        return {}

    def children(self):
        """The processes that the supervisor has, zombies too."""
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(path, encoding="ascii") as file:
            return [int(word) for word in file.read().split()]

    def tell(self, number):
        """Sends a signal to the supervisor."""
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM):
        """Stops it and returns its exit status."""
        self.tell(number)
        return self.process.wait(timeout=PATIENCE_S)

    def close(self):
        """Ends what still runs, and removes the folder."""
        if self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        self.out.close()
        shutil.rmtree(self.folder)


def is_alive(pid):
    """Whether a process is there, and no zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def proc_status(pid):
    """/proc/PID/status as a dictionary."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return dict(line.split(":\t", 1) for line in file if ":\t" in line)


def is_sanitized():
    """Whether the executable has the address sanitizer, which the filter of
    system calls and the limit of memory are left out for."""
    with open(SPANWATCH, "rb") as file:
        return b"__asan_init" in file.read()


def run_and_fail(config_text, **settings):
    """Runs it with a configuration that it cannot run with; returns its exit
    status and what it said."""
    with tempfile.TemporaryDirectory(prefix="spanwatch-test-") as folder:
        os.chmod(folder, 0o755)
        config = os.path.join(folder, "spanwatch.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write(config_text)
        done = subprocess.run(
            [SPANWATCH, "run", "-c", config, "--json"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=PATIENCE_S, check=False,
            env={**os.environ, "XDG_RUNTIME_DIR": folder}, **settings)
        said = done.stderr.decode().replace(config, "FILE")
        expect(done.stdout == b"", "standard output stays empty")
        return done.returncode, said


# The tests.

def a_missing_interface_ends_run_with_one_sentence_and_status_3():
    """Names the interface, and those there are."""
    status, said = run_and_fail('capture { interface = "none0" }')
    expect(status == 3, f"exit status 3, not {status}: {said}")
    expect(len([line for line in said.splitlines() if "none0" in line]) == 1,
           f"one line names it: {said}")


def a_bad_configuration_ends_run_with_its_line_and_status_1():
    """The same as `check` says."""
    status, said = run_and_fail('capture { interface = "m0" }\nnonsense = 1\n')
    expect(status == 1, f"exit status 1, not {status}")
    expect(said.startswith("FILE:2:"), f"the line is named: {said}")


def a_bad_filter_is_a_bad_configuration():
    """libpcap's compiler knows it only once the interface is open."""
    status, said = run_and_fail(
        'capture { interface = "m0" filter = "not a filter" }')
    expect(status == 1, f"exit status 1, not {status}: {said}")
    expect("filter" in said, f"it says so: {said}")


def a_user_without_the_right_to_capture_is_told_what_is_missing():
    """Exit status 3, and one sentence with CAP_NET_RAW."""
    status, said = run_and_fail(
        'capture { interface = "m0" }', user=NOBODY, group=NOBODY,
        extra_groups=[])
    expect(status == 3, f"exit status 3, not {status}: {said}")
    expect("CAP_NET_RAW" in said, f"the capability is named: {said}")


def status_without_a_sensor_ends_with_one_sentence_and_status_3():
    """Nobody listens there."""
    done = subprocess.run(
        [SPANWATCH, "status", "--socket", "/nonexistent/status.sock"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    expect(done.returncode == 3, f"exit status 3, not {done.returncode}")
    expect(done.stderr.count(b"\n") == 1, f"one line: {done.stderr}")


def a_role_is_not_to_be_started_by_hand():
    """It has no supervisor then."""
    done = subprocess.run([SPANWATCH, "role-sensor"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=PATIENCE_S, check=False)
    expect(done.returncode == 3, f"exit status 3, not {done.returncode}")
    expect(b"spanwatch run" in done.stderr, f"it says so: {done.stderr}")


def the_roles_have_no_rights_left(sensor):
    """User, capabilities, filter; the sensor's memory, too."""
    for name in ("ledger", "sensor"):
        pid = sensor.role(name)["pid"]
        shown = proc_status(pid)
        expect(shown["Uid"].split()[0] != "0", f"{name}: not root")
        expect(shown["Groups"].strip() == "", f"{name}: no other groups")
        for which in ("CapPrm", "CapEff", "CapBnd", "CapInh", "CapAmb"):
            expect(int(shown[which], 16) == 0, f"{name}: {which} is empty")
        expect(shown["NoNewPrivs"].strip() == "1", f"{name}: gains nothing by exec")
        expect(is_sanitized() or shown["Seccomp"].strip() == "2",
               f"{name}: system calls are filtered")
        with open(f"/proc/{pid}/limits", encoding="ascii") as file:
            limits = file.read()
        expect(re.search(r"Max core file size +0 +0 ", limits),
               f"{name}: dumps no core")
        expect(name == "ledger" or is_sanitized() or
               re.search(r"Max data size +\d+ ", limits),
               f"{name}: its memory is limited")
    supervisor = proc_status(sensor.process.pid)
    expect(int(supervisor["CapBnd"], 16) & 1 << 21 == 0,
           "the supervisor gave up CAP_SYS_ADMIN")


def status_tells_the_roles_the_interface_and_the_policy(sensor, wire):
    """With figures that are right."""
    before = sensor.interface("m0")["frames"]
    wire.scan("10.9.1.7", "10.9.2.7", [80])
    wait_for(lambda: sensor.interface("m0")["frames"] == before + 2,
             "both frames are counted")
    status = sensor.status()
    expect(status["schema"] == "spanwatch.status/1", "its schema")
    expect(status["sensor"] == "span-test", "the sensor's name")
    expect([role["name"] for role in status["roles"]] ==
           ["supervisor", "ledger", "sensor"], "the roles")
    for role in status["roles"]:
        expect(role["state"] == "running", f"{role['name']} runs")
        expect(is_alive(role["pid"]), f"{role['name']} has its process")
        expect(role["heartbeat_age_s"] < 5, f"{role['name']} is alive")
        expect(role["restarts"] == 0, f"{role['name']} never restarted")
    expect(status["policy"]["segments"] == 2, "both segments")
    expect(sensor.interface("m0")["state"] == "up", "the interface is up")
    expect(status["counters"]["flow.attempts"] >= 1, "the attempt is counted")
    expect(status["memory"]["planned_bytes"] >=
           status["memory"]["used_bytes"] > 1 << 20, "the memory")
    text = subprocess.run([SPANWATCH, "status", "--socket", sensor.socket],
                          stdout=subprocess.PIPE, check=True).stdout.decode()
    for word in ("span-test", "supervisor", "m0", "attempts"):
        expect(word in text, f"as text: {word}")


def a_scan_becomes_an_alert_on_standard_output_and_in_the_log(sensor, wire):
    """While it runs, not at its end."""
    wire.scan("10.9.1.5", "10.9.2.9", range(1, 101))
    alert = wait_for(
        lambda: [alert for alert in sensor.alerts()
                 if alert["source"]["ip"] == "10.9.1.5"],
        f"an alert: {sensor.logged()}")[0]
    expect(alert["schema"] == "spanwatch.alert/1", "its schema")
    expect(alert["kinds"][0] == "port_scan", f"its kind: {alert['kinds']}")
    expect(alert["sensor"] == "span-test", "the sensor's name")
    expect(alert["targets"]["segments"] == ["servers"], "the segment")
    expect(alert["id"] in sensor.logged(), "the log has it")
    last = sensor.status()["alerts"]["last"]
    expect(last["id"] == alert["id"], "the status has it")


def stopping_tells_what_is_pending_and_leaves_nothing(sensor, wire):
    """SIGTERM right after the last frame: the alert has all of them."""
    wire.scan("10.9.1.6", "10.9.2.9", range(1, 151))
    pids = sensor.children()
    expect(len(pids) == 2, f"two roles: {pids}")
    expect(sensor.stop() == 0, f"exit status 0: {sensor.logged()}")
    alerts = [alert for alert in sensor.alerts()
              if alert["source"]["ip"] == "10.9.1.6"]
    expect(alerts, "the alert is told")
    expect(alerts[-1]["probes"]["count"] == 150,
           f"all probes: {alerts[-1]['probes']}")
    expect(not any(is_alive(pid) for pid in pids), "no role lives on")
    expect(not os.path.exists(sensor.socket), "the socket is removed")


def an_interrupt_from_the_terminal_stops_in_order(sensor, wire):
    """SIGINT goes to every process of the group, as Ctrl-C does."""
    wire.scan("10.9.1.6", "10.9.2.9", range(1, 101))
    os.killpg(sensor.process.pid, signal.SIGINT)
    expect(sensor.process.wait(timeout=PATIENCE_S) == 0, "exit status 0")
    expect([alert for alert in sensor.alerts()
            if alert["source"]["ip"] == "10.9.1.6"],
           "the ledger outlived the sensor and told the alert")
    expect("ended by signal" not in sensor.logged(), "nobody was killed")


def a_bad_configuration_at_sighup_leaves_the_old_one(sensor, wire):
    """Says why, with the line; the roles go on untouched."""
    pids = sensor.children()
    sensor.configure(["m0"], more="nonsense = 1")
    sensor.tell(signal.SIGHUP)
    wait_for(lambda: "the one before holds" in sensor.logged(), "it is said")
    expect(re.search(r"spanwatch\.conf:\d+: ", sensor.logged()), "and why")
    status = wait_for(
        lambda: (status := sensor.status())["policy"]["reloads_refused"] == 1
        and status, "the status counts it")
    expect(status["policy"]["version"] == 1, "the policy is the old one")
    expect(sensor.children() == pids, "the same processes")
    wire.scan("10.9.1.5", "10.9.2.9", range(1, 101))
    wait_for(sensor.alerts, "it still finds")


def a_new_policy_at_sighup_costs_no_frame(sensor, wire):
    """Frames before, during and after are all seen, by the same process."""
    pids = sensor.children()
    before = sensor.interface("m0")["frames"]
    sent = wire.sent
    for round_number in range(5):
        wire.scan("10.9.1.8", "10.9.2.9", range(1, 21))
        sensor.configure(["m0"], more='segment "more" { prefixes = '
                         f'{{"10.9.{round_number + 3}.0/24"}} }}')
        sensor.tell(signal.SIGHUP)
        wire.scan("10.9.1.8", "10.9.2.9", range(1, 21))
        wait_for(lambda: sensor.status()["policy"]["version"] ==
                 round_number + 2, "the new policy holds")
    wait_for(lambda: sensor.interface("m0")["frames"] - before ==
             wire.sent - sent, "every frame is seen")
    status = sensor.status()
    expect(status["policy"]["segments"] == 3, "the new segment is there")
    expect(status["dropped_frames"] == 0, "none was dropped")
    expect(sensor.children() == pids, "the same processes")


def another_interface_at_sighup_starts_the_sensor_anew(sensor):
    """At once, with both; the ledger goes on."""
    add_pair("m1")
    wire = Wire("m1")
    try:
        ledger = sensor.role("ledger")["pid"]
        sensor.configure(["m0", "m1"])
        sensor.tell(signal.SIGHUP)
        wait_for(lambda: sensor.interface("m1").get("state") == "up",
                 f"the new one is captured from: {sensor.logged()}")
        expect(sensor.role("ledger")["pid"] == ledger, "the same ledger")
        wire.scan("10.9.1.5", "10.9.2.9", range(1, 101))
        wait_for(sensor.alerts, "what it shows is found")
    finally:
        wire.close()
        remove_pair("m1")


def an_interface_that_goes_down_is_heard_again_when_it_is_up(sensor, wire):
    """By the same process; the status shows both."""
    pids = sensor.children()
    ip("link set m0 down")
    wait_for(lambda: sensor.interface("m0").get("state") == "down",
             f"it is seen to be down: {sensor.logged()}")
    ip("link set m0 up")
    time.sleep(0.2)
    wire.scan("10.9.1.5", "10.9.2.9", range(1, 101))
    wait_for(sensor.alerts, "it is heard again")
    wait_for(lambda: sensor.interface("m0").get("state") == "up", "and shown so")
    expect(sensor.children() == pids, "the same processes")


def an_interface_that_is_unplugged_is_opened_again_when_it_is_back(sensor):
    """The other goes on meanwhile, in the same process."""
    add_pair("m1")
    wire = Wire("m0")
    try:
        sensor.configure(["m0", "m1"])
        sensor.tell(signal.SIGHUP)
        wait_for(lambda: sensor.interface("m1").get("state") == "up",
                 "both are captured from")
        pid = sensor.role("sensor")["pid"]
        ip("link del m1")
        wait_for(lambda: sensor.interface("m1").get("state") == "absent",
                 f"it is gone: {sensor.logged()}")
        wire.scan("10.9.1.5", "10.9.2.9", range(1, 101))
        wait_for(sensor.alerts, "the other is still heard")
        expect(sensor.role("sensor")["pid"] == pid, "by the same process")
        add_pair("m1")
        wait_for(lambda: sensor.interface("m1").get("state") == "up",
                 f"it is back: {sensor.logged()}")
        expect(sensor.interface("m0")["state"] == "up", "with the other")
    finally:
        wire.close()
        remove_pair("m1")


def a_killed_sensor_is_started_again(sensor, wire):
    """After a second, then two; what it finds is told; no zombie is left."""
    for restarts in (1, 2):
        pid = sensor.role("sensor")["pid"]
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: (role := sensor.role("sensor"))["restarts"] == restarts
                 and role["state"] == "running" and role["pid"] != pid,
                 f"it runs again: {sensor.logged()}")
        expect(len(sensor.children()) == 2, "no zombie")
    expect("started again in 1 s" in sensor.logged() and
           "started again in 2 s" in sensor.logged(), "it backs off")
    expect(sensor.role("sensor")["last_end"] == "signal 9", "and says why")
    wire.scan("10.9.1.5", "10.9.2.9", range(1, 101))
    wait_for(sensor.alerts, "it finds")


def alerts_of_a_killed_sensor_are_ended(sensor, wire):
    """Its campaigns went with it: nobody else would say that they are over."""
    wire.scan("10.9.1.5", "10.9.2.9", range(1, 101))
    wait_for(lambda: any(alert["services"]["count"] > 60
                         for alert in sensor.alerts()), "the scan is told")
    os.kill(sensor.role("sensor")["pid"], signal.SIGKILL)
    wait_for(lambda: not sensor.alerts()[-1]["active"],
             f"the alert is ended: {sensor.alerts()}")
    before, last = sensor.alerts()[-2:]
    expect(last["id"] == before["id"], "the same alert")
    expect(last["revision"] == before["revision"] + 1, "the next revision")
    expect(last["last_seen"] == before["last_seen"], "as it was known")
    expect("the sensor ended" in last["reasons"][-1]["text"], "and why")
    wait_for(lambda: sensor.role("sensor")["restarts"] == 1 and
             sensor.role("sensor")["state"] == "running", "it runs again")
    wire.scan("10.9.1.6", "10.9.2.9", range(1, 101))
    wait_for(lambda: sensor.alerts()[-1]["source"]["ip"] == "10.9.1.6" and
             sensor.alerts()[-1]["active"], "the next one's alerts are its own")
    first = [alert for alert in sensor.alerts()
             if alert["source"]["ip"] == "10.9.1.6"][0]
    expect(first["revision"] == 1, "and counted from one")


def a_killed_ledger_costs_the_sensor_nothing(sensor, wire):
    """What is found meanwhile is told by the next."""
    pid = sensor.role("sensor")["pid"]
    os.kill(sensor.role("ledger")["pid"], signal.SIGKILL)
    wire.scan("10.9.1.5", "10.9.2.9", range(1, 101))
    wait_for(sensor.alerts, f"the alert is told: {sensor.logged()}")
    expect(sensor.role("sensor")["pid"] == pid, "the same sensor")


def a_killed_supervisor_takes_the_roles_with_it(sensor):
    """Nothing goes on that nobody watches."""
    pids = sensor.children()
    sensor.tell(signal.SIGKILL)
    sensor.process.wait()
    wait_for(lambda: not any(is_alive(pid) for pid in pids), "they end")


def a_reader_that_goes_away_does_not_end_the_sensor():
    """The alerts still go to the log, and those unread are counted."""
    ends = os.pipe()
    sensor = Sensor(stdout=ends[1])
    wire = Wire("m0")
    try:
        os.close(ends[1])
        os.close(ends[0])
        wire.scan("10.9.1.5", "10.9.2.9", range(1, 101))
        wait_for(lambda: "info alert: " in sensor.logged(), "the log has it")
        wait_for(lambda: sensor.status()["counters"].get(
            "ledger.lines_dropped", 0) > 0 or
                 "standard output is closed" in sensor.logged(),
                 "it is noticed")
        expect(sensor.role("ledger")["restarts"] == 0, "the ledger lives")
        expect(sensor.stop() == 0, "it ends cleanly")
    finally:
        wire.close()
        sensor.close()


def a_reader_that_does_not_read_holds_nothing_up():
    """The status answers, and the sensor ends in time."""
    ends = os.pipe()
    sensor = Sensor(stdout=ends[1])
    wire = Wire("m0")
    try:
        os.close(ends[1])
        # More alerts than the pipe's 64 KiB hold.
        for source in range(10, 60):
            wire.scan(f"10.9.1.{source}", "10.9.2.9", range(1, 41))
        wait_for(lambda: sensor.status()["alerts"]["told"] >= 40,
                 "the alerts are made")
        begin = time.monotonic()
        expect(sensor.stop() == 0, "it ends cleanly")
        expect(time.monotonic() - begin < 10, "and soon")
    finally:
        os.close(ends[0])
        wire.close()
        sensor.close()


def two_sensors_do_not_share_a_socket(sensor):
    """One that was told to use it is refused; the first is still asked."""
    done = subprocess.run(
        [SPANWATCH, "run", "-c", sensor.config, "--socket", sensor.socket],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, timeout=PATIENCE_S, check=False)
    expect(done.returncode == 3, f"exit status 3, not {done.returncode}")
    expect(sensor.role("sensor")["state"] == "running", "the first answers")


def a_socket_left_behind_is_taken_over():
    """By a sensor that was killed."""
    sensor = Sensor()
    try:
        sensor.tell(signal.SIGKILL)
        sensor.process.wait()
        expect(os.path.exists(sensor.socket), "it was left behind")
        sensor.process = subprocess.Popen(
            [SPANWATCH, "run", "-c", sensor.config, "--socket",
             sensor.socket], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=sensor.log)
        wait_for(lambda: subprocess.run(
            [SPANWATCH, "status", "--socket", sensor.socket],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            check=False).returncode == 0, "the next one answers there")
    finally:
        sensor.close()


def many_who_ask_and_do_not_listen_shut_nobody_out(sensor):
    """They are let go in time."""
    idle = []
    try:
        for _ in range(24):
            client = socket.socket(socket.AF_UNIX)
            client.setblocking(False)
            try:
                client.connect(sensor.socket)
            except BlockingIOError:
                pass
            idle.append(client)
        expect(sensor.status()["schema"] == "spanwatch.status/1",
               "the status still answers")
    finally:
        for client in idle:
            client.close()


TESTS = [
    a_missing_interface_ends_run_with_one_sentence_and_status_3,
    a_bad_configuration_ends_run_with_its_line_and_status_1,
    a_bad_filter_is_a_bad_configuration,
    a_user_without_the_right_to_capture_is_told_what_is_missing,
    status_without_a_sensor_ends_with_one_sentence_and_status_3,
    a_role_is_not_to_be_started_by_hand,
    the_roles_have_no_rights_left,
    status_tells_the_roles_the_interface_and_the_policy,
    a_scan_becomes_an_alert_on_standard_output_and_in_the_log,
    stopping_tells_what_is_pending_and_leaves_nothing,
    an_interrupt_from_the_terminal_stops_in_order,
    a_bad_configuration_at_sighup_leaves_the_old_one,
    a_new_policy_at_sighup_costs_no_frame,
    another_interface_at_sighup_starts_the_sensor_anew,
    an_interface_that_goes_down_is_heard_again_when_it_is_up,
    an_interface_that_is_unplugged_is_opened_again_when_it_is_back,
    a_killed_sensor_is_started_again,
    alerts_of_a_killed_sensor_are_ended,
    a_killed_ledger_costs_the_sensor_nothing,
    a_killed_supervisor_takes_the_roles_with_it,
    a_reader_that_goes_away_does_not_end_the_sensor,
    a_reader_that_does_not_read_holds_nothing_up,
    two_sensors_do_not_share_a_socket,
    a_socket_left_behind_is_taken_over,
    many_who_ask_and_do_not_listen_shut_nobody_out,
]


def run_test(test):
    """Runs one test with what its parameters name; returns whether it
    passed."""
    wanted = test.__code__.co_varnames[:test.__code__.co_argcount]
    given = {}
    ip("link set m0 up")  # Whatever the test before left behind.
    try:
        if "sensor" in wanted:
            given["sensor"] = Sensor()
        if "wire" in wanted:
            given["wire"] = Wire("m0")
        test(**given)
        return True
    except Failure as failure:
        print(f"FAILED {test.__name__}: expected that {failure}")
    except Exception:  # A test's own mistake must not hide the others.
        print(f"FAILED {test.__name__}:")
        traceback.print_exc(file=sys.stdout)
    finally:
        for thing in reversed(list(given.values())):
            thing.close()
    return False


def make_namespace():
    """Moves this process into a network namespace of its own, with a mirror
    port m0.  Returns why it cannot be; empty: it is done."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() != 0:
        return "it needs root"
    if shutil.which("ip") is None:
        return "ip (iproute2) is missing"
    if libc.unshare(CLONE_NEWNET) != 0:
        return f"no namespace: {os.strerror(ctypes.get_errno())}"
    try:
        # Nothing is to be on the wire but what the tests send.
        with open("/proc/sys/net/ipv6/conf/default/disable_ipv6", "w",
                  encoding="ascii") as file:
            file.write("1")
        ip("link set lo up")
        add_pair("m0")
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no veth pair: {error}"
    return ""


def main():
    """Runs the tests named, or all."""
    chosen = [test for test in TESTS
              if len(sys.argv) < 2 or test.__name__ in sys.argv[1:]]
    reason = make_namespace()
    if reason:
        print(f"skipped: {reason}")
        print(f"0 passed, 0 failed, {len(chosen)} skipped")
        return 0
    passed = sum(run_test(test) for test in chosen)
    print(f"{passed} passed, {len(chosen) - passed} failed, 0 skipped")
    return 0 if passed == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
