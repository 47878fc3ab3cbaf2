"""What a file is told by its content; everything that is not plainly one of the formats is refused, and why is said."""

from pathlib import Path

import pytest

from rules.faults import BadInput
from subsidy.documents.content import ENDINGS, MEDIA_TYPES, examine
from subsidy.records import Format
from tests.support.files import REFUSED, TAKEN


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_whole_is_taken(tmp_path: Path, name: str) -> None:
    file = tmp_path / "incoming"
    file.write_bytes(TAKEN[name]())
    assert name.rpartition(".")[2].lower() in ENDINGS[examine(file, name)]


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_is_refused(tmp_path: Path, what: str) -> None:
    name, data, code = REFUSED[what]
    file = tmp_path / "incoming"
    file.write_bytes(data())
    with pytest.raises(BadInput) as refused:
        examine(file, name)
    fault = refused.value.faults[0]
    assert (fault.pointer, fault.code) == ("/file", f"documents.{code}")
    assert f"“{name}”" in fault.message("zh")
    assert f"“{name}”" in fault.message("en")


def test_every_format_has_a_media_type_and_endings() -> None:
    assert MEDIA_TYPES.keys() == ENDINGS.keys() == set(Format)
