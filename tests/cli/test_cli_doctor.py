"""``licence-qr doctor`` finds each unsafe condition, says what to do, and is content once it was done."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from program import environ, run_here
from pyrage import x25519
from quick_passwords import QUICK
from safe import make_safe, root_options

from licence_qr.bootstrap import build
from licence_qr.config import load_settings
from licence_qr.domain.roles import Role
from licence_qr.domain.working_days import WorkingCalendar
from licence_qr.printing import fonts
from licence_qr.store.accounts import factors

OFFICE = "baishiyi"


class Live:
    """An installation that is no demonstration, and what the doctor finds in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.settings = folder, environ(folder)

    @property
    def found(self) -> list[str]:
        """All but that it has no signer of its own, which these installations have not, and whether the calendar of a year
        is there, which no test that runs on the day of today can know."""
        ended = run_here(self.settings, "doctor", "--json")
        codes = [each["code"] for each in json.loads(ended.out)["findings"]]
        assert ended.status == (1 if codes else 0)
        codes.remove("unsafe_signer_not_apart")
        return [code for code in codes if code != "unsafe_calendar_missing"]

    def administrator(self, name: str, *, factor: bool, role: Role = Role.ADMIN, service_only: bool = False) -> None:
        services = build(load_settings(self.settings), hasher=QUICK)
        now = datetime.now(UTC)
        password = "seven grey herons at noon"
        staff_no = "1001" if service_only else ""
        user = services.accounts.create(name, "示例", OFFICE, frozenset({role}), password, now, staff_no=staff_no)
        if service_only:
            services.accounts.set_service_only(name, now, only=True)
        if factor:
            with services.database.write() as tx:
                factors.put_totp(tx, user, b"sealed", "session", now)
                factors.confirm_totp(tx, user, now)
        services.database.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of such an installation, just made; for copying only."""
    folder = tmp_path_factory.mktemp("made")
    make_safe(folder)
    assert run_here(environ(folder), "init", *root_options(folder)).status == 0
    assert run_here(environ(folder), "life", "sweep").status == 0
    return folder


@pytest.fixture
def live(made: Path, tmp_path: Path) -> Live:
    return Live(Path(shutil.copytree(made, tmp_path, dirs_exist_ok=True)))


def test_an_installation_just_made_is_told_what_is_unsafe_until_it_is_mended(live: Live, tmp_path: Path) -> None:
    assert live.found == [
        "unsafe_no_backup",
        "unsafe_few_administrators",
    ]
    live.administrator("zhang", factor=True)
    live.administrator("li", factor=True)
    recipient = x25519.Identity.generate().to_public()
    assert run_here(live.settings, "backup", tmp_path / "copies", "--recipient", recipient).status == 0
    assert live.found == []


def test_from_november_on_the_working_days_of_the_next_year_are_asked_for(live: Live) -> None:
    services = build(load_settings(live.settings), hasher=QUICK)
    year = datetime.now(UTC).year

    def asked(day: tuple[int, int], *entered: int) -> list[object]:
        doctor = replace(services.doctor, calendar=WorkingCalendar(years=frozenset(entered)))
        found = doctor.examine(datetime(year, *day, 4, tzinfo=UTC))
        return [each.facts["year"] for each in found if each.code == "unsafe_calendar_missing"]

    assert asked((10, 31), year) == [] and asked((11, 1), year) == [year + 1]
    assert asked((11, 1), year, year + 1) == [] and asked((10, 31)) == [year]
    services.database.close()


def test_a_signer_of_its_own_that_does_not_answer_is_told_and_so_are_keys_in_the_reach_of_others(
    live: Live, tmp_path: Path
) -> None:
    assert "licence-qr-signer.service" in run_here(live.settings, "doctor").out
    live.settings["LICENCE_QR_SIGNER_SOCKET"] = str(tmp_path / "nobody")
    ended = run_here(live.settings, "doctor", "--json")
    codes = [each["code"] for each in json.loads(ended.out)["findings"]]
    assert codes[0] == "signer_unreachable" and "unsafe_signer_not_apart" not in codes
    assert ("unsafe_key_in_reach" in codes) == (os.geteuid() != 0)  # root reads every file
    (tmp_path / "var" / "register.db").chmod(0o640)  # for the signer, which is in the group
    assert "unsafe_file_open" not in json.dumps(json.loads(run_here(live.settings, "doctor", "--json").out))


def test_each_finding_is_told_in_both_languages_with_what_to_do(live: Live) -> None:
    shutil.copy(live.folder / "safe" / "root" / "root.pem", live.folder / "keys" / "root.pem.old")
    said = run_here(live.settings, "doctor").out
    assert "[unsafe_root_key_here]" in said and "保险柜" in said and "--root-folder" in said


def test_a_key_in_no_list_and_a_passphrase_in_the_home_are_told(live: Live, tmp_path: Path) -> None:
    (key,) = (tmp_path / "keys").glob("licence-*.pem")
    shutil.copy(key, tmp_path / "keys" / "licence-0a0b.pem")
    passphrase = shutil.copy(tmp_path / "safe" / "key-passphrase", tmp_path / "var" / "key-passphrase")
    live.settings["LICENCE_QR_PASSPHRASE_FILE"] = str(passphrase)
    assert live.found[:2] == ["unsafe_passphrase_beside", "unsafe_key_unlisted"]


def test_an_account_that_needs_a_factor_and_has_none_is_counted(live: Live) -> None:
    live.administrator("zhang", factor=False)
    live.administrator("li", factor=True)
    assert live.found == ["unsafe_no_backup", "unsafe_without_factor"]


def test_an_account_that_only_a_service_opens_is_counted_where_none_is_configured(live: Live) -> None:
    live.administrator("zhang", factor=True, service_only=True)
    assert "unsafe_service_only" in live.found
    assert "service-only lift" in run_here(live.settings, "doctor").out
    assert "service only" in run_here(live.settings, "account", "list").out
    assert run_here(live.settings, "account", "service-only", "lift", "zhang").status == 0
    assert "unsafe_service_only" not in live.found


def test_whoever_decides_without_a_staff_number_is_counted(live: Live) -> None:
    live.administrator("zhang", factor=True)
    live.administrator("li", factor=True, role=Role.INSPECTOR)
    assert "unsafe_without_staff_no" in live.found


@pytest.mark.parametrize("name", ["var/web-secret", "var/register.db", "keys/licence-0a0b.pem"])
def test_a_file_that_others_can_read_is_named(live: Live, tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch(mode=0o600)
    (tmp_path / name).chmod(0o640)
    assert "unsafe_file_open" in live.found
    assert f"{tmp_path / name}" in run_here(live.settings, "doctor").out


def test_lists_that_are_not_noted_beside_the_keys_are_told(live: Live, tmp_path: Path) -> None:
    noted = tmp_path / "keys" / "newest-lists.json"
    noted.unlink()
    noted.mkdir()
    assert "unsafe_lists_not_noted" in live.found


def test_fonts_that_are_missing_are_told_with_their_packages(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not [code for code in live.found if "fonts" in code]
    (some := tmp_path / "fonts").mkdir()
    monkeypatch.setattr(fonts, "FOLDERS", (some,))
    assert live.found[-2:] == ["unsafe_fonts_missing", "unsafe_script_fonts_missing"]
    said = run_here(live.settings, "doctor").out
    assert "NotoSerifCJK-Bold.ttc" in said and "藏文" in said
    assert "apt-get install fonts-noto-cjk。" in said
    assert "apt-get install fonts-noto-core fonts-hanazono fonts-babelstone-han." in said
    for face in (*fonts.FACES, *(face for script in fonts.SCRIPTS for face in script.faces)):
        if face.package != "fonts-hanazono":
            (some / face.file).touch()
    assert live.found[-1] == "unsafe_script_fonts_missing" and "unsafe_fonts_missing" not in live.found
    assert (
        "生僻汉字。" in (said := run_here(live.settings, "doctor").out) and "apt-get install fonts-hanazono。" in said
    )


def test_a_demonstration_is_not_told_what_is_meant_so(copied: Path) -> None:
    settings = environ(copied)
    assert run_here(settings, "life", "sweep").status == 0
    assert json.loads(run_here(settings, "doctor", "--json").out) == {"findings": []}
    assert run_here(settings, "doctor").out == "没有发现隐患。 Nothing unsafe was found.\n"
