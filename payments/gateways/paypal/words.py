"""What PayPal refuses, said so that a shopper or a colleague knows what to do."""

# The shopper's way of paying at PayPal does not work: another one, or another way to pay, may.
DECLINED = {
    "INSTRUMENT_DECLINED": "PayPal could not charge the card or account you chose there.",
    "TRANSACTION_REFUSED": "PayPal refused the payment.",
    "PAYER_CANNOT_PAY": "PayPal does not let you pay this with your account.",
    "PAYER_ACCOUNT_RESTRICTED": "PayPal has restricted your account there.",
    "PAYER_ACCOUNT_LOCKED_OR_CLOSED": "Your account at PayPal is locked or closed.",
    "TRANSACTION_LIMIT_EXCEEDED": "The amount is above the limit of your account at PayPal.",
    "TRANSACTION_BLOCKED_BY_PAYEE": "PayPal blocked the payment.",
}
_OTHERS = {
    "CURRENCY_NOT_SUPPORTED": "PayPal does not take this currency.",
    "PAYEE_ACCOUNT_RESTRICTED": "PayPal takes no payments for this shop at the moment.",
    "PAYEE_ACCOUNT_LOCKED_OR_CLOSED": "PayPal takes no payments for this shop at the moment.",
    "AUTHORIZATION_VOIDED": "PayPal has given the amount free again.",
    "AUTHORIZATION_EXPIRED": "PayPal has given the amount free again: it was ready for too long.",
    "AUTH_CAPTURE_NOT_ENABLED": "This account at PayPal cannot take amounts that were kept ready.",
    "CAPTURE_FULLY_REFUNDED": "PayPal has sent all of it back already.",
    "REFUND_AMOUNT_EXCEEDED": "More would go back than PayPal still has of this payment.",
    "REFUND_CAPTURE_CURRENCY_MISMATCH": "PayPal took this payment in another currency.",
    "REFUND_FAILED_INSUFFICIENT_FUNDS": "The shop's account at PayPal does not hold enough money.",
    "REFUND_TIME_LIMIT_EXCEEDED": "The payment is too old: PayPal sends nothing back any more.",
    "REFUND_NOT_ALLOWED": "PayPal does not allow this payment to be sent back.",
    "INVALID_RESOURCE_ID": "PayPal does not know this payment.",
    "RESOURCE_NOT_FOUND": "PayPal does not know this payment.",
}


def words_for(issue: str) -> str:
    """A sentence for `issue`; its own name only where we have none, for whoever asks PayPal."""
    known = DECLINED.get(issue) or _OTHERS.get(issue)
    return known or ("PayPal refused it" + (f" ({issue})." if issue else "."))
