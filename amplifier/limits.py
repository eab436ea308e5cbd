"""How long we wait for what: with the networks, and, on a shorter scale, with the pretend ones of a rehearsal."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, model_validator

from amplifier.field_types import Duration, wrong
from amplifier.yamlfile import FileModel


class TimeLimits(FileModel):
    """Real seconds; the defaults are those of live mode. In the file the names stand without `_s`.

    `settle` is how long to wait after a doubtful answer before looking, `look_again` between two looks, `retry_after`
    the first pause after a failure that certainly published nothing. What is later than `too_late_after` is missed,
    a slot marked live after `live_too_late_after`. `gap` is the least time between two posts of one account; a hand-off
    that nobody takes goes to the next person after `hand_over_after`; what is out is looked at again after
    `read_back_after`.
    """

    model_config = ConfigDict(alias_generator=lambda name: name.removesuffix("_s"))

    read_timeout_s: Duration = 20.0
    connect_timeout_s: Duration = 3.0
    lease_s: Duration = 60.0
    settle_s: Duration = 90.0
    look_again_s: Duration = 60.0
    too_late_after_s: Duration = 900.0
    retry_after_s: Duration = 30.0
    live_too_late_after_s: Duration = 120.0
    gap_s: Duration = 60.0
    hand_over_after_s: Duration = 300.0
    read_back_after_s: Duration = 3600.0

    @model_validator(mode="after")
    def _a_lease_outlives_a_call(self) -> TimeLimits:
        if self.lease_s <= self.connect_timeout_s + self.read_timeout_s:
            hint = "Otherwise a slow answer is still on its way when somebody else takes the post up."
            raise wrong("must give `lease` more time than `connect_timeout` and `read_timeout` together", hint)
        return self


class RehearsalTimeLimits(TimeLimits):
    """The same with the defaults of a rehearsal."""

    read_timeout_s: Duration = 3.0
    connect_timeout_s: Duration = 1.0
    lease_s: Duration = 5.0
    settle_s: Duration = 2.0
    look_again_s: Duration = 1.0
    too_late_after_s: Duration = 60.0
    retry_after_s: Duration = 1.0
    live_too_late_after_s: Duration = 30.0
    gap_s: Duration = 0.1
    hand_over_after_s: Duration = 10.0
    read_back_after_s: Duration = 10.0


class PublicSettings(FileModel):
    """How lively the pretend public is, and after how many posts it falls silent."""

    per_minute: Annotated[int, Field(ge=0, le=600)] = 30
    stop_at: Annotated[int, Field(ge=0, le=10_000)] = 200


class Rehearsal(FileModel):
    """The stage: how many real seconds the campaign takes, and the patience that fits."""

    seconds: Annotated[int, Field(ge=30, le=86_400)] = 600
    listen_every_s: Duration = Field(default=3.0, alias="listen_every")
    limits: RehearsalTimeLimits = RehearsalTimeLimits()
    public: PublicSettings = PublicSettings()
