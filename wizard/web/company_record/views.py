"""Changing what is said of a company and its last day, archiving it, and removing it."""

from contextlib import suppress

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import format_date, gettext

from wizard.extensions import database
from wizard.models import Company, User
from wizard.services.accounts import responsibility
from wizard.services.companies import company_records
from wizard.services.companies.company_records import NotRemovableError
from wizard.services.connections import consent_ends
from wizard.services.connections.consent_ends import (
    BeyondConsentError,
    DayInvalidError,
    NothingToEndError,
)
from wizard.web.company.guards import with_company
from wizard.web.company_record.forms import ConsentEndForm, EditForm
from wizard.web.hooks.access import ViewResponse

blueprint = Blueprint("company_record", __name__)


@blueprint.route("/foretag/<public_id>/andra", methods=["GET", "POST"])
@with_company
def edit(_user: User, company: Company) -> ViewResponse:
    """Change the name, the own reference and who is responsible."""
    members = responsibility.members_of(database.session, company.firm_id)
    form = EditForm(obj=company)
    form.offer(company, members)
    if not form.validate_on_submit():
        return render_template("company_record/edit.html", company=company, form=form)
    responsibility.name_responsible(database.session, company, form.chosen(members))
    name, reference = form.name.data or "", form.own_reference.data
    company_records.change(database.session, company, name, reference)
    flash(gettext("Saved."))
    return _to_company(company)


@blueprint.post("/foretag/<public_id>/arkivera")
@with_company
def archive(_user: User, company: Company) -> ViewResponse:
    """Take the company out of lists; its reminders stop."""
    company_records.archive(database.session, company)
    flash(gettext("The company is archived. It is left out of lists, and no reminders go."))
    return _to_company(company)


@blueprint.post("/foretag/<public_id>/ta-tillbaka")
@with_company
def take_back(_user: User, company: Company) -> ViewResponse:
    """Put an archived company back in lists."""
    company_records.take_back(database.session, company)
    flash(gettext("The company is back in the lists."))
    return _to_company(company)


@blueprint.route("/foretag/<public_id>/ta-bort", methods=["GET", "POST"])
@with_company
def remove(_user: User, company: Company) -> ViewResponse:
    """Delete the company for good; asks first, or says what stands in the way."""
    obstacle = company_records.obstacle(database.session, company)
    if request.method == "POST" and obstacle is None:
        name = company.name
        with suppress(NotRemovableError):  # somebody has invited it meanwhile: the page says so
            company_records.remove(database.session, company)
            flash(gettext("%(name)s is removed.", name=name))
            return redirect(url_for("company.index"), 303)
        obstacle = company_records.obstacle(database.session, company)
    return render_template("company_record/remove.html", company=company, obstacle=obstacle)


@blueprint.route("/foretag/<public_id>/sista-dag", methods=["GET", "POST"])
@with_company
def consent_end(user: User, company: Company) -> ViewResponse:
    """Set the last day on which the company may be read, or take it away."""
    day = consent_ends.last_day_of(database.session, company)
    form = ConsentEndForm(day=day)
    if form.validate_on_submit() and _set_last_day(user, company, form):
        flash(gettext("Saved."))
        return _to_company(company)
    return render_template("company_record/consent_end.html", company=company, form=form)


def _set_last_day(user: User, company: Company, form: ConsentEndForm) -> bool:
    """Whether the last day was set; else the form says why not."""
    try:
        consent_ends.set_last_day(database.session, company, form.day.data, user)
    except DayInvalidError:
        form.day.errors = [gettext("Choose a day from today on, within ten years.")]
    except BeyondConsentError as error:
        form.day.errors = [
            gettext(
                "The approver has given permission until %(day)s. Renew first, and then choose a later day.",
                day=format_date(error.ends_on, "d MMMM y"),
            )
        ]
    except NothingToEndError:
        form.day.errors = [gettext("Nobody is invited, and nothing is connected. Activate first.")]
    else:
        return True
    return False


def _to_company(company: Company) -> ViewResponse:
    return redirect(url_for("company.detail", public_id=company.public_id), 303)
