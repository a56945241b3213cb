"""The tests, one package for each of the code's."""
