"""Feeds in delimited text: comma, tab, semicolon or bar, in any encoding."""
