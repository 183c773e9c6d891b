"""The audit trail."""

from __future__ import annotations

import click

from exchange.cli.shared import opened_session


@click.group()
def audit() -> None:
    """The audit trail."""


def _anchor(_ctx: click.Context, _option: click.Parameter, text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    seq, colon, digest = text.partition(":")
    if not (seq.isdigit() and colon and len(digest) == 64):
        raise click.BadParameter("Write an anchor as it was printed: the number, a colon, and 64 hexadecimal digits.")
    return int(seq), digest.lower()


@audit.command("verify")
@click.option("--anchor", metavar="SEQ:HASH", callback=_anchor, help="A head noted earlier: finds a cut-off end.")
def audit_verify(anchor: tuple[int, str] | None) -> None:
    """Walk the chain of hashes and name every record that was changed, removed or moved."""
    from exchange.domain.audit import verify
    from exchange.store import audit as trail

    with opened_session() as session:
        report = verify(trail.entries(session), anchor)
        head = trail.head(session)
    for fault in report.faults:
        click.echo(fault, err=True)
    if not report.intact:
        raise click.ClickException(
            f"The audit trail is damaged: {len(report.faults)} faults, {report.records:,} records."
        )
    click.echo(f"The audit trail is intact: {report.records:,} records. Its head, to note down: {head[0]}:{head[1]}")
