#!/usr/bin/python3
# Calls a reflector as many workers, each from an address of its own, and keeps all lines.
# Arguments: reflector, password, number of lines, devices of each. Prints "told" when all have told
# their inventories, and the number of lines that are open whenever it reads a line.
import asyncio, base64, datetime, hashlib, hmac, json, os, random, struct, sys

reflector, password, count, devices = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
open_lines = 0


def inventory(number):
    lans = [{"name": f"lan{at}", "suffix": "s", "vni": at, "mtu": 1450, "bridge": f"kt-lan{at}-s",
             "vxlan": {"device": f"lan{at}-s", "state": "up"}} for at in range(devices)]
    ports = [{"port": f"mg{number:06}{at:07}", "namespace": f"kathara-lab-{number % 50}",
              "pod": f"device-{number}-{at}-5f8b9c7d4-x2v9q", "interface": "net1",
              "lan": f"lan{at}-s", "vni": at, "mac": f"02:00:00:00:{number % 256:02x}:{at:02x}",
              "state": "up"} for at in range(devices)]
    return {"time": now, "daemons": ["zebra", "bgpd", "watchfrr", "staticd"],
            "node": {"name": f"worker-{number}.example", "address": f"10.99.1.{number % 256}",
                     "role": "worker", "version": "0.1.0", "ready": True, "reasons": []},
            "sessions": [{"peer": reflector, "hostname": "rr", "state": "Established", "since": now,
                          "prefixesReceived": 1000, "prefixesSent": 40}],
            "lans": lans, "ports": ports, "portsLeftOut": 0,
            "events": [{"number": at, "time": now, "kind": "node-ready"} for at in range(1, 11)]}


def frame(value):
    body, mask = json.dumps(value).encode(), os.urandom(4)
    size = bytes([128 | len(body)]) if len(body) < 126 else struct.pack("!BH", 254, len(body)) \
        if len(body) < 65536 else struct.pack("!BQ", 255, len(body))
    key = int.from_bytes((mask * (len(body) // 4 + 1))[:len(body)])
    return b"\x81" + size + mask + (int.from_bytes(body) ^ key).to_bytes(len(body))


async def take(reader):
    first, length = await reader.readexactly(2)
    if length == 126:
        length = int.from_bytes(await reader.readexactly(2))
    elif length == 127:
        length = int.from_bytes(await reader.readexactly(8))
    body = await reader.readexactly(length)
    if first & 15 == 8:
        raise EOFError(body[2:].decode())
    return json.loads(body)


def prove(prover, node, theirs, ours):
    text = json.dumps(["megalos uplink 1", prover, node, theirs, ours], separators=(",", ":"))
    return hmac.new(password.encode(), text.encode(), hashlib.sha256).hexdigest()


async def work(number, told):
    """Calls again, as a worker does, where the reflector has no place for one more stranger."""
    while True:
        try:
            await call(number, told)
        except (OSError, EOFError):
            await asyncio.sleep(random.uniform(0.1, 1))


async def call(number, told):
    global open_lines
    source = f"10.99.{1 + number // 250}.{1 + number % 250}"
    reader, writer = await asyncio.open_connection(reflector, 9471, local_addr=(source, 0))
    key = base64.b64encode(os.urandom(16)).decode()
    writer.write(f"GET /uplink HTTP/1.1\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
                 f"sec-websocket-key: {key}\r\n\r\n".encode())
    await reader.readuntil(b"\r\n\r\n")
    theirs, ours, node = (await take(reader))["nonce"], os.urandom(32).hex(), f"worker-{number}"
    writer.write(frame({"type": "hello", "protocol": 1, "version": "0.1.0", "node": node,
                        "nonce": ours, "proof": prove("worker", node, theirs, ours)}))
    welcome = await take(reader)
    assert welcome["proof"] == prove("reflector", node, theirs, ours)
    writer.write(frame({"type": "inventory", "inventory": inventory(number)}))
    await writer.drain()
    open_lines += 1
    told.add(number)
    try:
        while True:
            message = await take(reader)
            if message["type"] == "beat":
                writer.write(frame({"type": "beat"}))
            elif message["type"] == "question":
                counters = {"time": now, **{way + what: 123456789 for way in ("rx", "tx")
                            for what in ("Bytes", "Packets", "Dropped", "Errors")}}
                ports = {f"mg{number:06}{at:07}": counters for at in range(devices)}
                writer.write(frame({"type": "answer", "id": message["id"],
                                    "answer": {"kind": "counters", "ports": ports}}))
    finally:
        open_lines -= 1


async def main():
    told = set()
    tasks = []
    for number in range(count):
        tasks.append(asyncio.create_task(work(number, told)))
        if number % 20 == 19:
            await asyncio.sleep(0.1)
    while len(told) < count:
        await asyncio.sleep(0.05)
    print("told", flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(open_lines, flush=True)
    os._exit(0)

asyncio.run(main())
