"""Who may sign in to the invented world: for each role one person on either side of the Atlantic.

HR coordinators are two on each side: who proposes an agreement does not approve it.
"""

from __future__ import annotations

from dataclasses import dataclass

from exchange.domain.actors import Role

PASSWORD = "two institutes and one secondment"  # noqa: S105 - everybody may know it: nothing in the demo is true

R = Role


@dataclass(frozen=True, slots=True)
class SignIn:
    """``handle`` is the part of the address before the institute: ``hr@uk-aisi.example``."""

    handle: str
    name: str
    institute: str
    role: Role
    title: str

    @property
    def email(self) -> str:
        return f"{self.handle}@{self.institute.lower()}.example"


SIGN_INS: tuple[SignIn, ...] = (
    SignIn("researcher", "Ada Lindqvist", "UK-AISI", R.RESEARCHER, "Research scientist, Cyber"),
    SignIn("researcher", "Tomás Rivera Ortiz", "US-CAISI", R.RESEARCHER, "Research scientist, Agent security"),
    SignIn("lead", "Priya Raman", "UK-AISI", R.WORKSTREAM_LEAD, "Workstream lead, Cyber"),
    SignIn("lead", "Naomi Feldman", "US-CAISI", R.WORKSTREAM_LEAD, "Workstream lead, Agent security"),
    SignIn("hr", "Hannah Stein", "UK-AISI", R.HR_COORDINATOR, "HR coordinator"),
    SignIn("hr", "Benjamin Thorne", "US-CAISI", R.HR_COORDINATOR, "HR coordinator"),
    SignIn("hr2", "Owen Pryce", "UK-AISI", R.HR_COORDINATOR, "HR coordinator"),
    SignIn("hr2", "Marisol Vega", "US-CAISI", R.HR_COORDINATOR, "HR coordinator"),
    SignIn("security", "Rhys Bevan", "UK-AISI", R.SECURITY_OFFICER, "Personnel security officer"),
    SignIn("security", "Jordan Blake", "US-CAISI", R.SECURITY_OFFICER, "Personnel security officer"),
    SignIn("director", "Imogen Achebe", "UK-AISI", R.PROGRAMME_DIRECTOR, "Programme director"),
    SignIn("director", "Samuel Okafor", "US-CAISI", R.PROGRAMME_DIRECTOR, "Programme director"),
    SignIn("auditor", "Margaret O'Dowd", "UK-AISI", R.AUDITOR, "Internal auditor"),
    SignIn("auditor", "Lucas Meyer", "US-CAISI", R.AUDITOR, "Internal auditor"),
    SignIn("admin", "Sofia Conti", "UK-AISI", R.ADMINISTRATOR, "Systems administrator"),
    SignIn("admin", "Wei-Lin Chow", "US-CAISI", R.ADMINISTRATOR, "Systems administrator"),
)
