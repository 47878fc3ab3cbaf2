"""An outcome in one sentence, with the conditions counted."""

import pytest

from subsidy.headline import headline

MET, SHORT, OPEN = ("met", "fact"), ("not_met", "fact"), ("unknown", "fact")
JUDGED, JUDGE = ("met", "person"), ("unknown", "person")


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ([MET, MET], "各项条件均已满足。"),
        ([MET, JUDGE, JUDGE], "凡能核查的条件均已满足；另有 2 项由评审人员认定。"),
        ([MET, JUDGED], "凡能核查的条件均已满足；另有 1 项由评审人员认定。"),
        ([MET, OPEN], "目前没有不满足的条件；1 项因信息不全尚不能核查。"),
        ([OPEN, OPEN, JUDGE], "目前没有不满足的条件；2 项因信息不全尚不能核查，1 项由评审人员认定。"),
        ([SHORT, OPEN, JUDGE, SHORT], "按所填情况，有 2 项条件未满足。"),
        ([("not_met", "person"), MET], "按所填情况，有 1 项条件未满足。"),
    ],
)
def test_the_sentence_counts_the_conditions(findings: list[tuple[str, str]], said: str) -> None:
    scheme = {"findings": [{"outcome": outcome, "decided_by": who} for outcome, who in findings]}
    assert headline(scheme, "zh") == said
