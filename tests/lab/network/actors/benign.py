#!/usr/bin/python3
"""Benign clients.  usage: benign.py ROLE --secs N [--rate X] [--n N]
Addresses come from the environment that the lab sets.  Every loop ends after --secs."""
import argparse, os, random, socket, struct, subprocess, sys, threading, time

ap = argparse.ArgumentParser()
ap.add_argument("role")
ap.add_argument("--secs", type=float, default=20)
ap.add_argument("--rate", type=float, default=1.0, help="speed factor")
ap.add_argument("--n", type=int, default=0)
A = ap.parse_args()
E = os.environ
WS, SRV, OT, NET, NET2, EXT = (E[k] for k in ("WS", "SRV", "OT", "NET", "NET2", "EXT"))
END = time.time() + A.secs
R = random.Random(os.getpid())


def left():
    return time.time() < END


def nap(s):
    time.sleep(max(0, min(s / A.rate, END - time.time())))


def rng(k):
    return list(range(int(E[k + "_A"]), int(E[k + "_B"]) + 1))


def sh(*cmd, t=8):
    try:
        return subprocess.run(cmd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=max(0.5, min(t, END - time.time() + 1))).returncode
    except subprocess.TimeoutExpired:
        return -1


def par(jobs, width):
    lock, it = threading.Lock(), iter(jobs)

    def work():
        while left():
            with lock:
                j = next(it, None)
            if j is None:
                return
            j()
    th = [threading.Thread(target=work) for _ in range(width)]
    [t.start() for t in th]
    [t.join() for t in th]


def curl(url, *more):
    return sh("curl", "-skg", "-o", os.devnull, "--connect-timeout", "2", "-m", "4", *more, url)


def tcp(ip, port, send=b"", n=1, t=2.0, keep=0.0, want=True):
    try:
        s = socket.create_connection((ip, port), t)
    except OSError:
        return False
    try:
        s.settimeout(t)
        for _ in range(n):
            if send:
                s.sendall(send)
            if want:
                s.recv(4096)
            if keep:
                time.sleep(keep)
        s.close()
    except OSError:
        pass
    return True


def browse():
    """a person with a browser: pages that pull from many sites, all answer"""
    while left():
        page = R.sample(range(1, 190), A.n or 9)
        for i in page[:2]:
            sh("dig", "+tries=1", "+time=1", "@" + E["DC"], "site%d.example" % i)
        par([lambda i=i: curl("%s://%s.%d/%s" % (R.choice(["https", "https", "http"]), NET, i, R.choice(["page.html", "index.html"])))
             for i in page], 6)
        nap(R.uniform(0.5, 2))


def poller():
    """a monitoring system: ping, SNMP and HTTP checks of 40 known hosts, every few seconds"""
    hosts = ["%s.%d" % (SRV, i) for i in rng("FARM_LINUX")]

    def check(h):
        sh("ping", "-c1", "-W1", h)
        sh("snmpget", "-v2c", "-cpublic", "-t1", "-r0", h, "1.3.6.1.2.1.1.3.0")
        curl("http://%s/index.html" % h)
    while left():
        par([lambda h=h: check(h) for h in hosts], 4)
        nap(3)


def dns():
    """clients that keep the resolver busy: it asks a different server for each site"""
    while left():
        i = R.randrange(1, 190)
        sh("dig", "+tries=1", "+time=1", "@" + E["DC"], "www%d.site%d.example" % (R.randrange(99), i))
        nap(0.05)


def backup():
    """a backup server that pulls from its clients one after another"""
    while left():
        for i in rng("FARM_LINUX")[:A.n or 15]:
            if not left():
                return
            sh("ssh", "-n", "-i", E["LAB_STATE"] + "/ssh_user", "-o", "StrictHostKeyChecking=no", "-o",
               "UserKnownHostsFile=" + os.devnull, "-o", "ConnectTimeout=3", "root@%s.%d" % (SRV, i), "tar")
        nap(5)


def sync():
    """rsync and SMB copies against two file servers"""
    while left():
        sh("rsync", "-a", "--no-owner", "--no-group", "rsync://%s/backup/" % E["NAS"], "/dev/shm/lab-sync-%d/" % os.getpid(), t=10)
        sh("rm", "-rf", "/dev/shm/lab-sync-%d" % os.getpid())
        nap(4)


