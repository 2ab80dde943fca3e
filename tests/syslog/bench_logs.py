#!/usr/bin/python3
"""How many events of endpoints a running sensor takes, and what becomes of a
flood.

    bench_logs.py [SECONDS]

Two runs against `spanwatch run`, over loopback:

    sustained  20,000 events a second from one peer over TCP.  All must arrive;
               told are the time that each process took and its memory at the
               beginning and at the end.
    flood      200,000 a second from one peer, by TCP and by UDP in turn, while
               another sends a hundred a second.  What is lost must be counted,
               and of the other's nothing may be.

SPANWATCH names the executable (build/spanwatch).  Exit 1: it fell short.
"""

import os
import sys
import threading
import time

from sensor import Sensor, counted, messages

RATE = 20000
FLOOD_RATE = 200000
TICK_S = 0.01


def usage(pid):
    """Seconds of processor time and KiB of memory of a process."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(") ", 1)[1].split()
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        rss = [int(line.split()[1]) for line in file if "VmRSS" in line][0]
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), rss


def useful(sensor):
    """Those of the recorded messages that give an event each."""
    recorded = messages()
    address = "127.0.1.{}".format
    for number, message in enumerate(recorded, 1):
        with sensor.call(address(number)) as stream:
            stream.sendall(counted(message))
    settle(sensor, "syslog.messages")
    return [message for number, message in enumerate(recorded, 1)
            if sensor.sender(address(number))["events"] == 1]


def pour(send, block, per_block, rate, seconds):
    """Sends blocks of 'per_block' messages at 'rate' messages a second, as far
    as the other side takes them.  Returns how many messages were sent, and how
    long it took."""
    start = time.monotonic()
    sent = 0
    while time.monotonic() - start < seconds:
        due = (time.monotonic() - start) * rate
        while sent < due and time.monotonic() - start < seconds:
            send(block)
            sent += per_block
        time.sleep(TICK_S / 10)
    return sent, time.monotonic() - start


def settle(sensor, name):
    """Waits until a counter stands still, and returns it."""
    last = -1
    while True:
        now = sensor.counter(name)
        if now == last:
            return now
        last = now
        time.sleep(1.2)


def tell(label, pids, before, after, elapsed):
    """Prints what the processes took."""
    for name in pids:
        took = after[name][0] - before[name][0]
        print(f"  {label} {name}: {took / elapsed:5.0%} of a core, "
              f"{before[name][1]} KiB before, {after[name][1]} KiB after")


def sustained(events, seconds):
    """The first run.  Returns whether it did."""
    sensor = Sensor("peer-rate = \"256M\"")
    try:
        pids = {name: sensor.pid(name) for name in ("collector", "ledger")}
        block = b"".join(counted(message) for message in events)
        stream = sensor.call()
        # Tables fill and pages are touched at first.
        pour(stream.sendall, block, len(events), RATE, 2)
        settle(sensor, "syslog.messages")
        base = sensor.counter("collector.events")
        before = {name: usage(pid) for name, pid in pids.items()}
        sent, elapsed = pour(
            stream.sendall, block, len(events), RATE, seconds)
        after = {name: usage(pid) for name, pid in pids.items()}
        settle(sensor, "syslog.messages")
        came = sensor.counter("collector.events") - base
        told = sensor.counter("collector.events_dropped")
        print(f"sustained: {sent / elapsed:,.0f} events a second for "
              f"{elapsed:.0f} s, {len(block) / len(events):.0f} bytes each; "
              f"{came:,} of {sent:,} arrived")
        tell("", pids, before, after, elapsed)
        grown = after["collector"][1] - before["collector"][1]
        stream.close()
        return came == sent and told == 0 and grown <= 256 and \
            sent / elapsed > 0.98 * RATE
    finally:
        sensor.stop()


def flood(events, seconds, by_datagrams):
    """The second run.  Returns whether it did."""
    sensor = Sensor()
    try:
        calm = sensor.call("127.0.0.3")
        done = []
        thread = threading.Thread(target=lambda: done.append(pour(
            calm.sendall, counted(events[0]), 1, 100, seconds)))
        if by_datagrams:
            sender = sensor.datagrams("127.0.0.2")
            block, per_block = events[0], 1
        else:
            sender = sensor.call("127.0.0.2")
            per_block = len(events)
            block = b"".join(counted(message) for message in events)

        def send(bytes_):
            try:
                sender.sendall(bytes_)
            except OSError:
                pass  # The kernel has no room for another datagram.
        thread.start()
        sent, elapsed = pour(send, block, per_block, FLOOD_RATE, seconds)
        thread.join()
        settle(sensor, "syslog.messages")
        time.sleep(1.1)
        other = sensor.sender("127.0.0.3")
        flooder = sensor.sender("127.0.0.2")
        lost = sensor.counter("syslog.kernel_drops") + \
            sensor.counter("syslog.limited_datagrams")
        print(f"flood by {'UDP' if by_datagrams else 'TCP'}: "
              f"{sent / elapsed:,.0f} a second sent; "
              f"{flooder['messages']:,} of {sent:,} taken, {lost:,} counted "
              f"as lost, {sent - lost - flooder['messages']:,} unaccounted; "
              f"the other peer: {other['events']} of {done[0][0]}")
        return other["events"] == done[0][0] and \
            sent - lost - flooder["messages"] <= (0 if not by_datagrams
                                                  else sent // 100)
    finally:
        sensor.stop()


def main():
    """Runs them."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20
    sensor = Sensor()
    try:
        events = useful(sensor)
    finally:
        sensor.stop()
    results = [sustained(events, seconds), flood(events, seconds / 2, False),
               flood(events, seconds / 2, True)]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
