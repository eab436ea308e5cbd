"""A small live campaign, played up to the middle of its day: every state, every table, printed links. For the dumps.

To add the dumps of this version: `python -m tests.store.ledgers.write`. They are text, and stay as they are for good.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from amplifier import settings as settings_file
from amplifier.campaign.delivery import Receipt
from amplifier.campaign.mention import Aside, Mention, MentionKind, Status, Visibility
from amplifier.campaign.notice import Draft
from amplifier.campaign.plan import Distance
from amplifier.campaign.post import OWN, PostId
from amplifier.campaign.secret_link import HandOffRequest, LinkKind
from amplifier.deliver.accounts import listed
from amplifier.errors import OutcomeUnknown, Rejected
from amplifier.operate.correct import NewWords, prepare_correction, queue_correction
from amplifier.operate.own import prepare_own, queue_own
from amplifier.policy import Topic
from amplifier.schedule.decided.change import decide_move, find_post, prepare_move, program_in_force
from amplifier.schedule.decided.rewording import decide_words
from amplifier.schedule.decided.skipping import decide_skip
from amplifier.schedule.planner import Planner
from amplifier.settings import Settings
from amplifier.store import claims, deliveries, delivery_views, kits, ledger, secret_links, spends
from amplifier.store.holding import stops
from amplifier.store.identity import accounts, sealed
from amplifier.store.kits import Kit
from amplifier.store.listening import mentions, quarantine, sources
from amplifier.store.operate import overrides
from amplifier.store.operate.corrections import Hand
from tests.deliver.desk import Desk

HOME = Path(__file__).parent / "home"
OPENED = datetime(2023, 9, 24, 6, 0, tzinfo=UTC)
MORNING = datetime(2023, 10, 10, 9, 0, tzinfo=UTC)  # ten o'clock in Liverpool
DUMPED = datetime(2023, 10, 10, 11, 25, 5, tzinfo=UTC)
ANNA, BEN, CLEO, STOP = (
    "A" * 43,
    "B" * 43,
    "C" * 43,
    "S" * 43,
)  # secret addresses that were given out; on paper, they never change
REWORDED = "The debate begins, and these words are a person's."


def the_settings() -> Settings:
    """What settings.yaml said when the dumps were made."""
    return settings_file.load(HOME)


class Day:
    """The planner, a worker and people at work on the campaign, on one clock."""

    def __init__(self) -> None:
        self.settings = the_settings()
        self.desk = Desk(time=OPENED, rules={"x": {"by_hand": True}})
        self.planner = Planner(HOME, self.settings, now=lambda: self.desk.time)

    def until(self, hour: int, minute: int, second: int = 0) -> None:
        """Let the clock go on to then (Liverpool), plan, and let the worker do what it can."""
        self.desk.time = datetime(2023, 10, 10, hour - 1, minute, second, tzinfo=UTC)
        self.planner.refresh()
        for _ in range(6):
            self.desk.tick()

    def number(self, slot: str, account: str) -> int:
        """The delivery of a slot's post on an account."""
        return next(
            one.id
            for one in delivery_views.views()
            if (one.identity.post.slot, one.identity.account) == (slot, account)
        )

    def ask(self, slot: str, token: str, person: str) -> None:
        """Somebody is asked to post this on X by hand."""
        one = HandOffRequest(self.number(slot, "x"), person, 0)
        draft = Draft(f"{slot}:0", Topic.HAND_OFF, "Please post.")
        assert secret_links.ask([one], draft, token=token, link="sealed:x", now=self.desk.time)

    def play(self) -> None:
        """All that happened before the dump was made."""
        ledger.open_ledger(mode="live", campaign="lab23", now=OPENED, stopped="This database is new.")
        know(self.settings)
        self.until(10, 0)
        stops.lift(actor="cli:ola", now=self.desk.time)
        self._decide()
        self.until(11, 20)  # nobody was there at eleven
        self.until(12, 0)
        self.ask("early", ANNA, "anna")
        self._anna_posts()
        self.until(12, 5)
        self.ask("corrected", BEN, "ben")
        self._correct()
        self.until(12, 8)
        self._own()
        self.desk.networks["bluesky"].lost = [OutcomeUnknown("The answer was lost.")]
        self.desk.networks["bluesky"].blind = [OutcomeUnknown("It cannot be asked.")] * 99
        self.until(12, 12)
        self.ask("doubtful", CLEO, "cleo")
        self._hear()
        for minute in range(15, 25):
            self.until(12, minute)
        self.desk.time += timedelta(minutes=1)
        self._begin_and_fall_silent()
        self._everything_else()
        self.desk.close()

    def _decide(self) -> None:
        program = program_in_force(self.settings)
        at = {"actor": "cli:ola", "now": self.desk.time}
        decide_skip(program, find_post(program, "skipped"), reason="not today", **at)  # type: ignore[arg-type]
        words = {"bluesky": REWORDED, "mastodon": REWORDED}
        decide_words(program, find_post(program, "reworded"), words, reason="better", **at)  # type: ignore[arg-type]
        move = prepare_move(program, "debate", Distance(timedelta(minutes=10)), now=self.desk.time)
        decide_move(move, reason="it slips", **at)  # type: ignore[arg-type]

    def _anna_posts(self) -> None:
        secret_link = secret_links.find_secret_link(LinkKind.HAND_OFF, ANNA)
        assert secret_link
        assert secret_links.take_secret_link(secret_link, actor="link:anna", now=self.desk.time)
        receipt = Receipt("1712345678901234567", "https://x.com/labfreemvmt/status/1712345678901234567")
        overrides.adopt(self.number("early", "x"), receipt, actor="link:anna", now=self.desk.time)
        secret_links.close_secret_links([secret_link.id], now=self.desk.time)

    def _correct(self) -> None:
        post = PostId("lab23", "corrected", "once")
        words = {name: NewWords("The debate is at 14:50, in the small hall.", "en") for name in ("bluesky", "mastodon")}
        now, first_day = self.desk.time, self.settings.campaign.first_day
        correction = prepare_correction(post, words, self.settings, now=now, on=["bluesky", "mastodon"])
        queue_correction(correction, self.settings, Hand("cli:ola", "another hall", now, first_day))

    def _own(self) -> None:
        for text, due in (("Said by a person at once.", self.desk.time), ("Said by a person later.", MORNING)):
            at = due if due > MORNING else datetime(2023, 10, 10, 12, 30, tzinfo=UTC)
            own = prepare_own(text, ["mastodon"], self.settings, due_at=at, now=self.desk.time)
            queue_own(own, self.settings, actor="cli:ola", now=self.desk.time)
        for _ in range(2):
            self.desk.tick()

    def _hear(self) -> None:
        self.desk.networks["mastodon"].refused = [Rejected("Such words are not taken here.")]
        for number, (network, author) in enumerate(
            [("x", "bell.example"), ("bluesky", "anna.example"), ("mastodon", "ben@elsewhere.example")]
        ):
            mention = Mention(
                network, network, f"{network}-{number}", MentionKind.REPLY, str(number), author, author.title(),
                "Good luck to all of you", f"https://{network}.example/{number}", self.desk.time,
                visibility=Visibility.PRIVATE if network == "mastodon" else Visibility.PUBLIC,
            )  # fmt: skip
            mentions.take_in(f"{network}:mentions", [mention], cursor=f"cursor-{number}", now=self.desk.time)
        first = mentions.mentions(mentions.Filter())[0]
        mentions.follow_up(first.id, status=Status.WAITING, note="asked back", actor="cli:ola", now=self.desk.time)
        sources.source_trouble("x:mentions", problem="It did not answer.")
        odd = Aside("odd-1", b'{"account": null}', "It names nobody.")
        quarantine.keep("mastodon:mentions", [odd], reader="an older one", now=self.desk.time)

    def _begin_and_fall_silent(self) -> None:
        lease = self.desk.time + timedelta(seconds=60)
        claimed = claims.claim(now=self.desk.time, lease_until=lease, limit=9, served=["mastodon"])
        (due,) = [one for one in claimed if one.identity.post.slot == "under-way"]
        assert deliveries.begin(due, request=b"the bytes", now=self.desk.time, lease_until=lease)

    def _everything_else(self) -> None:
        now = self.desk.time
        secret_links.make_secret_link(kind=LinkKind.STOP, token=STOP, now=now, actor="cli:ola", person="paper")
        stops.stop(reason="A wrong name", actor="cli:ola", now=now, scope="tag:strike")
        stops.stop(reason="A wrong picture", actor="cli:ola", now=now, scope="account:bluesky")
        stops.stop(reason="Only a drill", actor="cli:ola", now=now, scope="account:mastodon")
        stops.lift(actor="cli:ola", now=now, scope="account:mastodon")
        spends.reserve("x", "publish", 15_000, budget=10_000_000, now=now)
        sealed.save_seal("bluesky", "https://bsky.social", value=b"sealed", now=now)
        kits.keep_kit(Kit("lab23", "0" * 64, b"<p>A kit</p>"), now=now)


def know(settings: Settings) -> None:
    """The accounts, each as its network told of it."""
    accounts.know_accounts(listed(settings))
    for number, one in enumerate(settings.accounts):
        url = f"https://{one.platform}.example/us"
        accounts.account_is_ok(one.name, remote_id=f"remote-{number}", url=url, text_limit=0, now=OPENED)


def own_posts() -> list[str]:
    """The texts of the posts that people wrote themselves."""
    return [one.text for one in delivery_views.views() if one.identity.post.slot == OWN]
