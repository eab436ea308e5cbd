"""A session that has the budget pay for each reading request: no caller can forget it, and no adapter reckons."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import requests

from amplifier.errors import Unpaid
from amplifier.platforms.host import HostSession, never_sent
from amplifier.platforms.own_word import OwnForm
from amplifier.platforms.port import Budget, Reserved

REFUSED = range(400, 500)  # a request that failed is not on a price list; of a 5xx nobody knows
NOT_GRANTED = "No budget stands in settings.yaml, so this network is not asked anything."
NOTHING_LEFT = "This month's budget has not enough left to ask, so it was not asked."


class Charge(Protocol):
    """What a network charges for one request, in millionths of a US dollar."""

    @property
    def kind(self) -> str:
        """What the money is booked under, such as `mentions`."""

    @property
    def worst(self) -> int:
        """The most that an answer can cost."""

    def cost(self, answer: Mapping[str, Any]) -> int:
        """What this answer (JSON) costs."""


@dataclass(frozen=True)
class Tariff:
    """Who pays, and the network's price list: what a request costs, from its method, path and query.

    None where the request was paid for with the intent to make it, as everything is that changes something.
    """

    budget: Budget
    charge: Callable[[str, str, Mapping[str, Any]], Charge | None]


class MeteredSession(HostSession):
    """Reserves the worst case before each request and corrects it by what came back.

    Raises Unpaid instead of sending what there is no money for. A clear refusal costs nothing. Where no answer came, or
    one that is not the network's, the reservation stays until the same question is answered: the answer that was lost
    held no more than this one does.
    """

    def __init__(
        self,
        base: str,
        timeout: tuple[float, float],
        form: OwnForm,
        instead_of: tuple[str, ...] = (),
        *,
        tariff: Tariff,
    ) -> None:
        super().__init__(base, timeout, form, instead_of)
        self._tariff = tariff
        self._open: dict[str, list[Reserved]] = {}
        self._lock = threading.Lock()

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """Send one request, as HostSession does, if there is money for it."""
        self.forget()
        budget = self._tariff.budget
        if not budget.is_granted:
            raise Unpaid(NOT_GRANTED, budget.ask_again())
        query = kwargs.get("params") or {}
        charge = self._tariff.charge(str(method), self._address(str(url)).removeprefix(self._base), query)
        if charge is None:
            return super().request(method, url, *args, **kwargs)
        reserved = budget.reserve(charge.kind, charge.worst)
        if reserved is None:
            raise Unpaid(NOTHING_LEFT, budget.ask_again())
        question = json.dumps([str(method), str(url), sorted((str(k), str(v)) for k, v in query.items())])
        with self._kept(question, reserved):
            response = super().request(method, url, *args, **kwargs)
            self._settle(question, reserved, charge, response)
        return response

    @contextmanager
    def _kept(self, question: str, reserved: Reserved) -> Any:
        """What certainly never reached the network is given back; what may have stays reserved."""
        try:
            yield
        except Exception as error:
            if never_sent(error):
                self._tariff.budget.settle(reserved, 0)
            else:
                self._keep(question, reserved)
            raise

    def _settle(self, question: str, reserved: Reserved, charge: Charge, response: requests.Response) -> None:
        if response.status_code in REFUSED and self.answer and self.answer.is_own:
            self._tariff.budget.settle(reserved, 0)
            return
        answer = _read(response)
        if answer is None:
            self._keep(question, reserved)
            return
        cost = charge.cost(answer)
        self._tariff.budget.settle(reserved, cost)
        with self._lock:
            lost = self._open.pop(question, [])
        for one in lost:
            self._tariff.budget.settle(one, min(cost, one.micros))

    def _keep(self, question: str, reserved: Reserved) -> None:
        with self._lock:
            self._open.setdefault(question, []).append(reserved)


def _read(response: requests.Response) -> Mapping[str, Any] | None:
    """The answer to a request that went well, if it can be read."""
    if response.status_code >= REFUSED.start:
        return None
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
