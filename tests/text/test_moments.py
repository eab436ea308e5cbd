"""Words in five languages against the moments that they name, and those that they do not."""
# ruff: noqa: RUF001  texts as people write them, in their own letters

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from amplifier.text.moments import ClockTime, Date, Day, Weekday, fits, names

BST = timezone(timedelta(hours=1))
DAY = date(2023, 10, 9)  # a Monday; the debate is on the next day at 13:00
DEBATE = datetime(2023, 10, 10, 13, 0, tzinfo=BST)
ENGLISH_YES = (
    "The debate begins at 13:00.",
    "Be there at 1pm!",
    "Be there at 1 pm sharp",
    "It is at 1:00 pm (doors open earlier)",
    "It starts 1.00pm",
    "It starts at 13.00.",
    "13:00–14:00: the debate",
    "From 1 to 2pm we debate",
    "We begin at one o’clock",
    "We begin at 1 o'clock tomorrow",
    "At one in the afternoon, in the hall",
    "At 1300 hours, in the hall",
    "It is at 14:00 CEST",
    "It is at 12:00 UTC, watch it",
    "It is at 2pm CET",
    "See you tomorrow!",
    "#Tomorrow we decide",
    "Tomorrow’s debate matters",
    "Tomorrow afternoon we debate",
    "We debate on Tuesday",
    "TUESDAY is the day",
    "Tue 10 Oct, in the hall",
    "On 10 October we debate",
    "On October 10th we debate",
    "The 10th of October 2023",
    "10/10/2023 in the hall",
    "9–10 October: our conference",
    "Starts 2023-10-10T13:00",
)
ENGLISH_NO = (
    "The tea is £13.00, and so is the cake",
    "It costs 13.00 EUR",
    "We have 13 questions and 1300 members",
    "It is at 13:30.",
    "It is at 1pm EST",
    "The score was 2:1 in the end",
    "Version 13.0 is out",
    "Good morning! Vote.",
    "One for all, and all for one",
    "The sun sat on the hill",
    "See https://a.example/2023-10-10/13:00",
    "Ask @tomorrow.example about it",
    "We grow by 13.00 % a year",
    "Tomorrow evening we dance",
    "We met on 10 November",
    "This is on Wednesday",
)
WELSH_YES = (
    "Mae’r ddadl yn dechrau am 13:00.",
    "Dewch am 1yp",
    "Dewch am 1.00 yp",
    "Dechreuwn am un o’r gloch",
    "Dechreuwn am 1 o'r gloch y prynhawn",
    "Am un o’r gloch y p’nawn yn y neuadd",
    "Welwn ni chi yfory!",
    "Bydd y ddadl fory",
    "Prynhawn yfory y byddwn yn dadlau",
    "Dydd Mawrth y byddwn yn dadlau",
    "Ar ddydd Mawrth 10 Hydref",
    "Prynhawn Mawrth yn y neuadd",
    "Ar 10 Hydref byddwn yn dadlau",
    "Ar y 10fed o Hydref 2023",
    "13:00-14:00 yn y neuadd",
    "O 13 i 14:00 yn y neuadd",
)
WELSH_NO = (
    "Mae’r te yn £13.00",
    "Un i bawb a phawb i un",
    "Bore da! Pleidleisiwch.",
    "Ym mis Mawrth cawn weld",
    "Mae gennym ddeg cwestiwn",
    "Dydd Mercher y byddwn yn dadlau",
    "Dechreuwn am ddau o’r gloch",
    "Bore yfory cawn frecwast",
)
GERMAN_YES = (
    "Die Debatte beginnt um 13 Uhr.",
    "Die Debatte beginnt um 13:00 Uhr.",
    "Beginn: 13.00 Uhr",
    "Um ein Uhr geht es los",
    "Um dreizehn Uhr geht es los",
    "13–14 Uhr im Saal",
    "Von 13 bis 14 Uhr im Saal",
    "Um 1 Uhr mittags im Saal",
    "Um 14 Uhr MESZ im Saal",
    "Morgen um eins wird abgestimmt",
    "Wir sehen uns morgen!",
    "Morgen Nachmittag wird debattiert",
    "Die morgige Debatte zählt",
    "Am Dienstag wird debattiert",
    "Dienstagnachmittag im Saal",
    "Di., 10.10., im Saal",
    "Am 10. Oktober wird debattiert",
    "Am 10.10.2023 wird debattiert",
    "9./10. Oktober: unsere Konferenz",
)
GERMAN_NO = (
    "Guten Morgen! Geht wählen.",
    "Heute Morgen gab es Kaffee",
    "Jeden Morgen ein Gedanke",
    "Der Tee kostet 13,00 Euro",
    "Der Tee kostet 13.00 €",
    "Um halb eins wird gegessen",
    "Wir haben 13 Fragen an euch",
    "Der Uhrmacher hat ein Ohr für uns",
    "Am Mittwoch wird abgestimmt",
    "Morgen Abend wird gefeiert",
)
FRENCH_YES = (
    "Le débat commence à 13h.",
    "Le débat commence à 13 h précises",
    "Rendez-vous à 13h00",
    "Rendez-vous à 13:00",
    "À une heure, dans la salle",
    "À treize heures, dans la salle",
    "À 13 heures dans la salle",
    "À 1 heure de l’après-midi",
    "De 13h à 14h dans la salle",
    "De 13 à 14h dans la salle",
    "À 13h est prévu le débat",
    "À 14h CEST dans la salle",
    "À demain !",
    "Demain après-midi, le débat",
    "Mardi, c’est le débat",
    "Mar. 10 oct., dans la salle",
    "Le 10 octobre, le débat",
    "Le 10/10, le débat",
)
FRENCH_NO = (
    "Mon ami, va voter",
    "Le thé coûte 13,00 €",
    "Nous avons 13 questions",
    "Cet après-midi, on mange",
    "Après-demain, on danse",
    "Mercredi, on vote",
    "À 13h30 dans la salle",
    "Un pour tous et tous pour un",
    "Demain soir, on danse",
)
ARABIC_YES = (
    "يبدأ النقاش الساعة 13:00",
    "يبدأ النقاش الساعة ١٣:٠٠",
    "يبدأ النقاش الساعة ١ ظهرًا",
    "يبدأ النقاش الساعة الواحدة",
    "يبدأ النقاش في الساعة الواحدة ظهراً",
    "الواحدة ظهرا في القاعة",
    "الساعة الثالثة عشرة أو 13:00",
    "بالساعة 1 بعد الظهر",
    "غدًا النقاش",
    "نلتقي غداً",
    "نراكم الغد",
    "بعد ظهر غد في القاعة",
    "النقاش يوم الثلاثاء",
    "والثلاثاء هو اليوم الكبير",
    "في 10 أكتوبر النقاش",
    "في ١٠ أكتوبر ٢٠٢٣",
    "١٠ تشرين الأول في القاعة",
)
ARABIC_NO = (
    "صباح الخير! صوّتوا",
    "لدينا ١٣ سؤالا",
    "الشاي بسعر 13.00 €",
    "الواحدة تلو الأخرى",
    "النقاش يوم الأربعاء",
    "مساء غد نحتفل",
    "الساعة الثانية ظهرا",
    "بعد غد نحتفل",
)


