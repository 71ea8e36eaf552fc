"""What can be wrong with an installation: findings that say what to do. Nothing here stays, or asks another machine."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from servicedesk.desk import queries as desk
from servicedesk.desk.rules import OPENER_CLASSES, groups_by_team, names_teams
from servicedesk.errors import N_
from servicedesk.files.storage import set_aside_dir, why_not_writable
from servicedesk.knowledge.queries.counting import count_published
from servicedesk.mail import outbox
from servicedesk.notices import list_notices
from servicedesk.operating import queries, rules
from servicedesk.operating.rules import Finding, act, look, well
from servicedesk.people import queries as people
from servicedesk.web.filters import file_size

if TYPE_CHECKING:
    from config import Settings


def quick(settings: "Settings", at: datetime) -> list[Finding]:
    """Look at everything that this machine and its database know; without its tables there is no more to know."""
    disk, files = _disk(settings.instance_dir), _files(settings.files_dir)
    try:
        found, expected = queries.migrations_found(), queries.migrations_expected()
        if found - queries.migrations_known():
            return [
                act(
                    "database",
                    N_(
                        "The database is of a newer version than these files. Put that version in place again."
                    ),
                ),
                disk,
                files,
            ]
        if found != expected:
            return [
                act("database", N_("The database has not the tables of this version. Run: flask db upgrade")),
                disk,
                files,
            ]
        return [*_of_database(settings, at), disk, files]
    except SQLAlchemyError as error:
        reason = type(error).__name__
        return [
            act(
                "database",
                N_("The database does not answer (%(reason)s). Look at DATABASE_URL."),
                reason=reason,
            ),
            disk,
            files,
        ]


def _of_database(settings: "Settings", at: datetime) -> list[Finding]:
    return [
        *_jobs(at),
        *_queues(at),
        *_mail(settings, at),
        *_teams(settings),
        *_people(settings),
        *_articles(),
        *_clock(at),
        *(act("notices", notice.message, **notice.facts) for notice in list_notices()),
    ]


def _jobs(at: datetime) -> Iterator[Finding]:
    runs = queries.list_job_runs()
    if not runs:
        yield act("jobs", N_("The jobs process has never run here. Start: flask jobs run"))
        return
    silent = [run for run in runs if queries.is_silent(run, at)]
    if len(silent) == len(runs):
        yield act("jobs", N_("The jobs process does not run. Start: flask jobs run"))
        return
    overdue = [run for run in runs if run.failure == rules.OVERDUE]
    for run in overdue:
        yield act(
            "jobs",
            N_(
                "The job %(job)s takes longer than it may. Its log says where it stands; restart the jobs if it stays there."
            ),
            job=run.name,
        )
    for run in (run for run in silent if run not in overdue):
        yield act(
            "jobs",
            N_("The job %(job)s has not gone well for a while (%(failure)s). Its log says why."),
            job=run.name,
            failure=run.failure or "-",
        )
    if not silent and not overdue:
        yield well("jobs", N_("The background jobs run."))


def _queues(at: datetime) -> Iterator[Finding]:
    late = queries.late_queues(at)
    if not late:
        yield well("queues", N_("Nothing waits longer than it should."))
    sentences = {
        queries.MAIL: N_(
            "Mail has been waiting for %(minutes)s minutes. Look at the mail server and at the log of the jobs."
        ),
        queries.HELD_MAIL: N_(
            "Mail has been waiting for %(minutes)s minutes, for the directory has not confirmed its readers for a day. "
            "Look at the directory and at the job accounts; flask people sync --dry-run says who has left."
        ),
        queries.INDEX: N_(
            "Changes have not reached the search for %(minutes)s minutes. Look at the log of the jobs."
        ),
        queries.ACCOUNTS: N_(
            "The directory has not confirmed everybody who is signed in for %(minutes)s minutes."
        ),
    }
    for name, since in late.items():
        minutes = int((at - since).total_seconds() // 60)
        yield act("queues", sentences[name], minutes=minutes)


def _mail(settings: "Settings", at: datetime) -> Iterator[Finding]:
    if not settings.mail.smtp_url:
        yield look("mail", N_("Mail does not leave this machine: it becomes files. Set SMTP_URL."))
    if refused := outbox.count_refused(at - rules.LONGEST_MAIL_WAIT):
        yield look(
            "mail",
            N_(
                "Some addresses do not take mail: %(count)s mails were refused and are tried again for five days. "
                "The log of the jobs says why."
            ),
            count=refused,
        )
    failed = outbox.count_failed()
    if failed:
        yield look("mail", N_("Mails given up: %(count)s. Admins see why, and can try again."), count=failed)


def _teams(settings: "Settings") -> Iterator[Finding]:
    teams = desk.count_members_by_team()
    if not desk.has_team_for_everybody():
        yield act(
            "teams", N_("Nobody can file yet: no active team is open to all IT staff. See: flask desk show")
        )
    for key in groups_by_team(settings.groups).keys() - {team.key for team in teams}:
        yield look(
            "teams",
            N_("The team %(team)s of the setting GROUPS is made by the jobs, or when somebody signs in."),
            team=key,
        )
    yield from _teams_named_no_more(settings, teams)
    for team in (
        team for team in teams if team.visibility not in OPENER_CLASSES and team.members and not team.leads
    ):
        yield look(
            "teams",
            N_(
                "Nobody leads the restricted team %(team)s, so nothing that came to it by mistake can leave it. "
                "Say who does: flask desk team %(team)s --lead USER_NAME"
            ),
            team=team.key,
        )
    for team in (team for team in teams if team.is_active and not team.members):
        yield act(
            "teams",
            N_("Nobody works in the team %(team)s. Give it a group in GROUPS, whose members then sign in."),
            team=team.key,
        )
    unset = [
        team.key for team in teams if team.is_active and team.visibility == "team" and team.is_named_by_key
    ]
    if unset:
        yield look(
            "teams",
            N_(
                "Only their members read what these have, and search learns nothing of it: %(teams)s. Say if not: flask desk team"
            ),
            teams=", ".join(unset),
        )
    if teams and desk.has_team_for_everybody():
        yield well("teams", N_("Teams: %(count)s. What is filed reaches somebody."), count=len(teams))


def _teams_named_no_more(settings: "Settings", teams: Sequence[desk.TeamSize]) -> Iterator[Finding]:
    """Name the teams that follow no group, though their members came from one."""
    named = groups_by_team(settings.groups)
    left = ", ".join(team.key for team in teams if team.by_directory and team.key not in named)
    if left and names_teams(settings.groups):
        yield look(
            "teams",
            N_(
                "GROUPS does not name these teams any more, and who works there is let go at the next sign-in or "
                "re-check: %(teams)s. Name them again, or move what they have first, while somebody still works there."
            ),
            teams=left,
        )
    elif left:
        yield look(
            "teams",
            N_(
                "GROUPS names no team, so who works in these stays there, also who has left their group: %(teams)s. "
                "Name in GROUPS the teams that there are."
            ),
            teams=left,
        )


def _people(settings: "Settings") -> Iterator[Finding]:
    if not settings.groups["roles"].get("agent"):
        yield act("roles", N_("No directory group makes anybody IT staff. Set GROUPS."))
    if not settings.groups["roles"].get("admin") and not people.has_break_glass():
        yield act(
            "roles",
            N_("Nobody can be an admin: name a group in GROUPS, or use: flask people break-glass NAME"),
        )
    if not people.has_break_glass():
        yield look(
            "roles",
            N_(
                "Nobody can sign in when the directory is down. Make an account for it: flask people break-glass NAME"
            ),
        )


def _articles() -> Iterator[Finding]:
    if published := count_published():
        yield well("articles", N_("Articles that people can read: %(count)s."), count=published)
    else:
        yield look(
            "articles", N_("There are no articles yet. Bring some in: flask kb sync, or flask kb import PATH")
        )


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    words = file_size(free)
    if free < rules.NO_SPACE_BYTES:
        return act(
            "disk", N_("The disk of the instance is full: %(free)s are free. Make room now."), free=words
        )
    if free < rules.LOW_SPACE_BYTES:
        return look("disk", N_("The disk of the instance is nearly full: %(free)s are free."), free=words)
    return well("disk", N_("Space on the disk of the instance: %(free)s."), free=words)


def _files(folder: Path) -> Finding:
    """Try to store something: files may be on a disk of their own, and room is not all that a disk can lack."""
    for each in (folder, set_aside_dir(folder)):
        if reason := why_not_writable(each):
            return act(
                "disk",
                N_(
                    "Nothing can be stored in %(folder)s (%(reason)s). Make room there, or let the desk write there."
                ),
                folder=str(each),
                reason=reason,
            )
    return well("disk", N_("Files that people send can be stored."))


def _clock(at: datetime) -> Iterator[Finding]:
    theirs = queries.database_time()
    newest = max(filter(None, [outbox.find_newest(), people.find_newest_log_in()]), default=None)
    if theirs is not None and abs(theirs - at) > rules.LONGEST_CLOCK_ERROR:
        yield act("clock", N_("This machine and the database's differ in what time it is. Set both by NTP."))
    elif newest is not None and newest - at > rules.LONGEST_CLOCK_ERROR:
        yield act(
            "clock",
            N_(
                "The database knows times that are still to come: the clock of this machine was, or is, wrong."
            ),
        )
    else:
        yield well("clock", N_("The clock agrees with what the database has seen."))


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    """Return them with what needs somebody on top."""
    return sorted(findings, key=lambda finding: -finding.state)
