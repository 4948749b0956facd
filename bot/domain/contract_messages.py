"""What is told about contracts: to the guardian who has to sign, and to the student."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ContractLink:
    """Always a text: asks a guardian to read and sign what their child signed. It names nobody."""

    class_name: str
    url: str


@dataclass(frozen=True, slots=True)
class ContractInForce:
    """Tells a student which bar holds from now on; ``handle`` is the class's."""

    class_name: str
    handle: str
    tier: str
    #: percent
    bar: int


@dataclass(frozen=True, slots=True)
class ContractToSign:
    """Reminds a student who has not signed, or whose guardian has not; ``handle`` is the class's."""

    class_name: str
    handle: str
    for_guardian: bool


ContractContent = ContractLink | ContractInForce | ContractToSign
