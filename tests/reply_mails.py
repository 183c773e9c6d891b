"""Answers to invitations in the form in which four programs send them. What they say stands in a ``Said``."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from quopri import encodestring


@dataclass(frozen=True)
class Said:
    """``occurrence`` is a whole line such as RECURRENCE-ID:20270309T150000Z."""

    uid: str
    to: str
    attendee: str
    sequence: int = 0
    partstat: str = "ACCEPTED"
    stamp: str = "20261101T120000Z"
    occurrence: str = ""
    sender: str = ""

    @property
    def person(self) -> str:
        return self.sender or self.attendee


def calendar(said: Said, product: str, *lines: str) -> str:
    """What all programs write, and these lines of one program's own."""
    written = [
        "BEGIN:VCALENDAR",
        f"PRODID:{product}",
        "VERSION:2.0",
        "METHOD:REPLY",
        "BEGIN:VEVENT",
        f"UID:{said.uid}",
        *filter(None, [said.occurrence]),
        f"DTSTAMP:{said.stamp}",
        f"SEQUENCE:{said.sequence}",
        *lines,
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(written)


def outlook(said: Said) -> bytes:
    """One of three alternatives, with zones under the names of Windows and without the organiser."""
    zone = ["BEGIN:VTIMEZONE", "TZID:Eastern Standard Time", "BEGIN:STANDARD", "DTSTART:16010101T020000"]
    zone += ["TZOFFSETFROM:-0400", "TZOFFSETTO:-0500", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11"]
    zone += ["END:STANDARD", "END:VTIMEZONE"]
    body = calendar(
        said,
        "Microsoft Exchange Server 2010",
        f'ATTENDEE;PARTSTAT={said.partstat};CN="Feldman, Naomi":MAILTO:{said.attendee.upper()}',
        "COMMENT;LANGUAGE=en-US:\\n",
        "SUMMARY;LANGUAGE=en-US:Accepted: Cyber range session",
        "DTSTART;TZID=Eastern Standard Time:20270302T100000",
        "X-MICROSOFT-CDO-APPT-SEQUENCE:0",
    )
    body = body.replace("BEGIN:VEVENT", "\r\n".join([*zone, "BEGIN:VEVENT"]))
    return f"""Received: from mail.example (10.0.0.1) by edge.example; Sun, 1 Nov 2026 12:00:00 +0000
From: "Feldman, Naomi" <{said.person}>
To: Exchange <{said.to}>
Subject: Accepted: Cyber range session
Thread-Topic: Cyber range session
Content-Language: en-US
Content-Type: multipart/alternative;
\tboundary="_000_BY5PR_"
MIME-Version: 1.0

--_000_BY5PR_
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable


--_000_BY5PR_
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

<html><body></body></html>

--_000_BY5PR_
Content-Type: text/calendar; charset="utf-8"; method=REPLY
Content-Transfer-Encoding: base64

{b64encode(body.encode()).decode()}

--_000_BY5PR_--
""".encode()


def gmail(said: Said) -> bytes:
    """The calendar as an alternative and a second time as a file."""
    body = calendar(
        said,
        "-//Google Inc//Google Calendar 70.9054//EN",
        "DTSTART:20270302T150000Z",
        f"ORGANIZER;CN=Exchange:mailto:{said.to}",
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={said.partstat};CN=Naom",
        f" i Feldman;X-NUM-GUESTS=0:mailto:{said.attendee}",
        "STATUS:CONFIRMED",
    )
    return f"""MIME-Version: 1.0
Reply-To: Naomi Feldman <{said.person}>
Sender: Google Calendar <calendar-notification@google.com>
Auto-Submitted: auto-generated
Subject: Accepted: Cyber range session @ Tue 2 Mar 2027 10am - 11:30am (EST)
From: Naomi Feldman <{said.person}>
To: {said.to}
Content-Type: multipart/mixed; boundary="000000000000a1"

--000000000000a1
Content-Type: multipart/alternative; boundary="000000000000a0"

--000000000000a0
Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes
Content-Transfer-Encoding: base64

TmFvbWkgYWNjZXB0ZWQ=
--000000000000a0
Content-Type: text/calendar; charset="UTF-8"; method=REPLY
Content-Transfer-Encoding: 7bit

{body}
--000000000000a0--
--000000000000a1
Content-Type: application/ics; name="invite.ics"
Content-Disposition: attachment; filename="invite.ics"
Content-Transfer-Encoding: base64

{b64encode(body.encode()).decode()}
--000000000000a1--
""".encode()


def apple(said: Said) -> bytes:
    """Quoted-printable, with a folded content type and an organiser of many parameters."""
    body = calendar(
        said,
        "-//Apple Inc.//macOS 15.1//EN",
        f'ORGANIZER;CN="Exchange";EMAIL="{said.to}":mailto:{said.to}',
        f'ATTENDEE;CN="Naomi Feldman";CUTYPE=INDIVIDUAL;PARTSTAT={said.partstat}:mailto:{said.attendee}',
        "TRANSP:OPAQUE",
    )
    return f"""From: Naomi Feldman <{said.person}>
Content-Type: multipart/alternative;
 boundary=Apple-Mail-7B5A1C3F
Mime-Version: 1.0 (1.0)
Subject: Accepted: Cyber range session
Date: Sun, 1 Nov 2026 12:00:00 +0000
To: "Exchange" <{said.to}>

--Apple-Mail-7B5A1C3F
Content-Transfer-Encoding: 7bit
Content-Type: text/plain;
\tcharset=us-ascii

Naomi Feldman accepted your invitation.
--Apple-Mail-7B5A1C3F
Content-Transfer-Encoding: quoted-printable
Content-Type: text/calendar;
\tmethod=REPLY;
\tcharset=utf-8

{encodestring(body.encode()).decode()}
--Apple-Mail-7B5A1C3F--
""".encode()


def thunderbird(said: Said) -> bytes:
    """Lines that end in a line feed alone, as what a mail server hands to a program has."""
    body = calendar(
        said,
        "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN",
        f"ORGANIZER;RSVP=TRUE;CN=Exchange;PARTSTAT=ACCEPTED;ROLE=CHAIR:mailto:{said.to}",
        f"ATTENDEE;CN=Naomi Feldman;PARTSTAT={said.partstat};ROLE=REQ-PARTICIPANT:mailto:{said.attendee}",
        "X-MOZ-RECEIVED-SEQUENCE:0",
        "DESCRIPTION:Grüße",
    ).replace("\r\n", "\n")
    return f"""Message-ID: <1f0c@mail.example>
Date: Sun, 1 Nov 2026 12:00:00 +0000
MIME-Version: 1.0
User-Agent: Mozilla Thunderbird
To: {said.to}
From: Naomi Feldman <{said.person}>
Subject: Event Invitation Reply (Accepted): Cyber range session
Content-Type: multipart/mixed; boundary="------------eqBxY"

--------------eqBxY
Content-Type: multipart/alternative; boundary="------------hhkX1"

--------------hhkX1
Content-Type: text/plain; charset=UTF-8; format=flowed
Content-Transfer-Encoding: 8bit

Naomi Feldman hat Ihre Einladung zu „Cyber range session“ angenommen.
--------------hhkX1
Content-Type: text/calendar; method=REPLY; charset=UTF-8
Content-Transfer-Encoding: 8bit

{body}
--------------hhkX1--
--------------eqBxY
Content-Type: application/ics; name="invite.ics"
Content-Disposition: attachment; filename="invite.ics"
Content-Transfer-Encoding: 8bit

{body}
--------------eqBxY--
""".encode()


PROGRAMS = {"Outlook": outlook, "Gmail": gmail, "Apple": apple, "Thunderbird": thunderbird}
