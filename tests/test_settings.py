import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import get_args
from unittest.mock import create_autospec

import pytest
from pydantic import BaseModel

from amplifier import networks, settings
from amplifier.campaign.account import Identity
from amplifier.errors import Problem, SettingsError
from amplifier.limits import RehearsalTimeLimits, TimeLimits
from amplifier.platforms.capabilities import TABLE
from amplifier.policy import Counts, TextLimit, Topic
from amplifier.sandbox.nouns import SERVER

HOME = Path(__file__).parent.parent
EXAMPLE = (HOME / "settings.yaml").read_text()
LIVE = EXAMPLE.replace("mode: rehearsal ", "mode: live ")


def refused(*changes: tuple[str, str], text: str = EXAMPLE) -> list[Problem]:
    for old, new in changes:
        assert old in text, f"the example no longer says {old!r}"
        text = text.replace(old, new, 1)
    with pytest.raises(SettingsError) as caught:
        settings.parse(text)
    return caught.value.problems


def line_of(words: str, text: str = EXAMPLE) -> int:
    return text[: text.index(words)].count("\n") + 1


def test_the_example_is_good_and_says_what_it_says() -> None:
    found = settings.load(HOME)
    assert found.mode is settings.Mode.REHEARSAL
    assert (found.campaign.first_day, found.campaign.last_day) == (date(2023, 9, 24), date(2023, 10, 11))
    assert [account.name for account in found.accounts] == ["x", "bluesky", "mastodon"]
    assert found.account("x").secrets["api_key"] == "X_API_KEY"
    assert found.campaign.append == ("tag", "handle")
    assert found.campaign.links["volunteer"].startswith("https://")
    assert found.listen.tags == ()


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("tags: []", 'tags: ["#FreeMovement23"]', "It needs tag, ours."),
        ("tags: []", 'tags: "#FreeMovement23"', "Each item needs tag, ours."),
        ("listen:", "notify: [somebody]\nlisten:", "It needs name, address. It may have about."),
        ("listen:", "budget: 25\nlisten:", "It needs monthly."),
        ("      app_password: BLUESKY_APP_PASSWORD", "      - BLUESKY_APP_PASSWORD", "Write a name, a colon"),
        ("language: en", "language: English", "For example en, cy or en-GB."),
    ],
)
def test_what_has_another_shape_is_told_what_belongs_there(old: str, new: str, hint: str) -> None:
    [found] = refused((old, new))
    assert found.hint.startswith(hint)


def test_the_example_spells_out_the_defaults_so_that_nobody_has_to_look_them_up() -> None:
    cut = EXAMPLE[: EXAMPLE.index("listen:")]
    spelt, default = settings.parse(EXAMPLE), settings.parse(cut)
    for name in ("listen", "limits", "rehearsal"):
        assert getattr(spelt, name) == getattr(default, name)


def test_a_voice_has_one_form_everywhere_or_one_a_platform() -> None:
    campaign = settings.parse(EXAMPLE).campaign
    assert [campaign.form("tag", platform) for platform in ("x", "mastodon")] == ["#Lab23", "#Lab23"]
    assert campaign.form("handle", "mastodon") == "@labfreemvmt@social.example"
    with pytest.raises(KeyError):
        campaign.form("nobody", "x")


def test_the_mode_decides_how_patient_we_are() -> None:
    rehearsal, live = settings.parse(EXAMPLE), settings.parse(LIVE)
    assert (rehearsal.timing, rehearsal.listen_every_s) == (rehearsal.rehearsal.limits, 3.0)
    assert (live.timing, live.listen_every_s) == (live.limits, 60.0)
    assert live.timing.too_late_after_s == 900.0


def test_rehearsal_limits_that_are_left_out_are_those_of_a_rehearsal_and_not_of_live_mode() -> None:
    text = EXAMPLE.replace("    settle: 2s\n", "")
    assert settings.parse(text).rehearsal.limits.settle_s == RehearsalTimeLimits().settle_s == 2.0
    assert TimeLimits().settle_s == 90.0