def sshadmin():
    """an administrator's run over 20 hosts, in order, all logins succeed"""
    for i in rng("FARM_LINUX")[:A.n or 20]:
        if not left():
            return
        sh("ssh", "-n", "-i", E["LAB_STATE"] + "/ssh_user", "-o", "StrictHostKeyChecking=no", "-o",
           "UserKnownHostsFile=" + os.devnull, "-o", "ConnectTimeout=3", "root@%s.%d" % (SRV, i), "uptime")


def viaproxy():
    while left():
        par([lambda i=i: curl("http://%s.%d/page.html" % (NET, i), "-x", "http://%s:3128" % E["PROXY"])
             for i in R.sample(range(1, 190), 8)], 4)
        nap(1)


def p2p():
    """a peer-to-peer client: many peers on odd ports, about a third are gone"""
    ports = list(range(6881, 6900)) + [51413]

    def peer():
        k = R.random()
        last = R.randrange(1, 190) if k < .67 else R.randrange(200, 240) if k < .85 else R.randrange(240, 255)
        tcp("%s.%d" % (NET, last), R.choice(ports), b"\x13BitTorrent protocol" + b"\0" * 48, want=False, t=3, keep=R.uniform(.2, 2))
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while left():
        for _ in range(5):
            try:
                u.sendto(b"d1:ad2:id20:" + os.urandom(20) + b"e1:q4:ping1:y1:qe", ("%s.%d" % (NET, R.randrange(1, 200)), 6881))
            except OSError:
                pass
        par([peer] * 10, 5)
        nap(0.5)


def bcast_sock():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    return s


def winlike():
    """name and service discovery of an office machine: NBNS and DHCP-like broadcast, LLMNR, mDNS, SSDP, WS-Discovery"""
    s = bcast_sock()
    q = lambda n: struct.pack(">HHHHHH", R.randrange(65536), 0, 1, 0, 0, 0) + b"".join(bytes([len(x)]) + x for x in n.split(b".")) + \
        b"\0\0\x01\0\x01"
    names = [b"fileserver", b"printer1", b"wpad", b"intranet", b"desktop-%d" % R.randrange(99)]
    while left():
        n = R.choice(names)
        enc = b"".join(bytes([65 + (c >> 4), 65 + (c & 15)]) for c in n.upper()[:15].ljust(15) + b"\0")
        s.sendto(struct.pack(">HHHHHH", R.randrange(65536), 0x110, 1, 0, 0, 0) + b"\x20" + enc + b"\0\0\x20\0\x01", (WS + ".255", 137))
        s.sendto(q(n), ("224.0.0.252", 5355))
        s.sendto(q(n + b".local"), ("224.0.0.251", 5353))
        s.sendto(q(b"_googlecast._tcp.local"), ("224.0.0.251", 5353))
        s.sendto(b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n",
                 ("239.255.255.250", 1900))
        s.sendto(b"<?xml version=\"1.0\"?><soap:Envelope>Probe</soap:Envelope>", ("239.255.255.250", 3702))
        nap(R.uniform(.5, 1.5))


def nd():
    """IPv6 neighbours that talk: ND, pings and web over ULA"""
    tg = [E["WS3_6"], E["WS5_6"], E["ADM_6"], E["WS8_6"], E["WEB_6"], E["DC_6"]]
    while left():
        t = R.choice(tg)
        sh("ping", "-6", "-c1", "-W1", t)
        if t == E["WEB_6"]:
            curl("http://[%s]/page.html" % t)
        if R.random() < .3:
            sh("ip", "-6", "neigh", "flush", "dev", "eth0")
        nap(.5)


def deadretry():
    """a client whose server is gone: it tries the same address and port for ever"""
    while left():
        tcp(E["SRV"] + ".222", 8443, t=1.0)  # nothing has this address
        tcp(E["MON"], 8443, t=1.0)           # and this one refuses
        nap(.5)


def hmi():
    """SCADA polling: every RTU and PLC asked in turn, always the same ones"""
    ips = [E["PLC1"], E["PLC2"]] + ["%s.%d" % (OT, i) for i in rng("OT_RTU")]
    conns, i = {}, 0
    while left():
        for h in ips:
            if not left():
                break
            try:
                if h not in conns or R.random() < .1:
                    conns[h] = socket.create_connection((h, 502), 2)
                    conns[h].settimeout(2)
                i = (i + 1) & 0xffff
                conns[h].sendall(struct.pack(">HHHBBHH", i, 0, 6, 1, 3, 0, 10))
                conns[h].recv(300)
            except OSError:
                conns.pop(h, None)
        nap(1)


