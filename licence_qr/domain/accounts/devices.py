"""A few words for the device a session comes from, so that its owner recognises it.

The header that browsers send about themselves (User-Agent, RFC 9110, section 10.1.5) is long, nearly unique and anybody's to
write. Of it only two of these names are kept, so nothing that was sent is stored or shown.
"""

from __future__ import annotations

from datetime import timedelta

# Longer than any leave; from the last sign-in.
KNOWN_FOR = timedelta(days=180)

# What the header holds, and the name; the first that fits. Most browsers also claim to be Chrome or Safari, so these stand
# last; phones claim to be like the system they descend from.
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("HuaweiBrowser", "Huawei Browser"),
    ("MiuiBrowser", "Mi Browser"),
    ("UCBrowser", "UC"),
    ("QQBrowser", "QQ Browser"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("OpenHarmony", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_words(user_agent: str) -> str:
    """Browser and system, as ``Edge · Windows``; one of them alone, or nothing, where the header does not tell."""
    found = (next((name for part, name in names if part in user_agent), "") for names in (_BROWSERS, _SYSTEMS))
    return " · ".join(filter(None, found))
