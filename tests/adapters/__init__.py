"""Adapters: every record of a document comes out, none is made up, and no broken one costs another."""
