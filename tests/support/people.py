"""The people of the office that tests work in."""

from typing import Final

from subsidy.records import DUTIES, Duty, Role
from subsidy.workflow.actor import Actor

JIA, YI = "jia", "yi"
"""The two enterprises."""

CASEWORK: Final = frozenset(DUTIES[Role.ADMINISTRATOR])

APPLICANT: Final = Actor("li", "李明", Role.APPLICANT, JIA, frozenset({Duty.OWN}))
STRANGER: Final = Actor("wang", "王芳", Role.APPLICANT, YI, frozenset({Duty.OWN}))
ADMINISTRATOR: Final = Actor("chen", "陈立", Role.ADMINISTRATOR, None, CASEWORK)
RELATED: Final = Actor("zhao", "赵敏", Role.ADMINISTRATOR, JIA, CASEWORK)
SECOND: Final = Actor("qian", "钱进", Role.ADMINISTRATOR, None, CASEWORK)
THIRD: Final = Actor("tang", "唐宁", Role.ADMINISTRATOR, None, CASEWORK)
FINANCE: Final = Actor("sun", "孙洁", Role.FINANCE, None, frozenset({Duty.MAKE}))
CHECKER: Final = Actor("fang", "方平", Role.FINANCE, None, frozenset({Duty.CHECK}))
AUDITOR: Final = Actor("bai", "白如", Role.AUDITOR)
REGISTRAR: Final = Actor("yan", "严清", Role.REGISTRAR)
ACTORS: Final = {
    "applicant": APPLICANT,
    "stranger": STRANGER,
    "administrator": ADMINISTRATOR,
    "related administrator": RELATED,
    "finance": FINANCE,
    "checker": CHECKER,
    "auditor": AUDITOR,
    "registrar": REGISTRAR,
}
