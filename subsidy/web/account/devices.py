"""What people know a browser by."""

from typing import Final

from subsidy.locale import text

BROWSERS: Final = (
    ("MicroMessenger/", "WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""By what they say of themselves; most also name those that come after them here."""
SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("OpenHarmony", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device(told: str, lang: str) -> str:
    """A browser and its system in short; where they are not known, what was told, or that nothing was."""
    browser = next((name for mark, name in BROWSERS if mark in told), None)
    system = next((name for mark, name in SYSTEMS if mark in told), None)
    if browser and system:
        return text(lang, "account.device", browser=browser, system=system)
    return told or text(lang, "account.device_unknown")
