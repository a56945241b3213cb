"""Programs of other people that keep data equal to a file: each a script of its own, for an interpreter that has its library.

A script is given the operation (``first``, ``same``, ``next``), the format, the document, the document before it and a folder
for its state. It prints what it found as JSON: ``written`` items, and ``added``, ``removed`` and ``changed`` where it can tell.
"""
