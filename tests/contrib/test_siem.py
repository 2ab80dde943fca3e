#!/usr/bin/python3
"""contrib/siem, as far as it can be checked without the SIEMs.

    test_siem.py SHOW_FORMATS

Closes with a line "N passed, N failed, N skipped".
"""

import base64
import glob
import hashlib
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree

import yaml

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
SIEM = os.path.join(TOP, "contrib", "siem")
FORMS = ("rfc5424", "cef", "leef", "ecs", "ocsf")
count = {"passed": 0, "failed": 0, "skipped": 0}


class Failure(Exception):
    """What was expected and not found."""


def expect(condition, sentence):
    if not condition:
        raise Failure(sentence)


def read(name):
    with open(os.path.join(SIEM, name), encoding="utf-8") as file:
        return file.read()


def documents():
    return [json.loads(line[line.index("{"):])
            for line in read("samples/ecs").splitlines()]


def fields_of(tree):
    """Dotted names with their values; those of lists are any of them."""
    found, left = {}, [("", tree)]
    while left:
        path, value = left.pop()
        if isinstance(value, dict):
            left += [(f"{path}.{key}".lstrip("."), member)
                     for key, member in value.items()]
        else:
            found[path] = value if isinstance(value, list) else [value]
    return found


def all_fields():
    return {name for tree in documents() for name in fields_of(tree)}


def samples_are_what_the_sensor_sends():
    with open(os.path.join(TOP, "tests/forward/records.jsonl"), "rb") as file:
        records = file.read()
    for form in FORMS:
        found = subprocess.run([SHOW_FORMATS, form, "4096", "mask"],
                               input=records, capture_output=True,
                               check=True).stdout.decode()
        expect(found == read("samples/" + form), f"samples/{form} is old")


def json_is_sound():
    fields = all_fields()
    names = glob.glob(SIEM + "/*/*.json")
    expect(len(names) == 4, "files are missing")
    for name in names:
        tree = json.loads(read(name))
        if not name.endswith("template.json"):
            continue
        left = [("", tree["template"]["mappings"]["properties"])]
        while left:
            path, properties = left.pop()
            for key, value in properties.items():
                inner = f"{path}.{key}".lstrip(".")
                if "properties" in value:
                    left.append((inner, value["properties"]))
                else:
                    expect(any(field == inner or
                               field.startswith(inner + ".")
                               for field in fields) or
                           inner == "spanwatch.audit.before",
                           f"no {inner} in what we send")


def pipeline_takes_the_body():
    pattern = json.loads(read("elastic/ingest-pipeline.json"))[
        "processors"][0]["grok"]["patterns"][0]
    pattern = pattern.replace("%{NONNEGINT}", r"\d+").replace(
        "%{GREEDYDATA:spanwatch_body}", "(?P<body>.*)")
    for line in read("samples/ecs").splitlines():
        expect(json.loads(re.match(pattern, line)["body"]), "no body")


def splunk_transforms_match():
    text = read("splunk/transforms.conf")
    rules = {name: pattern for name, pattern in re.findall(
        r"\[(\w+)\]\nREGEX = (.*)", text)}
    for line in read("samples/ecs").splitlines():
        found = re.search(rules["spanwatch_body"], line)
        expect(found and json.loads(found[1]), "no body")
    for line in read("samples/rfc5424").splitlines():
        expect(re.search(rules["spanwatch_kind"], line), "no kind")
        pairs = dict(re.findall(rules["spanwatch_params"], line))
        expect(pairs.get("seq", "").isdigit(), "no seq: " + line[:300])
    for stanza in re.findall(r"TRANSFORMS-\w+ = (\w+)|REPORT-\w+ = (\w+)",
                             read("splunk/props.conf")):
        expect("".join(stanza) in rules, f"no {stanza}")
    fields = all_fields()
    for name in re.findall(r"\b(?:spanwatch|observer|source|event)\.[\w.]+",
                           read("splunk/savedsearches.conf")):
        expect(name in fields, f"no {name} in what we send")


def kql_columns_exist():
    """By the columns that the CEF connector makes of keys."""
    columns = {"ExternalID": "externalId", "DeviceAction": "act",
               "DeviceExternalID": "deviceExternalId",
               "FlexString1": "flexString1", "FlexNumber1": "flexNumber1",
               "FlexNumber2": "flexNumber2"}
    for i in range(1, 7):
        columns[f"DeviceCustomString{i}"] = f"cs{i}"
    for i in range(1, 4):
        columns[f"DeviceCustomNumber{i}"] = f"cn{i}"
    cef = read("samples/cef")
    parser = read("sentinel/spanwatch.kql")
    used = re.findall(r"\b(?:ExternalID|DeviceAction|DeviceCustom\w+|Flex\w+)",
                      parser)
    expect(len(used) > 8, "hardly a column")
    for name in used:
        expect(f"{columns[name]}=" in cef, f"no key for {name}")
    made = set(re.findall(r"(\w+) = ", parser))
    made |= {"TimeGenerated", "DeviceEventClassID", "DeviceExternalID",
             "LogSeverity", "Last"}
    for name in re.findall(r"(?:where|by|max\()\s*([A-Z]\w+)",
                           read("sentinel/rules.kql")):
        expect(name in made, f"no column {name}")


