"""What the tests of relays share: daemons in folders of their own, senders, and
one who listens in the sensor's place.

rsyslogd, syslog-ng, socat and auditctl are taken from Debian's packages, unpacked
into DAEMONS (build/contrib).
"""

import collections
import glob
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True  # The tree stays as it is.
from common import TOP, Failure, Skip, expect, frames, shipped

HERE = os.path.dirname(os.path.abspath(__file__))
DAEMONS = os.path.abspath(
    os.environ.get("DAEMONS", os.path.join(TOP, "build/contrib")))
PATIENCE_S = 20

PACKAGES = {
    "rsyslogd": ["rsyslog", "rsyslog-gnutls"],
    "syslog-ng": ["syslog-ng-core"],
    "socat": ["socat"],
    "auditctl": ["auditd"],
}


def wait_for(condition, sentence, patience_s=PATIENCE_S):
    """Waits until condition() gives something true, and returns it."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.05)
    raise Failure(sentence() if callable(sentence) else sentence)


# The daemons.

def daemon(name):
    """The path of a daemon, unpacked if it is not yet."""
    found = [path for folder in ("usr/sbin", "usr/bin", "sbin", "bin")
             for path in glob.glob(os.path.join(DAEMONS, name, folder, name))]
    if not found:
        subprocess.run([os.path.join(HERE, "unpack"),
                        os.path.join(DAEMONS, name)] + PACKAGES[name],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found = [path for folder in ("usr/sbin", "usr/bin", "sbin", "bin")
                 for path in glob.glob(
                     os.path.join(DAEMONS, name, folder, name))]
    if not found:
        raise Skip(f"{name}: its packages cannot be fetched: "
                   + " ".join(PACKAGES[name]))
    return found[0]


def environment(name):
    """For a daemon to find its libraries."""
    folder = os.path.join(DAEMONS, name)
    libraries = glob.glob(folder + "/usr/lib/*-linux-gnu") + \
        glob.glob(folder + "/lib/*-linux-gnu") + [folder + "/usr/lib/syslog-ng"]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)}


def make_keys(folder):
    """An authority, and keys that it has signed."""
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem",
            "-subj", "/CN=authority", "-days", "2")
    for name in ("sensor", "relay", "host", "stranger"):
        openssl("req", *new, "-keyout", name + ".key", "-out", name + ".csr",
                "-subj", f"/CN={name}.example.net")
        with open(os.path.join(folder, "names"), "w",
                  encoding="utf-8") as file:
            file.write(f"subjectAltName=DNS:{name}.example.net,IP:127.0.0.1\n")
        openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey",
                "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names",
                "-out", name + ".pem")


class Place:
    """A folder for a test, with keys, and what runs in it."""

    def __init__(self, keys):
        self.folder = tempfile.mkdtemp(prefix="contrib-")
        shutil.copytree(keys, self.folder, dirs_exist_ok=True)
        os.chmod(self.folder, 0o755)
        self.running = []

    def path(self, name):
        """A path in the folder."""
        return os.path.join(self.folder, name)

    def context(self, name, is_server):
        """TLS with the keys of 'name', both sides checked."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if is_server
                                 else ssl.PROTOCOL_TLS_CLIENT)
        context.load_cert_chain(self.path(name + ".pem"),
                                self.path(name + ".key"))
        context.load_verify_locations(self.path("ca.pem"))
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    def configuration(self, name, changes):
        """Writes a shipped file with 'changes' made; returns its path."""
        text = shipped(name)
        for old, new in changes:
            expect(old in text, f"{name} has no {old!r} any more")
            text = text.replace(old, new)
        path = self.path(os.path.basename(name))
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run(self, name, *words):
        """Starts a daemon; its output goes to a file."""
        with open(self.path(f"{name}.{len(self.running)}.out"), "wb") as output:
            self.running.append(subprocess.Popen(
                [daemon(name), *words], stdout=output, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, cwd=self.folder,
                env=environment(name), start_new_session=True))

    def rsyslogd(self, configuration):
        """Starts rsyslogd, after a look at its configuration."""
        program = daemon("rsyslogd")
        modules = glob.glob(os.path.join(
            DAEMONS, "rsyslogd/usr/lib/*/rsyslog"))[0]
        words = ["-M", modules, "-f", configuration]
        check = subprocess.run([program, "-N1", *words],
                               env=environment("rsyslogd"), text=True,
                               capture_output=True)
        expect(check.returncode == 0 and "warning" not in check.stderr,
               "rsyslogd says: " + check.stderr)
        self.run("rsyslogd", "-n", "-i", self.path("rsyslogd.pid"), *words)

    def syslog_ng(self, configuration):
        """Starts syslog-ng, after a look at its configuration."""
        program = daemon("syslog-ng")
        modules = glob.glob(os.path.join(
            DAEMONS, "syslog-ng/usr/lib/syslog-ng/*.*/"))[0]
        words = ["-f", configuration, "--module-path=" + modules]
        check = subprocess.run([program, "--syntax-only", *words],
                               env=environment("syslog-ng"), text=True,
                               capture_output=True)
        expect(check.returncode == 0 and "WARNING" not in check.stderr,
               "syslog-ng says: " + check.stderr)
        self.run("syslog-ng", "-F", "-e", "--no-caps", *words, "-R",
                 self.path("persist"), "-c", self.path("control"), "--pidfile",
                 self.path("pid"))

    def close(self):
        """Ends what runs, each with its children, and removes the folder."""
        for child in self.running:
            try:
                os.killpg(child.pid, signal.SIGTERM)
            except ProcessLookupError:
                pass
        for child in self.running:
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
        shutil.rmtree(self.folder)


