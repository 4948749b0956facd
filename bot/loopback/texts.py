"""Texts as Twilio's REST API tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = "^{}\\[~]|€\f"


@dataclass(slots=True)
class Text:
    """One SMS. `at` is when it was accepted (UTC); `status` one of Twilio's."""

    sid: str
    to: str
    sender: str
    body: str
    at: datetime
    status: str
    direction: str = "outbound-api"
    error_code: int | None = None
    callback: str | None = None
    validity_s: int | None = None

    @property
    def segments(self) -> int:
        """How many messages it takes on the air, as it is billed."""
        if all(letter in GSM or letter in GSM_TWICE for letter in self.body):
            size, alone, joined = sum(1 + (letter in GSM_TWICE) for letter in self.body), 160, 153
        else:
            size, alone, joined = len(self.body.encode("utf-16-le")) // 2, 70, 67
        return 1 if size <= alone else -(-size // joined)

    def resource(self, account_sid: str) -> dict[str, Any]:
        path = f"/2010-04-01/Accounts/{account_sid}/Messages/{self.sid}"
        when = format_datetime(self.at)
        return {
            "sid": self.sid,
            "account_sid": account_sid,
            "api_version": "2010-04-01",
            "messaging_service_sid": None,
            "from": self.sender,
            "to": self.to,
            "body": self.body,
            "direction": self.direction,
            "status": self.status,
            "error_code": self.error_code,
            "error_message": None,
            "num_media": "0",
            "num_segments": str(self.segments),
            "price": None,
            "price_unit": "USD",
            "date_created": when,
            "date_updated": when,
            "date_sent": when,
            "uri": path + ".json",
            "subresource_uris": {"media": path + "/Media.json"},
        }

    def callback_params(self, account_sid: str) -> dict[str, str]:
        params = {
            "AccountSid": account_sid,
            "ApiVersion": "2010-04-01",
            "From": self.sender,
            "To": self.to,
            "MessageSid": self.sid,
            "SmsSid": self.sid,
            "MessageStatus": self.status,
            "SmsStatus": self.status,
        }
        return params | ({"ErrorCode": str(self.error_code)} if self.error_code else {})

    def inbound_params(self, account_sid: str) -> dict[str, str]:
        return {
            "AccountSid": account_sid,
            "ApiVersion": "2010-04-01",
            "From": self.sender,
            "To": self.to,
            "Body": self.body,
            "MessageSid": self.sid,
            "SmsMessageSid": self.sid,
            "SmsSid": self.sid,
            "SmsStatus": "received",
            "NumMedia": "0",
            "NumSegments": str(self.segments),
        }


def listed(texts: list[Text], query: Mapping[str, str]) -> list[Text]:
    """The texts that a list request asks for, newest first, as Twilio orders them."""

    def wanted(text: Text) -> bool:
        sent = text.at.replace(microsecond=0)  # Twilio's dates have whole seconds
        return (
            query.get("To") in (None, text.to)
            and query.get("From") in (None, text.sender)
            and ("DateSent>" not in query or sent >= _instant(query["DateSent>"]))
            and ("DateSent<" not in query or sent <= _instant(query["DateSent<"]))
            and ("DateSent" not in query or sent.date() == _instant(query["DateSent"]).date())
        )

    return [text for text in reversed(texts) if wanted(text)]


def _instant(stamp: str) -> datetime:
    """Twilio takes a day or an instant, in UTC where no zone is named."""
    read = datetime.fromisoformat(stamp)
    return read if read.tzinfo else read.replace(tzinfo=UTC)
