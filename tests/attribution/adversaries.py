"""Honest processes beside a scan, and who must not be blamed for it.

Each case tells a story (story.py) and says which process scanned, as far as
the logs can show it, and how surely that one must be named at least.  Whatever
the case, no other may be confirmed or probable, be it named first or beside.
"""

from story import HOST, SELF, Story

ZAP = "C:\\Users\\kim\\Downloads\\zap.exe"
NMAP = "C:\\Program Files (x86)\\Nmap\\nmap.exe"
NET = "172.20.8.%d"
SERVERS = ["172.20.9.%d" % i for i in range(10, 60)]

# image, port, how many servers, connections, seconds between them, the first
HABITS = {
    "browser": ("C:\\Program Files\\Fox\\fox.exe", 443, 4, 60, 150, -9000),
    "backup agent": ("C:\\Program Files\\Vault\\vaultagent.exe", 443, 50, 50,
                     .3, -60),
    "monitoring": ("C:\\Program Files\\Watch\\poller.exe", 443, 30, 240, 2,
                   -480),
    "antivirus update": ("C:\\ProgramData\\Guard\\guardupd.exe", 443, 6, 12,
                         .5, -4),
    "mail client": ("C:\\Program Files\\Post\\post.exe", 993, 3, 40, 60,
                    -2400),
    "editor": ("C:\\Users\\kim\\Edit\\edit.exe", 22, 5, 25, 9, -200),
    "remote desktop": ("C:\\Windows\\System32\\mstsc.exe", 3389, 8, 12, 1400,
                       -17000),
    "spooler": ("C:\\Windows\\System32\\spoolsv.exe", 9100, 8, 30, 5, -120),
}
CASES = {}


def case(function):
    CASES[function.__name__.replace("_", " ")] = function
    return function


def live(story, name, by="5156", servers=SERVERS):
    """The honest process does what it does."""
    image, port, kinds, times, pause, first = HABITS[name]
    for i in range(times):
        # Of the spooler's printers three are switched off.
        dead = name == "spooler" and i % kinds < 3
        story.visit(first + i * pause, 700, image, servers[i % kinds], port,
                    "" if dead else "open", by)
    return port


def know(story, by="5156"):
    """The host and its clock are known: it talked to a server all along."""
    for i in range(12):
        story.visit(-1200 + i * 101, 600, "C:\\Windows\\System32\\agent.exe",
                    "172.20.9.9", 8444, "open", by)
    story.visit(300, 600, "C:\\Windows\\System32\\agent.exe", "172.20.9.9",
                8444, "open", by)


def raw_scan(story, port, count=120, order=None, step=.05):
    for i, low in enumerate(order or range(1, count + 1)):
        story.raw(i * step, NET % low, port, "open" if low % 20 == 0 else "")


def connect_scan(story, port, by, image=ZAP, count=120, order=None, pid=880,
                 opens=20):
    for i, low in enumerate(order or range(1, count + 1)):
        story.visit(i * .05, pid, image, NET % low, port,
                    "open" if opens and low % opens == 0 else "", by, -1)


def shuffled(story, count=120):
    order = list(range(1, count + 1))
    story.chance.shuffle(order)
    return order


