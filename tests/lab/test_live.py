#!/usr/bin/python3
"""spanwatch run, live, beside a recording of the same mirror port.

    test_live.py [--keep DIR] [NAME...]      all scenarios, or those named

A network with real servers, clients and scanning tools (network/README.md) is
brought up.  For each scenario `spanwatch run` listens on its mirror port while
tcpdump records beside it; then `spanwatch replay` of the recording must tell
what the sensor told: the same campaigns, with the same content.  What may
differ is when: the two take their frames at slightly different times, and an
answer that came late decides when an alert is raised, not what it says at last.

Needs root and the packages of the group "lab" in scripts/packages.txt; where
namespaces cannot be made, or tools are missing, everything is skipped.
SPANWATCH names the executable (build/spanwatch).  --keep leaves the recording
and both outputs of each scenario in DIR.  The last line is "N passed, N failed,
N skipped".
"""

import collections
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
NETWORK = os.path.join(HERE, "network")
SPANWATCH = os.path.abspath(
    os.environ.get("SPANWATCH", os.path.join(HERE, "../../build/spanwatch")))
PATIENCE_S = 30
SCENARIO_PATIENCE_S = 180
# An attempt is silent after three seconds; the network itself lets one and a
# half pass after a scan.
SILENCE_S = 2.5
SNAP_LENGTH = 1024  # The sensor's and the recording's.

# Short ones that differ: most have a source of their own kind, three have
# several at once.
SCENARIOS = (
    "syn-top1000",   # a thousand ports, among people with browsers
    "vert-set",      # connects; SYNs from port 53; rising ports from outside
    "ping-sweep",    # routed, so that the router asks for dead addresses
    "arp-nmap",
    "stealth-set",   # FIN, NULL, Xmas, ACK and Maimon; one source has two
    "frag",          # the flags come with the second fragment
    "v6-sweep",
    "nd-sweep",
    "l2-set",        # two ARP sweeps, one as another address; NetBIOS names
    "masscan-rand",  # random order
    "fast-F",        # a hundred ports on 32 hosts
    "asyncio",       # connects, 80 at a time
    "onesixtyone",   # UDP
    "mix-busy",      # four scans in a busy network
)

TOOLS = ("ip tc nft ethtool sysctl tcpdump nginx sshd dnsmasq smbd nmbd snmpd "
         "tinyproxy rsync openssl ssh-keygen curl dig ping nmap hping3 masscan "
         "fping arp-scan netdiscover nbtscan onesixtyone smbclient").split()

# The segments of the network, for the sensor.
CONFIG = f"""
sensor {{ name = "span-live" }}
capture {{
    interface   = "mirror0"
    snap-length = {SNAP_LENGTH}
    buffer-size = "64M"
}}
segment "ws"  {{ prefixes = {{"10.20.1.0/24", "fd20:0:0:1::/64"}} }}
segment "srv" {{ prefixes = {{"10.20.2.0/24", "fd20:0:0:2::/64"}} }}
segment "ot"  {{ prefixes = {{"10.20.3.0/24", "fd20:0:0:3::/64"}} }}
segment "ext" {{ prefixes = {{"203.0.113.0/24", "2001:db8:0:f::/64"}} }}
"""


class Failure(Exception):
    """What a test expected and did not find."""


def expect(condition, sentence):
    """Fails the test unless 'condition' holds."""
    if not condition:
        raise Failure(sentence)


def wait_for(condition, sentence):
    """Waits until condition() gives something true, and returns it."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.05)
    raise Failure(sentence)


def read(path):
    """A text file, whole."""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


# The network.

class Network:
    """The namespaces, under a prefix that no other run has."""

    def __init__(self, folder):
        self.prefix = f"live{os.getpid()}"
        self.sensor = f"{self.prefix}-sensor"
        conf = os.path.join(folder, "lab.conf")
        with open(conf, "w", encoding="ascii") as file:
            file.write(re.sub("^PREFIX=.*", f"PREFIX={self.prefix}",
                              read(os.path.join(NETWORK, "lab.conf")),
                              flags=re.MULTILINE))
        self.environment = {
            **os.environ, "LAB_CONF": conf, "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}

    def lab(self, *words):
        """Runs network/lab."""
        return subprocess.run(
            [sys.executable, os.path.join(NETWORK, "lab"), *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=self.environment, check=False,
            timeout=SCENARIO_PATIENCE_S, start_new_session=True)

    def up(self):
        """Builds it and starts its servers."""
        done = self.lab("up")
        expect(done.returncode == 0,
               f"the network comes up: {done.stdout.decode()}")

    def down(self):
        """Ends and removes all of it."""
        self.lab("down")

    def scan(self, name, truth):
        """Runs a scenario; returns what is true of it."""
        done = self.lab("scan", name, truth)
        expect(done.returncode == 0,
               f"the scenario runs: {done.stdout.decode()}")
        return json.loads(read(truth))

    def end_of_scene(self):
        """One last frame for both to see, so that their time ends alike."""
        self.lab("exec", "ws1", "ping", "-c1", "-W1", "10.20.1.1")

    def on_mirror(self, *command):
        """The command line of a command at the mirror port."""
        return ["ip", "netns", "exec", self.sensor, *command]


class Program:
    """A program at the mirror port, which says when it is ready."""

    name = ""

    def __init__(self, network, folder, command, ready):
        self.out = open(os.path.join(folder, self.name + ".out"), "wb")
        self.log = open(os.path.join(folder, self.name + ".log"), "wb")
        self.process = subprocess.Popen(
            network.on_mirror(*command), stdin=subprocess.DEVNULL,
            stdout=self.out, stderr=self.log, start_new_session=True)
        try:
            wait_for(lambda: all(word in self.logged() for word in ready) or
                     self.process.poll() is not None, f"{self.name} starts")
            expect(self.process.poll() is None,
                   f"{self.name} runs: {self.logged()}")
        except Failure:
            self.close()
            raise

    def logged(self):
        """What it has said on standard error."""
        return read(self.log.name)

    def stop(self, number):
        """Stops it with a signal and returns its exit status."""
        self.process.send_signal(number)
        return self.process.wait(timeout=PATIENCE_S)

    def close(self):
        """Ends it, if it still runs."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.out.close()
        self.log.close()


