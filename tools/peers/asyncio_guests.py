# The four calls of each guest as a plain asyncio program makes them. See tools/bench-peers.
# usage: SMOLVM=PROGRAM CA=FILE python3 asyncio_guests.py WIDTH <NAMES; prints the names of those
# guests whose calls went well.
import asyncio
import os
import sys

SMOLVM, CA = os.environ["SMOLVM"], os.environ["CA"]
PATH = "/usr/local/share/ca-certificates/agent-mitm-ca.crt"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
SCRIPT = (f"chown root:root '{PATH}' && chmod 644 '{PATH}' && update-ca-certificates && "
          f"openssl verify -CAfile '{BUNDLE}' '{PATH}'")


def calls(name):
    yield ("create", "--name", name, "--image", "debian:12", "--label", "fleet=peers",
           "-e", f"NODE_EXTRA_CA_CERTS={PATH}", "-e", f"SSL_CERT_FILE={BUNDLE}",
           "-e", f"REQUESTS_CA_BUNDLE={BUNDLE}", "--", "sleep", "infinity")
    yield "start", "--name", name
    yield "cp", CA, f"{name}:{PATH}"
    yield "exec", "--name", name, "--timeout", "65s", "--", "sh", "-c", SCRIPT


async def bring_up(name, places):
    async with places:
        for arguments in calls(name):
            child = await asyncio.create_subprocess_exec(
                SMOLVM, "machine", *arguments, stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
            await child.communicate()
            if child.returncode != 0:
                return
    print(name, flush=True)


async def main():
    places = asyncio.Semaphore(int(sys.argv[1]))
    await asyncio.gather(*(bring_up(line.strip(), places) for line in sys.stdin))


asyncio.run(main())
