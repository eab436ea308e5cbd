import re
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from amplifier import field_types


@pytest.mark.parametrize(
    ("text", "expected"),
    [("15m", 900), ("2h 30m", 9000), ("2h30m", 9000), ("90s", 90), ("1h 1m 1s", 3661), (" 20s ", 20)],
)
def test_a_length_of_time_is_read_as_people_write_it(text: str, expected: float) -> None:
    assert field_types.seconds(text) == expected


@pytest.mark.parametrize("text", ["20", "", " ", "m", "1.5h", "1d", "-5m", "15 minutes", "30m 2h", None, ["15m"], "٣m"])
def test_a_number_without_its_letter_is_no_length_of_time(text: object) -> None:
    with pytest.raises(PydanticCustomError, match="not a length of time"):
        field_types.seconds(text)


def test_no_time_at_all_is_refused_because_it_would_mean_at_once_or_never() -> None:
    with pytest.raises(PydanticCustomError, match="longer than nothing"):
        field_types.seconds("0m")


@given(st.integers(0, 99), st.integers(0, 500), st.integers(0, 500))
def test_hours_minutes_and_seconds_add_up(hours: int, minutes: int, secs: int) -> None:
    total = hours * 3600 + minutes * 60 + secs
    if total:
        assert field_types.seconds(f"{hours}h {minutes}m {secs}s") == total


def test_a_day_is_year_month_and_day() -> None:
    assert field_types.day("2023-10-08") == date(2023, 10, 8)


@pytest.mark.parametrize(
    "text", ["2023-02-30", "8 October", "20231008", "2023", "1696723200", "2023-10-08 09:00", None]
)
def test_anything_else_is_no_day(text: object) -> None:
    with pytest.raises(PydanticCustomError, match="is not a day"):
        field_types.day(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [("London", "Europe/London"), ("Europe/Londn", "Europe/London"), ("new york", "America/New_York")],
)
def test_a_zone_that_does_not_exist_gets_the_nearest_one_as_a_hint(text: str, hint: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        field_types.zone(text)
    assert hint in (caught.value.context or {})["hint"]


@pytest.mark.parametrize("value", ["s3cr3t", "abcd-efgh", "", "x_api_key", "1A", None, ["X"], "A B", "A\n"])
def test_a_secret_in_the_file_is_refused_and_not_repeated(value: object) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        field_types.variable(value)
    said = caught.value.message() + str(caught.value.context)
    assert "does not belong in the file" in said
    assert not isinstance(value, str) or len(value) < 4 or value not in said


def test_good_names_are_given_back_as_they_are() -> None:
    assert field_types.variable("X_API_KEY_2") == "X_API_KEY_2"
    assert field_types.zone("Europe/London") == "Europe/London"
    assert field_types.word("ballot_closes") == "ballot_closes"
    assert field_types.identifier("labfreemvmt-x") == "labfreemvmt-x"


@pytest.mark.parametrize("good", ["https://a.example", "https://a.example/b?c=d#e", "https://a.example:8443/x"])
def test_an_https_address_is_a_link(good: str) -> None:
    assert field_types.https(good) == good


@pytest.mark.parametrize(
    "bad",
    [
        "http://a.example",
        "a.example",
        "https://",
        "javascript:alert(1)",
        "https://u:p@a.example",
        "https://a b.example",
        "https://a.example:notaport",
        "https://[::1",
        "https://a.example/\u202egpj.exe",
        "https://a.example/\n",
    ],
)
def test_no_other_address_is_a_link(bad: str) -> None:
    with pytest.raises(PydanticCustomError, match="begins with https"):
        field_types.https(bad)


def test_a_servers_address_has_nothing_behind_the_name() -> None:
    assert field_types.base_address("https://social.example/") == "https://social.example"
    with pytest.raises(PydanticCustomError, match="server alone"):
        field_types.base_address("https://social.example/api/v1")


@pytest.mark.parametrize(
    ("text", "tag"), [("#Lab23", "Lab23"), ("FreeMovement23", "FreeMovement23"), ("#Füralle", "Füralle")]
)
def test_a_hashtag_is_given_back_without_its_sign(text: str, tag: str) -> None:
    assert field_types.hashtag(text) == tag


@pytest.mark.parametrize("text", ["#", "#23", "two words", "#a-b", "##a", "", None, "@name"])
def test_what_no_network_would_light_up_is_no_hashtag(text: object) -> None:
    with pytest.raises(PydanticCustomError, match="is not a hashtag"):
        field_types.hashtag(text)


@pytest.mark.parametrize("text", ["Tag", "2tag", "my-tag", "tag!", "", "tag\n"])
def test_a_word_for_templates_looks_like_one(text: str) -> None:
    with pytest.raises(PydanticCustomError):
        field_types.word(text)


@pytest.mark.parametrize("text", ["Lab", "a/b", "-a", "a b", "a_b", "", "a\n"])
def test_a_name_that_ends_up_in_keys_holds_nothing_surprising(text: str) -> None:
    with pytest.raises(PydanticCustomError):
        field_types.identifier(text)


@pytest.mark.parametrize(("typed", "meant"), [("ballot_close", "ballot_closes"), ("DEBATE", "debate")])
def test_the_nearest_name_is_offered(typed: str, meant: str) -> None:
    assert field_types.nearest(typed, ["ballot_closes", "debate"]) == f"Did you mean {meant}?"


def test_a_word_that_resembles_nothing_gets_the_whole_list() -> None:
    assert field_types.nearest("zzz", ["vote", "debate"]) == "There is: debate, vote."
    assert field_types.nearest("zzz", []) == ""
    assert field_types.nearest("zzz", [f"vote-{number}" for number in range(30)]) == ""


@given(st.text(max_size=40))
def test_no_validator_falls_over_strange_text(text: str) -> None:
    for validator in (
        field_types.zone,
        field_types.https,
        field_types.base_address,
        field_types.word,
        field_types.identifier,
    ):
        try:
            validator(text)
        except PydanticCustomError as refused:
            assert re.match("is |must ", refused.message())  # noqa: PT017 - both outcomes are fine, a crash is not


@pytest.mark.parametrize("text", ["127.0.0.1", "10.0.0.0/8", "10.1.2.3/8", "::1", "2001:db8::/32"])
def test_a_proxy_is_an_address_or_a_network_of_them(text: str) -> None:
    assert field_types.network(text).prefixlen > 0
    assert field_types.network(field_types.network(text)) == field_types.network(text)


@pytest.mark.parametrize("text", ["nginx.example", "", "10.0.0.0/33", "1.2.3", None, 2130706433, "0.0.0.0/0", "::/0"])
def test_a_name_is_no_proxy_and_neither_is_everybody(text: object) -> None:
    with pytest.raises(PydanticCustomError):
        field_types.network(text)


@pytest.mark.parametrize("kind", [field_types.word, field_types.identifier, field_types.hashtag])
def test_a_name_is_no_longer_than_the_database_has_room_for(kind: Callable[[str], str]) -> None:
    assert kind("a" * 80) == "a" * 80
    with pytest.raises(PydanticCustomError, match="is 81 characters long") as caught:
        kind("a" * 81)
    assert "A name has 80 characters at most." in str(caught.value.context)
