"""How the service runs."""

from dataclasses import dataclass

LOOPBACK = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """Limits of the service.

    Attributes:
        queue: Requests that may be in work or wait; more get 503.
        seconds: What one document may take, its wait included.
        most_bytes: Largest body.
        token: What requests have to send as `Authorization: Bearer`; empty for none.
        hosts: Names the service answers to; empty for any. On loopback only loopback's, so that no web page can reach it
            under a name of its own (DNS rebinding).
    """

    queue: int = 16
    seconds: float = 60
    most_bytes: int = 5_000_000
    token: str = ""
    hosts: tuple[str, ...] = ()