def test_the_digest_changes_with_every_byte_of_the_file() -> None:
    assert settings.parse(EXAMPLE).digest == settings.load(HOME).digest
    assert settings.parse(EXAMPLE + "\n").digest != settings.parse(EXAMPLE).digest


def test_nobody_can_change_settings_on_the_way() -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings.parse(EXAMPLE).mode = settings.Mode.LIVE  # type: ignore[misc] - that is what is tried


def test_a_mistyped_key_names_file_line_and_nearest_key() -> None:
    [found] = refused(("  place: Liverpool", "  place: Liverpool\n  plcae: x"))
    assert (
        str(found)
        == f"settings.yaml:{line_of('place:') + 1}: `plcae` is not a key that belongs here.\n    Did you mean place?"
    )


@pytest.mark.parametrize("key", ["digest", "lines", "every_s"])
def test_names_of_the_code_are_not_keys_of_the_file(key: str) -> None:
    [found] = refused(("listen:\n", f"{key}: 1\nlisten:\n"))
    assert found.rule == "unknown_key"


@pytest.mark.parametrize("mode", ["", "Live", "prod", "true"])
def test_a_mode_that_is_neither_is_refused_and_never_guessed(mode: str) -> None:
    [found] = refused(("mode: rehearsal ", f"mode: {mode} "))
    assert found.line == line_of("mode:")
    assert [problem.message for problem in refused(("mode: rehearsal ", "# "))] == ["`mode` is missing."]


SECRET = "Kx7-hush-hush-0mN2"


@pytest.mark.parametrize(
    "wrong", [f"api_key: {SECRET}", f"api_key: [{SECRET}]", f"api_key: '{SECRET} '", f"api_key: {{a: {SECRET}}}"]
)
def test_a_secret_in_the_file_is_refused_without_repeating_it(wrong: str) -> None:
    [found] = refused(("api_key: X_API_KEY", wrong))
    assert found.line == line_of("api_key:")
    assert "a secret's value does not belong in the file" in found.message
    assert "hush" not in str(found)


def test_a_secret_in_the_place_of_its_name_is_not_repeated_either() -> None:
    [found] = refused(("api_key: X_API_KEY", f"{SECRET}: X_API_KEY"))
    assert "hush" not in str(found)
    assert found.message == "X does not have this secret."
    assert "hush" not in str(refused(("secrets:\n      app_password: BLUESKY_APP_PASSWORD", f"secrets: {SECRET}")))


def test_an_unknown_network_gets_the_nearest_known_one() -> None:
    [found] = refused(("platform: bluesky", "platform: blusky"))
    assert (found.line, found.hint) == (line_of("platform: bluesky"), "Did you mean bluesky?")


def test_an_unknown_zone_gets_the_nearest_known_one() -> None:
    [found] = refused(("Europe/London", "Europe/Lodnon"))
    assert (found.line, found.hint) == (line_of("zone:"), "Did you mean Europe/London?")


def test_a_handle_needs_a_form_for_every_network_with_an_account() -> None:
    [found] = refused(('      bluesky: "@labfreemvmt.example"\n', ""))
    assert found.message == "`handle` has no form for Bluesky, where you have an account."
    assert found.line == line_of("    handle:")
    [found] = refused(('    tag: "#Lab23"', '    tag: {x: "#a", bluesky: "#a", mastodon: "#a", threads: "#a"}'))
    assert found.message == "`threads` is neither a network nor one of your accounts."


def test_a_hashtag_that_lost_its_quotes_says_so() -> None:
    [found] = refused(('tag: "#Lab23"', "tag: #Lab23"))
    assert "quotes" in found.hint
    assert found.line == line_of("tag:")


@pytest.mark.parametrize("name", sorted(settings.RESERVED))
def test_a_voice_may_not_take_a_name_that_templates_use_already(name: str) -> None:
    [found] = refused(("    tag:", f"    {name}: x\n    tag:"))
    assert "means something else" in found.message