class Recorder(Program):
    """tcpdump, into folder/mirror.pcap."""

    name = "tcpdump"

    def __init__(self, network, folder):
        self.path = os.path.join(folder, "mirror.pcap")
        super().__init__(network, folder, [
            "tcpdump", "-n", "-i", "mirror0", "-s", str(SNAP_LENGTH),
            "-B", "65536", "-Z", "root", "-w", self.path], ["listening on"])

    def finish(self):
        """Ends the recording, which must have missed nothing."""
        expect(self.stop(signal.SIGINT) == 0, "tcpdump ends in order")
        expect(re.search(r"^0 packets dropped by kernel", self.logged(),
                         re.MULTILINE),
               f"the recording is whole: {self.logged()}")


class Sensor(Program):
    """spanwatch run."""

    name = "sensor"

    def __init__(self, network, folder):
        self.config = os.path.join(folder, "spanwatch.conf")
        self.socket = os.path.join(folder, "status.sock")
        with open(self.config, "w", encoding="ascii") as file:
            file.write(CONFIG)
        super().__init__(network, folder, [
            SPANWATCH, "run", "-c", self.config, "--json",
            "--socket", self.socket],
            ["the sensor runs", "the ledger runs"])

    def finish(self):
        """Stops it, in order; what it had dropped and told is looked at."""
        status = json.loads(subprocess.run(
            [SPANWATCH, "status", "--json", "--socket", self.socket],
            stdout=subprocess.PIPE, check=True, timeout=PATIENCE_S).stdout)
        expect(status["dropped_frames"] == 0,
               f"the sensor saw all: {status['dropped_frames']} dropped")
        exit_status = self.stop(signal.SIGTERM)
        expect(exit_status == 0,
               f"the sensor ends with 0, not {exit_status}: {self.logged()}")
        expect("ended by signal" not in self.logged(),
               f"nobody was killed: {self.logged()}")


def replay(config, recording, out):
    """What `spanwatch replay` makes of the recording, into file 'out'."""
    with open(out, "wb") as file:
        done = subprocess.run(
            [SPANWATCH, "replay", "-c", config, "--json", recording],
            stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.PIPE,
            timeout=SCENARIO_PATIENCE_S, check=False)
    expect(done.returncode == 0,
           f"the replay ends with 0: {done.stderr.decode()}")


# What is compared.

def last_revisions(path):
    """The last revision of each alert in a file of alerts, by source, each
    source's in order of time."""
    last = {}
    for line in read(path).splitlines():
        alert = json.loads(line)
        last[alert["id"]] = alert
    by_source = collections.defaultdict(list)
    for alert in sorted(last.values(), key=lambda one: one["first_seen"]):
        source = alert["source"]
        by_source[source["ip"] or source["mac"]].append(alert)
    return by_source


def content(alert):
    """What an alert says, but for when."""
    said = {key: alert[key] for key in ("kinds", "order", "source",
                                        "apparent_sources", "visibility")}
    said["techniques"] = sorted(alert["techniques"])
    for part, keys in (("targets", ("count", "ranges", "segments")),
                       ("services", ("count", "ranges", "names")),
                       ("probes", alert["probes"])):
        for key in keys:
            said[f"{part}.{key}"] = alert[part][key]
    return said


def differences(live, replayed):
    """Sentences that tell where the two differ."""
    found = []
    for source in sorted(set(live) | set(replayed)):
        pair = live.get(source, []), replayed.get(source, [])
        if len(pair[0]) != len(pair[1]):
            found.append(f"{source}: {len(pair[0])} alerts live, "
                         f"{len(pair[1])} replayed")
            continue
        for one, other in zip(*pair):
            said, replay_said = content(one), content(other)
            found += [f"{source}: {key} {said[key]} live, "
                      f"{replay_said[key]} replayed"
                      for key in said if said[key] != replay_said[key]]
    return found


