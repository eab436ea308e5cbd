"""What the tests in a real browser share: the windows, the questions they ask a page, and waiting without a hurry.

A page looks as the fonts of its machine let it, so a browser here has one of two sets of them, whatever else there is.
All browser tests with the other set, and with letters of twice the size: AMPLIFIER_TEST_LETTERS="noto 200" pytest …
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.waiting import HANG_S

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-gpu",
)
FONTS = Path("/usr/share/fonts/truetype")
SETS = {"dejavu": ("dejavu",), "noto": ("noto", "dejavu")}
PACKAGES = {"dejavu": "fonts-dejavu-core", "noto": "fonts-noto-core fonts-noto-color-emoji"}
FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>{dirs}<cachedir>{cache}</cachedir><include ignore_missing="yes">/etc/fonts/conf.d</include></fontconfig>
"""
USUAL_SIZE = 16  # pixels of a letter, where nobody has asked for larger ones
LETTERS = os.environ.get("AMPLIFIER_TEST_LETTERS", "dejavu 100")
PERCENT = int(LETTERS.split()[1])
# As many letters wide as a laptop usually is: with fewer, a page lies as on a phone.
LAPTOP = {"width": 1440 * PERCENT // 100, "height": 900 * PERCENT // 100}
PHONE = {"width": 390, "height": 844}
SMALL = {"width": 320, "height": 568}
THUMB = 44
PATIENCE_S = HANG_S
# What sticks out of the window, unless it lies in something that scrolls by itself or is there for ears alone.
TOO_WIDE = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const box = one.getBoundingClientRect();
  if (!one.checkVisibility() || box.width === 0 || (box.right <= innerWidth + 0.5 && box.left >= -0.5)) return false;
  for (let up = one; up; up = up.parentElement) {
    const style = getComputedStyle(up);
    if (up !== one && ["auto", "scroll"].includes(style.overflowX)) return false;
    if (style.clipPath !== "none" || ["hidden", "clip"].includes(style.overflowX)) return false;
  }
  return true;
}).map((one) => one.outerHTML.slice(0, 120))"""
UNNAMED = """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
  .filter((one) => ![...one.labels].some((label) => label.textContent.trim())).map((one) => one.outerHTML)"""
SMALL_TARGETS = """(least) => [...document.querySelectorAll("button, .button, summary, select, nav a, .acts a, .out")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < least - 0.5)
  .map((one) => `${one.getBoundingClientRect().height} ${one.outerHTML.slice(0, 120)}`)"""


@contextmanager
def chromium(letters: str = LETTERS) -> Iterator[Browser]:
    """A browser without a window, which waits for what a page has to show as long as a slow machine needs.

    `letters` names a set of fonts and the size of letters that its user chose, in per cent.
    """
    fonts, percent = letters.split()
    assert CHROMIUM.exists(), f"{CHROMIUM} is missing; install it with: apt-get install chromium"
    expect.set_options(timeout=PATIENCE_S * 1000)
    size = USUAL_SIZE * int(percent) // 100
    flags = [*FLAGS, f"--blink-settings=defaultFontSize={size},defaultFixedFontSize={size}"]
    with tempfile.TemporaryDirectory(prefix="amplifier-fonts-") as folder, sync_playwright() as playwright:
        environment = {**os.environ, "FONTCONFIG_FILE": str(_font_set(fonts, Path(folder)))}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags, env=environment)
        yield browser
        browser.close()


def _font_set(name: str, folder: Path) -> Path:
    """The settings with which a program finds these fonts and no others."""
    for place in SETS[name]:
        assert (FONTS / place).is_dir(), (
            f"{FONTS / place} is missing; install it with: apt-get install {PACKAGES[name]}"
        )
    dirs = "".join(f"<dir>{FONTS / place}</dir>" for place in SETS[name])
    settings = folder / "fonts.conf"
    settings.write_text(FONTCONFIG.format(dirs=dirs, cache=folder / "cache"))
    return settings


def until(is_so: Callable[[], bool], what: str) -> None:
    """Until what a page asked for has been done elsewhere: a page shows that it was pressed before it was heard."""
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, f"no {what} within {PATIENCE_S} s"
        time.sleep(0.05)
