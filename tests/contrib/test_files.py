#!/usr/bin/python3
"""contrib/endpoints: the files whose programs are not run here are read.

    test_files.py [NAME...]      all tests, or those whose names are given

SHOW_EVENTS is the program that reads messages (build/tests/endpoint/show_events).
A test's name is the sentence it proves.  The last line is "N passed, N failed,
N skipped".
"""

import collections
import csv
import glob
import json
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

sys.dont_write_bytecode = True  # The tree stays as it is.
from common import CONTRIB, Skip, broken, events, expect, run_tests, samples, \
    shipped


def every_file_says_what_it_does_adds_and_cannot():
    """In its head; audit.csv can hold no comment."""
    for path in files():
        head = open(path, encoding="utf-8").read(3000)
        for words in ("What it does: ", "What it adds: ", "What it cannot: "):
            expect(path.endswith("audit.csv") or words in head,
                   f"{path} does not say {words!r}")


def files():
    """All but the README."""
    found = [path for path in glob.glob(CONTRIB + "/*/*")
             if os.path.isfile(path)]
    expect(len(found) > 10, "there are few files")
    return found


def sysmon_leaves_nothing_out_by_program():
    """Both files: 1, 3 and 5 are on, and connections are left out by address."""
    for name in ("windows/sysmon.xml", "linux/sysmon.xml"):
        root = ElementTree.parse(os.path.join(CONTRIB, name)).getroot()
        expect(root.tag == "Sysmon" and root.get("schemaversion"), name)
        rules = {rule.tag: rule for rule in root.iter() if rule.get("onmatch")}
        for tag in ("ProcessCreate", "ProcessTerminate"):
            expect(rules[tag].get("onmatch") == "exclude" and
                   len(rules[tag]) == 0, f"{name}: {tag} is not complete")
        connect = rules["NetworkConnect"]
        expect(connect.get("onmatch") == "exclude", f"{name}: a list of ports")
        for rule in connect:
            expect(rule.tag in ("Initiated", "DestinationIp"),
                   f"{name}: {rule.tag} hides a scan")
            expect(rule.tag == "Initiated" or not rule.text.startswith(
                ("10.", "172.", "192.168.", "fd", "fe80")),
                f"{name}: {rule.text} may be scanned")


def audit_csv_is_as_group_policies_have_it():
    """MS-GPAC, section 2.2: the header, CR LF, numbers of subcategories."""
    table = shipped("windows/audit.csv")
    script = shipped("windows/audit-policy.cmd")
    for text in (table, script):
        expect(text.count("\n") == text.count("\r\n") and text.isascii(),
               "a line ends without CR, or is not ASCII")
    rows = list(csv.DictReader(table.splitlines()))
    values = {"Success": "1", "Success and Failure": "3"}
    for row in rows:
        number = row["Subcategory GUID"]
        expect(re.fullmatch(r"\{0CCE92[0-9A-F]{2}-69AE-11D9-BED3-505054503030\}",
                            number), number)
        expect(row["Policy Target"] == "System" and row["Setting Value"] ==
               values[row["Inclusion Setting"]], str(row))
        failure = "Failure" in row["Inclusion Setting"]
        expect(re.search('(?m)^auditpol /set /subcategory:"' + re.escape(number)
                         + '" /success:enable' + (" /failure:enable"
                                                  if failure else "") + "\r$",
                         script), f"audit-policy.cmd sets {number} otherwise")
    expect(len(rows) == 3, "there are not three rows")


def queries_of_windows_are_well_formed_and_ask_for_the_same():
    """NXLog, Winlogbeat and Fluent Bit."""
    asked = {}
    for name in ("nxlog.conf", "winlogbeat.yml", "fluent-bit.conf"):
        text = shipped("windows/" + name)
        for query in re.findall(r"(?s)<QueryList>.*?</QueryList>", text):
            ElementTree.fromstring(query)
        queries = re.findall(r"<Select Path.*?>(.*?)</Select>|"
                             r"Event_Query +(.*)", text)
        asked[name] = sorted(set(re.findall(r"EventID=(\d+)", str(queries))))
    expect(len({str(ids) for ids in asked.values()}) == 1, str(asked))
    expect(asked["nxlog.conf"] == sorted(
        "1 3 5 6 7 22 255 4624 4688 4689 5156 5157".split()), str(asked))


