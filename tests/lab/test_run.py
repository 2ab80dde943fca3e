#!/usr/bin/python3
"""spanwatch run, live: how it starts, and what it does then.

    test_run.py [NAME...]        all tests, or those whose names are given

Needs root, for a network namespace; where it cannot be made everything is skipped.
SPANWATCH names the executable (build/spanwatch).  A test's name is the sentence
it proves.  The last line is "N passed, N failed, N skipped".
"""

import os
import re
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # The tree stays as it is.
from running import NOBODY, PATIENCE_S, SPANWATCH, Sensor, Wire, add_pair, \
    expect, ip, is_alive, is_sanitized, proc_status, remove_pair, \
    run_and_fail, wait_for, main


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


def a_hangup_before_the_roles_run_is_heard():
    """As soon as `run` reads its configuration, which waits here."""
    sensor = Sensor(ready=False, waits=True)
    try:
        with open(sensor.config, "w", encoding="ascii") as file:
            text = sensor.text
            # What is read again must not wait.
            os.rename(sensor.config, sensor.config + ".first")
            sensor.configure(["m0"])
            sensor.tell(signal.SIGHUP)
            time.sleep(0.2)
            file.write(text)
        wait_for(lambda: "the sensor runs" in sensor.logged(),
                 f"it runs: {sensor.logged()}")
        wait_for(lambda: sensor.status()["policy"]["reloads"] == 1,
                 "and reads the configuration again")
    finally:
        sensor.close()


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
    a_hangup_before_the_roles_run_is_heard,
]


if __name__ == "__main__":
    sys.exit(main(TESTS))
