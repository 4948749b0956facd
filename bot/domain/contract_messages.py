"""What is told about contracts: to the guardian who has to sign, and to the student."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.domain.disclosure import Reader, Recorded, read_by


@read_by(Reader.GUARDIAN)
@dataclass(frozen=True, slots=True)
class ContractLink:
    """Always a text: asks a guardian to read and sign what their child signed. It names nobody."""

    class_name: Recorded[str]
    #: whoever has it may sign
    url: str = field(repr=False)
    #: an earlier link opens nothing any more
    renewed: bool = False


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class ContractInForce:
    """Tells a student which bar holds from now on; ``handle`` is the class's."""

    class_name: Recorded[str]
    handle: str
    tier: Recorded[str]
    #: percent
    bar: Recorded[int]


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class ContractToSign:
    """Reminds a student who has not signed, or whose guardian has not; ``handle`` is the class's."""

    class_name: Recorded[str]
    handle: str
    for_guardian: Recorded[bool]


ContractContent = ContractLink | ContractInForce | ContractToSign