def test_every_post_can_only_carry_voices_that_exist() -> None:
    [found] = refused(("append: [tag, handle]", "append: [tga, handle]"))
    assert (found.message, found.hint) == ("`tga` is not one of the voices.", "Did you mean tag?")
    [found] = refused(("append: [tag, handle]", "append: [tag, tag]"))
    assert "twice" in found.message


def test_two_accounts_of_one_name_are_refused() -> None:
    [found] = refused(("name: bluesky", "name: x"))
    assert found.message == "Two accounts are called x."
    assert found.line == line_of("name: bluesky")


def test_one_account_under_two_names_is_refused_because_every_post_would_go_out_twice() -> None:
    twin = "  - {name: again, platform: x, handle: LabFreeMvmt}\n"
    [found] = refused(("accounts:\n", "accounts:\n" + twin))
    assert found.message == "@labfreemvmt on X is here twice."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("handle: labfreemvmt\n    secrets:\n      api_key", "handle: '@labfreemvmt'\n    secrets:\n      api_key"),
        ("handle: labfreemvmt.example", "handle: labfreemvmt"),
        ("handle: labfreemvmt\n    api", "handle: labfreemvmt@social.example\n    api"),
    ],
)
def test_a_handle_that_the_network_cannot_have_is_refused(old: str, new: str) -> None:
    [found] = refused((old, new))
    assert "`handle` is not one that" in found.message


@pytest.mark.parametrize(
    "link", ["http://freemovement.example", "freemovement.example", "https://", "https://a:b@c.example"]
)
def test_only_https_links_are_links(link: str) -> None:
    [found] = refused(("https://freemovement.example/contact", link))
    assert found.line == line_of("contact:")


def test_an_api_is_a_server_and_no_page() -> None:
    [found] = refused(("api: https://social.example", "api: https://social.example/@labfreemvmt"))
    assert "server alone" in found.message


def test_live_needs_to_know_the_mastodon_server_and_the_name_of_every_secret() -> None:
    settings.parse(EXAMPLE.replace("    api: https://social.example\n", "").replace("      api_key: X_API_KEY\n", ""))
    [found] = refused(("    api: https://social.example\n", ""), text=LIVE)
    assert found.message == "`api` is missing: mastodon could be on any Mastodon server."
    [found] = refused(("      api_key: X_API_KEY\n", ""), text=LIVE)
    assert found.message == "`api_key` is missing: x cannot log in without it."
    assert "X_API_KEY" in found.hint


def test_an_events_hashtag_is_not_listened_to_and_the_reason_is_given() -> None:
    [found] = refused(("tags: []", 'tags: [{tag: "#Lab23"}]'))
    assert "strangers" in found.hint
    assert found.line == line_of("tags:")
    [found] = refused(("tags: []", 'tags: [{tag: "#Lab23", ours: false}]'))
    assert "strangers" in found.hint


def test_a_hashtag_of_our_own_is_listened_to() -> None:
    text = EXAMPLE.replace("tags: []", 'tags: [{tag: "#FreeMovement23", ours: true}]')
    assert settings.parse(text).listen.tags == ("FreeMovement23",)
    [found] = refused(("tags: []", 'tags: [{tag: "free movement", ours: true}]'))
    assert "is not a hashtag" in found.message


@pytest.mark.parametrize("last", ["2023-09-23", "2024-10-11"])
def test_days_that_cannot_be_meant_are_refused(last: str) -> None:
    [found] = refused(("last_day: 2023-10-11", f"last_day: {last}"))
    assert found.line == line_of("last_day:")


def test_a_lease_that_a_slow_answer_outlives_is_refused() -> None:
    [found] = refused(("lease: 60s", "lease: 23s"))
    assert found.line == line_of("limits:")
    assert "`lease`" in found.message


