#!/usr/bin/python3
"""spanwatch run, live: what it does where something ends, hangs or is in the way.

    test_run_ends.py [NAME...]   all tests, or those whose names are given

Needs root, for a network namespace; where it cannot be made everything is skipped.
SPANWATCH names the executable (build/spanwatch).  A test's name is the sentence
it proves.  The last line is "N passed, N failed, N skipped".
"""

import os
import signal
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # The tree stays as it is.
from running import PATIENCE_S, SPANWATCH, Sensor, Wire, expect, \
    is_alive, wait_for, main


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
    # Each doubling is told: one of them between 60 and 200, wherever it began.
    wire.scan("10.9.1.5", "10.9.2.9", range(1, 201))
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


def a_sensor_that_hangs_is_told_and_started_again(sensor, wire):
    """Its heartbeat stands still: told after 10 s, ended after 30."""
    pid = sensor.role("sensor")["pid"]
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: sensor.role("sensor")["state"] == "hangs",
             "the status says so")
    expect("the sensor hangs" in sensor.logged(), "and the log")
    os.kill(pid, signal.SIGCONT)
    wait_for(lambda: sensor.role("sensor")["state"] == "running", "it goes on")
    expect(sensor.role("sensor")["pid"] == pid, "the same")
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: (role := sensor.role("sensor"))["state"] == "running" and
             role["pid"] != pid, f"another runs: {sensor.logged()}", 45)
    expect("the sensor has said nothing for 30 s" in sensor.logged(),
           "and it is said why")
    wire.scan("10.9.1.5", "10.9.2.9", range(1, 101))
    wait_for(sensor.alerts, "it finds")


TESTS = [
    a_killed_sensor_is_started_again,
    alerts_of_a_killed_sensor_are_ended,
    a_killed_ledger_costs_the_sensor_nothing,
    a_killed_supervisor_takes_the_roles_with_it,
    a_reader_that_goes_away_does_not_end_the_sensor,
    a_reader_that_does_not_read_holds_nothing_up,
    two_sensors_do_not_share_a_socket,
    a_socket_left_behind_is_taken_over,
    many_who_ask_and_do_not_listen_shut_nobody_out,
    a_sensor_that_hangs_is_told_and_started_again,
]


if __name__ == "__main__":
    sys.exit(main(TESTS))
