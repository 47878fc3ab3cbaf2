"""What an assessment says in one sentence, the same on pages, on paper and in the terminal."""

from collections.abc import Mapping
from typing import Any

from subsidy.locale import text


def headline(scheme: Mapping[str, Any], lang: str) -> str:
    """The outcome of one scheme of an assessment document in plain words, with its conditions counted.

    An unmet condition is told before anything that is still open. Points that a person decides are named as such even
    where the applicant gave a view of his own, for that view binds nobody.
    """
    findings = scheme["findings"]
    failed = sum(each["outcome"] == "not_met" for each in findings)
    unknown = sum(each["outcome"] == "unknown" and each["decided_by"] == "fact" for each in findings)
    judged = sum(each["decided_by"] == "person" for each in findings)
    if failed:
        key = "not_met"
    elif unknown:
        key = "facts_missing_and_judged" if judged else "facts_missing"
    else:
        key = "met_but_judged" if judged else "met"
    return text(lang, f"headline.{key}", failed=failed, unknown=unknown, judged=judged)
