"""An answer to an invitation as mail programs send it: a mail with text/calendar and METHOD:REPLY (RFC 6047, RFC 5546).

Anybody can send one, so nothing of it is believed here and nothing is expanded: the mail's size is looked at before it
is parsed, and of its calendar the few lines that an answer consists of are read, each of which must stand there once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from icalendar.parser import Contentline, Contentlines, Parameters
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from exchange.domain.meetings import Answer
from exchange.feeds import zones

LARGEST_MAIL = 1024 * 1024  # bytes; what mail programs send has up to 50 kB
LARGEST_CALENDAR = 100 * 1000
MOST_PARTS = 30
_LONGEST_TYPE = 1000  # characters of a Content-Type, whose parameters are slow to read
_DEEPEST = 4
_RECIPIENTS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_TIME = re.compile(r"(\d{8})(?:T(\d{6})(Z)?)?")
_ANSWERS = {answer.value.upper(): answer for answer in Answer}

_Line = tuple[str, Parameters, str]


class ReplyError(ValueError):
    """It is no answer to an invitation; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a mail says. Addresses are in small letters; ``occurrence`` names one of a series by its original start.

    A start without a zone is by the clock of the meeting.
    """

    sender: str
    recipients: frozenset[str]
    organiser: str
    attendee: str
    answer: Answer
    uid: str
    sequence: int
    stamp: datetime
    occurrence: date | datetime | None = None


def read_reply(raw: bytes) -> Reply:
    """The answer that a mail holds.

    Raises:
        ReplyError: it holds none, more than one, or one that cannot be read.
    """
    if len(raw) > LARGEST_MAIL:
        raise ReplyError(f"The mail is larger than {LARGEST_MAIL // 1024} kB, which no answer to an invitation is.")
    folded = raw.lower()
    if folded.count(b"multipart/") + folded.count(b"message/") > MOST_PARTS:  # nesting is slow to read
        raise ReplyError("The mail has more parts than any answer to an invitation has.")
    message = message_from_bytes(raw, policy=compat32)
    lines = _lines(_calendar(message))
    _require_reply(lines)
    event = [line for path, line in lines if path == ("VCALENDAR", "VEVENT")]
    _, parameters, attendee = _one(event, "ATTENDEE")
    return Reply(
        sender=_sender(message),
        recipients=_addresses(message, *_RECIPIENTS),
        organiser=_mailbox(_value(event, "ORGANIZER")),
        attendee=_mailbox(attendee),
        answer=_answer(str(parameters.get("PARTSTAT", ""))),
        uid=_one(event, "UID")[2],
        sequence=_number(_value(event, "SEQUENCE") or "0"),
        stamp=_stamp(_one(event, "DTSTAMP")[2]),
        occurrence=_occurrence(event),
    )


def _calendar(message: Message) -> str:
    """The one calendar of a mail. Many programs attach the same a second time, as a file, which is not looked at."""
    bodies = {_decoded(part) for part in _leaves(message) if part.get_content_type() == "text/calendar"}
    if not bodies:
        raise ReplyError("The mail has no text/calendar part, so it holds no answer that can be read.")
    if len(bodies) > 1:
        raise ReplyError("The mail holds several calendars; an answer has one.")
    return bodies.pop()


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that are no containers. A mail within the mail, such as a forwarded one, is not opened."""
    parts = message.get_payload() if message.get_content_maintype() == "multipart" else None
    if not isinstance(parts, list):
        yield message
        return
    for part in parts:
        if isinstance(part, Message):
            yield from _leaves(part)


def _decoded(part: Message) -> str:
    if len(str(part.get("Content-Type"))) > _LONGEST_TYPE:
        raise ReplyError("The mail's description of its calendar is longer than any that is needed.")
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes) or len(data) > LARGEST_CALENDAR:
        raise ReplyError(f"The calendar is no text, or larger than {LARGEST_CALENDAR // 1000} kB.")
    charset = part.get_content_charset("utf-8")
    try:
        return data.decode(charset)
    except (LookupError, UnicodeError) as fault:
        raise ReplyError(f"The calendar is not written in {charset[:40]!r}, although the mail says so.") from fault


