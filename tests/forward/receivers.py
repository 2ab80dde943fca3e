"""Receivers of SOCs, run for tests: rsyslogd and syslog-ng of Debian's packages,
in the foreground, on loopback, as whoever runs the test; and made-up ones.
"""

import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests/contrib"))
sys.dont_write_bytecode = True  # The tree stays as it is.
from common import Failure, Skip, expect, run_tests  # noqa: E402,F401

DAEMONS = os.path.abspath(
    os.environ.get("DAEMONS", os.path.join(TOP, "build/soc")))
SEND = os.path.abspath(
    os.environ.get("SEND", os.path.join(TOP, "build/tests/forward/send")))
CERTIFICATES = os.path.join(TOP, "tests/syslog/certificates")
PATIENCE_S = 20
PACKAGES = {
    "rsyslogd": ["rsyslog", "rsyslog-gnutls", "rsyslog-relp"],
    "syslog-ng": ["syslog-ng-core"],
}
# A sender of 2 MB/s to a disk; what a receiver writes is flushed at once.
HOSTILE = [
    "nmap -sS -p 22,80 --script \"smb-*\" 10.20.4.0/24",
    "C:\\Tools\\n map\\nmap.exe --args user=bob|x=y [z] \"q\" 'r' \\\\srv\\c$",
    "line one\nline two\r\n\ttab and \x01 control",
    "ünïcödé 日本語 \U0001f50d ] \\] \" = | ^ ; % %d %s {} <34>1 $(x)",
]


def certificate(name):
    """A file of tests/syslog/certificates."""
    return os.path.join(CERTIFICATES, name)


def wait_for(condition, sentence, patience_s=PATIENCE_S):
    """Waits until condition() gives something true, and returns it."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.05)
    raise Failure(sentence() if callable(sentence) else sentence)


def free_port():
    """A port of loopback that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def daemon(name):
    """The path of a daemon, unpacked if it is not yet."""
    pattern = os.path.join(DAEMONS, name, "usr/sbin", name)
    if not glob.glob(pattern):
        subprocess.run([os.path.join(TOP, "tests/contrib/unpack"),
                        os.path.join(DAEMONS, name)] + PACKAGES[name],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not glob.glob(pattern):
        raise Skip(f"{name}: its packages cannot be fetched: "
                   + " ".join(PACKAGES[name]))
    return pattern


def environment(name):
    """For a daemon to find its libraries."""
    folder = os.path.join(DAEMONS, name)
    libraries = glob.glob(folder + "/usr/lib/*-linux-gnu") + \
        glob.glob(folder + "/lib/*-linux-gnu") + [folder + "/usr/lib/syslog-ng"]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)}


class Receiver:
    """A daemon that writes what it receives, a JSON object a line."""

    def __init__(self, folder, transport, client=False, server="server"):
        self.folder = folder
        self.transport = transport
        self.client = client
        self.server = server
        self.port = free_port()
        self.out = os.path.join(folder, "received")
        self.process = None

    def stop(self, how=signal.SIGTERM):
        """Ends it."""
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def launch(self, name, words):
        """Starts it, and waits until it listens."""
        with open(os.path.join(self.folder, name + ".log"), "ab") as log:
            self.process = subprocess.Popen(
                [daemon(name), *words], stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, cwd=self.folder,
                env=environment(name))
        if self.transport == "udp":
            time.sleep(1)
            return
        wait_for(self.answers, lambda: "it does not listen: " + self.logged())

    def answers(self):
        """Whether somebody listens at the port."""
        with open("/proc/net/tcp", encoding="ascii") as table:
            return any(f":{self.port:04X} 00000000:0000 0A" in line
                       for line in table)

    def logged(self):
        """What it says of itself."""
        text = ""
        for path in glob.glob(self.folder + "/*.log"):
            with open(path, encoding="utf-8", errors="replace") as file:
                text += file.read()
        return text

    def received(self):
        """All messages that it has written."""
        try:
            with open(self.out, encoding="utf-8", errors="replace") as file:
                text = file.read()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in text.splitlines()
                if line.endswith("}")]


