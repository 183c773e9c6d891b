"""The XML of CalDAV: what a program asks for, and answers with several states (RFC 4918 section 13, RFC 4791)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

DAV, CALDAV, SERVER = "DAV:", "urn:ietf:params:xml:ns:caldav", "http://calendarserver.org/ns/"
LARGEST_QUESTION = 1024 * 1024  # bytes; a thousand addresses are 100 kB
for _prefix, _name in (("d", DAV), ("c", CALDAV), ("cs", SERVER)):
    ET.register_namespace(_prefix, _name)

Properties = Mapping[str, ET.Element]


class QuestionError(ValueError):
    """What was sent is no question that can be answered."""


@dataclass(frozen=True, slots=True)
class Question:
    """``wanted`` are property names, None for all; ``hrefs`` the paths of a multiget; the days are of a time range.

    ``token`` is of a sync-collection: the state that the program knows, "" for none; ``most`` is how much it takes.
    """

    kind: str
    wanted: frozenset[str] | None
    hrefs: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    events: bool = True
    token: str = ""
    most: int | None = None


def dav(name: str) -> str:
    return f"{{{DAV}}}{name}"


def caldav(name: str) -> str:
    return f"{{{CALDAV}}}{name}"


def element(tag: str, /, *children: ET.Element, text: str | None = None, **attributes: str) -> ET.Element:
    made = ET.Element(tag, attributes)
    made.text = text
    made.extend(children)
    return made


def read(sent: bytes) -> Question:
    """The question of a PROPFIND or REPORT; an empty one asks for everything.

    Raises:
        QuestionError: no XML, too large, or with declarations of its own, which no calendar program sends.
    """
    if not sent.strip():
        return Question(dav("propfind"), None)
    if len(sent) > LARGEST_QUESTION or b"<!" in sent or b"\0" in sent:  # two bytes a letter would hide a declaration
        raise QuestionError("This question is too large, or has declarations.")
    try:
        root = ET.fromstring(sent)  # noqa: S314 - entities cannot be declared, see above
    except ET.ParseError as fault:
        raise QuestionError("This is no XML.") from fault
    prop = root.find(dav("prop"))
    filters = [one.get("name") for one in root.iter(caldav("comp-filter"))]
    span = root.find(f".//{caldav('time-range')}")
    return Question(
        kind=root.tag,
        wanted=None if prop is None else frozenset(child.tag for child in prop),
        hrefs=tuple(unquote(urlsplit(one.text or "").path.strip()) for one in root.findall(dav("href"))),
        first=_day(span, "start", -1),
        last=_day(span, "end", 1),
        events=not filters or filters == ["VCALENDAR"] or "VEVENT" in filters,
        token=(root.findtext(dav("sync-token")) or "").strip(),
        most=_number(root.findtext(f"{dav('limit')}/{dav('nresults')}")),
    )


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text.strip()):
        raise QuestionError(f"{text[:40]} is no number of results.")
    return int(text)


def _day(span: ET.Element | None, name: str, margin: int) -> date | None:
    """The day of an instant, a day wider: the objects are compared by the days of their own zones."""
    text = span.get(name) if span is not None else None
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).date() + timedelta(days=margin)
    except (ValueError, OverflowError) as fault:
        raise QuestionError(f"{text} is no instant such as 20270302T100000Z.") from fault


def response(href: str, known: Properties, wanted: frozenset[str] | None) -> ET.Element:
    """One resource with the properties that it has, and those that were asked for in vain."""
    names: Sequence[str] = sorted(known if wanted is None else wanted)
    answer = element(dav("response"), element(dav("href"), text=href))
    has = [known[name] for name in names if name in known]
    lacks = [ET.Element(name) for name in names if name not in known]
    for found, status in ((has, "200 OK"), (lacks, "404 Not Found")):
        if found or (status == "200 OK" and not lacks):
            answer.append(
                element(
                    dav("propstat"), element(dav("prop"), *found), element(dav("status"), text=f"HTTP/1.1 {status}")
                )
            )
    return answer


def missing(href: str) -> ET.Element:
    return element(
        dav("response"), element(dav("href"), text=href), element(dav("status"), text="HTTP/1.1 404 Not Found")
    )


def multistatus(responses: Iterable[ET.Element]) -> bytes:
    return _written(element(dav("multistatus"), *responses))


def refusal(condition: str) -> bytes:
    """Why a question is not answered, as programs understand it (RFC 4918 section 16)."""
    return _written(element(dav("error"), element(dav(condition))))


def _written(root: ET.Element) -> bytes:
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
