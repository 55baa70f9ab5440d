"""How long a peer may take, and how much of the service one network, or one known device, may hold."""

from __future__ import annotations

from dataclasses import dataclass

# What the system takes from a sender at once. A body or an answer beyond it lies in a file.
IN_MEMORY_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes, of one worker. Tests wait less."""

    head_seconds: float = 10  # for a head, and between two requests of a connection
    head_bytes: int = 32 * 1024
    first_seconds: float = 10  # for a body to begin; after that it has to keep up
    bytes_a_second: int = 20_000
    drained_bytes: int = 16 * 1024 * 1024  # of a body that nobody wants, let in before it is answered
    drained_seconds: float = 5
    part_seconds: float = 20  # for a reader to take 64 KB of a long answer
    unread_seconds: float = 15  # for a reader to take anything at all
    # What one network may hold, and what all together: of bodies while they are read, of answers while they are sent.
    bodies_of_one: int = 16
    body_bytes_of_one: int = 16 * 1024 * 1024  # announced, of bodies beyond 64 KB: they take disk
    body_bytes_of_all: int = 256 * 1024 * 1024
    answer_bytes_of_one: int = 64 * 1024 * 1024  # beyond 64 KB they take disk too
    answer_bytes_of_all: int = 512 * 1024 * 1024
    connections: int = 4096  # also those that send nothing; with their heads at most 128 MB
    backlog: int = 2048
    hang_seconds: int = 60  # without a pulse, until a worker is replaced
    settle_seconds: float = 0.5  # for callers that a worker took just before it leaves to send what they ask
    stop_seconds: int = 15  # for what was begun when the service is stopped
