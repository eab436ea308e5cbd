"""Texts as they are searched."""
# ruff: noqa: RUF001  texts as people write them, in their own letters

from __future__ import annotations

from amplifier.text.fold import folded


def test_case_accents_and_digits_of_other_scripts_make_no_difference() -> None:
    assert folded("Après-MIDI à ١٣:٠٠")[0] == "apres-midi a 13:00"
    assert folded("غدًا")[0] == folded("غدا")[0]


def test_marks_that_nobody_sees_are_not_there() -> None:
    assert folded("13\u200b:\u2060 00\u200e")[0] == "13: 00"


def test_a_letter_knows_where_it_stood() -> None:
    letters, places = folded("½ e\u0301t")
    assert letters == "1\u20442 et"
    assert places == [0, 0, 0, 1, 2, 4, 5]


def test_links_and_handles_are_hidden_and_tags_are_not() -> None:
    assert folded("#Today @today.example https://a.example/today")[0].replace("\x00", "") == "#today  "


def test_an_hour_behind_an_at_sign_is_no_handle() -> None:
    for text in ("@14:40", "@2pm", "@14h40", "@240pm"):
        assert folded(text)[0] == text
    for text in ("@a14", "@14words", "@tomorrow.example"):
        assert set(folded(text)[0]) == {"\x00"}
