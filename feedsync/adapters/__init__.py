"""Adapters: each knows one format, cuts a document into raw items and reads them into Google's vocabulary."""
