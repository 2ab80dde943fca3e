"""What the tests of contrib/endpoints share."""

import collections
import glob
import json
import os
import re
import subprocess
import sys
import traceback

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
CONTRIB = os.path.join(TOP, "contrib/endpoints")
SAMPLES = os.path.join(TOP, "tests/endpoint/samples")
SHOW_EVENTS = os.path.abspath(os.environ.get(
    "SHOW_EVENTS", os.path.join(TOP, "build/tests/endpoint/show_events")))


class Failure(Exception):
    """What a test expected and did not find."""


class Skip(Exception):
    """Why a test cannot be made here."""


def expect(condition, sentence):
    """Fails the test unless 'condition' holds."""
    if not condition:
        raise Failure(sentence)


def shipped(name):
    """The text of a file of contrib/endpoints, its line ends as they are."""
    with open(os.path.join(CONTRIB, name), encoding="utf-8",
              newline="") as file:
        return file.read()


def frames(data):
    """Messages as RFC 6587 frames them, either way; the last may be short."""
    at = 0
    while at < len(data):
        counted = re.match(rb"([1-9]\d{0,7}) ", data[at:at + 10])
        if counted:
            size = int(counted.group(1))
            start = at + counted.end()
            if start + size > len(data):
                return
            yield data[start:start + size]
            at = start + size
        else:
            end = data.find(b"\n", at)
            if end < 0:
                return
            if end > at:
                yield data[at:end]
            at = end + 1


def samples(*patterns):
    """Messages of the samples, each once, in their order."""
    found = collections.OrderedDict()
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(SAMPLES, pattern))):
            data = open(path, "rb").read()
            listed = frames(data) if path.endswith(".octet") else \
                data.splitlines() if b"\r\n" in data else data.split(b"\n")
            for message in listed:
                if message:
                    found[message] = None
    expect(found, "there are no samples " + " ".join(patterns))
    return list(found)


# Forms that begin with a priority, as a relay needs it, and have no line breaks.
LINES = ("nxlog-json-*.log", "nxlog-ietf-*.log", "snare-*.log", "xml-*.log",
         "wincollect*.log", "logstash-*.log", "cef-*.log", "leef*.log",
         "audisp-*.log", "sysmon-linux*.log")


def lines():
    """Messages of one line."""
    return [message for message in samples(*LINES) if message[:1] == b"<"]


def broken():
    """Messages with line breaks in them."""
    return [message for message in samples("*.octet")
            if message[:1] == b"<" and b"\n" in message]


def events(messages):
    """What the sensor's reader makes of messages."""
    if not os.path.exists(SHOW_EVENTS):
        raise Skip(f"there is no {SHOW_EVENTS}")
    shown = subprocess.run(
        [SHOW_EVENTS], capture_output=True, check=True,
        input=b"".join(b"1603355392 %d %s" % (len(message), message)
                       for message in messages))
    return [json.loads(line) for line in shown.stdout.splitlines()]


def run_tests(tests, run):
    """Runs those of 'tests' that the command line names, or all, by run(test),
    and returns the exit status."""
    results = collections.Counter()
    for test in tests:
        if len(sys.argv) > 1 and test.__name__ not in sys.argv[1:]:
            continue
        try:
            run(test)
            results["passed"] += 1
        except Skip as skip:
            print(f"skipped {test.__name__}: {skip}")
            results["skipped"] += 1
        except Exception as failure:  # Whatever it is, the others are to run.
            print(f"FAILED {test.__name__}: {failure}")
            if not isinstance(failure, Failure):
                traceback.print_exc(file=sys.stdout)
            results["failed"] += 1
    print(f"{results['passed']} passed, {results['failed']} failed, "
          f"{results['skipped']} skipped")
    return 1 if results["failed"] else 0