@pytest.mark.parametrize("words", [*ENGLISH_YES, *WELSH_YES, *GERMAN_YES, *FRENCH_YES, *ARABIC_YES])
def test_words_that_name_the_debate_are_found(words: str) -> None:
    assert any(fits(one, DEBATE, DAY) for one in names(words)), names(words)


@pytest.mark.parametrize("words", [*ENGLISH_NO, *WELSH_NO, *GERMAN_NO, *FRENCH_NO, *ARABIC_NO])
def test_words_that_do_not_name_it_are_left_alone(words: str) -> None:
    assert not [one for one in names(words) if fits(one, DEBATE, DAY)]


@pytest.mark.parametrize(
    ("words", "hour", "minute"),
    [
        ("half past one", 13, 30),
        ("half one", 13, 30),
        ("a quarter to two", 13, 45),
        ("quarter past one", 13, 15),
        ("twenty to three", 14, 40),
        ("10 minutes past one", 13, 10),
        ("1:30pm", 13, 30),
        ("noon", 12, 0),
        ("midnight", 0, 0),
        ("hanner awr wedi un", 13, 30),
        ("chwarter i ddau", 13, 45),
        ("chwarter wedi un", 13, 15),
        ("hanner dydd", 12, 0),
        ("7yh", 19, 0),
        ("un ar ddeg o’r gloch", 11, 0),
        ("halb zwei", 13, 30),
        ("Viertel vor zwei", 13, 45),
        ("zehn nach eins", 13, 10),
        ("13 Uhr 30", 13, 30),
        ("mittags", 12, 0),
        ("8 Uhr abends", 20, 0),
        ("13h30", 13, 30),
        ("13 h 30", 13, 30),
        ("une heure et demie", 13, 30),
        ("deux heures moins le quart", 13, 45),
        ("midi", 12, 0),
        ("minuit", 0, 0),
        ("vingt heures trente", 20, 30),
        ("الساعة الواحدة والنصف", 13, 30),
        ("الساعة الثانية إلا ربعا", 13, 45),
        ("الساعة السابعة مساءً", 19, 0),
        ("7 م", 19, 0),
        ("منتصف الليل", 0, 0),
    ],
)
def test_an_hour_is_said_in_many_ways(words: str, hour: int, minute: int) -> None:
    moment = DEBATE.replace(hour=hour, minute=minute)
    assert [one.words for one in names(words) if fits(one, moment, DAY)] == [words]