# Below those that the kernel gives to who asks for any.
PORTS = iter(range(20000 + os.getpid() % 1000 * 10, 32000))


def free_port():
    """A port of loopback that nobody has, another each time."""
    for port in PORTS:
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(("127.0.0.1", port))
            return port
        except OSError:
            continue
    raise Failure("no port is free")


# What goes in and what comes out.

class Sensor:
    """Listens in the sensor's place, and keeps what arrives."""

    def __init__(self, context=None, port=None):
        self.port = port or free_port()
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.context = context
        self.streams = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        """Takes connections until the listener is closed."""
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.read, args=(connection,),
                             daemon=True).start()

    def read(self, connection):
        """Reads a connection to its end."""
        try:
            if self.context:
                connection = self.context.wrap_socket(connection,
                                                      server_side=True)
        except OSError:
            return
        stream = bytearray()
        self.streams.append(stream)
        try:
            while True:
                data = connection.recv(65536)
                if not data:
                    return
                stream += data
        except OSError:
            return

    def messages(self):
        """All of them so far."""
        return [message for stream in list(self.streams)
                for message in frames(bytes(stream))]

    def close(self):
        """Listens no more."""
        self.listener.close()


def send(port, data, context=None):
    """A sender's connection, from its opening to its end."""
    def connected():
        try:
            return socket.create_connection(("127.0.0.1", port), 1)
        except OSError:
            return None
    connection = wait_for(connected, f"nobody listens at port {port}")
    if context:
        connection = context.wrap_socket(connection,
                                         server_hostname="relay.example.net")
    connection.sendall(data)
    if context:
        connection.unwrap()
    connection.close()


def counted(messages):
    """Octet-counted."""
    return b"".join(b"%d %s" % (len(message), message) for message in messages)


def same(found, known, what):
    """Expects the same messages, in whatever order."""
    missing = collections.Counter(known) - collections.Counter(found)
    more = collections.Counter(found) - collections.Counter(known)
    expect(not missing and not more,
           f"{what}: {sum(missing.values())} are missing, "
           f"{sum(more.values())} are others, such as "
           f"{next(iter(missing or more), b'')[:200]} and "
           f"{next(iter(more or missing), b'')[:200]}")


def arrive(sensor, count):
    """Waits for 'count' messages, and a little for more than that."""
    wait_for(lambda: len(sensor.messages()) >= count,
             lambda: f"{len(sensor.messages())} of {count} messages arrived")
    time.sleep(0.3)
    return sensor.messages()


# A test.

def run(test, keys):
    """In a place of its own; what the daemons said, where it failed."""
    place = Place(keys)
    try:
        test(place)
    except Skip:
        raise
    except Exception:
        for path in glob.glob(place.path("*.out")):
            print(open(path, errors="replace").read()[-2000:])
        raise
    finally:
        place.close()