def test_a_stage_too_short_to_play_on_is_refused() -> None:
    [found] = refused(("seconds: 600", "seconds: 10"))
    assert found.message == "`seconds` must be at least 30."


WITH_MONEY = EXAMPLE.replace("limits:\n", "budget:\n  monthly: 25\nlimits:\n", 1)
ACCOUNT = "  - name: bluesky\n"


def test_left_out_the_keys_of_delivery_mean_what_their_explanation_says() -> None:
    found = settings.parse(EXAMPLE)
    account = found.account("bluesky")
    assert (account.hand_off, account.gap_s, account.daily_cap) == (None, None, None)
    assert account.on_doubt == "repost_after_look"
    assert (found.budget, found.notify, found.ping, found.address) == (None, (), None, None)


def test_an_account_may_be_given_to_hands_park_its_doubts_and_keep_a_gap_and_a_cap_of_its_own() -> None:
    keys = "    hand_off: true\n    on_doubt: park\n    gap: 5m\n    daily_cap: 12\n"
    account = settings.parse(EXAMPLE.replace(ACCOUNT, ACCOUNT + keys)).account("bluesky")
    assert (account.hand_off, account.on_doubt, account.gap_s, account.daily_cap) == (True, "park", 300.0, 12)


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("hand_off", "perhaps", "`hand_off`"),
        ("on_doubt", "repost", "`on_doubt`"),
        ("gap", "60", "`gap` is not a length of time."),
        ("gap", "0s", "`gap` must be longer than nothing."),
        ("daily_cap", "0", "`daily_cap` must be at least 1."),
        ("daily_cap", "many", "`daily_cap`"),
        ("hand-off", "true", "`hand-off` is not a key that belongs here."),
    ],
)
def test_a_rule_of_an_account_that_cannot_be_meant_is_told_with_its_line(key: str, value: str, sentence: str) -> None:
    text = EXAMPLE.replace(ACCOUNT, f"{ACCOUNT}    {key}: {value}\n")
    [found] = refused(text=text)
    assert found.line == line_of(f"    {key}:", text)
    assert found.message.startswith(sentence)


def test_a_budget_is_dollars_for_a_month() -> None:
    found = settings.parse(WITH_MONEY)
    assert found.budget is not None
    assert found.budget.monthly == 25_000_000


@pytest.mark.parametrize("wrong", ["0", "-5", "$25", "1000000"])
def test_a_budget_that_is_no_amount_of_money_is_told_how_to_write_one(wrong: str) -> None:
    [found] = refused(("monthly: 25", f"monthly: {wrong}"), text=WITH_MONEY)
    assert (found.line, found.message.split()[0]) == (line_of("  monthly:", WITH_MONEY), "`monthly`")
    assert "12.50" in found.hint


API = "    api: https://social.example\n"


@pytest.mark.parametrize("counts", ["mastodon", "codepoints", "graphemes"])
def test_a_server_s_way_to_count_stands_with_its_account_and_nowhere_else(counts: str) -> None:
    text = EXAMPLE.replace(
        "    api: https://social.example\n", f"    api: https://social.example\n    counts: {counts}\n"
    )
    assert settings.parse(text).account("mastodon").counts == Counts(counts)
    assert settings.parse(EXAMPLE).account("mastodon").counts is None
    [odd] = refused(("counts: " + counts, "counts: letters"), text=text)
    assert odd.line == line_of("    counts: letters", text.replace(counts, "letters"))
    [x] = refused(("  - name: x\n", f"  - name: x\n    counts: {counts}\n"))
    assert "X counts in one way everywhere" in x.message


