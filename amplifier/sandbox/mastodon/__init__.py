"""The pretend Mastodon servers."""
