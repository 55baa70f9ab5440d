"""What is compiled from templates and routes, once for all applications of a process: it is the same in each.

A process that serves has one application. Tests make one for each register, and compiling took most of what that takes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import CodeType
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class CodeOfTemplates(BytecodeCache):
    """The code of each template as it stands, in each language."""

    def __init__(self) -> None:
        self._compiled: dict[str, CodeType] = {}

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """As Jinja's own, which takes environments that compile a template differently for the same."""
        spoken = getattr(environment, "spoken", None)
        key = self.get_cache_key(name, f"{filename}|{spoken}|{self.get_source_checksum(source)}")
        bucket = Bucket(environment, key, "")
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code, where it was compiled."""
        bucket.code = self._compiled.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code."""
        assert bucket.code is not None
        self._compiled[bucket.key] = bucket.code


def builders_kept(compile_builder: Callable[..., Builder]) -> Callable[..., Builder]:
    """``Rule._compile_builder``, which makes the code that writes an address. Only the text of the rule goes into it,
    and the defaults where there are any."""
    made: dict[tuple[Any, ...], Builder] = {}

    @wraps(compile_builder)
    def compiled(rule: Rule, append_unknown: bool = True) -> Builder:
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        key = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, append_unknown)
        if key not in made:
            made[key] = compile_builder(rule, append_unknown)
        return made[key]

    return compiled


def compile_once(patch: pytest.MonkeyPatch) -> None:
    """Keep what is compiled, until ``patch`` ends."""
    patch.setattr(Flask, "jinja_options", Flask.jinja_options | {"bytecode_cache": CodeOfTemplates()})
    patch.setattr(Rule, "_compile_builder", builders_kept(Rule._compile_builder))
