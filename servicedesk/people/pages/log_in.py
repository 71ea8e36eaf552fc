"""Signing in and out."""

import math

from flask import Response, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from servicedesk.database import db
from servicedesk.directory.current import current_directory
from servicedesk.errors import TooManyAttemptsError, UnavailableError
from servicedesk.people import actions, sessions
from servicedesk.people.forms import LogInForm
from servicedesk.people.models import Person
from servicedesk.people.pages import guard
from servicedesk.people.pages.blueprint import blueprint
from servicedesk.web import access
from servicedesk.web.addresses import local_path
from servicedesk.web.forms import takes
from servicedesk.web.settings import current_settings

_RETRY_AFTER_S = 30
_FORMS_OF = "forms_of"
Answer = Response | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.get("/login")
@access.anyone
def log_in() -> Answer:
    """Ask who one is."""
    if current_user.is_authenticated:
        return _to(request.args.get("next"))
    form = LogInForm(formdata=None, next=request.args.get("next", "")[:2000])
    had_session = bool(guard.session_cookie())
    return render_template(
        "people/log_in.html", form=form, problem=None, had_session=had_session, must_change=False
    ), 200


@blueprint.post("/login")
@access.anyone
def check_log_in() -> Answer:
    """Let the person in, or say that name and password do not fit, whatever the reason is."""
    form = LogInForm()
    if not form.validate():
        db.session.rollback()
        return _again(form, None, 422)
    try:
        person = _find_out(form)
    except TooManyAttemptsError as error:
        return _again(form, _too_many(error), 429, {"Retry-After": str(error.retry_after_s)})
    except UnavailableError as error:
        # The attempt that was counted is taken back: nobody guessed anything.
        db.session.commit()
        return _again(form, _(str(error)), 503, {"Retry-After": str(_RETRY_AFTER_S)})
    except actions.MustChangePasswordError:
        db.session.commit()
        return _again(
            form, _("Your password has to be changed before it can be used here."), 401, must_change=True
        )
    if person is None:
        db.session.commit()
        return _again(
            form, _("User name and password do not fit together, or the account may not be used."), 401
        )
    sessions.end(guard.session_cookie())
    _keep_forms_of(person)
    network, browser = request.remote_addr or "", request.user_agent.string
    cookie = sessions.start(person, network=network, browser=browser)
    db.session.commit()
    return guard.set_session_cookie(_to(form.next.data), cookie)


@blueprint.post("/logout")
@access.signed_in
@takes()
def log_out() -> Response:
    """End this session, here and in the database."""
    sessions.end(guard.session_cookie())
    db.session.commit()
    session.clear()
    return guard.delete_session_cookie(make_response(redirect(url_for("people.signed_out"), 303)))


@blueprint.get("/signed-out")
@access.anyone
def signed_out() -> str | Response:
    """Say that one is signed out."""
    if current_user.is_authenticated:
        return _to(None)
    return render_template("people/signed_out.html")


def _find_out(form: LogInForm) -> Person | None:
    settings = current_settings()
    name, password = form.username.data or "", form.password.data or ""
    network = request.remote_addr or ""
    attempt = actions.begin_attempt(name, network=network, secret_key=settings.secret_key)
    # The attempt counts from here on, and nothing is locked while the directory thinks.
    db.session.commit()
    return actions.log_in(current_directory(), attempt, password, by_role=settings.groups["roles"])


def _keep_forms_of(person: Person) -> None:
    """Let forms that are open here go on if they are this person's; those of whoever was here before are theirs alone."""
    if session.get(_FORMS_OF) != person.id:
        session.clear()
        session[_FORMS_OF] = person.id


def _again(
    form: LogInForm,
    problem: str | None,
    status: int,
    headers: dict[str, str] | None = None,
    *,
    must_change: bool = False,
) -> Answer:
    page = render_template(
        "people/log_in.html",
        form=form,
        problem=problem,
        had_session=False,
        change_at=current_settings().password_change_url if must_change else None,
        must_change=must_change,
    )
    return page, status, headers or {}


def _too_many(error: TooManyAttemptsError) -> str:
    minutes = math.ceil(error.retry_after_s / 60)
    return ngettext(
        "There were too many attempts to sign in. Try again in %(num)d minute.",
        "There were too many attempts to sign in. Try again in %(num)d minutes.",
        minutes,
    )


def _to(wanted: str | None) -> Response:
    return make_response(redirect(local_path(wanted, default_endpoint="home.show"), 303))
