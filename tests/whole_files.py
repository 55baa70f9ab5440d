"""How the tests are given to workers: whole files, the browser's to one of them, all others from the other end of the list.

What a file or the browser needs (a filled register, a site with its phone, chromium) is then made by one worker and not by
each, and workers need not ask what comes next between two tests. The dearest files stand at the two ends and are begun
first; where the workers meet files are small, so that none waits long for the other.
"""

from __future__ import annotations

from xdist.scheduler import LoadGroupScheduling
from xdist.workermanage import WorkerController

# Folders from one end to the other; what is not named stands where the workers meet.
BROWSER = ("browser/test_", "browser/phone", "browser/verify", "browser/desk", "browser")
OTHERS = (
    "store",
    "cli",
    "web",
    "services",
    "upgrade",
    "printing",
    "operation",
    "hostile",
    "front",
    "installed",
    "serving",
)


def place_of(path: str) -> int:
    """Where the file ``path`` (below ``tests``) stands in the list."""
    for n, folder in enumerate(BROWSER):
        if path.startswith(folder):
            return n - len(BROWSER)
    return 1 + OTHERS.index(path.split("/")[0]) if path.split("/")[0] in OTHERS else 0


class WholeFiles(LoadGroupScheduling):  # type: ignore[misc]
    """Each file is a unit of work, or all of a group (``xdist_group``). The list is in the order of the collection."""

    def _split_scope(self, nodeid: str) -> str:
        scope = str(super()._split_scope(nodeid))
        return scope.partition("::")[0]

    def _assign_work_unit(self, node: WorkerController) -> None:
        if list(self.assigned_work).index(node):  # all but the first, from the other end
            self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
        super()._assign_work_unit(node)