def test_what_a_server_told_holds_where_the_file_says_nothing() -> None:
    parsed = settings.parse(EXAMPLE)
    who = {account.name: account.identity for account in parsed.accounts}
    gone = Identity("mastodon", "elsewhere.example", who["mastodon"].handle)
    told = {who["mastodon"]: TextLimit(5000, Counts.CODE_POINTS), who["x"]: TextLimit(), gone: TextLimit(1)}
    found = parsed.with_limits(told)
    assert (found.account("mastodon").limit, found.account("mastodon").counts) == (5000, Counts.CODE_POINTS)
    assert (found.account("x").limit, found.account("x").counts) == (None, None)
    assert parsed.with_limits({}) == parsed
    links = parsed.with_limits({who["mastodon"]: TextLimit(500, None, 100)})
    assert [links.account(name).link_cost for name in ("mastodon", "x")] == [100, None]
    assert settings.parse(EXAMPLE).account("mastodon").link_cost is None
    counted = EXAMPLE.replace(API, f"{API}    counts: mastodon\n")
    assert (
        settings.parse(counted).with_limits({who["mastodon"]: TextLimit(500, None, 100)}).account("mastodon").link_cost
        is None
    )
    own = EXAMPLE.replace(API, f"{API}    limit: 1000\n")
    account = settings.parse(own).with_limits(told).account("mastodon")
    assert (account.limit, account.counts) == (1000, Counts.CODE_POINTS)


def test_who_is_to_be_told_stands_with_the_name_of_a_variable() -> None:
    people = "notify:\n  - {name: ola, address: NOTIFY_OLA}\n  - {name: bo, address: NOTIFY_BO, about: [missed]}\n"
    found = settings.parse(EXAMPLE + people)
    assert [(one.name, one.address, len(one.about)) for one in found.notify] == [
        ("ola", "NOTIFY_OLA", len(Topic)),
        ("bo", "NOTIFY_BO", 1),
    ]
    [wrong] = refused(("NOTIFY_OLA", f"mailto://{SECRET}@mail.example"), text=EXAMPLE + people)
    assert "a secret's value does not belong in the file" in wrong.message
    assert "hush" not in str(wrong)
    [twice] = refused(("name: bo", "name: ola"), text=EXAMPLE + people)
    assert "ola twice" in twice.message
    assert twice.line == line_of("notify:", EXAMPLE + people)


def test_who_watches_over_us_is_the_name_of_a_variable_and_never_the_address_itself() -> None:
    assert settings.parse(EXAMPLE + "ping: PING_ADDRESS\n").ping == "PING_ADDRESS"
    [found] = refused(text=EXAMPLE + f"ping: https://hc.example/{SECRET}\n")
    assert found.line == line_of("ping:", EXAMPLE + "ping:")
    assert "hush" not in str(found)


@pytest.mark.parametrize("wrong", ["http://amplifier.example", "amplifier.example", "https://amplifier.example/page"])
def test_the_address_of_the_pages_is_a_server_by_https_alone(wrong: str) -> None:
    assert settings.parse(EXAMPLE + "address: https://amplifier.example\n").address == "https://amplifier.example"
    [found] = refused(text=EXAMPLE + f"address: {wrong}\n")
    assert found.message.startswith("`address` ")


@pytest.mark.parametrize("key", ["live_too_late_after", "gap", "hand_over_after", "read_back_after"])
def test_every_patience_of_delivery_can_be_set_and_is_a_length_of_time(key: str) -> None:
    text = EXAMPLE.replace("limits:\n", f"limits:\n  {key}: 7m\n", 1)
    assert getattr(settings.parse(text).limits, f"{key}_s") == 420.0
    [found] = refused((f"{key}: 7m", f"{key}: 7"), text=text)
    assert found.message == f"`{key}` is not a length of time."


def test_live_names_the_addresses_of_those_who_are_to_be_told_when_they_are_missing() -> None:
    text = LIVE + "notify:\n  - {name: ola, address: NOTIFY_OLA}\nping: PING_ADDRESS\n"
    found = {problem.message: problem.line for problem in settings.parse(text).missing_secrets({})}
    assert found["The environment variable NOTIFY_OLA is not set, so ola hears of nothing."] == line_of(
        "  - {name", text
    )
    assert found["The environment variable PING_ADDRESS is not set, so nobody hears when we fall silent."]


