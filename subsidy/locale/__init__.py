"""What the application says to people, in Chinese and English.

One catalogue a room (`review.yaml`), each entry a key with both languages:

    approve_done: {zh: 已核定, en: Approved}

and is asked for as `text("zh", "review.approve_done")`. Placeholders are named: `{amount}`. What belongs to a policy
(labels of facts, conditions, clauses) is in its pack, not here.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import yaml

LANGUAGES: Final = ("zh", "en")


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every text by its full key, e.g. `base.sign_in` → {"zh": …, "en": …}."""
    return {
        f"{path.stem}.{key}": entry
        for path in sorted(Path(__file__).parent.glob("*.yaml"))
        for key, entry in yaml.safe_load(path.read_text(encoding="utf-8")).items()
    }


def text(lang: str, key: str, **params: object) -> str:
    """The text of `key` in `lang`, its placeholders filled. KeyError where the key or a placeholder is missing."""
    return catalogue()[key][lang].format(**params)
