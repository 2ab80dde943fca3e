#!/usr/bin/python3
"""Home-made scanners, as people write them.
  scan.py connect TARGETS PORTS [--conc N] [--timeout S] [--delay S] [--order seq|rand|ports-first] [--seed N]
  scan.py tnc     TARGETS PORT  [--timeout S]   PowerShell-like Test-NetConnection loop: TCP connect, ping if it fails
  scan.py hound   TARGETS       BloodHound-like: SRV lookups, then 88 135 139 389 445 636 3268 5985 on each server, LDAP bind
TARGETS: a.b.c.0/24, a.b.c.1-99, or addresses, comma-separated.  PORTS: 22,80,100-200"""
import argparse, asyncio, ipaddress, os, random, subprocess, sys

ap = argparse.ArgumentParser()
ap.add_argument("mode")
ap.add_argument("targets")
ap.add_argument("ports", nargs="?", default="0")
ap.add_argument("--conc", type=int, default=50)
ap.add_argument("--timeout", type=float, default=1.0)
ap.add_argument("--delay", type=float, default=0.0)
ap.add_argument("--order", default="seq")
ap.add_argument("--seed", type=int, default=1)
A = ap.parse_args()
R = random.Random(A.seed)


def targets(spec):
    out = []
    for s in spec.split(","):
        if "/" in s:
            out += [str(x) for x in ipaddress.ip_network(s, strict=False).hosts()]
        elif "-" in s:
            a, b = s.rsplit("-", 1)
            pre, lo = a.rsplit(":" if ":" in a else ".", 1)
            if ":" in a:
                out += ["%s:%x" % (pre, i) for i in range(int(lo, 16), int(b, 16) + 1)]
            else:
                out += ["%s.%d" % (pre, i) for i in range(int(lo), int(b) + 1)]
        else:
            out.append(s)
    return out


def ports(spec):
    out = []
    for s in spec.split(","):
        a, _, b = s.partition("-")
        out += range(int(a), int(b or a) + 1)
    return out


T, P = targets(A.targets), ports(A.ports)


async def conn(ip, port, send=b""):
    try:
        r, w = await asyncio.wait_for(asyncio.open_connection(ip, port), A.timeout)
        if send:
            w.write(send)
            try:
                await asyncio.wait_for(r.read(500), A.timeout)
            except asyncio.TimeoutError:
                pass
        w.close()
        print("open", ip, port, flush=True)
        return True
    except (OSError, asyncio.TimeoutError):
        return False


async def pool(jobs, send=b""):
    sem = asyncio.Semaphore(A.conc)

    async def one(t, p):
        try:
            await conn(t, p, send)
        finally:
            sem.release()
    tasks = []
    for t, p in jobs:
        await sem.acquire()
        tasks.append(asyncio.create_task(one(t, p)))
        if A.delay:
            await asyncio.sleep(A.delay)
    await asyncio.gather(*tasks)


def main():
    if A.mode == "connect":
        jobs = [(t, p) for p in P for t in T] if A.order == "ports-first" else [(t, p) for t in T for p in P]
        if A.order == "rand":
            R.shuffle(jobs)
        asyncio.run(pool(jobs))
    elif A.mode == "tnc":
        async def go():
            for t in T:
                if not await conn(t, P[0]):
                    p = await asyncio.create_subprocess_exec("ping", "-c1", "-W1", t, stdout=subprocess.DEVNULL)
                    await p.wait()
        asyncio.run(go())
    elif A.mode == "hound":
        dc = os.environ["DC"]
        for q in ("_ldap._tcp.dc._msdcs.lab.example", "_kerberos._tcp.lab.example", "_gc._tcp.lab.example"):
            subprocess.run(["dig", "+tries=1", "+time=1", "@" + dc, q, "SRV"], stdout=subprocess.DEVNULL)
        bind = b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00"

        async def go():
            for t in T:
                await asyncio.gather(*[conn(t, p, bind if p in (389, 3268) else b"")
                                       for p in (88, 135, 139, 389, 445, 636, 3268, 5985)])
                await asyncio.sleep(A.delay)
        asyncio.run(go())
    else:
        sys.exit(__doc__)


main()
