"""Changing an award and recording what comes back over HTTP, as on the pages."""

from tests.finance.test_amending import paid_first
from tests.support.desks import Desks
from tests.support.office import ADMINISTRATOR, APPLICANT, CHECKER, FINANCE, SECOND, Office


def test_a_change_is_proposed_confirmed_and_paid_back(office: Office, desks: Desks) -> None:
    award = paid_first(office)
    at = f"/api/v1/applications/{award.application_id}"
    first, second = desks.of(ADMINISTRATOR), desks.of(SECOND)
    version = office.application(award.application_id).version
    body = {"kind": "facts", "facts": {"in_zone": False}, "reason": "项目不在临港", "version": version}
    made = first.post(f"{at}/amendments", json=body)
    assert made.status_code == 201, made.text
    assert made.json()["proposal"]["follows"]["demand"] == "800000.00"
    again = first.post(f"{at}/amendments", json=body | {"version": version + 1})
    assert (again.status_code, again.json()["code"]) == (409, "amend.proposed_already")
    answer = {"reason": "同意", "version": version + 1}
    own = first.post(f"{at}/amendments/confirmation", json=answer)
    assert (own.status_code, own.json()["code"]) == (403, "budget.own_proposal")
    done = second.post(f"{at}/amendments/confirmation", json=answer).json()
    assert (done["due"], done["amendments"][0]["facts"], done["proposal"]) == ("0.00", {"in_zone": "false"}, None)
    told = desks.of(APPLICANT).get(f"{at}/amendments").json()
    assert [(one["number"], one["outstanding"], one["due_on"]) for one in told["recoveries"]] == [
        ("R-2026-0001", "800000.00", "2026-07-30")
    ]
    finance = desks.of(FINANCE)
    [one] = finance.get("/api/v1/recoveries?age=not_due").json()["recoveries"]
    receipt = {"amount": "300000", "settled_on": "2026-06-30", "bank_ref": "B-1"}
    there = f"/api/v1/recoveries/{one['id']}"
    assert finance.post(f"{there}/receipts", json=receipt).json()["outstanding"] == "500000.00"
    assert finance.post(f"{there}/receipts", json=receipt).status_code == 409
    assert desks.of(CHECKER).post(f"{there}/receipts", json=receipt).status_code == 403
    assert finance.post(f"{there}/write-off", json={"amount": "500000", "reason": "企业注销"}).status_code == 201
    assert [step["kind"] for step in finance.get(there).json()["steps"]] == ["receipt"]


def test_what_cannot_be_chosen_is_told(office: Office, desks: Desks) -> None:
    award = office.approved()
    at, first = f"/api/v1/applications/{award.application_id}/amendments", desks.of(ADMINISTRATOR)
    body = {"kind": "year", "disallowed": [1], "reason": "未达标", "version": 99}
    wrong = {
        "kind": (body | {"kind": "whim"}, "/kind"),
        "facts": (body | {"kind": "facts", "facts": {"colour": 1}}, "/facts"),
        "disallowed": (body | {"disallowed": [9]}, "/disallowed"),
    }
    for name, (sent, pointer) in wrong.items():
        answer = first.post(at, json=sent)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), name
    assert first.post(at, json=body).status_code == 409
