#!/usr/bin/python3
"""spanwatch run, live, with a store: what is kept, and what people do with it.

    test_run_store.py [NAME...]   all tests, or those whose names are given

Needs root, for a network namespace; where it cannot be made everything is skipped.
SPANWATCH names the executable (build/spanwatch).  A test's name is the sentence
it proves.  The last line is "N passed, N failed, N skipped".
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True  # The tree stays as it is.
from running import SPANWATCH, Sensor, expect, wait_for, main


@contextlib.contextmanager
def storing(size="", more=""):
    """A sensor with a store, on a small disk of its own where 'size' says so;
    gives the sensor and the folder."""
    place = tempfile.mkdtemp(prefix="spanwatch-store-")
    os.chmod(place, 0o755)  # Its ledger is another user.
    if size:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs",
                        place], check=True)
    folder = os.path.join(place, "store")
    sensor = Sensor(more=f'store {{ directory = "{folder}" reserve = "0" }}\n'
                         + more)
    try:
        yield sensor, folder
    finally:
        sensor.close()
        if size:
            subprocess.run(["umount", place], check=False)
        shutil.rmtree(place)


def ask(sensor, *words):
    """`spanwatch alerts` of that sensor; returns status and output."""
    done = subprocess.run(
        [SPANWATCH, "alerts", *words, "--control", sensor.socket + ".control"],
        capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def kept(folder):
    """The last revision of each alert in the store."""
    done = subprocess.run(
        [SPANWATCH, "alerts", "--json", "--store", folder],
        capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def scan(wire, source="10.9.1.5"):
    """A scan that is told."""
    wire.scan(source, "10.9.2.9", range(1, 101))


def what_is_told_is_kept(wire):
    """Every revision that was printed, byte for byte."""
    with storing() as (sensor, folder):
        scan(wire)
        wait_for(lambda: len(sensor.alerts()) > 2, "it is told")
        identifier = sensor.alerts()[0]["id"]
        done = subprocess.run(
            [SPANWATCH, "alerts", "show", identifier, "--json", "--store",
             folder], capture_output=True, text=True, check=True)
        revisions = [json.loads(line) for line in done.stdout.splitlines()]
        told = sensor.alerts()
        expect(revisions[:len(told)] == told or told == revisions,
               "the store has what was printed")
        expect(sensor.status()["store"]["state"] == "working", "and says so")


def what_people_decide_is_kept_and_audited(wire):
    """Each act is a revision, survives the ledger, and stands in the audit
    log."""
    with storing() as (sensor, folder):
        scan(wire)
        wait_for(sensor.alerts, "it is told")
        identifier = sensor.alerts()[0]["id"]
        expect(ask(sensor, "acknowledge", identifier)[0] == 0, "acknowledged")
        expect(ask(sensor, "acknowledge", identifier)[0] != 0, "but once")
        expect(ask(sensor, "close", identifier)[0] != 0, "why, it asks")
        expect(ask(sensor, "contain", identifier, "--decision",
                   "isolate_host", "--note", 'a "b" ]|=')[0] == 0, "decided")
        os.kill(sensor.role("ledger")["pid"], signal.SIGKILL)
        wait_for(lambda: sensor.logged().count("the ledger runs") == 2,
                 "it is there again")
        wait_for(lambda: ask(sensor, "note", identifier, "--note", "x")[0] == 0,
                 "it knows the alert")
        alert = kept(folder)[0]
        expect(alert["status"] == "acknowledged", "the state is kept")
        expect(alert["containment"]["why"] == 'a "b" ]|=', "and the decision")
        expect([act["act"] for act in alert["acts"]] ==
               ["acknowledge", "contain", "note"], "and each act")
        audit = subprocess.run(
            [SPANWATCH, "audit", "--store", folder], capture_output=True,
            text=True, check=True).stdout
        expect(len(audit.splitlines()) == 3, f"three entries: {audit}")
        expect(subprocess.run([SPANWATCH, "audit", "verify", "--store",
                               folder], capture_output=True,
                              check=False).returncode == 0, "in order")


def a_full_disk_stops_no_alert(wire):
    """They are printed all the same, and that nothing is kept is said."""
    with storing(size="400K") as (sensor, _):
        for number in range(5, 12):
            scan(wire, f"10.9.1.{number}")
        wait_for(lambda: len({alert["id"] for alert in sensor.alerts()}) == 7,
                 f"all are told: {sensor.logged()}")
        wait_for(lambda: "nothing can be stored" in sensor.logged(),
                 "it is said")
        expect(sensor.role("ledger")["restarts"] == 0,
               f"the ledger lives: {sensor.logged()}")
        wait_for(lambda: sensor.status()["store"]["state"] == "failing",
                 "in status, too")


def a_folder_that_cannot_be_made_stops_nothing(wire):
    """The alerts are told, and acts on them refused with the reason."""
    sensor = Sensor(more='store { directory = "/nonexistent/a/b" }')
    try:
        scan(wire)
        wait_for(sensor.alerts, "it is told")
        status, said = ask(sensor, "acknowledge", sensor.alerts()[0]["id"])
        expect(status != 0 and "no store" in said, said)
    finally:
        sensor.close()


class Receiver:
    """A SOC by TCP, octet-counted; it notes what it is sent."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.data = b""
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        """One connection after the other."""
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.socket.accept()
                while chunk := peer.recv(65536):
                    self.data += chunk

    def alerts(self):
        """(id, revision) of each message of an alert."""
        found = []
        for part in self.data.split(b" ALERT - ")[1:]:
            with contextlib.suppress(ValueError):  # Not all of it is here.
                body, _ = json.JSONDecoder().raw_decode(part.decode())
                found.append((body["event"]["id"],
                              body["spanwatch"]["update"]))
        return found


def a_soc_gets_every_alert_though_ledger_and_forwarder_die(wire):
    """By TCP; what comes twice is the same alert and revision."""
    receiver = Receiver()
    soc = (f'soc "s" {{ transport = "tcp" format = "ecs" size-limit = "32K" '
           f'address = "127.0.0.1:{receiver.port}" }}')
    with storing(more=soc) as (sensor, _):
        for number in range(5, 11):
            scan(wire, f"10.9.1.{number}")
            role = ("ledger", "forwarder")[number % 2]
            with contextlib.suppress(ProcessLookupError):
                os.kill(sensor.role(role)["pid"] or 0x7fffffff, signal.SIGKILL)
            wait_for(lambda: sensor.role(role)["state"] == "running",
                     f"the {role} is back")
        told = {(alert["id"], alert["revision"]) for alert in sensor.alerts()}
        wait_for(lambda: told <= set(receiver.alerts()),
                 f"all arrive: {told - set(receiver.alerts())}", 60)


TESTS = [
    what_is_told_is_kept,
    what_people_decide_is_kept_and_audited,
    a_full_disk_stops_no_alert,
    a_folder_that_cannot_be_made_stops_nothing,
    a_soc_gets_every_alert_though_ledger_and_forwarder_die,
]


if __name__ == "__main__":
    sys.exit(main(TESTS))
