"""What the application says to people, in Chinese and English.

One catalogue a room (`base.yaml`), each entry a key with both languages:

    sign_in: {zh: 登录, en: Sign in}

and is asked for as `text("zh", "base.sign_in")`. Placeholders are named: `{amount}`. What belongs to a policy
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