def office():
    """a workstation's day: DNS, intranet, SMB, LDAP, mail, NTP"""
    while left():
        k = R.randrange(6)
        if k == 0:
            sh("dig", "+tries=1", "+time=1", "@" + E["DC"], "web.lab.example")
            curl("http://%s/page.html" % E["WEB"])
        elif k == 1:
            sh("smbclient", "-N", "//%s/share" % E["NAS"], "-c", "get report.bin " + os.devnull)
        elif k == 2:
            tcp(E["DC"], 389, b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00", n=2)
        elif k == 3:
            tcp(E["MAIL"], 143, b"a login\r\n")
        elif k == 4:
            curl("https://%s/index.html" % E["WEB"])
        else:
            tcp(E["DC"], 88, b"\0\0\0\x04krb5", want=False)
        nap(R.uniform(.1, .6))


def mailer():
    while left():
        for _ in range(3):
            tcp(E["MAIL"], 25, b"EHLO x\r\n", n=4)
        nap(1)


def lbcheck():
    """a load balancer's health checks of 32 back ends, every 2 s; four are down"""
    be = ["%s.%d" % (SRV, i) for i in rng("FARM_WEB")][:28] + ["%s.%d" % (SRV, i) for i in rng("FARM_CLOSED")][:4]
    while left():
        for h in be:
            if not left():
                return
            tcp(h, 80, b"GET /index.html HTTP/1.0\r\n\r\n", t=1)
        nap(2)


def ftppasv():
    """passive FTP: one server, a new high port for every file, all open"""
    while left():
        try:
            c = socket.create_connection((E["DB"], 21), 3)
        except OSError:
            nap(1)
            continue
        f = c.makefile("rwb", buffering=0)
        f.readline()
        for x in (b"USER a\r\n", b"PASS b\r\n"):
            f.write(x)
            f.readline()
        for _ in range(A.n or 60):
            if not left():
                break
            f.write(b"PASV\r\n")
            m = f.readline().decode()
            h = m[m.index("(") + 1:m.index(")")].split(",")
            d = socket.create_connection((".".join(h[:4]), int(h[4]) * 256 + int(h[5])), 3)
            f.write(b"RETR x\r\n")
            while d.recv(65536):
                pass
            d.close()
            f.readline()
            f.readline()
            nap(.12)
        f.write(b"QUIT\r\n")
        c.close()
        if A.n:
            return


def trace():
    """traceroute (UDP, rising ports) and mtr to a few sites"""
    while left():
        for i in R.sample(range(1, 190), 3):
            sh("traceroute", "-n", "-q2", "-w1", "-m6", "%s.%d" % (NET, i))
        sh("mtr", "-n", "-r", "-c3", "-i0.3", "-m5", "%s.%d" % (NET, R.randrange(1, 190)), t=6)
        if A.n:
            sh("traceroute", "-n", "-q3", "-w1", "-m12", "%s.%d" % (NET, R.randrange(200, 240)), t=20)
        nap(2)


def ntp():
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while left():
        u.sendto(b"\x23" + b"\0" * 47, (R.choice([E["DC"], NET + ".5", NET + ".6", NET + ".7"]), 123))
        nap(1)


def busyserver():
    """many clients of one server (run where many source addresses are local)"""
    src = ["%s.%d" % (NET, i) for i in range(1, 200)]

    def one():
        s = socket.socket()
        try:
            s.settimeout(3)
            s.bind((R.choice(src), 0))
            s.connect((E["WEB"], R.choice([80, 443, 80])))
            for _ in range(R.randrange(1, 4)):
                s.sendall(b"GET /page.html HTTP/1.1\r\nHost: x\r\n\r\n")
                time.sleep(R.uniform(.1, 1.5))
                s.recv(65536)
        except OSError:
            pass
        s.close()
    while left():
        par([one] * 60, 20)


def dualstack():
    """happy eyeballs: v6 first, then v4, of the intranet hosts"""
    while left():
        for v6, v4 in ((E["WEB_6"], E["WEB"]), (E["DC_6"], E["DC"]), (E["INET_6"], E["INET"])):
            sh("ping", "-6", "-c1", "-W1", v6)
            curl("http://%s/index.html" % v4)
            curl("http://[%s]/index.html" % v6)
        nap(.7)


def cdn():
    """one page that opens 40 connections at once to 40 addresses, a few of them dead"""
    while left():
        ids = R.sample(range(1, 199), A.n or 40) + R.sample(range(200, 240), 2)
        par([lambda i=i: curl("https://%s.%d/index.html" % (NET, i)) for i in ids], 20)
        nap(4)


if __name__ == "__main__":
    f = globals().get(A.role)
    if not callable(f):
        sys.exit("no such role: " + A.role)
    f()