def belongs(source, actor):
    """Whether an alert's source is an actor of the scenario."""
    addresses = actor.get("scanner_ips", actor.get("ips", []))
    mac = actor.get("scanner_mac", actor.get("mac"))
    return source["ip"] in addresses or source["mac"] == mac


def misjudged(alerts, truth):
    """Sentences that tell where the alerts are not what the scenario is."""
    alerts = [alert for some in alerts.values() for alert in some]
    found = []
    for scan in truth["scans"]:
        kinds = {alert["kinds"][0] for alert in alerts
                 if belongs(alert["source"], scan)}
        right = set(scan["expected_kinds"] + scan["acceptable_kinds"])
        if scan["detection_expected"] is True and not kinds & right:
            found.append(f"{scan['scenario']} is told as {sorted(kinds)}, "
                         f"not as one of {sorted(right)}")
    known = truth["scans"] + [actor for actor in truth["benign"]
                              if actor.get("alert_tolerated")]
    for alert in alerts:
        if not any(belongs(alert["source"], actor) for actor in known):
            found.append(f"a false alarm on {alert['source']}: "
                         f"{alert['reasons']}")
    return found


# The scenarios.

def run_scenario(network, name, folder):
    """Runs one, and looks at what is told of it."""
    running = []
    try:
        recorder = Recorder(network, folder)
        running.append(recorder)
        sensor = Sensor(network, folder)
        running.append(sensor)
        truth = network.scan(name, os.path.join(folder, "truth.json"))
        time.sleep(SILENCE_S)
        network.end_of_scene()
        time.sleep(1)
        sensor.finish()
        recorder.finish()
    finally:
        for program in reversed(running):
            program.close()
    out = os.path.join(folder, "replay.out")
    replay(sensor.config, recorder.path, out)
    live, replayed = last_revisions(sensor.out.name), last_revisions(out)
    found = differences(live, replayed) + misjudged(live, truth)
    expect(not found, "live and replay agree with each other and the truth:\n" +
           "\n".join("    " + sentence for sentence in found))
    return sum(map(len, live.values()))


def keep(folder, kept, name):
    """Leaves what a scenario made in 'kept'."""
    if kept:
        shutil.copytree(folder, os.path.join(kept, name), dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns("*.sock"))


def run_test(network, name, kept):
    """Runs one scenario; returns whether it passed."""
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="spanwatch-live-") as folder:
        try:
            count = run_scenario(network, name, folder)
            print(f"ok {name}: {count} alerts, "
                  f"{time.monotonic() - begin:.0f} s", flush=True)
            return True
        except Failure as failure:
            print(f"FAILED {name}: expected that {failure}", flush=True)
        except Exception:  # A test's own mistake must not hide the others.
            print(f"FAILED {name}:")
            traceback.print_exc(file=sys.stdout)
        finally:
            keep(folder, kept, name)
    return False


def why_not():
    """Why this cannot be done here; empty: it can."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    missing = [tool for tool in TOOLS if not shutil.which(tool, path=path)]
    if os.geteuid() != 0:
        return "it needs root"
    if missing:
        return "these tools are missing: " + " ".join(missing)
    # Two namespaces, a pair between them, a bridge, a mirror and a filter.
    name = f"live{os.getpid()}-try"
    script = f"""
        set -e
        trap 'ip netns del {name}1; ip netns del {name}2' EXIT
        ip netns add {name}1
        ip netns add {name}2
        ip -n {name}1 link add br0 type bridge
        ip -n {name}1 link add try0 type veth peer name try1 netns {name}2
        ip netns exec {name}1 tc qdisc add dev try0 clsact
        ip netns exec {name}1 tc filter add dev try0 ingress protocol all \
            prio 1 u32 match u32 0 0 action mirred egress mirror dev br0
        ip netns exec {name}1 nft add table inet t
    """
    done = subprocess.run(
        ["sh", "-c", script], env={**os.environ, "PATH": path}, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE)
    if done.returncode != 0:
        return "no network of namespaces: " + " ".join(
            done.stderr.decode().split())
    return ""


def main():
    """Runs the scenarios named, or all."""
    words = sys.argv[1:]
    kept = None
    if words[:1] == ["--keep"]:
        kept, words = os.path.abspath(words[1]), words[2:]
    chosen = words or SCENARIOS
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    reason = why_not()
    if reason:
        print(f"skipped: {reason}")
        print(f"0 passed, 0 failed, {len(chosen)} skipped")
        return 0
    passed = 0
    with tempfile.TemporaryDirectory(prefix="spanwatch-live-") as folder:
        network = Network(folder)
        try:
            network.up()
            passed = sum([run_test(network, name, kept) for name in chosen])
        except Failure as failure:
            print(f"FAILED: expected that {failure}")
        finally:
            network.down()
    print(f"{passed} passed, {len(chosen) - passed} failed, 0 skipped")
    return 0 if passed == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
