"""Rules of people, their accounts and what proves who they are."""

from __future__ import annotations

from licence_qr.domain.accounts.absences import AbsenceKind
from licence_qr.domain.accounts.requests import RequestState
from licence_qr.domain.accounts.stages import OpenedBy, SignInStage
from licence_qr.domain.roles import Role
from licence_qr.store.database.rules.model import (
    RefusedWrite,
    RowCheck,
    Table,
    WriteKind,
    all_of,
    days,
    fixed,
    instants,
    kept,
    not_over,
    once,
    one_of,
    table,
    truths,
)

_OF_A_PERSON = "an account belongs to a person"


def _by_two(name: str, key: str, *content: str) -> Table:
    """Requests that a second person answers: what one asks for stays, and so does the answer."""
    two = "state <> 'done' OR (settled_by IS NOT NULL AND settled_by <> asked_by AND settled_by <> user_id)"
    return table(
        name,
        (
            one_of("state", RequestState),
            (all_of(each, Role) for each in content if each in {"had", "wanted"}),
            instants("asked_at", "settled_at"),
            RowCheck("done_by_a_second_account", ("state", "asked_by", "settled_by", "user_id"), two),
            RowCheck("state_is_settled", ("state", "settled_at"), "(state = 'open') = (settled_at IS NULL)"),
            kept(name, (key,)),
            fixed(name, (key, "user_id", "asked_by", "asked_at", *content)),
            RefusedWrite(
                f"{name}_are_answered_once", WriteKind.UPDATE, "a request is answered once", "OLD.state <> 'open'"
            ),
            RefusedWrite(
                f"{name}_begin_open", WriteKind.INSERT, "a request begins without its answer", "NEW.state <> 'open'"
            ),
            RefusedWrite(
                f"{name}_are_done_by_two",
                WriteKind.UPDATE,
                "who asks and who confirms are two people",
                "NEW.state = 'done' AND EXISTS (SELECT 1 FROM users a JOIN users b ON b.person_id = a.person_id"
                " WHERE a.user_id = NEW.settled_by AND b.user_id IN (NEW.asked_by, NEW.user_id))",
            ),
        ),
    )


TABLES = (
    table(
        "persons",
        (
            instants("created_at"),
            not_over("persons", ("person_id",), ("staff_no",), changing=(("staff_no",),)),
            fixed("persons", ("person_id", "created_at")),
            RefusedWrite(
                "persons_with_accounts_are_not_deleted",
                WriteKind.DELETE,
                "a person who has an account is not deleted",
                "EXISTS (SELECT 1 FROM users WHERE person_id = OLD.person_id)",
            ),
        ),
    ),
    table(
        "users",
        (
            all_of("roles", Role),
            truths("must_change", "service_only"),
            instants("created_at", "disabled_at"),
            kept("users", ("user_id",), ("username",)),
            fixed("users", ("user_id", "username", "created_at")),
            RefusedWrite("users_are_of_persons", WriteKind.INSERT, _OF_A_PERSON, "NEW.person_id IS NULL"),
            RefusedWrite("users_stay_of_persons", WriteKind.UPDATE, _OF_A_PERSON, "NEW.person_id IS NULL"),
            RefusedWrite(
                "users_device_generation_only_rises",
                WriteKind.UPDATE,
                "forgotten devices stay forgotten",
                "NEW.device_generation < OLD.device_generation",
            ),
        ),
    ),
    table(
        "sessions",
        (
            one_of("wants", SignInStage, ""),
            one_of("opened_by", OpenedBy),
            instants("created_at", "last_seen_at", "expires_at", "revoked_at"),
            not_over("sessions", ("session_id",), ("token_hash",)),
            fixed("sessions", ("session_id", "token_hash", "user_id", "created_at", "expires_at", "opened_by")),
            once("sessions", "revoked_at"),
        ),
    ),
    table(
        "totp_secrets",
        (
            instants("created_at", "confirmed_at"),
            RefusedWrite(
                "totp_secrets_step_only_rises",
                WriteKind.UPDATE,
                "a code of an authenticator app is used once",
                "NEW.sealed = OLD.sealed AND NEW.last_step < OLD.last_step",
            ),
        ),
    ),
    table(
        "identity_bindings",
        (
            instants("bound_at", "refused_at"),
            not_over("identity_bindings", ("person_id",), ("issuer", "sub"), changing=(("person_id",),)),
            fixed("identity_bindings", ("issuer", "sub", "bound_at")),
        ),
    ),
    table("recovery_codes", (instants("made_at"),)),
    table(
        "passkeys",
        (
            instants("created_at", "last_used_at"),
            not_over("passkeys", ("passkey_id",), ("credential_id",)),
            fixed("passkeys", ("passkey_id", "user_id", "credential_id", "public_key", "created_at")),
        ),
    ),
    table(
        "absences",
        (
            one_of("kind", AbsenceKind, ""),
            days("first_day", "last_day"),
            instants("entered_at", "retracted_at"),
            RowCheck("substitute_is_another", ("substitute_id", "person_id"), "substitute_id <> person_id"),
            kept("absences", ("absence_id",)),
            fixed("absences", ("absence_id", "entered_by", "entered_at")),
        ),
    ),
    _by_two("factor_resets", "reset_id", "reason"),
    _by_two("role_grants", "grant_id", "had", "wanted"),
    table("known_devices", (instants("first_at", "last_at"), truths("forgotten"))),
    table("calendar_feeds", (instants("made_at"),)),
)
