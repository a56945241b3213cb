"""Titles of which each does harm where somebody forgets what they are."""

from __future__ import annotations

TITLES = (
    "<script>document.title='owned'</script>",
    "</script><script>document.title='owned'</script>",
    "<!--<script>",
    "<img src=x onerror=\"document.title='owned'\">",
    '=HYPERLINK("https://evil.example","Tea")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "＝1+1",
    "\t=1",
    "\u202eevil\u202c مرحبا",
    "🫖👩‍👧 tea",
    "a|b `c` ``d`` [x](https://evil.example) @everyone #1",
    "{{ 7*7 }} ${7*7} {% raw %}",
    "line one\r\nline two\u2028three",
)
