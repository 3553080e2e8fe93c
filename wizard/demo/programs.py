"""The programs of a run, in the form of `python -m`."""

from pathlib import Path

from wizard.demo.children import Program
from wizard.demo.plan import Plan

# Without --reuse-port, keep-alive connections pile up on one worker.
GUNICORN = (
    *("--workers", "2", "--worker-class", "gthread", "--threads", "8"),
    *("--reuse-port", "--no-control-socket", "--graceful-timeout", "5"),
)


def sandbox(plan: Plan, instance: Path) -> Program:
    """The stand-in for Visma."""
    environment = plan.sandbox_environment(instance)
    return Program("Övningsmiljön", "sandbox", "wizard.sandbox", (), environment)


def postbox(plan: Plan, instance: Path) -> Program:
    """The postbox, which receives all letters."""
    environment = plan.postbox_environment(instance)
    return Program("Brevlådan", "postbox", "wizard.postbox", (), environment)


def web(plan: Plan) -> Program:
    """The wizard's web server, on every address of localhost."""
    hosts = [f"[{host}]" if ":" in host else host for host in plan.ports.web_hosts]
    binds = [part for host in hosts for part in ("--bind", f"{host}:{plan.ports.web}")]
    arguments = (*binds, *GUNICORN, "wsgi:app")
    return Program("Webbservern", "web", "gunicorn", arguments, plan.settings)


def worker(plan: Plan) -> Program:
    """The wizard's worker."""
    return Program("Bakgrundsarbetaren", "worker", "flask", ("jobs", "work"), plan.settings)
