"""HTTP entry: pages by area, and what all of them share."""

from flask import Flask

from wizard.config import Settings
from wizard.web import i18n, move_texts
from wizard.web.about.views import blueprint as about
from wizard.web.account.views import blueprint as account
from wizard.web.account_link.views import blueprint as account_link
from wizard.web.admin.views import blueprint as admin
from wizard.web.api.views import blueprint as api_
from wizard.web.audit.views import blueprint as audit
from wizard.web.auth import provider_views
from wizard.web.authorization.views import blueprint as authorization
from wizard.web.bulk.views import blueprint as bulk
from wizard.web.checking.views import blueprint as checking
from wizard.web.company.views import blueprint as company
from wizard.web.company_record.views import blueprint as company_record
from wizard.web.completeness.views import blueprint as completeness
from wizard.web.consents.views import blueprint as consents
from wizard.web.desk.views import blueprint as desk
from wizard.web.disconnection.views import blueprint as disconnection
from wizard.web.handover.views import blueprint as handover_
from wizard.web.health.views import blueprint as health
from wizard.web.help import links
from wizard.web.help.views import blueprint as help_
from wizard.web.her_companies.views import blueprint as her_companies
from wizard.web.hooks import (
    access,
    assets,
    characters,
    compression,
    cookies,
    counting,
    errors,
    gateway,
    heads,
    kept_forms,
    known,
    labels,
    logs,
    navigation,
    presses,
    secret_links,
    security,
)
from wizard.web.imports.views import blueprint as imports
from wizard.web.keys.views import blueprint as keys
from wizard.web.language.views import blueprint as language
from wizard.web.listing import shown as listing
from wizard.web.logo.views import blueprint as logo
from wizard.web.metrics.views import blueprint as metrics
from wizard.web.onboarding.views import blueprint as onboarding
from wizard.web.person.views import blueprint as person
from wizard.web.picture import shown as pictures
from wizard.web.picture.views import blueprint as picture
from wizard.web.proof.views import blueprint as proof
from wizard.web.receipt.views import blueprint as receipt
from wizard.web.reference.views import blueprint as reference_
from wizard.web.review.views import blueprint as review
from wizard.web.sample.views import blueprint as sample
from wizard.web.second_factor.views import blueprint as second_factor
from wizard.web.support.views import blueprint as support
from wizard.web.to_do.views import blueprint as to_do
from wizard.web.users.views import blueprint as users
from wizard.web.voucher.views import blueprint as voucher
from wizard.web.warnings.views import blueprint as warnings
from wizard.web.webhooks.views import blueprint as webhooks

BLUEPRINTS = (
    about,
    account,
    account_link,
    admin,
    api_,
    audit,
    provider_views.auth,
    authorization,
    bulk,
    checking,
    company,
    company_record,
    consents,
    completeness,
    desk,
    disconnection,
    handover_,
    health,
    help_,
    her_companies,
    imports,
    keys,
    language,
    logo,
    metrics,
    onboarding,
    person,
    picture,
    proof,
    receipt,
    reference_,
    review,
    sample,
    second_factor,
    support,
    to_do,
    users,
    voucher,
    webhooks,
    warnings,
)


def init_app(app: Flask, settings: Settings) -> None:
    """Register all blueprints and hooks on the application."""
    for part in (
        secret_links,
        logs,
        counting,
        gateway,
        compression,
        security,
        assets,
        i18n,
        labels,
        move_texts,
        listing,
        navigation,
        errors,
        characters,
        heads,
        access,
        known,
        kept_forms,
        links,
        pictures,
        cookies,
        presses,  # last, so that it sees answers before anything else changes them
    ):
        part.init_app(app, settings)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
