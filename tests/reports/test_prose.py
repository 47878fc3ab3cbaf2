"""Lines break as Chinese and English are printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy.reports.prose import break_lines

CLOSING = "，。、；：！？）》”…—"
OPENING = "（《“"


def wide(text: str) -> float:
    """A measure by the eye: a Chinese character is two columns wide, any other one."""
    return sum(2 if character > "\u2e80" or character in "“”" else 1 for character in text)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("装机容量不低于，标准", 14, ["装机容量不低", "于，标准"]),
        ("新建用户侧（储能）项目", 12, ["新建用户侧", "（储能）项目"]),
        ("他说：“可以。”然后", 8, ["他说：", "“可", "以。”然", "后"]),
        ("容量1,666,666.66元", 12, ["容量", "1,666,666.66", "元"]),
        ("paid over three years", 10, ["paid over", "three", "years"]),
        ("sha256:0123456789", 8, ["sha256:0", "12345678", "9"]),
        ("王𬭼公司", 4, ["王𬭼", "公司"]),
        ("", 10, [""]),
    ],
)
def test_known_breaks(text: str, width: int, lines: list[str]) -> None:
    assert break_lines(text, width, wide) == lines


@given(st.text(alphabet="储能项目奖励" + CLOSING + OPENING + "ab 12.", max_size=60), st.integers(6, 40))
def test_nothing_is_lost_and_no_line_is_too_wide(text: str, width: int) -> None:
    lines = break_lines(text, width, wide)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(wide(line) <= width for line in lines)


@given(st.lists(st.sampled_from(["储", "能", "项目，", "奖励。", "（三年）", "《方案》", "100", "abc "]), max_size=30))
def test_marks_stay_with_their_words(words: list[str]) -> None:
    lines = break_lines("".join(words), 12, wide)
    assert not [line for line in lines[1:] if line[0] in CLOSING]
    assert not [line for line in lines[:-1] if line[-1] in OPENING]
