from __future__ import annotations

from dataclasses import replace

import pytest

from mailbox_desk.model.cause import Actor, Cause
from mailbox_desk.model.mailbox import AuthKind
from mailbox_desk.model.snapshot import Snapshot
from mailbox_desk.model.verdict import Half, VeilReason, Verdict
from mailbox_desk.ui.offers import Offer, offer_of, quiet_offers
from mailbox_desk.ui.pause_dialog import Span
from mailbox_desk.ui.provider_pages import Page
from mailbox_desk.ui.reconnect_plan import Need, need_of, other_needs, shown_certificate
from mailbox_desk.wording import Wording
from tests.ui.causes import dropped
from tests.ui.samples import snapshot


@pytest.mark.parametrize(
    ("cause", "who", "need", "offer"),
    [
        (Cause.CREDENTIALS_REJECTED, None, Need.PASSWORD, Offer.RECONNECT),
        (Cause.PASSWORD_EXPIRED, None, Need.PASSWORD, Offer.RECONNECT),
        (Cause.APP_PASSWORD_REQUIRED, None, Need.APP_PASSWORD, Offer.RECONNECT),
        (Cause.BASIC_AUTH_DISABLED, None, Need.SIGN_IN, Offer.RECONNECT),
        (Cause.BASIC_AUTH_DISABLED, Actor.ADMIN, Need.ASK_ADMIN, Offer.ASK_ADMIN),
        (Cause.PROTOCOL_DISABLED, None, Need.ASK_ADMIN, Offer.ASK_ADMIN),
        (Cause.PROTOCOL_DISABLED, Actor.YOU, Need.PROVIDER_PAGE, Offer.RECONNECT),
        (Cause.TOKEN_EXPIRED, Actor.DESK, Need.WAIT, Offer.CHECK_NOW),
        (Cause.SUSPICIOUS_ACTIVITY, None, Need.PROVIDER_PAGE, Offer.RECONNECT),
        (Cause.SUSPICIOUS_ACTIVITY, Actor.ADMIN, Need.ASK_ADMIN, Offer.ASK_ADMIN),
        (Cause.SENDING_LIMIT, None, Need.WAIT, Offer.CHECK_NOW),
        (Cause.OVER_QUOTA, None, Need.PROVIDER_PAGE, Offer.CHECK_NOW),
        (Cause.ACCOUNT_SUSPENDED, None, Need.ASK_PROVIDER, Offer.ASK_PROVIDER),
        (Cause.ACCOUNT_SUSPENDED, Actor.ADMIN, Need.ASK_ADMIN, Offer.ASK_ADMIN),
        (Cause.PROVIDER_OUTAGE, None, Need.WAIT, Offer.CHECK_NOW),
        (Cause.TLS_FAILURE, None, Need.CERTIFICATE, Offer.CERTIFICATE),
        (Cause.WRONG_SERVER_SETTINGS, Actor.ADMIN, Need.SERVERS, Offer.SERVERS),
        (Cause.UNKNOWN, None, Need.LOOK, Offer.CHECK_NOW),
        (Cause.VAULT_LOCKED, None, Need.WAIT, Offer.UNLOCK),
        (Cause.PROTECTIVE_PAUSE, None, Need.WAIT, Offer.RESUME),
        (Cause.LOCAL_NETWORK, None, Need.WAIT, Offer.CHECK_NOW),
    ],
)
def test_the_one_thing_needed(cause: Cause, who: Actor | None, need: Need, offer: Offer) -> None:
    shown = dropped(cause, who)
    assert (need_of(shown), offer_of(shown)) == (need, offer)


@pytest.mark.parametrize("cause", Cause)
@pytest.mark.parametrize("who", [None, *Actor])
def test_the_bright_button_is_not_offered_twice(cause: Cause, who: Actor | None) -> None:
    shown = dropped(cause, who)
    assert offer_of(shown) not in quiet_offers(shown)


@pytest.mark.parametrize(("who", "need"), [(Actor.ADMIN, Need.ASK_ADMIN), (Actor.YOU, Need.SERVERS)])
def test_a_certificate_that_was_not_shown_can_not_be_accepted(who: Actor, need: Need) -> None:
    shown = snapshot("a", Verdict.NEEDS_YOU, Cause.TLS_FAILURE)
    assert shown_certificate(shown) is None
    assert need_of(_judged(shown, who)) is need


def _judged(shown: Snapshot, who: Actor) -> Snapshot:
    view = shown.standing.receiving
    assert view.diagnosis is not None
    named = replace(view, diagnosis=replace(view.diagnosis, named_actor=who))
    return replace(shown, standing=replace(shown.standing, receiving=named))


def test_the_shown_certificate_is_that_of_the_worse_half() -> None:
    found = shown_certificate(dropped(Cause.TLS_FAILURE))
    assert found is not None
    assert found[0] is Half.RECEIVING


def test_what_works_can_only_get_another_password() -> None:
    assert need_of(snapshot("a")) is Need.PASSWORD
    assert quiet_offers(snapshot("a")) == (Offer.CHECK_NOW, Offer.PAUSE)
    assert quiet_offers(snapshot("a", veil=VeilReason.BY_PERSON)) == ()


def test_a_wrong_diagnosis_is_no_dead_end() -> None:
    others = other_needs(Need.ASK_ADMIN, Need.ASK_ADMIN, has_app_passwords=True)
    assert others == (Need.PASSWORD, Need.APP_PASSWORD, Need.SERVERS)
    assert other_needs(Need.SERVERS, Need.ASK_ADMIN, has_app_passwords=False) == (Need.ASK_ADMIN, Need.PASSWORD)
    assert Need.APP_PASSWORD in other_needs(Need.SIGN_IN, Need.SIGN_IN, has_app_passwords=False)


@pytest.mark.parametrize("cause", [Cause.CREDENTIALS_REJECTED, Cause.APP_PASSWORD_REQUIRED, Cause.TOKEN_EXPIRED])
def test_who_signs_in_at_the_provider_is_never_asked_for_a_password_first(cause: Cause) -> None:
    shown = dropped(cause)
    assert need_of(replace(shown, mailbox=replace(shown.mailbox, auth=AuthKind.OAUTH))) is Need.SIGN_IN
    fine = snapshot("a")
    assert need_of(replace(fine, mailbox=replace(fine.mailbox, auth=AuthKind.OAUTH))) is Need.SIGN_IN


def test_what_else_may_be_done_where_the_desk_can_sign_in() -> None:
    needs = other_needs(Need.PASSWORD, Need.PASSWORD, has_app_passwords=False, signs_in=True)
    assert needs == (Need.SIGN_IN, Need.SERVERS)
    needs = other_needs(Need.SIGN_IN, Need.SIGN_IN, has_app_passwords=True, takes_passwords=False)
    assert needs == (Need.APP_PASSWORD, Need.SERVERS)
    needs = other_needs(Need.ASK_ADMIN, Need.ASK_ADMIN, has_app_passwords=False, takes_passwords=False)
    assert needs == (Need.SIGN_IN, Need.SERVERS)


def test_every_offer_need_and_page_has_words(words: Wording) -> None:
    keys = [f"{place}.offer.{each.value}" for place in ("ui", "ui.list") for each in Offer if each.value != "nothing"]
    keys = [key for key in keys if key != "ui.list.offer.check_now"]
    keys += [f"reconnect.other.{each.value}" for each in Need] + [f"pause.{each.value}" for each in Span]
    keys += [f"pane.link.{each.value}" for each in Page]
    assert [key for key in keys if not words.has(key)] == []
