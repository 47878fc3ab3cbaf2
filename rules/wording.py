"""Prose of what the rules say, in Chinese and English, from `wording.yaml`. Labels of a policy stand in its pack instead."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

import yaml


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every text: section.key → {"zh": …, "en": …}."""
    sections = yaml.safe_load(Path(__file__).with_name("wording.yaml").read_text(encoding="utf-8"))
    return {f"{section}.{key}": texts for section, entries in sections.items() for key, texts in entries.items()}


def say(key: str, lang: str, **params: str) -> str:
    """The text of `section.key` with its placeholders filled."""
    return catalogue()[key]["en" if lang == "en" else "zh"].format(**params)


def word(key: str, lang: str) -> str:
    """A single word, such as yes."""
    return say(f"words.{key}", lang)


def fault(code: str, lang: str, params: Mapping[str, str]) -> str:
    """The message of a fault: what was found and what to do."""
    return say(f"faults.{code}", lang, **params)


def day(value: date, lang: str) -> str:
    """A day as people write it."""
    return value.isoformat() if lang == "en" else f"{value.year}年{value.month}月{value.day}日"
