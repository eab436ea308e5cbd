from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amplifier.errors import Rejected
from amplifier.platforms.frozen import freeze, thaw

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(TEXT, st.one_of(TEXT, st.integers(), st.none(), st.lists(TEXT))))
def test_what_was_frozen_thaws_unchanged(fields: dict[str, object]) -> None:
    assert thaw(freeze(fields)) == fields


def test_the_order_in_which_fields_were_given_makes_no_difference() -> None:
    assert freeze({"b": 1, "a": "é"}) == freeze({"a": "é", "b": 1}) == '{"a":"é","b":1}'.encode()


def test_half_a_character_is_rejected() -> None:
    with pytest.raises(Rejected, match="half a character"):
        freeze({"text": "broken \ud83d emoji"})
