"""Who may open which closed page, and where each role begins: what the tests of the desk hold the pages to."""

from __future__ import annotations

from licence_qr.domain.roles import Role

PERSON_OF = {
    Role.CLERK: "clerk",
    Role.INSPECTOR: "inspector",
    Role.DECIDER: "decider",
    Role.SUPERVISOR: "supervisor",
    Role.AUDITOR: "auditor",  # of another office than everything on the pages
    Role.CATALOGUE: "catalogue",
    Role.ADMIN: "administrator",
}
EVERYONE = frozenset(Role)
OVERSEERS = frozenset({Role.SUPERVISOR, Role.AUDITOR})
CLERKS = frozenset({Role.CLERK})
INSPECTORS = frozenset({Role.INSPECTOR})
OFFICERS = frozenset({Role.CLERK, Role.INSPECTOR})
HANDLERS = frozenset({Role.CLERK, Role.INSPECTOR, Role.DECIDER})
ADMINISTRATORS = frozenset({Role.ADMIN})
READERS = HANDLERS | OVERSEERS
FOLLOWERS = frozenset({Role.INSPECTOR, Role.DECIDER}) | OVERSEERS
MENDERS = frozenset({Role.CLERK, Role.DECIDER})
# Every closed page of the application. A new one is refused here until somebody has said who may open it.
MAY_OPEN = {
    "desk.show_start": EVERYONE,
    "desk.trade.start_application": CLERKS,
    "desk.trade.show_application": CLERKS,
    "desk.trade.show_trade": CLERKS,
    "desk.trade.save_trade": CLERKS,
    "desk.details.show_details": CLERKS,
    "desk.details.save_details": CLERKS,
    "desk.commitment.show_commitment": CLERKS,
    "desk.commitment.save_commitment": CLERKS,
    "desk.commitment.tell_signed": CLERKS,
    "desk.commitment.show_signature": CLERKS,
    **dict.fromkeys(
        (
            f"desk.drafts.{name}"
            for name in ("keep_fields", "show_known", "show_phrases", "take_over", "ask_to_delete", "delete")
        ),
        CLERKS,
    ),
    "desk.issue.show_review": CLERKS,
    "desk.issue.issue_both": CLERKS,
    "desk.issue.show_result": CLERKS,
    "desk.businesses.search_businesses": READERS,
    "desk.businesses.show_business": READERS,
    "desk.businesses_history.show_history": READERS,
    "desk.parties.show_number": MENDERS,
    "desk.promises.show_promise": READERS,
    "desk.promises.show_signature": READERS,
    **dict.fromkeys(
        (
            f"desk.items.{name}"
            for name in ("list_items", "show_item", "take_item", "go_on", "show_words", "send_words")
        ),
        frozenset({Role.DECIDER}),
    ),
    "desk.items.show_grant": frozenset({Role.DECIDER}),
    "desk.items.grant": frozenset({Role.DECIDER}),
    **dict.fromkeys(
        (f"desk.businesses_items.{name}" for name in ("show_certificate", "record_certificate", "pass_on")), CLERKS
    ),
    **dict.fromkeys(
        (f"desk.businesses_procedure.{name}" for name in ("show_procedure", "show_form", "send_form", "end_pause")),
        OFFICERS,
    ),
    **dict.fromkeys(
        (f"desk.items_procedure.{name}" for name in ("show_procedure", "show_form", "send_form", "end_pause")),
        frozenset({Role.DECIDER}),
    ),
    "desk.businesses_life.show_licence_act": CLERKS,
    "desk.businesses_life.do_licence_act": CLERKS,
    "desk.businesses_life.show_permit_act": OFFICERS,
    "desk.businesses_life.do_permit_act": OFFICERS,
    "desk.businesses_life.show_done": READERS,
    "desk.businesses_life.add_permit": CLERKS,
    "desk.businesses.show_elsewhere": READERS,
    "desk.businesses.print_card": READERS,
    "desk.businesses.download_card": READERS,
    "desk.businesses.show_png": READERS,
    "desk.businesses.show_svg": READERS,
    "desk.proposals.list_proposals": READERS,
    "desk.proposals.show_proposal": READERS,
    "desk.proposals.propose": OFFICERS,
    "desk.proposals.send_proposal": OFFICERS,
    "desk.proposals.withdraw": OFFICERS,
    "desk.proposals.decide": frozenset({Role.DECIDER}),
    "desk.follow_ups.list_follow_ups": FOLLOWERS,
    "desk.follow_ups.show_follow_up": FOLLOWERS,
    "desk.follow_ups.record_follow_up": frozenset({Role.INSPECTOR}),
    "desk.inspections.list_inspections": READERS,
    "desk.inspections.show_inspection": READERS,
    "desk.inspections.show_order": READERS,
    "desk.inspections.handle_inspection": CLERKS,
    "desk.inspections.show_photo": READERS,
    "desk.inspections.download_record": READERS,
    "desk.follow_ups_named.show_named": READERS,
    "desk.follow_ups_named.answer_named": INSPECTORS,
    "desk.follow_ups_named.handle_named": CLERKS,
    "desk.inspection_officers.list_named": INSPECTORS,
    "desk.inspection_officers.answer": INSPECTORS,
    "desk.inspection_officers.show_beside": INSPECTORS,
    "desk.inspection_officers.answer_beside": INSPECTORS,
    "desk.inspection_draws.list_draws": READERS,
    "desk.inspection_draws.plan_draw": MENDERS,
    "desk.inspection_draws.announce_draw": MENDERS,
    "desk.inspection_draws.show_draw": READERS,
    "desk.inspection_draws.show_drawn": READERS,
    "desk.inspection_draws.settle_draw": MENDERS,
    "desk.inspection_draws.call_off_draw": MENDERS,
    "desk.work.list_work": READERS | ADMINISTRATORS,
    "desk.work.export_work": READERS | ADMINISTRATORS,
    **dict.fromkeys(
        (f"desk.work_people.{name}" for name in ("take", "show_hand_over", "hand_over")), READERS - {Role.AUDITOR}
    ),
    "desk.businesses_tellings.show_telling": CLERKS,
    "desk.businesses_tellings.record_told": CLERKS,
    "desk.work.show_calendar": READERS - {Role.AUDITOR},
    "desk.work.renew_calendar": READERS - {Role.AUDITOR},
    "desk.work.revoke_calendar": READERS - {Role.AUDITOR},
    "desk.waiting.list_waiting_rows": CLERKS | OVERSEERS,
    "desk.waiting.show_waiting_row": CLERKS | OVERSEERS,
    "desk.waiting.decide_waiting_row": CLERKS | {Role.SUPERVISOR},
    "desk.reports.list_reports": READERS,
    "desk.reports.show_report": READERS,
    "desk.reports.act_on_report": HANDLERS | {Role.SUPERVISOR},
    "desk.reports.show_photo": HANDLERS,
    "desk.reports.show_alike": READERS,
    "desk.reports.dismiss_alike": HANDLERS,
    "desk.ratings.show_statistics": READERS - {Role.INSPECTOR},
    "desk.ratings.show_rating": MENDERS,
    "desk.ratings.act_on_rating": MENDERS,
    "desk.ratings.show_slip": CLERKS,
    "desk.ratings.show_slip_code": CLERKS,
    **dict.fromkeys(
        ("desk.people.list_people", "desk.people.export_people", "desk.people.show_person"), OVERSEERS | ADMINISTRATORS
    ),
    **dict.fromkeys(
        (f"desk.people.{name}" for name in ("new_person", "add_person", "edit_person", "change_person")), ADMINISTRATORS
    ),
    **dict.fromkeys(
        (
            f"desk.people_acts.{name}"
            for name in ("new_account", "open_account", "show_act", "do_act", "find_other", "show_merge", "merge")
        ),
        ADMINISTRATORS,
    ),
    **dict.fromkeys(
        (f"desk.people_absences.{name}" for name in ("list_absences", "export_absences")), OVERSEERS | ADMINISTRATORS
    ),
    **dict.fromkeys(
        (f"desk.people_absences.{name}" for name in ("new_absence", "enter_absence")),
        ADMINISTRATORS | {Role.SUPERVISOR},
    ),
    # Of oneself, or as substitute; of others the use case asks more.
    **dict.fromkeys(
        (f"desk.people_absences.{name}_absence" for name in ("new_own", "enter_own", "show", "edit", "change", "end")),
        EVERYONE,
    ),
    **dict.fromkeys((f"desk.people_identities.{name}" for name in ("show_bound", "unbind")), ADMINISTRATORS),
    "desk.people_absences.show_own": EVERYONE,
    **dict.fromkeys(
        (f"desk.people_resets.{name}" for name in ("list_resets", "export_resets", "show_reset")),
        OVERSEERS | ADMINISTRATORS,
    ),
    **dict.fromkeys((f"desk.people_resets.{name}" for name in ("new_reset", "ask")), ADMINISTRATORS),
    **dict.fromkeys(
        (f"desk.people_resets.{name}" for name in ("confirm", "decline")), ADMINISTRATORS | {Role.SUPERVISOR}
    ),
    **dict.fromkeys(
        (
            f"desk.people_roles.{name}"
            for name in (
                *("list_holders", "export_holders", "list_grants"),
                *("export_grants", "show_grant", "confirm", "decline"),
            )
        ),
        ADMINISTRATORS | {Role.AUDITOR},
    ),
    **dict.fromkeys(
        (f"desk.people_sessions.{name}" for name in ("list_sessions", "export_sessions")), OVERSEERS | ADMINISTRATORS
    ),
    **dict.fromkeys((f"desk.people_sessions.{name}" for name in ("end_session", "end_all")), ADMINISTRATORS),
    **dict.fromkeys(
        (f"desk.offices.{name}" for name in ("list_offices", "list_delegations", "export_delegations")),
        OVERSEERS | ADMINISTRATORS | {Role.CATALOGUE},
    ),
    "inspect.show_pack": INSPECTORS,
    "inspect.take_pack": INSPECTORS,
    "inspect_visit.hand_out_key": INSPECTORS,
    "inspections_sync.show_session": INSPECTORS,
    "inspections_sync.receive_inspection": INSPECTORS,
    "inspections_sync.show_receipt": INSPECTORS,
    "inspections_sync.receive_photo": INSPECTORS,
    **dict.fromkeys(
        (f"desk.audit.{name}" for name in ("list_audit", "export_audit", "show_day", "show_readers")),
        frozenset({Role.AUDITOR}),
    ),
    "sign_in.sign_out": EVERYONE,
    "sign_in.end_other_sessions": EVERYONE,
    "sign_in.forget_devices": EVERYONE,
    "sign_in.forget_device": EVERYONE,
    "password.change_password": EVERYONE,
    "staff_number.show_own": EVERYONE,
    "staff_number.agree": EVERYONE,
    "second_factor.show_own": EVERYONE,
    "second_factor.add_app": EVERYONE,
    "second_factor.confirm_app": EVERYONE,
    "second_factor.begin_passkey": EVERYONE,
    "second_factor.add_passkey": EVERYONE,
    "second_factor.renew_codes": EVERYONE,
    "second_factor.remove": EVERYONE,
    "second_factor.prove": EVERYONE,
    "second_factor.options": EVERYONE,
    "sign_in.show_sessions": EVERYONE,
    "sign_in.revoke_session": EVERYONE,
}
# Of these there is none in the register of this test: whoever may look is told so.
NOT_THERE = {
    "desk.issue.show_result",  # the open application has no result yet
    # of an item, its authority's officers alone
    "desk.items.show_item",
    "desk.items.show_words",
    "desk.items.show_grant",
    *(f"desk.{of}_procedure.{name}" for of in ("businesses", "items") for name in ("show_procedure", "show_form")),
    "desk.businesses_items.show_certificate",
    "desk.commitment.show_signature",  # nothing was drawn
    "desk.promises.show_promise",
    "desk.promises.show_signature",
    "desk.businesses_tellings.show_telling",
    "desk.work_people.show_hand_over",
    "desk.inspections.show_inspection",
    "desk.inspections.show_order",
    "desk.inspections.show_photo",
    "desk.inspections.download_record",
    "desk.inspection_draws.show_draw",
    "desk.inspection_draws.show_drawn",
    "inspections_sync.show_receipt",
    "second_factor.remove",
    "desk.inspection_officers.show_beside",
    "desk.follow_ups_named.show_named",
    "desk.people_identities.show_bound",
    "desk.people_identities.unbind",
    "desk.people_absences.show_absence",
    "desk.people_absences.edit_absence",
}
LANDS_ON = {
    **dict.fromkeys(Role, "/desk/"),
    Role.CATALOGUE: "/desk/offices",
}
FOUR_EYES = ("/desk/proposals", "/desk/follow-ups")
ANSWERING = ("/desk/reports", "/desk/ratings")
ROOMS = {
    Role.CLERK: [
        "/desk/",
        "/desk/work",
        "/desk/businesses",
        "/desk/proposals",
        "/desk/inspections",
        "/desk/waiting-rows",
        *ANSWERING,
        "/sessions",
    ],
    Role.INSPECTOR: [
        "/desk/",
        "/desk/work",
        "/desk/businesses",
        *FOUR_EYES,
        "/desk/inspections",
        "/desk/reports",
        "/inspect/",
        "/sessions",
    ],
    Role.DECIDER: [
        "/desk/",
        "/desk/work",
        "/desk/businesses",
        *FOUR_EYES,
        "/desk/inspections",
        *ANSWERING,
        "/sessions",
    ],
    **dict.fromkeys(
        OVERSEERS,
        [
            "/desk/",
            "/desk/work",
            "/desk/businesses",
            *FOUR_EYES,
            "/desk/inspections",
            "/desk/waiting-rows",
            *ANSWERING,
            "/desk/people",
            "/desk/offices",
            "/sessions",
        ],
    ),
    Role.CATALOGUE: ["/desk/offices", "/sessions"],
    Role.ADMIN: ["/desk/", "/desk/work", "/desk/people", "/desk/offices", "/sessions"],
}
ROOMS[Role.AUDITOR] = [*ROOMS[Role.SUPERVISOR][:-1], "/desk/audit", "/sessions"]