@pytest.mark.parametrize(
    ("words", "days", "hour"),
    [
        ("today", 0, 13),
        ("this morning", 0, 9),
        ("this afternoon", 0, 13),
        ("this evening", 0, 19),
        ("tonight", 0, 22),
        ("tomorrow night", 1, 22),
        ("the day after tomorrow", 2, 9),
        ("yesterday", -1, 9),
        ("heute", 0, 13),
        ("heute Vormittag", 0, 9),
        ("heute Abend", 0, 19),
        ("heute Nacht", 0, 23),
        ("Morgen früh", 1, 8),
        ("übermorgen", 2, 9),
        ("gestern", -1, 9),
        ("aujourd’hui", 0, 13),
        ("ce matin", 0, 9),
        ("cet après-midi", 0, 14),
        ("ce soir", 0, 20),
        ("après-demain", 2, 9),
        ("hier", -1, 9),
        ("heddiw", 0, 13),
        ("y bore ’ma", 0, 9),
        ("prynhawn yma", 0, 14),
        ("heno", 0, 20),
        ("nos yfory", 1, 20),
        ("ddoe", -1, 9),
        ("اليوم", 0, 13),
        ("صباح اليوم", 0, 9),
        ("مساء اليوم", 0, 19),
        ("الليلة", 0, 21),
        ("صباح الغد", 1, 9),
        ("أمس", -1, 9),
    ],
)
def test_a_day_is_named_from_the_posts_own(words: str, days: int, hour: int) -> None:
    moment = datetime(2023, 10, 9, hour, tzinfo=BST) + timedelta(days=days)
    assert [one for one in names(words) if fits(one, moment, DAY)], names(words)
    assert not [one for one in names(words) if fits(one, moment + timedelta(days=1), DAY)]
    assert not [one for one in names(words) if fits(one, moment, DAY + timedelta(days=1))]


TWENTY_TO_THREE = datetime(2023, 10, 10, 14, 40, tzinfo=BST)


@pytest.mark.parametrize(
    "words",
    [
        "14:40/15:40 CEST: la réunion",
        "Start 14:40,15:40 all done",
        "15:20/14:40 in the hall",
        "15.20, 14.40",
        "Début à 15h moins 20",
        "à trois heures moins vingt",
        "zehn nach halb drei",
        "um 10 Min. nach halb 3",
        "20 mins to 3",
        "twenty min to three",
        "at two forty",
        "at two-forty sharp",
        "fourteen forty in the hall",
        "الساعة الثالثة إلا الثلث",
        "الساعة الثالثة إلا ثلث",
        "الساعة 3 إلا ثلث",
        "الساعة الثالثة إلا عشرين دقيقة",
        "الساعة الثانية وأربعين دقيقة",
    ],
)
def test_an_hour_is_read_however_it_is_counted_or_joined(words: str) -> None:
    assert any(isinstance(one, ClockTime) and fits(one, TWENTY_TO_THREE, DAY) for one in names(words)), words


@pytest.mark.parametrize(
    "words",
    [
        "on Tues",
        "Debate on Tue.",
        "by Tue we know",
        "Tues at noon",
        "am Di im Saal",
        "10-10-2023",
        "2023/10/10",
        "tmw!",
    ],
)
def test_a_short_name_of_a_day_is_read_where_it_can_be_no_other_word(words: str) -> None:
    assert any(not isinstance(one, ClockTime) and fits(one, DEBATE, DAY) for one in names(words)), words


@pytest.mark.parametrize(
    "words",
    [
        "£2.40,3.50",
        "page 14:40:2",
        "the ratio 1:14:40/2",
        "ten past five",
        "fünf vor halb drei",
        "we tue it",
        "mar she",
    ],
)
def test_what_only_looks_like_it_is_none(words: str) -> None:
    assert not any(fits(one, TWENTY_TO_THREE, DAY) for one in names(words)), words