def beside(name):
    """The cases of one honest process."""
    def raw(story):
        know(story)
        raw_scan(story, live(story, name))
        return None, None

    def raw_short(story):
        know(story)
        raw_scan(story, live(story, name), 25)
        return None, None

    def raw_told(story):
        know(story)
        port = live(story, name)
        story.starts(-1.5, 880, NMAP, f"nmap -sS -p {port} 172.20.8.0/24")
        raw_scan(story, port)
        story.ends(7, 880, NMAP)
        return NMAP, "probable"

    def connect_logged(story):
        know(story)
        connect_scan(story, live(story, name), "5156")
        return ZAP, "confirmed"

    def connect_unlogged(story):
        know(story, "sysmon")
        connect_scan(story, live(story, name, "sysmon"), "", opens=0)
        return None, None

    def connect_completed(story):
        know(story, "sysmon")
        connect_scan(story, live(story, name, "sysmon"), "sysmon")
        return ZAP, "probable"

    def as_a_stack(story):
        """Packets made by hand that look like a system's."""
        know(story)
        port = live(story, name)
        for i, low in enumerate(shuffled(story)):
            story.connect(i * .05, 40404, NET % low, port, "")
        return None, None

    def as_a_stack_among(story):
        know(story)
        port = live(story, name, servers=[NET % i for i in range(4, 104, 2)])
        for i, low in enumerate(shuffled(story)):
            story.connect(i * .05, 40404, NET % low, port, "")
        return None, None

    def slowly(story):
        know(story)
        raw_scan(story, live(story, name), step=100)
        return None, None

    def slowly_connecting(story):
        know(story, "sysmon")
        port = live(story, name, "sysmon")
        for i in range(1, 80):
            story.visit(i * 100 - 8000, 880, ZAP, NET % i, port, "", "")
        return None, None

    def vertically(story):
        """All ports of one of its servers."""
        know(story)
        live(story, name)
        ports = list(range(1, 1000, 5)) + [HABITS[name][1]]
        story.chance.shuffle(ports)
        for i, port in enumerate(ports):
            story.raw(i * .03, SERVERS[0], port)
        return None, None

    def among(story):
        """Its servers lie where a scan in no order goes."""
        know(story, "sysmon")
        own = [NET % i for i in range(4, 104, 2)]
        connect_scan(story, live(story, name, "sysmon", own), "",
                     order=shuffled(story))
        return None, None

    for told in (raw, raw_short, raw_told, connect_logged, connect_unlogged,
                 connect_completed, among, as_a_stack, as_a_stack_among,
                 slowly, slowly_connecting, vertically):
        CASES[f"{name} beside {told.__name__.replace('_', ' ')}"] = told


for habit in HABITS:
    beside(habit)


@case
def all_habits_at_once_beside_raw_packets(story):
    know(story)
    for name in HABITS:
        live(story, name)
    raw_scan(story, 443)
    return None, None


@case
def pages_opened_of_what_is_being_scanned(story):
    know(story)
    for i, low in enumerate((90, 95, 100, 105, 110)):
        story.visit(1 + i * .2, 700, HABITS["browser"][0], NET % low, 443)
    raw_scan(story, 443)
    return None, None


@case
def dead_pages_tried_while_another_scans(story):
    know(story)
    for i, low in enumerate((201, 202, 203, 204)):
        story.visit(1 + i * .2, 700, HABITS["browser"][0], NET % low, 443, "")
    raw_scan(story, 443, 20)
    return None, None


@case
def arp_sweep_beside_a_few_neighbours(story):
    know(story)
    for low in range(1, 200):
        if low != 51:
            story.arp(low * .05, "172.20.4.%d" % low)
    for low in (10, 40, 70, 100, 130, 160):
        story.visit(low * .05 + .5, 700, HABITS["browser"][0],
                    "172.20.4.%d" % low, 443)
    return None, None


@case
def arp_sweep_by_connections(story):
    know(story)
    for low in range(60, 160):
        story.arp(low * .05, "172.20.4.%d" % low)
        story.asks(low * .05 - .001, 880, ZAP, 52000 + low,
                   "172.20.4.%d" % low, 8080)
    return ZAP, "probable"


@case
def poller_of_the_same_servers_ten_minutes_later(story):
    know(story)
    for low in range(1, 21):
        story.raw(low * .05, NET % low, 443, "open")
        story.visit(600 + low, 700, HABITS["monitoring"][0], NET % low, 443)
    return None, None


@case
def shares_mapped_by_the_system(story):
    know(story)
    for i in range(60):
        story.visit(i * .2, 4, "System", NET % (i + 1), 445, "")
    story.starts(-40, 720, "C:\\Windows\\System32\\net.exe",
                 "net use Z: \\\\172.20.9.10\\home")
    return None, None


