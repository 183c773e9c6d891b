"""Serving: the demo, the application, and the worker beside it."""

from __future__ import annotations

import os

import click

from exchange.cli.shared import now


def _one_thread_of_algebra() -> None:
    """NumPy's threads wait by spinning. One reads texts nearly as fast and leaves the other cores to people.

    It must be said before NumPy is imported; whoever has set the variable is heeded.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@click.command()
@click.option("--no-serve", is_flag=True, help="Only fill the database with the invented world.")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port.")
def demo(no_serve: bool, port: int) -> None:
    """Serve an invented world on 127.0.0.1, and say how to sign in. What is changed there stays."""
    _one_thread_of_algebra()
    from exchange.demo import running

    running.run(port=None if no_serve else port, say=click.echo, now=now())


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port.")
@click.option("--workers", "-w", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Threads of each process.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the application. Run ``exchange worker`` beside it for reminders and mail."""
    from exchange.web import config, create_app, migrations, serving

    settings = config.from_environment()
    serving.require_safe(settings, host)
    app = create_app(settings)
    migrations.require_current(app)
    opened = serving.listen(host, port)
    click.echo(f"Exchange serves on http://{host}:{serving.port_of(opened)}")
    serving.serve(app, opened, serving.Manner(workers, threads))


@click.command()
def worker() -> None:
    """Run the clock: reminders, housekeeping and mail. Several workers may run; one of them acts at a time."""
    _one_thread_of_algebra()
    from exchange.jobs import table
    from exchange.jobs.running import run
    from exchange.web import config, create_app, migrations

    settings = config.from_environment()
    migrations.require_current(create_app(settings))
    jobs = table.jobs(
        smtp_url=settings.smtp_url,
        base_url=settings.base_url,
        instance_id=settings.instance_id,
        answering=settings.answering,
    )
    click.echo(f"The worker runs: {', '.join(job.name for job in jobs)}. Stop it with Ctrl+C.")
    run(table.scheduler_for(settings.database_url, jobs, settings.data))