class Rsyslog(Receiver):
    """rsyslogd."""

    MODULES = {"udp": "imudp", "tcp": "imtcp", "tls": "imtcp",
               "relp": "imrelp", "relp-tls": "imrelp"}

    def start(self):
        """Starts it."""
        modules = glob.glob(os.path.join(
            DAEMONS, "rsyslogd/usr/lib/*/rsyslog")) or \
            (daemon("rsyslogd") and glob.glob(os.path.join(
                DAEMONS, "rsyslogd/usr/lib/*/rsyslog")))
        path = os.path.join(self.folder, "rsyslog.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.configuration())
        self.launch("rsyslogd", ["-n", "-i", os.path.join(
            self.folder, "pid"), "-M", modules[0], "-f", path])

    def configuration(self):
        """Its file."""
        module = self.MODULES[self.transport]
        tls = ""
        load = ""
        keys = [certificate("authority.pem"),
                certificate(self.server + ".pem"),
                certificate(self.server + ".key")]
        if self.transport == "tls":
            mode = "x509/certvalid" if self.client else "anon"
            load = f' StreamDriver.Name="gtls" StreamDriver.Mode="1" ' \
                f'StreamDriver.AuthMode="{mode}"'
        if self.transport == "relp-tls":
            tls = f' tls="on" tls.caCert="{keys[0]}" tls.myCert="{keys[1]}" ' \
                f'tls.myPrivKey="{keys[2]}"'
            tls += ' tls.authMode="certvalid"'
        size = ' maxDataSize="65536"' if module == "imrelp" else ""
        return f"""
global(workDirectory="{self.folder}" maxMessageSize="64k"
    DefaultNetstreamDriverCAFile="{keys[0]}"
    DefaultNetstreamDriverCertFile="{keys[1]}"
    DefaultNetstreamDriverKeyFile="{keys[2]}")
module(load="{module}"{load})
module(load="mmpstrucdata")
template(name="line" type="list" option.jsonf="on") {{
    property(outname="pri" name="pri" format="jsonf")
    property(outname="host" name="hostname" format="jsonf")
    property(outname="app" name="app-name" format="jsonf")
    property(outname="procid" name="procid" format="jsonf")
    property(outname="msgid" name="msgid" format="jsonf")
    property(outname="sd" name="structured-data" format="jsonf")
    property(outname="parsed" name="$!rfc5424-sd" format="jsonf")
    property(outname="msg" name="msg" format="jsonf")
}}
ruleset(name="keep") {{
    action(type="mmpstrucdata")
    action(type="omfile" file="{self.out}" template="line" flushOnTXEnd="on")
}}
input(type="{module}" port="{self.port}"{tls}{size} ruleset="keep")
"""


class SyslogNg(Receiver):
    """syslog-ng."""

    def start(self):
        """Starts it."""
        program = daemon("syslog-ng")
        modules = glob.glob(os.path.join(
            DAEMONS, "syslog-ng/usr/lib/syslog-ng/*.*/"))[0]
        path = os.path.join(self.folder, "syslog-ng.conf")
        keys = ""
        if self.transport == "tls":
            peer = "required-trusted" if self.client else "optional-untrusted"
            keys = f' tls(key-file("{certificate(self.server + ".key")}") ' \
                f'cert-file("{certificate(self.server + ".pem")}") ' \
                f'ca-file("{certificate("authority.pem")}") ' \
                f'peer-verify({peer}))'
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"""@version: 3.38
options {{ log-msg-size(65536); keep-hostname(yes); }};
source s {{ syslog(ip(127.0.0.1) port({self.port})
    transport("{self.transport}"){keys}); }};
destination d {{ file("{self.out}" flush-lines(1) template("$(format-json
    --key PRI,HOST,PROGRAM,PID,MSGID,SDATA.*
    pri=$PRI host=$HOST app=$PROGRAM procid=$PID msgid=$MSGID msg=$MSG
    parsed.-=\\"\\" --key .SDATA.*)\\n")); }};
log {{ source(s); destination(d); }};
""")
        expect(program, "there is one")
        self.launch("syslog-ng", [
            "-F", "-e", "--no-caps", "-f", path, "--module-path=" + modules,
            "-R", os.path.join(self.folder, "persist"), "-c",
            os.path.join(self.folder, "control"), "--pidfile",
            os.path.join(self.folder, "pid")])


