"""Accounts, signing in and sessions of one register together, as tests of people need them."""

from __future__ import annotations

from argon2 import PasswordHasher
from quick_passwords import QUICK

from licence_qr.services.accounts.accounts import Accounts
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.own_password import OwnPassword
from licence_qr.services.accounts.passwords import Passwords
from licence_qr.services.accounts.second_factor.checking import FactorChecks
from licence_qr.services.accounts.second_factor.sealing import Sealing
from licence_qr.services.accounts.sessions import Sessions
from licence_qr.services.accounts.sign_in import SignIn
from licence_qr.store.database.connections import Database

SECRET = b"the web secret of a test, 32 b.."


class People:
    """The three use cases, and under short names what tests ask of them."""

    def __init__(self, database: Database, hasher: PasswordHasher = QUICK) -> None:
        passwords = Passwords(hasher)
        self.accounts = Accounts(database, passwords)
        self.sessions = Sessions(database)
        checks = FactorChecks(database, Sealing(SECRET), None, SECRET, demonstration=True)
        self.signing_in = SignIn(database, passwords, self.sessions, checks)
        self.confirming = Confirming(self.signing_in, checks)
        self.create, self.user, self.everybody = self.accounts.create, self.accounts.user, self.accounts.everybody
        self.set_password, self.disable = self.accounts.set_password, self.accounts.disable
        self.sign_in, self.known_device = self.signing_in.sign_in, self.signing_in.known_device
        self.confirm_password = self.signing_in.confirm_password
        self.own_password = OwnPassword(self.confirming)
        self.actor, self.sign_out, self.revoke = self.sessions.actor, self.sessions.sign_out, self.sessions.revoke
