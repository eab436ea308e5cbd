"""Amplifier: say it once, on time, on X, Bluesky and Mastodon, and answer everyone who answers you."""

VERSION = "0.2.0"
