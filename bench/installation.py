"""A throw-away installation to measure on, and applications to feed it with."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from licence_qr.bootstrap import Services, build
from licence_qr.config import Settings, load_settings
from licence_qr.domain.dates import local_date
from licence_qr.domain.identifiers import complete_uscc
from licence_qr.domain.roles import Actor, Role
from licence_qr.preparation import prepare

NOW = datetime.now(UTC)
OFFICE = "baishiyi"
CLERK = Actor(0, "bench", "bench", OFFICE, frozenset({Role.CLERK}))


def settings_in(folder: Path, port: int = 8000) -> Settings:
    """Settings whose register, keys and port are the measurement's own."""
    settings = load_settings({"LICENCE_QR_HOME": str(folder / "var"), "LICENCE_QR_KEYS": str(folder / "keys")})
    return replace(settings, address="https://ym.example.gov.cn", port=port, workers=1)


def installation(folder: Path) -> Services:
    """An empty demonstration installation in ``folder``."""
    settings = settings_in(folder)
    prepare(settings, NOW, demonstration=True)
    return build(settings)


def environment(settings: Settings) -> dict[str, str]:
    """The environment of a server process with these settings."""
    return os.environ | {
        "LICENCE_QR_HOME": str(settings.home),
        "LICENCE_QR_KEYS": str(settings.keys),
        "LICENCE_QR_ADDRESS": settings.address,
        "LICENCE_QR_TRUSTED_PROXIES": "127.0.0.1",  # an https address is not served without; what measures is none
        "LICENCE_QR_PORT": str(settings.port),
        "LICENCE_QR_WORKERS": str(settings.workers),
    }


def fields(services: Services, number: int) -> dict[str, str]:
    """The form fields of the made-up application no. ``number``: a guest house of its own, under a commitment."""
    today = local_date(NOW)
    notice = services.catalogue.notice("hygiene_permit", today)
    if notice is None:
        raise LookupError("the catalogue has no notice for hygiene permits today")
    return {
        "trade": "hotel",
        "kinds": "hotel",
        "area_m2": "320",
        **{f"answer_{question.id}": "no" for question in services.catalogue.trades["hotel"].questions},
        "entity_form": "company",
        "uscc": complete_uscc("91500107", f"MX{number:06d}"),
        "name": f"演示数据第{number}号宾馆有限公司",
        "entity_type": "有限责任公司",
        "principal": "示例",
        "registered_capital": "壹拾万元整",
        "established_on": today.isoformat(),
        "term_to": "",
        "domicile": f"重庆市九龙坡区白市驿镇演示路{number}号",
        "business_scope": "住宿服务",
        "premises_address": f"重庆市九龙坡区白市驿镇演示路{number}号",
        "premises_region": "500107105",
        "permitted_items": "",
        "contact_phone": "",
        "mode": "commitment",
        "notice_id": notice.id,
        "notice_version": notice.version,
        "notice_sha256": notice.sha256,
        "signer": "示例",
        "signed_on": today.isoformat(),
    }
