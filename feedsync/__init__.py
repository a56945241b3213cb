"""feedsync keeps a Bik store equal to a brand's product feeds."""

__version__ = "0.1.0"
