"""The example for the firewall: nftables takes it, and it holds each network to so many connections."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from proxies import replaced

EXAMPLE = Path(__file__).parents[2] / "deploy" / "firewall" / "licence-qr.nft"
PEERS = Path(__file__).parents[1] / "support" / "many_addresses.py"
OPEN_OF_A_NETWORK = 512  # ct count of the example
# A network of one's own needs root, or to be root in a namespace of one's own.
APART = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
# Every address below 2001:db8::/32 is this machine's. Twice: what is loaded anew takes the place of what was there.
LOAD = """
ip link set lo up
ip -6 route add local 2001:db8::/32 dev lo
nft -f "$0"
nft -f "$0"
exec "$@"
"""


def test_nftables_finds_no_fault_in_it():
    checked = subprocess.run([*APART, "nft", "-c", "-f", EXAMPLE], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_a_network_has_so_many_connections_and_others_have_theirs(tmp_path):
    # What the machine says to itself is left alone by the example; here all peers are on this machine.
    rules = tmp_path / "rules.nft"
    rules.write_text(
        replaced(EXAMPLE.read_text(encoding="utf-8"), ('iifname "lo" accept', 'iifname "none" accept')), "utf-8"
    )
    command = [*APART, "bash", "-euc", LOAD, rules, sys.executable, PEERS, str(OPEN_OF_A_NETWORK + 10)]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == {
        "an address": OPEN_OF_A_NETWORK,
        "another address": 1,
        "a /64": OPEN_OF_A_NETWORK,
        "another /64": 1,
        "the address later": 1,
    }
