"""Times the page of the flow, and the work that keeps it, with 1,000 counts and with 1,000,000.

`python -m tests.measures funnel` fills two databases: weeks of a hundred firms,
steps and causes, and a tenth as many people on their way. `--counts` is the larger number.
"""

import argparse
from collections.abc import Callable
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import migrate
from tests.measures.scale import FEW, compare, filled, say
from tests.support.postgres import TestServer
from wizard.models import FunnelCount
from wizard.services.desk import funnel, funnel_report

PAGES = ("/admin/flode", "/admin/flode?firm=Byr%C3%A5n+1", "/admin/flode?week=2026-W01")
WORK: dict[str, Callable[[Session], object]] = {
    "a week of all": lambda session: funnel_report.report(session, _week(session)),
    "a week of a firm": lambda session: funnel_report.report(session, _week(session), 1),
    "who has pressed nothing for a day": funnel.count_left,
    "adding up": funnel_report.fold,
}
FILL = """
insert into firms (name, contact_name, contact_email, contact_phone, created_at)
select 'Byrån ' || n, 'Britta Berg', 'britta@example.se', '08-123 45 67', now() from generate_series(1, 100) n;
insert into funnel_counts (week, firm_id, provider, step, cause, counted, took, number, folded)
select distinct on (week, firm, step, cause, counted, took)
    week, firm, 'visma', step, cause, counted, took, 1 + mod(n, 50), true
from (select n, date_trunc('week', now())::date - 7 * mod(n / 700, 104) as week,
        mod(n / 700, 100) as firm,
        (array['welcome', 'permission', 'bookkeeping', 'company', 'approve'])[1 + mod(n, 5)] as step,
        case when mod(n, 5) = 4 then (array['', 'wrong_company', 'consent_ended', 'permission_missing'])[1 + mod(n / 5, 4)]
            else '' end as cause,
        (array['came', 'went_on', 'went_on', 'left', 'came_back', 'helped', 'went_on'])[1 + mod(n / 20, 7)] as counted,
        mod(n / 140, 5) as took
    from generate_series(0, {number} - 1) n) made;
alter table invitations disable trigger user;
insert into companies (firm_id, public_id, name, sort_key, organisation_number, created_at)
select 1, 'c' || n, 'Bolag ' || n, 'bolag ' || n, lpad(n::text, 10, '0'), now() from generate_series(1, {number} / 10) n;
insert into invitations (public_id, company_id, provider, code, status, created_at, expires_at, started_at)
select 'i' || id, id, 'visma', lpad(id::text, 6, '0'), 'started', now(), now() + interval '9 days', now() from companies;
insert into funnel_places (invitation_id, firm_id, provider, step, since, pressed_at)
select id, 1, 'visma', 'permission', now(), now() from invitations;
analyze;
"""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--counts", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=15)
    given = options.parse_args()
    with (
        TestServer.open(migrate) as server,
        filled(server, given.counts, FILL) as many,
        filled(server, FEW, FILL) as few,
    ):
        say(f"{'counts':45} {FEW:>10,} {given.counts:>12,}  ratio")
        compare((few, many), PAGES, WORK, given.rounds)


def _week(session: Session) -> date:
    return session.execute(select(func.max(FunnelCount.week))).scalar_one()


if __name__ == "__main__":
    main()
