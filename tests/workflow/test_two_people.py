"""Nobody alone: who recommended does not decide, each person counts once, and an approval is of what was seen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import delete, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from rules.load import packs
from subsidy import accounts
from subsidy.database import reading, writing
from subsidy.errors import Forbidden, Refused
from subsidy.records import Recommendation, Role, User, UserDuty
from subsidy.records.violations import constraint
from subsidy.workflow import recommendation
from subsidy.workflow.actor import Actor
from subsidy.workflow.recommendation import live
from tests.support.files import pdf
from tests.support.office import ADMINISTRATOR, APPLICANT, JIA, SECOND, STORAGE, THIRD, Office

SMALL = {**STORAGE, "capacity_kwh": Decimal(5000), "rated_power_kw": Decimal(2500)}
"""An award of exactly one million yuan, which one person approves."""


@pytest.fixture
def waiting(office: Office) -> str:
    """Before decision; two people have to approve."""
    return office.before_decision(office.ready(office.accepted()))


def held(office: Office, application_id: str) -> Recommendation:
    with reading(office.engine) as session:
        made = live(session, office.application(application_id))
    assert made is not None
    return made


def refusal(office: Office, application_id: str, actor: Actor) -> str:
    before = office.application(application_id), office.events(application_id)
    with pytest.raises(Refused) as caught:
        office.sign(application_id, actor)
    assert (office.application(application_id), office.events(application_id)) == before
    return caught.value.code


def test_the_amount_says_how_many_people_approve(office: Office) -> None:
    one = office.before_decision(office.ready(office.accepted(SMALL)))
    assert held(office, one).people == 1
    assert office.sign(one, SECOND) is not None
    assert office.application(one).status == "approved"
    two = office.before_decision(office.ready(office.accepted({**SMALL, "capacity_kwh": Decimal("5000.001")})))
    assert held(office, two).people == 2
    assert office.sign(two, SECOND) is None
    assert office.application(two).status == "decision"


def test_who_recommended_does_not_decide(office: Office, waiting: str) -> None:
    assert refusal(office, waiting, ADMINISTRATOR) == "workflow.own_recommendation"
    with pytest.raises(Forbidden), office.version(waiting) as (session, version):
        recommendation.refuse(session, ADMINISTRATOR, office.now, office.day, waiting, version, "不符合")
    assert refusal(office, waiting, office.moved(ADMINISTRATOR)) == "workflow.own_recommendation"


def test_one_person_counts_once_whichever_account_he_uses(office: Office, waiting: str) -> None:
    office.sign(waiting, SECOND)
    assert refusal(office, waiting, SECOND) == "workflow.signed_already"
    again = office.moved(SECOND)
    assert refusal(office, waiting, again) == "workflow.signed_already"
    with pytest.raises(IntegrityError):
        forge(office, waiting, "chen", str(again.id), "qian")
    assert office.sign(waiting, THIRD) is not None


def test_nobody_acts_on_a_case_of_an_organisation_that_any_of_his_accounts_belongs_to(
    office: Office, waiting: str
) -> None:
    with writing(office.engine) as session:
        session.add(
            User(
                email="qian@jia.cn",
                name="钱进",
                password_hash="-",
                role=Role.APPLICANT,
                organisation_id=JIA,
                created_at=office.now,
                person_id=SECOND.id,
            )
        )
    assert refusal(office, waiting, SECOND) == "workflow.own_organisation"


def test_nobody_decides_on_what_he_made_himself_before_he_changed_sides(office: Office, waiting: str) -> None:
    with writing(office.engine) as session:
        session.execute(delete(UserDuty).where(col(UserDuty.user_id) == APPLICANT.id))
        maker = session.get_one(User, APPLICANT.id)
        maker.role, maker.organisation_id = Role.ADMINISTRATOR, None
    moved = replace(ADMINISTRATOR, id=maker.id, name=maker.name)
    assert refusal(office, waiting, moved) == "workflow.own_application"


def test_the_database_takes_no_signature_from_the_organisation_that_applied(office: Office, waiting: str) -> None:
    values = {"of": held(office, waiting).id}
    with pytest.raises(IntegrityError) as refused, office.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO sign_off (id, recommendation_id, recommender_id, user_id, person_id, reason, digest,"
                " signed_at) VALUES ('forged', :of, 'chen', 'zhao', 'zhao', 'x', 'x', '2026-03-01 00:00:00+00:00')"
            ),
            values,
        )
    assert constraint(refused.value) == "tr_sign_off_own_organisation"


@pytest.mark.parametrize("role", [Role.FINANCE, Role.ADMINISTRATOR])
def test_who_decides_does_not_pay(office: Office, role: Role) -> None:
    with pytest.raises(Refused) as caught, writing(office.engine) as session:
        accounts.add_user(
            session,
            office.now,
            email="new@zone.cn",
            password="a sentence to remember",
            role=role,
            person="qian@example.cn",
        )
    assert caught.value.code == "staff_already"
    with pytest.raises(IntegrityError), office.engine.begin() as connection:
        connection.execute(text("UPDATE user_account SET person_id = 'qian' WHERE id = 'sun'"))


FORGED = {
    "by the recommender": ("chen", "chen", "chen"),
    "by the recommender under another name": ("chen", "tang", "chen"),
    "in the name of somebody else": ("chen", "chen", "tang"),
    "with another recommender": ("tang", "chen", "chen"),
    "twice": ("chen", "qian", "qian"),
}
"""Recommender, account and person of a signature that is written past the application."""


@pytest.mark.parametrize("how", FORGED)
def test_the_database_refuses_forged_signatures(office: Office, waiting: str, how: str) -> None:
    office.sign(waiting, SECOND)
    with pytest.raises(IntegrityError):
        forge(office, waiting, *FORGED[how])


def forge(office: Office, application_id: str, recommender: str, user: str, person: str) -> None:
    """Writes a signature past the application."""
    values = {"of": held(office, application_id).id, "recommender": recommender, "user": user, "person": person}
    with office.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO sign_off (id, recommendation_id, recommender_id, user_id, person_id, reason, digest,"
                " signed_at) VALUES ('forged', :of, :recommender, :user, :person, 'x', 'x', '2026-03-01 00:00:00+00:00')"
            ),
            values,
        )


def test_the_database_holds_one_recommendation_at_a_time(office: Office, waiting: str) -> None:
    with pytest.raises(IntegrityError), office.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO recommendation (id, application_id, outcome, reason, people, seen_json, digest, user_id,"
                " person_id, made_at) VALUES ('second', :case, 'refuse', 'x', 1, '{}', 'x', 'tang', 'tang',"
                " '2026-03-01 00:00:00+00:00')"
            ),
            {"case": waiting},
        )


CHANGES = {
    "UPDATE application_fact SET verified = '2025-03-11' WHERE key = 'commissioned_on'": "投产日期",
    "UPDATE application_fact SET declared = '12001' WHERE key = 'capacity_kwh'": "装机容量、奖励金额",
    "UPDATE application_fact SET verified = '12000' WHERE key = 'capacity_kwh'": "装机容量",
    "UPDATE application_fact SET verified = NULL WHERE key = 'drives_industry'": "产业带动性",
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_approval_is_of_what_was_seen(office: Office, waiting: str, change: str) -> None:
    office.sign(waiting, SECOND)
    with office.engine.begin() as connection:
        connection.execute(text(change))
    with pytest.raises(Refused) as caught:
        office.sign(waiting, THIRD)
    assert caught.value.code == "workflow.changed_since"
    assert f"：{CHANGES[change]}。" in caught.value.message("zh")
    assert office.application(waiting).status == "decision"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE document SET digest = 'sha256:0000000000000000000000000000000000000000000000000000000000000000'",
        "UPDATE document SET detached_at = uploaded_at",
    ],
)
def test_an_approval_is_of_the_documents_that_were_seen(office: Office, change: str) -> None:
    application_id = office.draft()
    office.attach(application_id, pdf())
    office.before_decision(office.ready(office.submit(application_id)))
    with office.engine.begin() as connection:
        assert connection.execute(text(change)).rowcount == 1
    with pytest.raises(Refused) as caught:
        office.sign(application_id, SECOND)
    assert caught.value.code == "workflow.changed_since"
    assert "：证明材料。" in caught.value.message("zh")


def test_another_text_of_the_policy_voids_it_and_taking_back_leads_on(
    office: Office, waiting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = packs()["lingang-2024"]
    terms = used.schemes[0].terms.model_copy(update={"weights": (2, 1, 1)})
    other = used.model_copy(
        update={"schemes": (used.schemes[0].model_copy(update={"terms": terms}), *used.schemes[1:])}
    )
    for name in ("digest", "content", "_schemes"):
        vars(other).pop(name, None)
    monkeypatch.setattr("subsidy.workflow.sheet.packs", lambda: {"lingang-2024": other})
    with pytest.raises(Refused) as caught:
        office.sign(waiting, SECOND)
    assert "：政策文本。" in caught.value.message("zh")
    office.take_back(waiting)
    assert office.application(waiting).status == "accepted"
    office.before_decision(waiting)
    assert office.sign(waiting, SECOND) is None
    award = office.sign(waiting, THIRD)
    assert award is not None
    assert award.policy_digest == other.digest


def test_taking_back_voids_signatures_and_the_notice(office: Office, waiting: str) -> None:
    office.sign(waiting, SECOND)
    office.take_back(waiting)
    with reading(office.engine) as session:
        assert live(session, office.application(waiting)) is None
    office.correct(waiting, "capacity_kwh", Decimal(13000))
    office.before_decision(waiting)
    assert office.sign(waiting, SECOND) is None
    assert office.sign(waiting, THIRD) is not None


def test_withdrawing_voids_the_recommendation(office: Office, waiting: str) -> None:
    office.withdraw(waiting)
    with reading(office.engine) as session:
        assert live(session, office.application(waiting)) is None


def test_what_is_recommended_is_frozen(office: Office) -> None:
    office.day = date(2026, 3, 2)
    it = office.recommend(office.ready(office.accepted()))
    acts: list[Callable[[], None]] = [
        lambda: office.correct(it, "capacity_kwh", Decimal(1)),
        lambda: office.judge(it, "drives_industry", False),
        lambda: office.set_rate(it, "0.1"),
    ]
    for act in acts:
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.code == "workflow.is_recommended"
