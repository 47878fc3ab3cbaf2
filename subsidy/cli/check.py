"""`check`: an application file assessed, told by text, JSON or paper, and by the exit code."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import typer

from rules.assess import Assessment, assess
from rules.document import read_document
from rules.faults import BadInput, excerpt
from rules.reading import read_application
from schedules.calendar import china
from schedules.clock import clock_from_environment
from subsidy import settings
from subsidy.assessment import assessment_document
from subsidy.cli import options
from subsidy.cli.files import STREAM, deliver, read, to_terminal
from subsidy.cli.options import Lang, Output, Scheme

FORMATS: Final = ("text", "json", "pdf")
_EXITS: Final = (("eligible", 0), ("undetermined", 3), ("ineligible", 1))


def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="cli.help_check_file")],
    scheme: Scheme = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="cli.help_check_on")] = None,
    kind: Annotated[str, typer.Option("--format", metavar="|".join(FORMATS), help="cli.help_format")] = "text",
    output: Output = None,
    lang: Lang = "",
) -> int:
    """Assess an application file. 0: some scheme is eligible; else 3: some is undetermined; else 1. 2: bad input."""
    options.one_of("--format", kind, FORMATS)
    day = options.day("--on", on)
    configured = settings.load()
    today = clock_from_environment(configured.today).today()
    with _named(file):
        application = read_application(read_document(read(file)), today=today, scheme=scheme, on=day)
    assessment = assess(application.policy, application.facts, application.on, application.scheme)
    document = assessment_document(assessment, china(), lang)
    if kind == "json":
        deliver(json.dumps(document, ensure_ascii=False, indent=2) + "\n", output)
    elif kind == "pdf":
        from subsidy.reports.assessment import assessment_pdf

        url = same_check(assessment, configured.base_url) if application.scheme else None
        paper = assessment_pdf(document, application.policy, lang, url=url, issued_on=today, facts=application.facts)
        deliver(paper, output)
    else:
        deliver(_text(assessment, document, lang, to_terminal=to_terminal(output)), output)
    return exit_code(each["outcome"] for each in document["schemes"])


def exit_code(outcomes: Iterable[str]) -> int:
    """What a shell is told: the best of the outcomes."""
    found = set(outcomes)
    return next(code for outcome, code in _EXITS if outcome in found)


def same_check(assessment: Assessment, base_url: str) -> str:
    """The address of the page that gives the same result for the one scheme that was assessed."""
    facts = {key: assessment.policy.fact(key).print(value) for key, value in assessment.facts.items()}
    query = urlencode({**facts, "on": assessment.on.isoformat()})
    return f"{base_url.rstrip('/')}/check/{assessment.schemes[0].scheme.id}/result?{query}"


@contextmanager
def _named(file: str) -> Iterator[None]:
    """A fault of the document as a whole names the file."""
    try:
        yield
    except BadInput as error:
        name = "stdin" if file == STREAM else excerpt(file, 200)
        named = (replace(fault, pointer=fault.pointer or name) for fault in error.faults)
        raise BadInput(named, error.more) from None


def _text(assessment: Assessment, document: Mapping[str, Any], lang: str, *, to_terminal: bool) -> str:
    from subsidy.cli.assessment_text import assessment_text
    from subsidy.cli.terminal import rendered

    return rendered(assessment_text(assessment, document, lang), to_terminal=to_terminal)
