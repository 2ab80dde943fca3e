#!/usr/bin/python3
"""A running sensor and a cluster of Kafka, mocked by librdkafka.

    test_kafka.py [NAME...]   all tests, or those whose names are given

SPANWATCH names the program, built with FORWARD_KAFKA; CLUSTER the cluster
(build/kafka/tests/forward/kafka_cluster).  A test's name is the sentence it
proves.  The last line is "N passed, N failed, N skipped".
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM = os.environ["SPANWATCH"]
CLUSTER = os.environ["CLUSTER"]


class Failure(Exception):
    """What a test found wrong."""


def expect(holds, what):
    if not holds:
        raise Failure(what)


def wait_for(holds, what, seconds=30):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise Failure(what())
        time.sleep(0.2)


class Cluster:
    """Three brokers."""

    def __init__(self):
        self.process = subprocess.Popen(
            [CLUSTER, "spanwatch"], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)
        self.brokers = self.process.stdout.readline().strip().split(",")

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def records(self, topic):
        """(key, object) of each."""
        self.tell(f"read spanwatch.{topic}.v1")
        found = []
        for line in self.process.stdout:
            if line == "\n":
                break
            key, value = line.rstrip("\n").split("\t", 1)
            found.append((key, json.loads(value)))
        return found

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


class Sensor:
    """A sensor without an interface; it has itself to tell of."""

    def __init__(self, folder, brokers, more=""):
        self.folder = folder
        self.config = os.path.join(folder, "spanwatch.conf")
        self.log = os.path.join(folder, "log")
        self.socket = os.path.join(folder, "status")
        names = ", ".join(f'"{broker}"' for broker in brokers)
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"""sensor {{ name = "span-07" }}
store {{ directory = "{folder}/store" }}
soc "lake" {{
    transport = "kafka"
    heartbeat = "10s"
    kafka {{ brokers = {{{names}}} security = "plaintext" {more} }}
}}
""")
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "run", "-c", self.config], stdout=log, stderr=log)

    def said(self):
        with open(self.log, encoding="utf-8") as file:
            return file.read()

    def producer(self):
        """Its pid; None: it does not run."""
        for name in os.listdir("/proc"):
            try:
                with open(f"/proc/{name}/status", encoding="utf-8") as file:
                    fields = dict(line.split(":\t", 1) for line in file)
            except (OSError, ValueError):
                continue
            if (fields.get("Name", "").strip() == "span-producer" and
                    fields["PPid"].strip() == str(self.process.pid)):
                return int(name), fields
        return None

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def is_connected(sensor):
    return lambda: "lake\": connected" in sensor.said()


def heartbeats_reach_the_topic_of_health(cluster, folder):
    sensor = Sensor(folder, cluster.brokers)
    try:
        wait_for(is_connected(sensor), sensor.said)
        wait_for(lambda: len(cluster.records("health")) >= 2, sensor.said)
    finally:
        status = sensor.stop()
    expect(status == 0, f"it ends with {status}: {sensor.said()}")
    key, record = cluster.records("health")[0]
    expect(key == "span-07", f"the key is the sensor's name, not {key}")
    expect(record["event"]["code"] == "HEARTBEAT", f"it is one: {record}")
    expect("signal" not in sensor.said(), sensor.said())


def the_producer_has_no_user_and_is_confined(cluster, folder):
    sensor = Sensor(folder, cluster.brokers)
    try:
        wait_for(is_connected(sensor), sensor.said)
        _, fields = sensor.producer()
    finally:
        sensor.stop()
    expect(fields["Seccomp"].strip() == "2", "calls are filtered")
    expect(fields["CapEff"].strip() == "0" * 16, "no capability is left")
    if os.geteuid() == 0:
        expect(fields["Uid"].split()[0] != "0", "it is not root")


def a_cluster_that_is_away_is_said_and_found_again(cluster, folder):
    cluster.tell("down")
    sensor = Sensor(folder, cluster.brokers)
    try:
        wait_for(lambda: "no connection: " in sensor.said() or
                 "no broker can be reached" in sensor.said(), sensor.said)
        cluster.tell("up")
        wait_for(is_connected(sensor), sensor.said, 60)
        wait_for(lambda: cluster.records("health"), sensor.said, 60)
    finally:
        status = sensor.stop()
    expect(status == 0, f"it ends with {status}: {sensor.said()}")


def a_producer_that_was_killed_is_started_again(cluster, folder):
    sensor = Sensor(folder, cluster.brokers)
    try:
        wait_for(is_connected(sensor), sensor.said)
        before, _ = sensor.producer()
        os.kill(before, signal.SIGKILL)
        wait_for(lambda: sensor.said().count('lake": connected') == 2,
                 sensor.said)
        wait_for(lambda: cluster.records("health"), sensor.said)
    finally:
        status = sensor.stop()
    expect(status == 0, f"it ends with {status}: {sensor.said()}")


def names_are_resolved_though_it_opens_no_file(cluster, folder):
    ports = [broker.rsplit(":", 1)[1] for broker in cluster.brokers]
    sensor = Sensor(folder, [f"localhost:{port}" for port in ports])
    try:
        wait_for(is_connected(sensor), sensor.said)
    finally:
        status = sensor.stop()
    expect(status == 0, f"it ends with {status}: {sensor.said()}")


def it_ends_soon_though_no_broker_answers(cluster, folder):
    cluster.tell("down")
    sensor = Sensor(folder, ["192.0.2.1:9092", "no-such.invalid:9092"])
    try:
        wait_for(lambda: "the producer runs" in sensor.said(), sensor.said)
        time.sleep(3)
    finally:
        begin = time.monotonic()
        status = sensor.stop()
        took = time.monotonic() - begin
        cluster.tell("up")
    expect(status == 0 and took < 8, f"{status} after {took} s")
    expect("signal" not in sensor.said(), sensor.said())


def a_password_file_that_is_missing_is_said_at_the_start(cluster, folder):
    more = 'username = "u" password-file = "/nowhere/p"'
    sensor = Sensor(folder, cluster.brokers, more)
    with open(sensor.config, encoding="utf-8") as file:
        text = file.read().replace('"plaintext"', '"sasl-plaintext"')
    sensor.process.wait(20)
    with open(sensor.config, "w", encoding="utf-8") as file:
        file.write(text)
    done = subprocess.run([PROGRAM, "run", "-c", sensor.config], text=True,
                          capture_output=True, timeout=20, check=False)
    expect(done.returncode == 1, f"exit {done.returncode}: {done.stderr}")
    expect('soc "lake": /nowhere/p: No such file' in done.stderr, done.stderr)


TESTS = [heartbeats_reach_the_topic_of_health,
         the_producer_has_no_user_and_is_confined,
         a_cluster_that_is_away_is_said_and_found_again,
         a_producer_that_was_killed_is_started_again,
         names_are_resolved_though_it_opens_no_file,
         it_ends_soon_though_no_broker_answers,
         a_password_file_that_is_missing_is_said_at_the_start]


def main():
    passed = failed = 0
    for test in TESTS:
        if sys.argv[1:] and test.__name__ not in sys.argv[1:]:
            continue
        cluster = Cluster()
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(cluster, folder)
                passed += 1
            except (Failure, OSError, subprocess.TimeoutExpired,
                    TypeError) as problem:
                failed += 1
                print(f"failed: {test.__name__}: {problem}")
            finally:
                cluster.close()
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