class Place:
    """A folder for a test, and what runs in it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="soc-")
        self.receivers = []

    def receiver(self, kind, transport, **terms):
        """Makes a receiver and starts it."""
        receiver = kind(self.folder, transport, **terms)
        self.receivers.append(receiver)
        receiver.start()
        return receiver

    def records(self, count):
        """A file of 'count' alerts."""
        path = os.path.join(self.folder, "records")
        with open(path, "w", encoding="utf-8") as file:
            for number in range(count):
                file.write(json.dumps(alert(number)) + "\n")
        return path

    def send(self, transport, port, settings="", count=20, patience=30,
             pace=0, host="127.0.0.1", wait=True):
        """Sends alerts; returns (status, result, log) or the process."""
        path = os.path.join(self.folder, "spanwatch.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"""soc "here" {{
    transport = "{transport}"
    address = "{host}:{port}"
    mask-secrets = "no"
    {settings}
}}
""")
        process = subprocess.Popen(
            [SEND, path, self.records(count), str(patience), str(pace)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return finished(process) if wait else process

    def close(self):
        """Ends what runs, and removes the folder."""
        for receiver in self.receivers:
            receiver.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def finished(process):
    """What came of a sender: (status, result, log)."""
    out, log = process.communicate(timeout=120)
    try:
        return process.returncode, json.loads(out), log
    except ValueError:
        raise Failure(f"the sender says {out!r} and {log}") from None


def alert(number):
    """An alert as the store has it, but short."""
    return {
        "schema": "spanwatch.alert/1", "id": f"01JD8Z6W3Q9F4T7B2K5M8{number:05}",
        "revision": 1 + number % 3, "status": "open", "active": True,
        "kinds": ["host_sweep"], "techniques": ["syn"], "order": "random",
        "severity": "high", "score": 70, "score_reasons": [],
        "first_seen": "2026-11-24T01:46:03.412000Z",
        "last_seen": "2026-11-24T01:46:08.490000Z",
        "raised_at": "2026-11-24T01:46:04.000000Z",
        "revised_at": "2026-11-24T01:46:04.000000Z",
        "source": {"ip": "10.20.4.77", "mac": "00:50:56:9a:11:02",
                   "vlan": 204, "segment": "DC-A", "host": "WS-0412",
                   "names": []},
        "apparent_sources": [],
        "targets": {"count": 254, "ranges": "10.20.4.0-10.20.4.255",
                    "segments": ["DC-A"], "sample": ["10.20.4.5"],
                    "exact": True, "ranges_complete": True},
        "services": {"count": 2, "ranges": "22,80", "names": [],
                     "exact": True, "ranges_complete": True},
        "probes": {"count": 508, "answered": 30, "refused": 0,
                   "filtered": 0, "silent": 478},
        "reasons": [], "samples": [],
        "process": {"confidence": "confirmed", "host": "WS-0412",
                    "user": "CORP\\jdoe", "image": "C:\\Tools\\nmap.exe",
                    "command_line": HOSTILE[number % len(HOSTILE)],
                    "pid": 8844,
                    "guid": "{4a1c7e2b-9f30-6604-1a00-000000004b02}",
                    "hashes": None, "started": None, "parent": None,
                    "matched": 1, "evidence": []},
        "other_processes": [], "process_notes": [], "changes": [],
        "authorised": None,
        "attack": {"analytic": "AN1057", "techniques": []},
        "visibility": {"dropped_packets": 0, "one_way": False,
                       "truncated_evidence": False},
        "community_ids": [], "summary": "Host sweep of 254 addresses",
        "sensor": "sensor-7",
    }