def test_all_problems_come_at_once_in_the_order_of_the_lines() -> None:
    found = refused(("zone: Europe/London", "zone: x"), ("every: 60s", "every: 60"), ("name: bluesky", "name: B"))
    assert [problem.line for problem in found] == [line_of("zone:"), line_of("name: bluesky"), line_of("every:")]


def test_a_rehearsal_reads_no_credential() -> None:
    environ = create_autospec(dict, instance=True)
    assert settings.parse(EXAMPLE).missing_secrets(environ) == ()
    assert environ.mock_calls == []


def test_live_names_every_secret_that_is_missing_and_never_a_value() -> None:
    names = {"X_API_KEY": SECRET, "X_API_SECRET": SECRET, "X_ACCESS_TOKEN": SECRET, "X_ACCESS_SECRET": SECRET}
    found = settings.parse(LIVE).missing_secrets({**names, "BLUESKY_APP_PASSWORD": " "})
    assert [problem.line for problem in found] == [line_of("app_password:"), line_of("access_token: MASTODON")]
    assert found[0].message == "The environment variable BLUESKY_APP_PASSWORD is not set, so bluesky cannot log in."
    assert "hush" not in "".join(map(str, found))
    every = {**names, "BLUESKY_APP_PASSWORD": SECRET, "MASTODON_ACCESS_TOKEN": SECRET}
    assert settings.parse(LIVE).missing_secrets(every) == ()


X_KEYS = """    secrets:
      api_key: X_API_KEY
      api_secret: X_API_SECRET
      access_token: X_ACCESS_TOKEN
      access_secret: X_ACCESS_SECRET
"""


def test_live_x_without_a_budget_needs_no_key_whether_it_names_some_or_not() -> None:
    free = {"BLUESKY_APP_PASSWORD": SECRET, "MASTODON_ACCESS_TOKEN": SECRET}
    for text in (LIVE, LIVE.replace(X_KEYS, "")):
        assert settings.parse(text).missing_secrets(free) == ()
    paid = settings.parse(LIVE + "budget: {monthly: 10}\n")
    assert paid.missing_secrets(free)[0].line == line_of("api_key:")
    with pytest.raises(SettingsError, match="api_key"):
        settings.parse(LIVE.replace(X_KEYS, "") + "budget: {monthly: 10}\n")


def test_who_is_posted_for_by_hand_and_has_no_keys_needs_none_on_any_network() -> None:
    by_hand = LIVE.replace("    secrets:\n      app_password: BLUESKY_APP_PASSWORD\n", "    hand_off: true\n")
    assert by_hand != LIVE
    assert settings.parse(by_hand).missing_secrets({"MASTODON_ACCESS_TOKEN": SECRET}) == ()
    named = LIVE.replace("    secrets:\n      app_password", "    hand_off: true\n    secrets:\n      app_password")
    (found,) = settings.parse(named).missing_secrets({"MASTODON_ACCESS_TOKEN": SECRET})
    assert "BLUESKY_APP_PASSWORD" in found.message  # it is named, so it is wanted


def test_who_tells_nobody_needs_no_address_of_whom_to_tell() -> None:
    text = LIVE + "notify:\n  - {name: ola, address: NOTIFY_OLA}\nping: PING_ADDRESS\n"
    found = settings.parse(text).missing_secrets({"MASTODON_ACCESS_TOKEN": SECRET}, tells=False)
    assert [problem.line for problem in found] == [line_of("app_password:", text)]


def test_settings_and_the_capabilities_table_know_the_same_networks() -> None:
    assert dict(networks.SECRETS) == {name: row.secrets for name, row in TABLE.items()}
    assert dict(networks.TITLES) == {name: row.title for name, row in TABLE.items()}
    assert settings.HANDLES.keys() == TABLE.keys()


DOCS = (HOME / "docs/settings.md").read_text()


