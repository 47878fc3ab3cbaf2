"""Documents of a case: versions, who may put in and take out what, what still counts, and what facts rest on."""

import json
from decimal import Decimal

import pytest

from rules.facts import Value
from rules.faults import BadInput
from subsidy.database import reading, writing
from subsidy.documents import audit
from subsidy.errors import Forbidden, NotFound, Refused, SubsidyError
from subsidy.records import Document
from subsidy.workflow import documents, review
from subsidy.workflow.view import case
from tests.support.files import image, pdf
from tests.support.office import ADMINISTRATOR, APPLICANT, RELATED, STRANGER, Office


def standing(office: Office, application_id: str) -> list[tuple[str, int]]:
    with reading(office.engine) as session:
        return [(each.name, each.version) for each in documents.standing(documents.of(session, application_id))]


def missing(office: Office, application_id: str) -> set[str]:
    with reading(office.engine) as session:
        found = case(session, APPLICANT, application_id, office.day)
        return {kind.id for kind in documents.missing(found.sheet, found.documents)}


def correct(office: Office, application_id: str, document_id: str, key: str = "capacity_kwh") -> None:
    with office.version(application_id) as (session, version):
        review.correct(
            session, ADMINISTRATOR, office.now, application_id, key, Decimal(11000), "检测报告", version, document_id
        )


def test_a_document_is_kept_with_its_digest_and_one_entry(office: Office) -> None:
    application_id = office.draft()
    added = office.attach(application_id, pdf())
    assert (added.version, added.format, added.size, added.by_office) == (1, "pdf", len(pdf()), False)
    assert office.store.read(added.digest) == pdf()
    entry = office.events(application_id)[-1]
    assert (entry.command, entry.actor_id) == ("attach", "li")
    assert json.loads(str(entry.after_json)) == {
        "document": "检测报告.pdf (v1)",
        "document_kind": "grid-test-report",
        "document_digest": added.digest,
    }


def test_the_same_file_twice_is_one_document(office: Office) -> None:
    application_id = office.draft()
    first, entries = office.attach(application_id, pdf()), office.events(application_id)
    assert office.attach(application_id, pdf()).id == first.id
    assert office.events(application_id) == entries


def test_another_file_of_that_name_is_the_next_version(office: Office) -> None:
    application_id = office.draft()
    first = office.attach(application_id, pdf("一"))
    second = office.attach(application_id, pdf("二"))
    other = office.attach(application_id, pdf("二"), kind="other")
    assert [first.version, second.version, other.version] == [1, 2, 1]
    assert standing(office, application_id) == [("检测报告.pdf", 2), ("检测报告.pdf", 1)]
    with reading(office.engine) as session:
        assert documents.digests(session, application_id) == {second.id: second.digest, other.id: other.digest}
    assert office.store.read(first.digest) == pdf("一")


def test_what_is_taken_out_counts_no_more_and_its_file_stays(office: Office) -> None:
    application_id = office.draft()
    added = office.attach(application_id, pdf())
    office.detach(application_id, added.id)
    entries = office.events(application_id)
    office.detach(application_id, added.id)
    assert office.events(application_id) == entries
    assert (entries[-1].command, standing(office, application_id)) == ("detach", [])
    assert office.store.read(added.digest) == pdf()
    assert office.attach(application_id, pdf()).version == 2


def test_what_is_missing_follows_from_the_facts_of_the_scheme(office: Office) -> None:
    application_id = office.draft()
    before = missing(office, application_id)
    assert {"grid-test-report", "grid-acceptance", "project-filing", "technical-description"} <= before
    assert before.isdisjoint({"other", "review-opinion", "equipment-contract"})
    added = office.attach(application_id, pdf())
    assert missing(office, application_id) == before - {"grid-test-report"}
    office.detach(application_id, added.id)
    assert missing(office, application_id) == before


@pytest.mark.parametrize(
    ("kind", "name", "codes"),
    [
        ("grid-test-report", "../../etc/passwd.pdf", ["workflow.file_name"]),
        ("grid-test-report", "C:\\report.pdf", ["workflow.file_name"]),
        ("grid-test-report", "report\u202efdp.pdf", ["workflow.file_name"]),
        ("grid-test-report", "re\nport.pdf", ["workflow.file_name"]),
        ("grid-test-report", ".pdf", ["workflow.file_name"]),
        ("grid-test-report", "长" * 117 + ".pdf", ["workflow.too_long"]),
        ("equipment-contract", "report.pdf", ["documents.no_such_kind"]),
        ("", '"><script>.pdf', ["workflow.file_name", "documents.kind_missing"]),
    ],
)
def test_a_wrong_kind_or_name_is_told(office: Office, kind: str, name: str, codes: list[str]) -> None:
    application_id = office.draft()
    entries = office.events(application_id)
    with pytest.raises(BadInput) as refused:
        office.attach(application_id, pdf(), name, kind)
    assert [fault.code for fault in refused.value.faults] == codes
    assert all(fault.message("zh") != fault.message("en") for fault in refused.value.faults)
    assert office.events(application_id) == entries
    assert not office.store.folder.exists() or not [*office.store.folder.rglob("*")]


def test_a_case_holds_no_more_than_its_limit(office: Office) -> None:
    application_id = office.draft()
    for number in range(2):
        office.attach(application_id, image("PNG", 900 + number, 900) + bytes(900_000), f"{number}.png", "other")
    with pytest.raises(Refused) as refused:
        office.attach(application_id, image("PNG", 902, 900) + bytes(900_000), "3.png", "other")
    assert refused.value.code == "documents.case_full"
    assert len(standing(office, application_id)) == 2
    assert len(office.attach(office.draft(), pdf()).id) == 16