def line_case(name, image, line, began, ended=None, own=False):
    def told(story):
        know(story)
        story.starts(began, 720, image, line)
        story.starts(-1, 880, ZAP, "zap.exe")
        if own:
            for i in range(8):
                story.visit(i, 720, image, "172.20.9.9", 1433)
        raw_scan(story, 445)
        story.ends(7, 880, ZAP)
        if ended is not None:
            story.ends(ended, 720, image)
        return ZAP, None
    CASES["command line of " + name] = told


line_case("a route", "C:\\Windows\\System32\\ROUTE.EXE",
          "route add 172.20.8.0/24 172.20.4.1 metric 445", -90)
line_case("a firewall's rule", "C:\\Windows\\System32\\netsh.exe",
          "netsh advfirewall firewall add rule name=x remoteip=172.20.8.0/24 "
          "localport=445", -4)
line_case("a tunnel", "C:\\Program Files\\Tun\\tun.exe",
          "tun.exe --route 172.20.0.0/16 --port 445", -2)
line_case("a text", "C:\\Windows\\notepad.exe",
          "notepad C:\\docs\\172.20.8.0-172.20.8.255 port 445.txt", -5)
line_case("an inventory", "C:\\Tools\\inv.exe",
          "inv.exe --range 172.20.8.0/24 --port 445", -2, 90)
line_case("one that connects elsewhere", "C:\\Tools\\inv.exe",
          "inv.exe --range 172.20.8.0/24 --port 445", -2, 90, True)
line_case("a monitor of long", "C:\\Program Files\\Watch\\agent.exe",
          "agent.exe --healthscan 172.20.8.0/24 --port 445", -6800)


def moved(name, tell):
    """The address is another's, while who had it runs a scanner itself."""
    def told(story):
        for i in range(15):
            story.visit(-9000 + i * 60, 600, "C:\\a.exe", "172.20.9.9", 8444)
        tell(story)
        story.starts(-1.5, 880, NMAP, "nmap -sS -p 445 172.20.8.0/24")
        raw_scan(story, 445)
        story.ends(7, 880, NMAP)
        return None, None
    CASES["an address that went on by " + name] = told


def other_card(story):
    story.cards[SELF] = b"\x02\x77\0\0\0\x05"


def lease_of(name):
    def tell(story):
        other_card(story)
        story.lease(-600, SELF, story.cards[SELF], name)
    return tell


def elsewhere(story):
    for i in range(15):
        story.visit(-800 + i * 50, 600, "C:\\a.exe", "172.20.9.9", 8444,
                    source="172.20.4.88")


moved("a lease with a name", lease_of("visitor"))
moved("another network card", lease_of(""))
moved("its host's new address", elsewhere)


@case
def a_log_that_contradicts_itself(story):
    know(story)
    for i in range(60):
        story.connect(i * .05, 51000 + i, NET % (i + 1), 8080, "")
        story.asks(i * .05, 700, HABITS["browser"][0], 51000 + i,
                   NET % (i + 1), 8080, late=.01)
        story.asks(i * .05, 880, ZAP, 51000 + i, NET % (i + 1), 8080)
    return None, None


def tell(name, path):
    """Writes a case; gives the image that scanned and how sure it must be."""
    story = Story()
    truth = CASES[name](story)
    story.save(path)
    return truth


def wrong(alerts, image, least):
    """What is wrong with what was said of the host; empty: nothing."""
    levels = [None, "possible", "probable", "confirmed"]
    best = 0
    if not alerts:
        return "there is no alert"
    for alert in alerts:
        if alert["source"]["ip"] != SELF:
            continue
        named = [alert["process"], *alert["other_processes"]]
        for process in filter(None, named):
            base = process["image"].rsplit("\\", 1)[-1].lower()
            level = levels.index(process["confidence"])
            if image and base == image.rsplit("\\", 1)[-1].lower():
                best = max(best, level)
            elif level > 1:
                return f"{base} is {process['confidence']} ({HOST})"
    if best < levels.index(least):
        return f"{image} is only {levels[best]}"
    return ""
