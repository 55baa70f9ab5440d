"""The steps of what is done to keys, told as they are done."""

from __future__ import annotations

from collections.abc import Mapping

import click

from licence_qr.services.keys.steps import Step, Tell

_WORDS = {
    Step.ROOT_MADE: (
        "根密钥已生成，存放在 {folder}\n指纹 {fingerprint}",
        "The root key was made and is in {folder}. Its fingerprint is above.",
    ),
    Step.ROOT_FOUND: (
        "沿用上次中断时生成的根密钥，存放在 {folder}\n指纹 {fingerprint}",
        "The root key of an interrupted run is used again; it is in {folder}. Its fingerprint is above.",
    ),
    Step.KEY_MADE: ("签名密钥 {kid}（{purpose}）已生成", "The signing key {kid} ({purpose}) was made."),
    Step.KEY_FOUND: (
        "采用已有的签名密钥 {kid}（{purpose}）",
        "The signing key {kid} ({purpose}), which was there, is used.",
    ),
    Step.RECORD_WRITTEN: ("记录已写入 {paths}", "The record was written there. It holds no secret."),
    Step.LIST_SIGNED: (
        "信任列表第 {edition} 期已签名，现在生效",
        "The trust list was signed. Edition {edition} is in force.",
    ),
    Step.ROOT_COPIED: ("根密钥已写入 {folder}", "The root key was written to {folder}."),
    Step.ROOT_READ_BACK: (
        "已读回并试签，与 root.pub.pem 相符\n指纹 {fingerprint}",
        "It was read back, and its signature matches root.pub.pem. Its fingerprint is above.",
    ),
    Step.ROOT_REMOVED: ("已从服务所用的目录删除 {paths}", "They were removed from the folder that the service uses."),
}


def telling(*, as_json: bool) -> Tell:
    """Prints each step with its number; on standard error where the result is JSON."""
    number = 0

    def tell(step: Step, facts: Mapping[str, object]) -> None:
        nonlocal number
        number += 1
        told = {name: _told(value) for name, value in facts.items()}
        zh, en = (words.format_map(told) for words in _WORDS[step])
        click.echo(f"{number}. " + zh.replace("\n", "\n   ") + f"\n   {en}", err=as_json)

    return tell


def _told(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, tuple) else str(value)
