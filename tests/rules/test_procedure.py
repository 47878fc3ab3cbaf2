from typing import Any

import pytest
from pydantic import ValidationError

from rules.load import PackError, load_content, packs
from rules.money import Fen, parse_yuan
from rules.procedure import Procedure
from tests.rules import small

BLOCK: dict[str, Any] = {
    "acceptance_days": "5",
    "correction_days": "10",
    "review_days": "20",
    "notice_days": "5",
    "decision_days": "10",
    "appeal": {"reconsideration_days": "60", "suit_months": "6"},
    "sign_offs": [{"up_to": "1000000", "people": "1"}, {"people": "2"}],
}


@pytest.mark.parametrize(
    ("amount", "people"), [("0.01", 1), ("999999.99", 1), ("1000000", 1), ("1000000.01", 2), ("100000000", 2)]
)
def test_the_amount_says_how_many_people_sign(amount: str, people: int) -> None:
    procedure = packs()["lingang-2024"].procedure
    assert procedure is not None
    assert procedure.people_for(parse_yuan(amount)) == people


@pytest.mark.parametrize(
    "bands",
    [
        [],
        [{"up_to": "1000000", "people": "1"}],
        [{"people": "1"}, {"people": "2"}],
        [{"up_to": "2", "people": "1"}, {"up_to": "2", "people": "2"}, {"people": "3"}],
        [{"up_to": "3", "people": "1"}, {"up_to": "2", "people": "2"}, {"people": "3"}],
        [{"up_to": "0", "people": "1"}, {"people": "2"}],
        [{"up_to": "1e6", "people": "1"}, {"people": "2"}],
        [{"people": "0"}],
    ],
)
def test_bands_that_leave_an_amount_in_doubt_are_refused(bands: list[dict[str, str]]) -> None:
    with pytest.raises(ValidationError):
        Procedure.model_validate({**BLOCK, "sign_offs": bands})


def test_a_text_without_a_procedure_keeps_its_digest_and_one_with_it_has_another() -> None:
    without = small.policy()
    assert without.procedure is None
    assert "procedure" not in without.content
    assert load_content(without.content).digest == without.digest
    given = small.policy(procedure=BLOCK)
    assert given.procedure is not None
    assert given.procedure.people_for(Fen(1)) == 1
    assert load_content(given.content) == given
    assert given.digest != without.digest


def test_its_question_is_declared() -> None:
    with pytest.raises(PackError, match="/procedure/question: the question 'Q9' is not declared"):
        small.policy(procedure={**BLOCK, "question": "Q9"})
