"""A page that is left while it writes, in each engine: what other pages keep does not wait for it."""

from __future__ import annotations

import pytest
from verify_site import Site
from window import Window

ROUNDS = 10  # WebKit stopped by the third
# Rows as large as photographs, one after the other, by what keeps visits; and lists, by what keeps those.
WRITING = {
    "visits": """async (ours) => {
      const { Vault } = await import(`${ours}/pack/vault.js`);
      const vault = new Vault("left-by-a-page", "test");
      (async () => { for (let n = 0; n < 50; n += 1) await vault.write(`row ${n}`, new Uint8Array(3_000_000)); })();
    }""",
    "lists": """async (ours) => {
      const { keepNewest } = await import(`${ours}/lists/store.js`);
      (async () => { for (let n = 1; n < 50; n += 1) await keepNewest(`list ${n}`, new Uint8Array(3_000_000), n); })();
    }""",
}
ANSWERED = {
    "visits": """async (ours) => {
      const { Vault } = await import(`${ours}/pack/vault.js`);
      await new Vault("left-by-a-page", "test").write("after", 1);
      return true;
    }""",
    "lists": """async (ours) => {
      const { keep, forget } = await import(`${ours}/lists/store.js`);
      const kept = await keep("after", 1);
      await forget();
      return kept;
    }""",
}


@pytest.mark.parametrize("what", WRITING)
def test_a_page_that_is_left_while_it_writes_holds_up_no_other(window: Window, site: Site, what: str) -> None:
    ours = ""
    for _ in range(ROUNDS):
        window.open(f"{site.origin}/verify?lang=zh")
        ours = ours or str(window.evaluate("() => document.querySelector('script[src*=\"/verify/page.js\"]').src"))
        ours = ours.removesuffix("/verify/page.js")
        assert window.evaluate(ANSWERED[what], ours)
        window.evaluate(WRITING[what], ours)
        window.open("about:blank")
    window.faults.clear()  # Firefox tells of what a page was still loading when it was left