def wazuh_matches():
    xml.etree.ElementTree.fromstring(
        "<all>" + read("wazuh/decoders.xml") + "</all>")
    rules = xml.etree.ElementTree.fromstring(read("wazuh/rules.xml"))
    trees = [fields_of(tree) for tree in documents()]
    for rule in rules.findall("rule"):
        wanted = [(field.get("name"), field.text)
                  for field in rule.findall("field")]
        expect(any(all(any(re.search(pattern, str(value))
                           for value in tree.get(name, []))
                       for name, pattern in wanted) for tree in trees),
               f"rule {rule.get('id')} matches no sample")
    for line in read("samples/ecs").splitlines():
        expect(re.match('^{"@timestamp"', line[line.index("{"):]),
               "the decoder does not match")


def is_matched(tree, selection):
    for key, wanted in selection.items():
        name, _, how = key.partition("|")
        values = tree.get(name, [])
        options = wanted if isinstance(wanted, list) else [wanted]
        if how == "gte":
            hit = any(value >= wanted for value in values)
        elif how == "contains":
            hit = any(wanted in str(value) for value in values)
        else:
            hit = any(value == option for value in values
                      for option in options)
        if not hit:
            return False
    return True


def sigma_rules_match():
    trees = [fields_of(tree) for tree in documents()]
    fields = all_fields()
    names = glob.glob(SIEM + "/sigma/*.yml")
    expect(len(names) == 10, "ten rules")
    ids = set()
    for name in names:
        rule = yaml.safe_load(read(name))
        ids.add(rule["id"])
        selection = rule["detection"]["selection"]
        expect(rule["detection"]["condition"] == "selection", "condition")
        for key in selection:
            expect(key.split("|")[0] in fields, f"{name}: no {key}")
        matched = [tree for tree in trees if is_matched(tree, selection)]
        expect(matched, f"{name} matches no sample")
        expect(len(matched) < len(trees), f"{name} matches every sample")
    expect(len(ids) == len(names), "an id twice")


def sketch_of(members):
    registers = bytearray(256)
    for member in members:
        hashed = int.from_bytes(hashlib.sha256(member).digest()[:8], "big")
        rest = hashed >> 8
        rank = 56 - rest.bit_length() + 1
        registers[hashed & 255] = max(registers[hashed & 255], rank)
    return base64.b64encode(bytes(registers)).decode()


def merged(records, *words):
    done = subprocess.run(
        [os.path.join(SIEM, "merge_sketches"), *words],
        input="".join(json.dumps(record) + "\n" for record in records),
        capture_output=True, text=True, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def sketches_merge():
    def member(number):
        return bytes(10) + b"\xff\xff" + (0x0a000000 + number).to_bytes(
            4, "big")

    def summary(sensor, source, numbers, hashes):
        return {"schema": "spanwatch.summary/1", "sensor": sensor,
                "source": {"ip": source}, "process": {"hashes": hashes},
                "targets": {"count": len(numbers), "sketch":
                            sketch_of(member(n) for n in numbers)}}

    # Two targets at each of forty sensors, told twice.
    records = [summary(f"s{i}", "10.0.0.1", (2 * i, 2 * i + 1), "SHA256=1")
               for i in range(40)] * 2
    rows = merged(records)
    expect(len(rows) == 1 and rows[0][1] == "40 sensors", f"{rows}")
    found = int(rows[0][0].split()[0])
    expect(70 <= found <= 90, f"{found} is not about 80")
    # Many, and as ECS documents.
    records = [{"spanwatch": {"summary": summary(
        "s", f"10.1.0.{i}", range(500 * i, 500 * i + 600), "SHA256=2")}}
        for i in range(10)]
    rows = merged(records, "--by", "process")
    found = int(rows[0][0].split()[0])
    expect(abs(found - 5100) < 5100 * 0.2, f"{found} is not about 5,100")
    expect(rows[0][2] == "10 sources", f"{rows}")
    expect(merged(records, "--least", "99999") == [], "--least")


def main():
    global SHOW_FORMATS
    SHOW_FORMATS = sys.argv[1]
    for test in (samples_are_what_the_sensor_sends, json_is_sound,
                 pipeline_takes_the_body, splunk_transforms_match,
                 kql_columns_exist, wazuh_matches, sigma_rules_match,
                 sketches_merge):
        try:
            test()
            count["passed"] += 1
        except (Failure, subprocess.CalledProcessError, KeyError,
                TypeError) as why:
            count["failed"] += 1
            print(f"failed: {test.__name__}: {why!r}")
    print(", ".join(f"{number} {name}" for name, number in count.items()))
    sys.exit(count["failed"] > 0)


if __name__ == "__main__":
    main()
