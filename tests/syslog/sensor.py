"""A running `spanwatch run` that listens for logs on loopback, for the tests and
the benchmark of logs.  Needs no root: it captures nothing."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SPANWATCH = os.path.abspath(
    os.environ.get("SPANWATCH", os.path.join(HERE, "../../build/spanwatch")))
FRAMING = os.path.join(HERE, "framing")
PATIENCE_S = 20


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


def free_port():
    """A port that nobody listens at, for TCP and UDP."""
    with socket.socket() as stream, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        stream.bind(("127.0.0.1", 0))
        port = stream.getsockname()[1]
        datagram.bind(("127.0.0.1", port))
        return port


def messages():
    """The messages that tests/syslog/framing was made of."""
    with open(os.path.join(FRAMING, "messages.jsonl"), "rb") as file:
        return [json.loads(line).encode() for line in file]


def counted(message):
    """A message with its count of bytes (RFC 6587, 3.4.1)."""
    return b"%d %s" % (len(message), message)


class Sensor:
    """A running sensor, in a folder of its own."""

    def __init__(self, settings="", ready=True):
        self.folder = tempfile.mkdtemp(prefix="spanwatch-logs-")
        self.config = os.path.join(self.folder, "spanwatch.conf")
        self.socket = os.path.join(self.folder, "status.sock")
        self.port, self.tls_port = free_port(), free_port()
        self.configure(settings)
        self.log = open(os.path.join(self.folder, "log"), "w+b")
        self.process = subprocess.Popen(
            [SPANWATCH, "run", "-c", self.config, "--socket", self.socket],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=self.log)
        if ready:
            wait_for(lambda: "the collector runs" in self.logged(),
                     "the collector runs")

    def configure(self, settings=""):
        """Writes the configuration; 'settings' are further ones of its section
        endpoint-logs, and may name {folder}."""
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(f"""endpoint-logs {{
    udp = {{"127.0.0.1:{self.port}"}}
    tcp = {{"127.0.0.1:{self.port}"}}
    tls = {{"127.0.0.1:{self.tls_port}"}}
    {settings}
}}
""")

    def logged(self):
        """What it has logged so far."""
        with open(self.log.name, encoding="utf-8", errors="replace") as file:
            return file.read()

    def status(self):
        """Its status, or null while it has none."""
        answer = subprocess.run(
            [SPANWATCH, "status", "--json", "--socket", self.socket],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        return json.loads(answer.stdout) if answer.returncode == 0 else None

    def counter(self, name):
        """One of its counters."""
        status = self.status()
        return status["counters"].get(name, 0) if status else 0

    def sender(self, address):
        """What is known of one that sends logs."""
        status = self.status() or {}
        for sender in status.get("endpoint_logs", {}).get("senders", []):
            if sender["address"] == address:
                return sender
        return {"messages": 0, "events": 0, "unused": {}, "trouble": {}}

    def pid(self, name):
        """The process of a role."""
        for role in self.status()["roles"]:
            if role["name"] == name:
                return role["pid"]
        raise Failure(f"there is a {name}")

    def call(self, address="127.0.0.1", port=None):
        """A connection from 'address'."""
        stream = socket.socket()
        stream.settimeout(PATIENCE_S)
        stream.bind((address, 0))
        stream.connect(("127.0.0.1", port or self.port))
        return stream

    def datagrams(self, address="127.0.0.1"):
        """A socket that sends datagrams from 'address'."""
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sender.bind((address, 0))
        sender.connect(("127.0.0.1", self.port))
        return sender

    def stop(self):
        """Ends it and returns its exit status."""
        self.process.terminate()
        status = self.process.wait(PATIENCE_S)
        self.log.close()
        shutil.rmtree(self.folder)
        return status