def test_each_side_takes_out_only_its_own(office: Office) -> None:
    application_id = office.draft()
    ours = office.attach(application_id, pdf("一"))
    office.submit(application_id)
    theirs = office.attach(application_id, pdf("二"), "评审意见.pdf", "other", ADMINISTRATOR)
    assert theirs.by_office
    for actor, document, code in (
        (APPLICANT, theirs, "documents.by_office"),
        (ADMINISTRATOR, ours, "documents.by_applicant"),
    ):
        with pytest.raises(Refused) as refused:
            office.detach(application_id, document.id, actor)
        assert refused.value.code == code
    office.detach(application_id, theirs.id, ADMINISTRATOR)
    assert [event.command for event in office.events(application_id)][-2:] == ["file", "unfile"]


def test_an_older_version_is_part_of_the_record(office: Office) -> None:
    application_id = office.draft()
    first = office.attach(application_id, pdf("一"))
    office.attach(application_id, pdf("二"))
    with pytest.raises(Refused) as refused:
        office.detach(application_id, first.id)
    assert refused.value.code == "documents.superseded"


def test_nobody_else_may(office: Office) -> None:
    application_id = office.draft()
    added = office.attach(application_id, pdf())
    expected: list[tuple[type[SubsidyError], str]] = []
    for actor in (STRANGER, ADMINISTRATOR):
        with pytest.raises(SubsidyError) as refused:
            office.attach(application_id, pdf("二"), actor=actor)
        expected.append((type(refused.value), refused.value.code))
        with pytest.raises(NotFound):
            office.detach(application_id, added.id, actor)
    assert expected == [(NotFound, "not_found")] * 2
    office.submit(application_id)
    with pytest.raises(Forbidden):
        office.attach(application_id, pdf("二"), actor=RELATED)
    office.refuse(application_id)
    with pytest.raises(Refused) as late:
        office.attach(application_id, pdf("二"))
    assert late.value.code == "workflow.is_refused"


def test_a_document_of_another_case_is_not_found(office: Office) -> None:
    application_id, other = office.draft(), office.draft()
    added = office.attach(other, pdf())
    with pytest.raises(NotFound):
        office.detach(application_id, added.id)
    office.accept(office.submit(application_id))
    with pytest.raises(BadInput) as refused:
        correct(office, application_id, added.id)
    assert refused.value.faults[0].code == "documents.none_such"


def test_a_fact_is_verified_on_a_document_which_then_stays(office: Office) -> None:
    application_id = office.draft()
    first = office.attach(application_id, pdf("一"))
    office.accept(office.submit(application_id))
    correct(office, application_id, first.id)
    with reading(office.engine) as session:
        found = case(session, ADMINISTRATOR, application_id, office.day)
    row = found.sheet.rows["capacity_kwh"]
    assert (row.verified, row.verified_by, row.verified_at, row.document_id) == ("11000", "chen", office.now, first.id)
    assert (row.set_by, found.people["chen"]) == ("li", "陈立")
    assert json.loads(str(office.events(application_id)[-1].after_json))["rests_on"] == "检测报告.pdf (v1)"
    with pytest.raises(Refused) as refused:
        office.detach(application_id, first.id)
    assert refused.value.message("zh").count("装机容量") == 1
    second = office.attach(application_id, pdf("二"))
    with pytest.raises(BadInput):
        correct(office, application_id, first.id)
    correct(office, application_id, second.id)
    office.correct(application_id, "capacity_kwh", None)
    with reading(office.engine) as session:
        assert case(session, ADMINISTRATOR, application_id, office.day).sheet.rows["capacity_kwh"].document_id is None


def test_a_rate_rests_on_a_review_opinion(office: Office) -> None:
    facts: dict[str, Value] = {
        "in_zone": True,
        "first_unit_level": "first_unit",
        "contract_amount_yuan": 150_000_000_00,
    }
    application_id = office.accepted(facts, "first-unit")
    opinion = office.attach(application_id, pdf(), "评审意见.pdf", "review-opinion", ADMINISTRATOR)
    with office.version(application_id) as (session, version):
        review.set_rate(
            session, ADMINISTRATOR, office.now, application_id, Decimal("0.15"), "评审会", version, opinion.id
        )
    with reading(office.engine) as session:
        found = case(session, ADMINISTRATOR, application_id, office.day)
    assert found.sheet.rows["granted_rate"].document_id == opinion.id


def test_a_file_that_is_gone_or_altered_is_found(office: Office) -> None:
    application_id = office.draft()
    added = [office.attach(application_id, pdf(str(number)), f"{number}.pdf") for number in range(3)]

    def told() -> list[tuple[str, str]]:
        with reading(office.engine) as session:
            return [(each.kind, each.params["name"]) for each in audit.discrepancies(session, office.store)]

    assert told() == []
    office.store.path(added[0].digest).unlink()
    office.store.path(added[1].digest).write_bytes(b"other")
    assert sorted(told()) == [("document_altered", "1.pdf (v1)"), ("document_missing", "0.pdf (v1)")]


def test_no_row_names_a_file_that_was_not_kept(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    application_id = office.draft()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("subsidy.documents.store.os.replace", full)
    entries = office.events(application_id)
    with pytest.raises(OSError, match="No space"):
        office.attach(application_id, pdf())
    assert (office.events(application_id), standing(office, application_id)) == (entries, [])
    with writing(office.engine) as session:
        assert session.get(Document, "nobody") is None
