"""Documents of an application. The bytes lie in the folder of documents under their digest; a row says whose they are."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from subsidy.records.base import Record, new_id, one_of, refers_to


class Format(StrEnum):
    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    XLSX = "xlsx"


class Document(Record, table=True):
    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("application_id", "kind", "name", "version"),
        CheckConstraint("name <> ''", name="name_given"),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("length(digest) = 71", name="digest_length"),
    )

    id: str = Field(default_factory=new_id, primary_key=True)
    application_id: str = Field(sa_column_args=[refers_to("application.id")])
    kind: str
    """Id of a kind of document of the policy."""
    name: str
    """As the file was called where it came from."""
    version: int
    """Counts the files of one kind and name from 1; the newest one stands for them all."""
    format: Format = Field(sa_type=one_of(Format, "format"))
    """What the content is, whatever the name says."""
    size: int
    """Bytes."""
    digest: str
    """``sha256:…`` of the bytes."""
    by_office: bool
    """Whether the zone's office put it in, and not the applicant."""
    uploaded_by: str = Field(sa_column_args=[refers_to("user_account.id")])
    uploaded_at: datetime
    detached_at: datetime | None = None
    """When it was taken out of the case again; the file is kept."""
