"""What the tests of `spanwatch run` share: a network namespace of their own, with
veth pairs for mirror ports, and the sensor that listens there.

SPANWATCH names the executable (build/spanwatch).
"""

import ctypes
import json
import os
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

    def __init__(self, names=("m0",), words=(), ready=True, waits=False,
                 more="", **settings):
        """With 'waits' it waits at a named pipe for 'text', its
        configuration; 'more' are further sections of that."""
        self.folder = tempfile.mkdtemp(prefix="spanwatch-test-")
        self.config = os.path.join(self.folder, "spanwatch.conf")
        self.socket = os.path.join(self.folder, "status.sock")
        self.configure(names, more)
        if waits:
            with open(self.config, encoding="ascii") as file:
                self.text = file.read()
            os.remove(self.config)
            os.mkfifo(self.config)
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


def main(tests):
    """Runs those of the tests that were named, or all.  The last line is
    "N passed, N failed, N skipped"."""
    chosen = [test for test in tests
              if len(sys.argv) < 2 or test.__name__ in sys.argv[1:]]
    reason = make_namespace()
    if reason:
        print(f"skipped: {reason}")
        print(f"0 passed, 0 failed, {len(chosen)} skipped")
        return 0
    passed = sum(run_test(test) for test in chosen)
    print(f"{passed} passed, {len(chosen) - passed} failed, 0 skipped")
    return 0 if passed == len(chosen) else 1

