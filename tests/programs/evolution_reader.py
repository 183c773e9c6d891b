"""Evolution's calendar, asked by lines of JSON: run by the Python of the system, which has GNOME's libraries.

It is told an address and subscribes to it. A line ``"refresh"`` has it look for changes; a line ``[FROM, UNTIL]``, in
seconds since 1970, is answered with what it shows between them.
"""

from __future__ import annotations

import json
import signal
import sys
from typing import Any

NOT_AT_ALL = 0xFFFFFFFF  # how long to wait for a connection: what is stored can be read without one
LONGEST_LIFE_S = 240  # only so that it outlives no test that was killed


def main(address: str) -> None:
    signal.alarm(LONGEST_LIFE_S)
    import gi

    gi.require_versions({"ECal": "2.0", "EDataServer": "1.2", "ICalGLib": "3.0"})
    client = subscribed(address)
    for line in sys.stdin:
        asked = json.loads(line)
        answer = client.refresh_sync(None) if asked == "refresh" else shown(client, *asked)
        print(json.dumps(answer), flush=True)  # noqa: T201


def subscribed(address: str) -> Any:  # noqa: ANN401 - GNOME's libraries have no types
    from gi.repository import ECal, EDataServer, ICalGLib

    registry = EDataServer.SourceRegistry.new_sync(None)
    if registry.ref_source("exchange") is None:
        registry.commit_source_sync(new_source(address), None)
    client = ECal.Client.connect_sync(registry.ref_source("exchange"), ECal.ClientSourceType.EVENTS, NOT_AT_ALL, None)
    client.set_default_timezone(ICalGLib.Timezone.get_utc_timezone())
    return client


def new_source(address: str) -> Any:  # noqa: ANN401
    from gi.repository import EDataServer, GLib

    source = EDataServer.Source.new_with_uid("exchange", None)
    source.set_display_name("Exchange")
    source.set_parent("webcal-stub")  # what the program itself calls the group of calendars on the web
    source.get_extension(EDataServer.SOURCE_EXTENSION_CALENDAR).set_backend_name("webcal")
    place = source.get_extension(EDataServer.SOURCE_EXTENSION_WEBDAV_BACKEND)
    place.set_uri(GLib.Uri.parse(address, GLib.UriFlags.NONE))
    return source


def shown(client: Any, first: int, last: int) -> list[list[str]]:  # noqa: ANN401
    """Start, end, title, STATUS and TRANSP of every occurrence."""
    from gi.repository import ICalGLib

    found = []

    def written(moment: Any) -> str:  # noqa: ANN401
        whole_days = moment.is_date()
        there = moment if whole_days else moment.convert_to_zone(ICalGLib.Timezone.get_utc_timezone())
        return str(there.as_ical_string())

    def each(component: Any, start: Any, end: Any, *_: object) -> bool:  # noqa: ANN401
        def valued(kind: Any) -> str:  # noqa: ANN401
            return str(component.get_first_property(kind).get_value_as_string())

        state, taken = valued(ICalGLib.PropertyKind.STATUS_PROPERTY), valued(ICalGLib.PropertyKind.TRANSP_PROPERTY)
        found.append([written(start), written(end), component.get_summary(), state, taken])
        return True

    client.generate_instances_sync(first, last, None, each)
    return found


if __name__ == "__main__":
    main(sys.argv[1])
