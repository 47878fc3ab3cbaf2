"""Which ways of writing mean the same thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy.records import ParticularKind
from subsidy.workflow.identity import blurred, normalised


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2404-310115-04-01-123456", "２４０４－３１０１１５－０４－０１－１２３４５６"),
        ("sn 0012 ab", "SN0012AB"),
        ("ＳＮ－００１２ａｂ", "SN.0012/AB"),
        ("临港新片区飞渡路 66 号", "临港新片区飞渡路６６号"),
        ("飞渡路66号（A栋）", "飞渡路66号(a栋)"),
        ("STRASSE", "straße"),
        ("ﬁ-1", "FI1"),
        ("A\u200bB", "ab"),
    ],
)
def test_the_same_thing(one: str, other: str) -> None:
    assert normalised(one) == normalised(other) != ""


@pytest.mark.parametrize(("one", "other"), [("66号", "67号"), ("SN1", "SN2"), ("ABO", "AB0"), ("0012", "12")])
def test_not_the_same_thing(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@pytest.mark.parametrize(("one", "other"), [("SN-O0I1L", "sn00111"), ("ABO", "AB0"), ("l23", "123")])
def test_what_may_be_mistaken(one: str, other: str) -> None:
    for kind in (ParticularKind.SERIAL, ParticularKind.METER, ParticularKind.FILING):
        assert blurred(kind, normalised(one)) == blurred(kind, normalised(other))
    assert blurred(ParticularKind.SITE, normalised(one)) != blurred(ParticularKind.SITE, normalised(other))


@given(st.text(max_size=40))
def test_to_normalise_again_changes_nothing(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once


@given(st.text("abcOoIl019 -_.／Ａｏ", max_size=30), st.sampled_from(" -._／，　"))
def test_punctuation_and_width_never_matter(text: str, mark: str) -> None:
    assert normalised(mark.join(text)) == normalised(text) == normalised(text.upper())
