"""Text goes to this machine and to private networks; elsewhere only where terms or an agreement allow it."""

import pytest

from annotators.llm.endpoint import demand_allowed, is_near
from schemas.errors import UsageError
from schemas.terms import OPEN, Terms

CLOSED = Terms(remote_processing=False)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/v1", "http://localhost/v1", "http://[::1]:1/v1",
                                 "http://10.1.2.3/v1", "https://192.168.0.9/v1", "http://[fd00::1]/v1"])  # fmt: skip
def test_servers_nearby(url: str) -> None:
    assert is_near(url)
    demand_allowed(url, CLOSED)


@pytest.mark.parametrize("url", ["https://8.8.8.8/v1", "https://no-such-host.invalid/v1", "http://[2001:4860::1]/v1",
                                 "http://127.0.0.1.evil.invalid/v1", "http://127.0.0.1@8.8.8.8/v1"])  # fmt: skip
def test_servers_elsewhere(url: str) -> None:
    assert not is_near(url)
    with pytest.raises(UsageError, match="nothing was sent"):
        demand_allowed(url, CLOSED)
    demand_allowed(url, OPEN)
    demand_allowed(url, CLOSED, agreement="BAA with the provider, 2026-03")
    with pytest.raises(UsageError):
        demand_allowed(url, CLOSED, agreement=" ")


@pytest.mark.parametrize("url", ["", "localhost:8000", "file:///etc/passwd", "ftp://127.0.0.1/"])
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(UsageError, match="expected the address of a server"):
        demand_allowed(url, OPEN)
