"""Handing documents in at the applicant's desk, adding to them at the office's, and having them back."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from subsidy.database import reading
from subsidy.workflow.access import openings
from tests.support.desks import ENGLISH, EVIL, Desks, faults
from tests.support.files import REFUSED, image, pdf
from tests.support.office import ADMINISTRATOR, APPLICANT, FINANCE, RELATED, STRANGER, Office
from tests.support.web import words


@pytest.fixture
def draft(office: Office) -> str:
    return office.draft()


@pytest.fixture
def applicant(desks: Desks) -> TestClient:
    return desks.of(APPLICANT)


def hand_in(
    client: TestClient, path: str, data: bytes | None = None, name: str = "检测报告.pdf", kind: str = "grid-test-report"
) -> Any:
    files = {"file": (name, pdf() if data is None else data, "text/html")}
    return client.post(path, data={"kind": kind}, files=files)


def test_handing_in_and_having_back(applicant: TestClient, office: Office, draft: str) -> None:
    page = f"/apply/{draft}/documents"
    assert "以下材料尚未提交" in applicant.get(page).text
    answer = hand_in(applicant, page)
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    shown = words(applicant.get(page).text)
    assert "材料已提交。" in shown
    assert "共 1 份材料" in shown
    assert "检测报告.pdf 第 1 版 · PDF，1 KiB" in shown
    document = office.attach(draft, pdf())
    file = applicant.get(f"{page}/{document.id}")
    assert file.content == pdf()
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote('检测报告.pdf')}"
    assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["cache-control"] == "private, no-cache"
    again = applicant.get(f"{page}/{document.id}", headers={"If-None-Match": file.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for page in ("", "/check"):
        assert (
            "并网检测报告（GB/T 36548）"
            not in words(applicant.get(f"/apply/{draft}{page}").text).split("申报材料")[1].split("共 1 份材料")[0]
        )


def test_the_same_form_twice_is_one_document(applicant: TestClient, office: Office, draft: str) -> None:
    page = f"/apply/{draft}/documents"
    assert [hand_in(applicant, page).status_code for _ in range(2)] == [303, 303]
    assert [event.command for event in office.events(draft)] == ["start", "attach"]


@pytest.mark.parametrize("what", ["a page", "a PDF under a password", "a bomb that tells a small length", "nothing"])
def test_what_cannot_be_taken_is_told(applicant: TestClient, office: Office, draft: str, what: str) -> None:
    name, data, _ = REFUSED[what]
    page = hand_in(applicant, f"/apply/{draft}/documents", data(), name)
    assert page.status_code == 422
    assert f"“{name}”" in faults(page.text)[0]
    assert '<option value="grid-test-report" selected>' in page.text
    assert len(office.events(draft)) == 1


def test_all_that_is_missing_is_told(applicant: TestClient, draft: str) -> None:
    page = f"/apply/{draft}/documents"
    assert faults(applicant.post(page, data={"kind": "other"}).text) == ["请选择要提交的文件。"]
    assert faults(hand_in(applicant, page, kind="").text) == ["请选择材料类型。"]
    assert "没有“nonsense”这一材料类型" in faults(hand_in(applicant, page, kind="nonsense").text)[0]
    assert "不能使用" in faults(hand_in(applicant, page, name=f"{EVIL}.pdf").text)[0]


def test_a_file_that_is_too_large_is_refused(applicant: TestClient, office: Office, draft: str) -> None:
    for size in (1024**2 + 1, 3 * 1024**2):
        page = hand_in(applicant, f"/apply/{draft}/documents", b"%PDF-" + bytes(size))
        assert page.status_code == 413
        assert "每份文件最多 1 MiB" in page.text
    assert len(office.events(draft)) == 1


def test_a_length_that_is_not_told_does_not_help(applicant: TestClient, draft: str) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        yield from (bytes(100_000) for _ in range(20))

    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert applicant.post(f"/apply/{draft}/documents", content=pieces(), headers=headers).status_code == 413


def test_a_broken_form_is_told(applicant: TestClient, draft: str) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert applicant.post(f"/apply/{draft}/documents", content=b"--y\r\n", headers=headers).status_code in (400, 422)
    two = [("file", ("a.pdf", pdf())), ("file", ("b.pdf", pdf()))]
    assert applicant.post(f"/apply/{draft}/documents", files=two).status_code == 400


def test_taking_out(applicant: TestClient, office: Office, draft: str) -> None:
    document = office.attach(draft, pdf())
    page = f"/apply/{draft}/documents"
    answer = applicant.post(f"{page}/{document.id}")
    assert (answer.status_code, answer.headers["location"]) == (303, page)
    shown = words(applicant.get(page).text)
    assert "尚无材料。" in shown
    assert "以前的版本 1" in shown
    assert applicant.get(f"{page}/{document.id}").content == pdf()


def test_the_office_adds_and_verifies_on_documents(desks: Desks, office: Office, draft: str) -> None:
    report = office.attach(draft, pdf())
    office.attach(draft, image("PNG"), "现场.png", "other")
    office.accept(office.submit(draft))
    chen, page = desks.of(ADMINISTRATOR), f"/review/{draft}"
    assert "尚未收到以下材料" in chen.get(page).text
    assert hand_in(chen, f"{page}/documents", name="询问笔录.pdf", kind="other").status_code == 303
    form = chen.get(f"{page}/facts/capacity_kwh").text
    assert form.index("检测报告.pdf (v1)") < form.index("现场.png (v1)")
    sent = {"capacity_kwh": "11 MWh", "reason": "检测报告", "document": report.id, "version": "99"}
    stale = chen.post(f"{page}/facts/capacity_kwh", data=sent)
    assert stale.status_code == 409
    assert f'value="{report.id}" checked' in stale.text
    sent["version"] = str(office.application(draft).version)
    assert chen.post(f"{page}/facts/capacity_kwh", data=sent).status_code == 303
    shown = words(chen.get(page).text)
    assert "陈立，2026年3月1日 12:00 依据的材料 检测报告.pdf 第 1 版" in shown
    assert "补充材料" in shown
    office.attach(draft, pdf("二"))
    assert "此后提交了新版本" in words(chen.get(page).text)
    refused = desks.of(APPLICANT).get(f"/apply/{draft}").text
    assert "管理部门补充" in refused
    assert "陈立，2026" not in refused  # only that he opened the case


def test_a_document_in_use_is_not_taken_out(desks: Desks, office: Office, draft: str) -> None:
    report = office.attach(draft, pdf())
    office.accept(office.submit(draft))
    sent = {"capacity_kwh": "11 MWh", "reason": "检测报告", "document": report.id}
    sent["version"] = str(office.application(draft).version)
    desks.of(ADMINISTRATOR).post(f"/review/{draft}/facts/capacity_kwh", data=sent)
    page = desks.of(APPLICANT).post(f"/apply/{draft}/documents/{report.id}")
    assert page.status_code == 409
    assert "装机容量" in faults(page.text)[0]


def test_files_are_for_those_who_see_the_case(desks: Desks, office: Office, draft: str) -> None:
    document, other = office.attach(draft, pdf()), office.draft()
    file = f"{draft}/documents/{document.id}"
    assert desks.of(STRANGER).get(f"/apply/{file}").status_code == 404
    assert desks.of(APPLICANT).get(f"/apply/{other}/documents/{document.id}").status_code == 404
    assert desks.of(ADMINISTRATOR).get(f"/review/{file}").status_code == 404
    office.submit(draft)
    assert desks.of(ADMINISTRATOR).get(f"/review/{file}").content == pdf()
    assert desks.of(FINANCE).get(f"/api/v1/applications/{file}").content == pdf()
    assert desks.of(RELATED).post(f"/review/{file}").status_code == 403


@pytest.mark.parametrize("path", ["/review/{}/documents/{}", "/api/v1/applications/{}/documents/{}"])
def test_an_applicant_is_told_who_opened_his_documents(desks: Desks, office: Office, draft: str, path: str) -> None:
    document = office.attach(draft, pdf())
    office.submit(draft)
    assert desks.of(ADMINISTRATOR).get(path.format(draft, document.id)).status_code == 200
    with reading(office.engine) as session:
        assert [each.name for each in openings(session, draft)] == ["陈立"]


def test_who_is_not_signed_in_is_sent_to_sign_in_and_his_file_is_not_read(desks: Desks, draft: str) -> None:
    answer = hand_in(desks.of(None), f"/apply/{draft}/documents")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next={quote(f'/apply/{draft}/documents', safe='')}"
    assert hand_in(desks.of(STRANGER), f"/apply/{draft}/documents").status_code == 404
    assert hand_in(desks.of(FINANCE), f"/apply/{draft}/documents").status_code == 403


def test_a_lost_file_is_told_and_not_made_up(applicant: TestClient, office: Office, draft: str) -> None:
    document = office.attach(draft, pdf())
    office.store.path(document.digest).write_bytes(b"other")
    page = applicant.get(f"/apply/{draft}/documents/{document.id}")
    assert page.status_code == 500
    assert document.digest in page.text


def test_in_english(desks: Desks, office: Office, draft: str) -> None:
    office.attach(draft, pdf())
    page = words(desks.of(APPLICANT, **ENGLISH).get(f"/apply/{draft}/documents").text)
    assert "Grid test report (GB/T 36548)" in page
    assert "version 1 · PDF, 1 KiB" in page
