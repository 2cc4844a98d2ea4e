"""Times in short words. Pure given the catalogue, the moment and the time zone of this computer."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from mailbox_desk.wording.catalogue import Catalogue

_MINUTE: Final = 60
_HOUR: Final = 3_600
_DAY: Final = 86_400
_TWO_DAYS: Final = 2 * _DAY
_WEEK: Final = 7


def duration(words: Catalogue, seconds: float) -> str:
    """Seconds as "40 s", "11 min", "2 h 05" or "19 days"."""
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return words.text("time.seconds", count=whole)
    if whole < _HOUR:
        return words.text("time.minutes", count=whole // _MINUTE)
    if whole < _TWO_DAYS:
        return words.text("time.hours", hours=whole // _HOUR, minutes=f"{whole % _HOUR // _MINUTE:02d}")
    return words.plural("time.days", whole // _DAY)


def ago(words: Catalogue, seconds: float) -> str:
    """How long ago, in one word or two: "just now", "11 min ago"."""
    return words.text("time.just_now") if seconds < _MINUTE else words.text("time.ago", time=duration(words, seconds))


def clock(words: Catalogue, time: float, now: float | None = None) -> str:
    """A moment (seconds since 1970 UTC) as local clock time, with its day where that is not the day of `now`."""
    moment = datetime.fromtimestamp(time).astimezone()
    shown = f"{moment:%H:%M}"
    if now is None:
        return shown
    days = (moment.date() - datetime.fromtimestamp(now).astimezone().date()).days
    match days:
        case 0:
            return shown
        case 1:
            return words.text("time.tomorrow", clock=shown)
        case -1:
            return words.text("time.yesterday", clock=shown)
        case _ if 0 < days < _WEEK:
            return words.text("time.weekday", day=words.text(f"time.day.{moment.isoweekday()}"), clock=shown)
        case _:
            return words.text("time.date", day=moment.day, month=words.text(f"time.month.{moment.month}"), clock=shown)