@pytest.mark.parametrize(
    "words",
    [
        "on the tenth of October",
        "On October the tenth",
        "October tenth",
        "On October the 10th",
        "Am zehnten Oktober",
        "Der zehnte Oktober 2023",
        "Zehnter Oktober im Saal",
        "Le dix octobre",
        "Ar y degfed o Hydref",
        "Y ddegfed o Hydref",
        "العاشر من أكتوبر",
        "في العاشر من تشرين الأول",
        "بالعاشر من أكتوبر",
        "tmr",
        "2morrow",
        "tomoz we debate",
        "بكرة النقاش",
        "بكره",
        "2main",
    ],
)
def test_a_day_is_read_in_words_and_as_it_is_typed_in_haste(words: str) -> None:
    assert any(not isinstance(one, ClockTime) and fits(one, DEBATE, DAY) for one in names(words)), words


@pytest.mark.parametrize(
    "words",
    [
        "The tenth time in October",
        "dix",
        "Am zehnten wird gewählt",
        "the twentieth of October",
        "Unfed ar ddeg o Hydref",
        "einunddreißigster Oktober",
        "vingt-dix",
        "العاشر",
        "2day",
        "The first of October",
        "بعد بكرة",
        "uebermorgen",
    ],
)
def test_words_for_another_day_or_for_none_do_not_name_it(words: str) -> None:
    assert not any(fits(one, DEBATE, DAY) for one in names(words)), names(words)


@pytest.mark.parametrize(
    ("words", "day", "month"),
    [
        ("the twenty-first of May", 21, 5),
        ("twenty first of May", 21, 5),
        ("einundzwanzigsten Mai", 21, 5),
        ("ersten Maerz", 1, 3),
        ("premier mai", 1, 5),
        ("vingt et un mai", 21, 5),
        ("unfed ar hugain o Fai", 21, 5),
        ("pymthegfed o Fai", 15, 5),
        ("الحادي والعشرين من مايو", 21, 5),
    ],
)
def test_the_longest_word_for_a_day_counts(words: str, day: int, month: int) -> None:
    assert [(one.day, one.month) for one in names(words) if isinstance(one, Date)] == [(day, month)]


@pytest.mark.parametrize("words", ["tonite", "2nite", "2night", "هالليلة"])
def test_tonight_is_read_as_it_is_typed_in_haste(words: str) -> None:
    assert [one for one in names(words) if fits(one, datetime(2023, 10, 9, 21, tzinfo=BST), DAY)]


def test_tonight_ends_after_midnight_and_does_not_begin_at_noon() -> None:
    (tonight,) = names("Tonight!")
    assert fits(tonight, datetime(2023, 10, 10, 1, 30, tzinfo=BST), DAY)
    assert not fits(tonight, datetime(2023, 10, 9, 12, 0, tzinfo=BST), DAY)
    assert not fits(tonight, datetime(2023, 10, 9, 1, 30, tzinfo=BST), DAY)


def test_an_hour_without_its_half_of_the_day_may_mean_both() -> None:
    assert names("at 7:30") == (ClockTime("7:30", frozenset({450, 1170})),)
    assert names("at 07:30") == (ClockTime("07:30", frozenset({450})),)
    assert names("at 7:30 am") == (ClockTime("7:30 am", frozenset({450})),)


def test_an_hour_of_another_zone_is_read_there_and_small_words_are_no_zones() -> None:
    assert names("at 15:00 CET") == (ClockTime("15:00 CET", frozenset({900}), (60, 120), "CET"),)
    assert names("at 15:00 UTC+2") == (ClockTime("15:00 UTC+2", frozenset({900}), (120,), "UTC+2"),)
    assert names("à 15h est prévu") == (ClockTime("15h", frozenset({900})),)


def test_names_come_in_order_with_their_own_words() -> None:
    assert names("Tomorrow, on Tuesday 10 October, at 1 p.m.") == (
        Day("Tomorrow", 1),
        Weekday("Tuesday", 1),
        Date("10 October", 10, 10),
        ClockTime("1 p.m.", frozenset({780})),
    )


def test_any_text_is_read_in_little_time() -> None:
    for words in ("1" * 5000, "12:3 " * 1000, "one two " * 600, "الساعة " * 700, "morgen " * 700, "1-" * 2500):
        names(words)
    for words in ("tenth of " * 600, "vingt et un " * 400, "12:00 " * 4000):
        names(words)