def keys(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield field.alias or name
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from keys(kind)


def test_every_key_has_its_line_in_the_documentation() -> None:
    mine = {"lines", "digest", "everywhere", "forms"}  # names of the code, not of the file
    found = set(re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in DOCS.splitlines() if line[:1] == "|")))
    found |= set(re.findall(r"^#+ (\w+)$", DOCS, re.MULTILINE))
    assert set(keys(settings.Settings)) - mine <= found


def test_the_documentation_shows_the_defaults_as_they_are() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)
    smallest = settings.parse(examples[0])
    for block in ("limits", "rehearsal"):
        [shown] = [text for text in examples if text.startswith(f"{block}:")]
        assert getattr(settings.parse(examples[0] + shown), block) == getattr(smallest, block)
        for key, value in re.findall(r"(\w+): (\S+)", shown):
            assert re.search(rf"\| `{key}` \| `{value}` \|", DOCS) or block == "rehearsal"


def test_every_example_in_the_documentation_is_good() -> None:
    smallest, voice, imprint, accounts, *blocks = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)
    head, tail = smallest.split("accounts:\n")
    found = settings.parse(head + voice + imprint + accounts + tail + "".join(blocks))
    assert found.account("mastodon").limit == 1000
    assert found.listen.tags == ("FreeMovement23",)


NORTH = "  - {name: north, platform: mastodon, handle: LabFreeMvmt, api: https://Other.example}\n"
TWO_SERVERS = EXAMPLE.replace("accounts:\n", "accounts:\n" + NORTH, 1)


def test_a_handle_is_known_with_its_server_where_it_belongs_to_one() -> None:
    found = settings.parse(TWO_SERVERS)
    assert [one.known_as for one in found.accounts] == [
        "@LabFreeMvmt@other.example",
        "@labfreemvmt",
        "@labfreemvmt.example",
        "@labfreemvmt@social.example",
    ]
    assert [one.server for one in found.accounts] == ["other.example", "", "", "social.example"]


def test_in_a_rehearsal_the_pages_of_other_mastodon_servers_name_their_server() -> None:
    found = settings.parse(TWO_SERVERS)
    assert [found.handle_in_pages(found.account(name)) for name in ("north", "mastodon", "x")] == [
        "LabFreeMvmt@other.example",
        "labfreemvmt",
        "labfreemvmt",
    ]
    live = found.model_copy(update={"mode": settings.Mode.LIVE})
    assert live.handle_in_pages(live.account("north")) == "LabFreeMvmt"
    assert settings.PRETEND_SERVER == SERVER


def test_a_voice_may_have_a_form_for_one_account() -> None:
    own = '      mastodon: "@labfreemvmt@social.example"\n      north: "@labfreemvmt@other.example"\n'
    text = TWO_SERVERS.replace('      mastodon: "@labfreemvmt@social.example"\n', own, 1)
    found = settings.parse(text)
    assert found.campaign.form("handle", "mastodon", "north") == "@labfreemvmt@other.example"
    assert found.campaign.form("handle", "mastodon", "mastodon") == "@labfreemvmt@social.example"
    assert found.form_on("handle", "mastodon") == "@labfreemvmt@social.example"
    [wrong] = refused(("      north:", "      nroth:"), text=text)
    assert (wrong.line, wrong.hint) == (line_of("      north:", text), "Did you mean north?")


def test_somebody_else_says_a_voice_as_our_first_account_there_if_the_network_has_no_form() -> None:
    own = '      mastodon: "@labfreemvmt@social.example"\n'
    text = TWO_SERVERS.replace(own, "").replace("  append:", '      north: "@a@b.example"\n  append:', 1)
    [wrong] = refused(text=text)
    assert wrong.message == "`handle` has no form for mastodon, nor one for all of Mastodon."
    alone = text.replace("name: mastodon", "name: south").replace(
        "  append:", '      south: "@c@d.example"\n  append:', 1
    )
    assert settings.parse(alone).form_on("handle", "mastodon") == "@a@b.example"
