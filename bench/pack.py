"""The inspector's pack of an office with 40,000 businesses: its size over the wire and at rest, how long it takes, and how
much memory beside what the program has anyway.

Each business has premises, a permit and a code number of its own. What is kept in the browser is
what came over the wire and 16 bytes of AES-GCM; the size before compression bounds what registers of less similar
names could come to.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.installation import OFFICE, installation, settings_in
from licence_qr.bootstrap import Services, build
from licence_qr.domain.dates import Period
from licence_qr.domain.identifiers import CODE_ID_BYTES, CodeId, complete_uscc
from licence_qr.domain.register.entity import Entity, EntityForm, LicenceState
from licence_qr.domain.register.permit import Permit
from licence_qr.domain.roles import Actor, Role
from licence_qr.store.register import entities, permits
from licence_qr.store.register.entities import StoredEntity
from licence_qr.store.signing import unsigned_codes
from licence_qr.store.signing.unsigned_codes import UnsignedCode
from licence_qr.web.phone.pack import compressed

BUSINESSES = 40_000
MOST_BYTES, MOST_SECONDS, MOST_MEMORY = 5_000_000, 2.0, 50_000_000
GCM_TAG = 16
INSPECTOR = Actor(0, "bench", "bench", OFFICE, frozenset({Role.INSPECTOR}))
DAY = date(2026, 1, 5)
SEED = 20261123


def _entity(number: int) -> Entity:
    return Entity(
        uscc=complete_uscc("91500107", f"MX{number:06d}"),
        form=EntityForm.COMPANY,
        name=f"重庆示例第{number}号云栖宾馆管理有限公司",
        entity_type="有限责任公司",
        principal="示例",
        established_on=DAY,
        issued_on=DAY,
        domicile="",
        business_scope="住宿服务",
        registration_authority="",
    )


def _permit(number: int) -> Permit:
    return Permit(
        permit_type="hygiene_permit",
        permit_no=f"渝高新卫公证字〔2026〕第{number:05d}号",
        premises_no=1,
        kinds=("hotel",),
        items="住宿（宾馆）",
        issuing_authority="",
        handling_office=OFFICE,
        issued_on=DAY,
        period=Period(DAY, date(2030, 1, 4)),
        checked_on=date(2026, 3, 1 + number % 28),
    )


def _code(number: int, uscc: str, chance: random.Random) -> UnsignedCode:
    """A code whose number is as random as real ones: nothing compresses it."""
    code_id = CodeId(chance.randbytes(CODE_ID_BYTES))
    return UnsignedCode(
        code_id=code_id,
        version=1,
        uscc=uscc,
        issued_on=DAY,
        issued_at=datetime.now(UTC),
        payload=b"bench",
        digest=b"",
        record="{}",
        status_index=2 * number,
        entry_count=2,
    )


def fill(services: Services) -> None:
    chance = random.Random(SEED)
    with services.database.write() as tx:
        for number in range(BUSINESSES):
            entity = _entity(number)
            entities.put(tx, StoredEntity(entity, LicenceState.ACTIVE, OFFICE, ""))
            address = f"重庆市九龙坡区白市驿镇演示路{number % 900}号附{number % 17}号第{number % 7}层"
            entities.add_premises(tx, entity.uscc, address, "500107104", None)
            permits.add(tx, entity.uscc, _permit(number))
            code = _code(number, entity.uscc, chance)
            unsigned_codes.add(tx, code)
            unsigned_codes.sign(tx, code, b"kid", b"token")


def _row(figure: str, goal: str, measured: str, ratio: float) -> dict[str, Any]:
    return {"figure": figure, "goal": goal, "measured": measured, "ratio": f"{ratio:.1f}"}


def measure() -> list[dict[str, Any]]:
    """Rows of figure, goal, measured and ratio (goal / measured)."""
    with tempfile.TemporaryDirectory() as folder:
        services = installation(Path(folder))
        fill(services)
        services.database.close()
        command = [sys.executable, "-c", f"from bench.pack import take; take({folder!r})"]
        told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    plain, wire, seconds, grown = (told[key] for key in ("plain", "wire", "seconds", "grown"))
    kept = wire + GCM_TAG
    return [
        _row(f"pack of {BUSINESSES:,} businesses, over the wire", "<= 5 MB", f"{wire / 1e6:.2f} MB", MOST_BYTES / wire),
        _row("the same, at rest", "<= 5 MB", f"{kept / 1e6:.2f} MB", MOST_BYTES / kept),
        _row("the same, before compression", "", f"{plain / 1e6:.2f} MB", 1),
        _row("the same, read and compressed", "<= 2 s", f"{seconds:.2f} s", MOST_SECONDS / seconds),
        _row("the same, more memory (RSS)", "<= 50 MB", f"{grown / 1e6:.1f} MB", MOST_MEMORY / max(grown, 1_000_000)),
    ]


def take(folder: str) -> None:
    """Take the pack in a process of its own, whose memory nothing else has used before; what it cost as JSON. Told in
    seconds of the processor: whatever else the machine does, those are its price."""
    services = build(settings_in(Path(folder)))
    before, start = memory(), time.process_time()
    plain, wire = 0, 0
    parts = services.pack.for_actor(INSPECTOR, datetime.now(UTC))

    def counted() -> Iterator[bytes]:
        nonlocal plain
        for part in parts:
            plain += len(part)
            yield part

    for packed in compressed(counted()):
        wire += len(packed)
    seconds = time.process_time() - start
    print(json.dumps({"plain": plain, "wire": wire, "seconds": seconds, "grown": memory() - before}))


def memory() -> int:
    """The most memory this program has held until now (RSS), in bytes; that of the one it was started by not counted."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


if __name__ == "__main__":
    for row in measure():
        print(f"{row['figure']:<46} {row['goal']:>8}  {row['measured']:<34} {row['ratio']}")
