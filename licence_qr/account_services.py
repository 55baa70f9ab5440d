"""The use cases of people and their accounts, made from what an installation has of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from licence_qr.config import Settings
from licence_qr.domain.catalogue.model import Catalogue
from licence_qr.services.accounts.absences.desk import Absences
from licence_qr.services.accounts.accounts import Accounts
from licence_qr.services.accounts.confirming import Confirming
from licence_qr.services.accounts.identity_service.bindings import IdentityBindings
from licence_qr.services.accounts.identity_service.own_number import OwnNumbers
from licence_qr.services.accounts.identity_service.questions import RETURN_PATH, Registration
from licence_qr.services.accounts.identity_service.signing_in import IdentitySignIn
from licence_qr.services.accounts.own_password import OwnPassword
from licence_qr.services.accounts.people import People
from licence_qr.services.accounts.roles.grants import RoleGrants
from licence_qr.services.accounts.second_factor.enrolling import SecondFactors
from licence_qr.services.accounts.second_factor.reset_requests import ResetRequests
from licence_qr.services.accounts.second_factor.resetting import FactorReset
from licence_qr.services.accounts.second_factor.signing_in import FactorSignIn
from licence_qr.services.accounts.sessions import Sessions, StaffSessions
from licence_qr.services.accounts.sign_in import SignIn
from licence_qr.services.accounts.staff import Staff
from licence_qr.store.database.connections import Database


@dataclass(frozen=True, slots=True)
class AccountServices:
    """People, accounts, sessions and factors of this installation."""

    settings: Settings
    web_secret: bytes
    catalogue: Catalogue
    demonstration: bool
    database: Database
    accounts: Accounts
    confirming: Confirming

    @property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        return Sessions(self.database)

    @property
    def staff_sessions(self) -> StaffSessions:
        """Who is signed in, for administrators."""
        return StaffSessions(self.database)

    @property
    def staff(self) -> Staff:
        """What is done to people and their accounts."""
        return Staff(self.database, self.catalogue, self.demonstration)

    @property
    def absences(self) -> Absences:
        """Absences and substitutes."""
        return Absences(self.database)

    @property
    def people(self) -> People:
        """People and their accounts, for the desk."""
        return People(self.database, self.accounts, self.staff, self.confirming)

    @property
    def sign_in(self) -> SignIn:
        """Signing in to these accounts."""
        return self.confirming.sign_in

    @property
    def second_factors(self) -> SecondFactors:
        """One's own second factors."""
        checks = self.confirming.checks
        return SecondFactors(self.database, checks, self.confirming, f"一码通行 {self.settings.host}")

    @property
    def factor_reset(self) -> FactorReset:
        """Two people take the second factors of a third away."""
        return FactorReset(self.confirming)

    @property
    def reset_requests(self) -> ResetRequests:
        """The same on the screen, where one asks and the other confirms."""
        return ResetRequests(self.confirming)

    @property
    def role_grants(self) -> RoleGrants:
        """Who holds which role; roles that one asks for and another confirms."""
        return RoleGrants(self.confirming, self.staff)

    @property
    def factor_sign_in(self) -> FactorSignIn:
        """Signing in with a second factor."""
        return FactorSignIn(self.sign_in)

    @property
    def identity_sign_in(self) -> IdentitySignIn | None:
        """Signing in by the identity service, which is asked anew by each; None where none is configured."""
        named, back = self.settings.identity_service, self.settings.address + RETURN_PATH
        if named is None:
            return None
        return IdentitySignIn.by(Registration(return_address=back, **asdict(named)), self.sign_in, self.web_secret)

    @property
    def own_password(self) -> OwnPassword:
        """Changing the password of the account one has signed in to."""
        return OwnPassword(self.confirming)

    @property
    def identity_bindings(self) -> IdentityBindings:
        """Unbinding a person from an identity of the identity service."""
        return IdentityBindings(self.database, self.confirming)

    @property
    def own_numbers(self) -> OwnNumbers:
        """Agreeing to one's own staff number."""
        return OwnNumbers(self.confirming)
