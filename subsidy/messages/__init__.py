"""Telling people what became of their cases, by e-mail and on the site."""