def nxlog_sends_its_fields_once():
    """Its two expressions, on messages as NXLog makes them."""
    text = shipped("windows/nxlog.conf")
    once = re.search(r"\$raw_event =~ /(.*)/\n", text).group(1)
    segment = re.search(r"\$DestAddress =~ /(.*)/\)", text).group(1)
    messages = [message for message in samples("nxlog-ietf-sd-json*.log")]
    short = []
    for message in messages:
        parts = re.match(once.encode(), message)
        expect(parts, f"it does not fit {message[:200]}")
        short.append(parts.group(1) + b" - " + parts.group(2))
        fields = json.loads(parts.group(2))
        fields.pop("Message", None)
        expect("EventID" in fields, "the event is gone")
    for before, after in zip(events(messages), events(short)):
        expect(before == after, f"{before} became {after}")
    expect(re.match(segment, "10.20.2.9") and
           not re.match(segment, "10.2.0.9") and
           not re.match(segment, "110.20.2.9"), "the segment is another")


def without_the_text_the_events_are_the_same():
    """What nxlog.conf deletes where the fields have all."""
    for message in samples("nxlog-json-*purplesharp*.log"):
        head, body = message.split(b"{", 1)
        fields = json.loads(b"{" + body)
        expect("ExecutionProcessID" in fields, "another kind of record")
        fields.pop("Message")
        short = head + json.dumps(fields, ensure_ascii=False).encode()
        before, after = events([message, short])
        expect(before == after, f"{before} became {after}")


def fluent_bit_leaves_out_other_segments_only():
    """Its expression, on the XML of Windows."""
    text = shipped("windows/fluent-bit.conf")
    exclude = re.search(r"(?m)^ +Exclude +System (.*)$", text).group(1)
    checked = collections.Counter()
    for message in samples("xml-*purplesharp*.log"):
        xml = message[message.index(b"<Event"):].decode()
        number = re.search(r"<EventID>(\d+)", xml).group(1)
        here = re.sub(r"(Name=.DestAddress.>)[^<]*", r"\g<1>10.20.2.9", xml)
        there = re.sub(r"(Name=.DestAddress.>)[^<]*", r"\g<1>8.8.8.8", xml)
        expect(not re.search(exclude, here), f"{number} is left out: {here}")
        dropped = bool(re.search(exclude, there))
        expect(dropped == (number in ("5156", "5157")), f"{number}: {there}")
        checked[number] += 1
    expect(checked["5156"] and checked["4688"], str(checked))


def winlogbeat_is_yaml():
    """And its conditions are where they should be."""
    try:
        import yaml
    except ImportError:
        raise Skip("python3-yaml is not installed") from None
    tree = yaml.safe_load(shipped("windows/winlogbeat.yml"))
    expect(len(tree["winlogbeat.event_logs"]) == 2, "there are two logs")
    drop = tree["processors"][0]["drop_event"]["when"]["and"]
    expect("has_fields" in drop[0] and "network" in drop[1]["not"], str(drop))


def line_breaks_made_blanks_read_as_the_same_events():
    """What syslog-ng does with a message, and what pull/rsyslog.conf does."""
    many = broken()
    for breaks in (rb"[\r\n]+", rb"[\r\n]"):
        flat = [re.sub(breaks, b" ", message) for message in many]
        for before, after, message in zip(events(many), events(flat), many):
            expect(before == after,
                   f"{before} became {after}: {message[:300]}")


TESTS = [
    every_file_says_what_it_does_adds_and_cannot,
    sysmon_leaves_nothing_out_by_program,
    audit_csv_is_as_group_policies_have_it,
    queries_of_windows_are_well_formed_and_ask_for_the_same,
    nxlog_sends_its_fields_once,
    without_the_text_the_events_are_the_same,
    fluent_bit_leaves_out_other_segments_only,
    winlogbeat_is_yaml,
    line_breaks_made_blanks_read_as_the_same_events,
]


if __name__ == "__main__":
    sys.exit(run_tests(TESTS, lambda test: test()))
