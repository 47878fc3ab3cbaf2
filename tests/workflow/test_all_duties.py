"""Somebody who holds every role and every duty there is, in as many accounts as he likes, is still never enough."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from rules.faults import BadInput
from subsidy.accounts import people
from subsidy.accounts.duties import duties_of
from subsidy.accounts.sessions import actor_of
from subsidy.database import reading, writing
from subsidy.errors import Refused
from subsidy.records import DUTIES, Duty, Role, User
from subsidy.workflow.actor import Actor
from tests.support.office import ADMINISTRATOR, REGISTRAR, SECOND, THIRD, Office


def another(office: Office, role: Role, duties: set[Duty], email: str = "another@zone.example") -> Actor:
    """One more account of the administrator who recommends."""
    with writing(office.engine) as session:
        user, _ = people.invite(
            session,
            REGISTRAR,
            office.now,
            email=email,
            name=ADMINISTRATOR.name,
            role=role,
            duties=duties,
            person="chen@example.cn",
        )
        return actor_of(session, user)


def disable(office: Office, actor: Actor) -> None:
    with writing(office.engine) as session:
        people.disable(session, REGISTRAR, office.now, str(actor.id), "换用账号")


def test_in_no_account_he_approves_what_he_recommended_in_another(office: Office) -> None:
    case = office.before_decision(office.ready(office.accepted()))
    disable(office, ADMINISTRATOR)
    anew = another(office, Role.ADMINISTRATOR, set(DUTIES[Role.ADMINISTRATOR]))
    assert anew.duties == set(DUTIES[Role.ADMINISTRATOR])
    before = office.events(case)
    with pytest.raises(Refused) as caught:
        office.sign(case, anew)
    assert caught.value.code == "workflow.own_recommendation"
    assert office.events(case) == before
    assert office.sign(case, SECOND) is None
    assert office.sign(case, THIRD) is not None


@pytest.mark.parametrize("person", ["chen", "another"])
def test_the_database_takes_no_such_signature_either(office: Office, person: str) -> None:
    case = office.before_decision(office.ready(office.accepted()))
    disable(office, ADMINISTRATOR)
    anew = another(office, Role.ADMINISTRATOR, {Duty.APPROVE})
    with pytest.raises(IntegrityError), office.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO sign_off (id, recommendation_id, recommender_id, user_id, person_id, reason, digest, signed_at)"
                " SELECT 'forged', id, person_id, :user, :person, 'x', digest, made_at FROM recommendation"
                " WHERE application_id = :case"
            ),
            {"case": case, "user": anew.id, "person": anew.id if person == "another" else person},
        )


def test_of_all_roles_in_the_office_he_holds_one_at_a_time(office: Office) -> None:
    for role in people.STAFF:
        with pytest.raises(Refused) as caught:
            another(office, role, {DUTIES[role][0]} if DUTIES[role] else set())
        assert caught.value.code == "staff_already"
    disable(office, ADMINISTRATOR)
    another(office, Role.FINANCE, {Duty.CHECK})
    with pytest.raises(Refused) as caught, writing(office.engine) as session:
        people.enable(session, REGISTRAR, office.now, str(ADMINISTRATOR.id))
    assert caught.value.code == "staff_already"


PAST_THE_APPLICATION = {
    "two accounts in the office": "UPDATE user_account SET disabled_at = NULL WHERE id = 'chen'",
    "the account of another as his own": "UPDATE user_account SET person_id = 'chen' WHERE id = 'qian'",
    "making beside checking": "INSERT INTO user_duty (user_id, duty, role, given_at)"
    " SELECT id, 'make', role, created_at FROM user_account WHERE email = 'another@zone.example'",
    "a duty of another role": "INSERT INTO user_duty (user_id, duty, role, given_at)"
    " SELECT id, 'approve', role, created_at FROM user_account WHERE email = 'another@zone.example'",
    "a duty of another role under its name": "INSERT INTO user_duty (user_id, duty, role, given_at)"
    " SELECT id, 'approve', 'administrator', created_at FROM user_account WHERE email = 'another@zone.example'",
    "a duty of another role by a change of role": "UPDATE user_account SET role = 'administrator'"
    " WHERE email = 'another@zone.example'",
    "checking instead of making, beside it": "UPDATE user_duty SET user_id ="
    " (SELECT id FROM user_account WHERE email = 'another@zone.example') WHERE duty = 'make'",
}


@pytest.mark.parametrize("how", PAST_THE_APPLICATION)
def test_the_database_lets_nobody_hold_what_excludes_each_other(office: Office, how: str) -> None:
    disable(office, ADMINISTRATOR)
    anew = another(office, Role.FINANCE, {Duty.CHECK})
    with pytest.raises(IntegrityError), office.engine.begin() as connection:
        connection.execute(text(PAST_THE_APPLICATION[how]))
    with reading(office.engine) as session:
        assert duties_of(session, [str(anew.id)]) == {anew.id: {Duty.CHECK}}
        assert session.get_one(User, "chen").disabled_at is not None


def test_no_account_both_makes_and_checks(office: Office) -> None:
    for duties in ({Duty.MAKE, Duty.CHECK}, set(Duty)):
        with pytest.raises(BadInput) as caught, writing(office.engine) as session:
            people.set_duties(session, REGISTRAR, office.now, "sun", duties)
        assert "duties_incompatible" in [fault.code for fault in caught.value.faults]
    with reading(office.engine) as session:
        assert duties_of(session, ["sun"]) == {"sun": {Duty.MAKE}}