def _lines(text: str) -> list[tuple[tuple[str, ...], _Line]]:
    """Each line of the calendar with the components in which it stands, outermost first."""
    try:
        contents: list[_Line] = [content.parts() for content in _unfolded(text) if content]
    except ValueError as fault:
        raise ReplyError("The calendar has a line that is none of a calendar's.") from fault
    found: list[tuple[tuple[str, ...], _Line]] = []
    path: list[str] = []
    for written, parameters, text_value in contents:
        name, value = written.upper(), text_value.strip()
        if name == "BEGIN":
            path.append(value.upper())
        if len(path) > _DEEPEST:
            raise ReplyError("The calendar has components within components, as no answer has.")
        if name == "END" and (not path or path.pop() != value.upper()):
            raise ReplyError("The calendar ends what it did not begin.")
        found.append((tuple(path), (name, parameters, value)))
    if path:
        raise ReplyError("The calendar breaks off.")
    return found


def _unfolded(text: str) -> Iterable[Contentline]:
    lines: Iterable[Contentline] = Contentlines.from_ical(text.removeprefix("\ufeff"))  # type: ignore[no-untyped-call]
    return lines


def _require_reply(lines: list[tuple[tuple[str, ...], _Line]]) -> None:
    begun = [path for path, (name, _, _) in lines if name == "BEGIN"]
    if begun.count(("VCALENDAR",)) != 1 or begun.count(("VCALENDAR", "VEVENT")) != 1:
        raise ReplyError("The mail does not hold one calendar with one event, as an answer does.")
    method = _one([line for path, line in lines if path == ("VCALENDAR",)], "METHOD")[2]
    if method.upper() != "REPLY":
        raise ReplyError(f"The calendar is no answer: its method is {method[:40]!r} and not REPLY.")


def _one(lines: list[_Line], name: str) -> _Line:
    found = [line for line in lines if line[0] == name]
    if len(found) != 1:
        raise ReplyError(f"An answer has one {name}; this one has {len(found)}.")
    return found[0]


def _value(lines: list[_Line], name: str) -> str:
    """The value of a line that may be left out."""
    return _one(lines, name)[2] if any(line[0] == name for line in lines) else ""


def _answer(partstat: str) -> Answer:
    answer = _ANSWERS.get(partstat.upper())
    if answer is None:
        raise ReplyError(f"{partstat[:40]!r} is no answer; ACCEPTED, TENTATIVE and DECLINED are.")
    return answer


def _sender(message: Message) -> str:
    senders = _addresses(message, "From")
    if len(senders) != 1:
        raise ReplyError("The mail does not name one sender.")
    return next(iter(senders))


def _addresses(message: Message, *names: str) -> frozenset[str]:
    values = [str(value) for name in names for value in message.get_all(name, [])]
    return frozenset(address.lower() for _, address in getaddresses(values) if address)


def _mailbox(uri: str) -> str:
    scheme, _, address = uri.partition(":")
    return unquote(address).strip().lower() if scheme.lower() == "mailto" else ""


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise ReplyError(f"{text[:40]!r} is no number of a version.")
    return int(text)


def _stamp(text: str) -> datetime:
    stamp = _moment(text)
    if not isinstance(stamp, datetime) or stamp.tzinfo is None:
        raise ReplyError(f"{text[:40]!r} is no time in UTC at which an answer was given.")
    return stamp


def _occurrence(event: list[_Line]) -> date | datetime | None:
    if not any(line[0] == "RECURRENCE-ID" for line in event):
        return None
    _, parameters, text = _one(event, "RECURRENCE-ID")
    if parameters.get("RANGE"):
        raise ReplyError("It answers for several occurrences of a series; answer for one, or for the whole series.")
    moment = _moment(text)
    named = parameters.get("TZID")
    if not named or not isinstance(moment, datetime) or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=_zone(str(named)))


def _moment(text: str) -> date | datetime:
    found = _TIME.fullmatch(text)
    if found is None:
        raise ReplyError(f"{text[:40]!r} is no date or time.")
    day, clock, universal = found.groups()
    try:
        if clock is None:
            return date.fromisoformat(day)
        moment = datetime.fromisoformat(f"{day}T{clock}")
    except ValueError as fault:
        raise ReplyError(f"{text!r} is a date or time that does not exist.") from fault
    return moment.replace(tzinfo=UTC) if universal else moment


def _zone(name: str) -> ZoneInfo:
    """The zone by its name in the IANA database or in Windows, which Outlook writes."""
    key = WINDOWS_TO_OLSON.get(name, name)
    if key not in zones.names():
        raise ReplyError(f"{name[:40]!r} is no time zone that is known here.")
    return zones.load(key)
