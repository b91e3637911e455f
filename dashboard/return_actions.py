"""What staff can do with a return. Each step calls the service that pages and API call too."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dashboard.return_forms import AnswerForm, ReceiveForm, RefundReturnForm
from dashboard.rights import CHANGE_RETURN, RECEIVE, SEND_MONEY
from orders.models import Return
from orders.services import return_steps
from payments.services.returns import refund_return

_States = Return.Status


def _approve(return_: Return, actor: Any) -> None:
    return_steps.approve_return(return_=return_, actor=actor)


def _reject(return_: Return, actor: Any, **answers: Any) -> None:
    return_steps.reject_return(return_=return_, actor=actor, **answers)


def _receive(return_: Return, actor: Any, **answers: Any) -> None:
    return_steps.receive_return(return_=return_, actor=actor, **answers)


def _refund(return_: Return, actor: Any, **answers: Any) -> None:
    refund_return(return_=return_, actor=actor, **answers)


def _close(return_: Return, actor: Any, **answers: Any) -> None:
    return_steps.close_return(return_=return_, actor=actor, **answers)


@dataclass(frozen=True, kw_only=True)
class ReturnAction:
    """A step: how it is called, who may take it, when it is offered, and what takes it."""

    code: str
    label: str
    done: str
    run: Callable[..., None]
    offered: Callable[[Return], bool]
    permission: str = CHANGE_RETURN
    form_class: type[AnswerForm] | type[ReceiveForm] | type[RefundReturnForm] | None = None
    danger: bool = False

    @property
    def asks(self) -> bool:
        """Whether a page with questions comes first. (A template would call `form_class`.)"""
        return self.form_class is not None

    def permitted(self, user: Any) -> bool:
        return user.has_perm(self.permission)


def _is(*states: str) -> Callable[[Return], bool]:
    return lambda return_: return_.status in states


RETURN_ACTIONS: dict[str, ReturnAction] = {
    action.code: action
    for action in (
        ReturnAction(
            code="approve", label="Approve", done="approved", run=_approve, offered=_is(_States.REQUESTED)
        ),
        ReturnAction(
            code="receive",
            label="Receive the parcel",
            done="received",
            run=_receive,
            offered=_is(_States.APPROVED),
            permission=RECEIVE,
            form_class=ReceiveForm,
        ),
        ReturnAction(
            code="refund",
            label="Refund",
            done="refunded",
            run=_refund,
            offered=lambda return_: return_.status == _States.RECEIVED and not return_.refund_is_owed,
            permission=SEND_MONEY,
            form_class=RefundReturnForm,
        ),
        ReturnAction(
            code="send-again",
            label="Ask the bank again",
            done="refunded",
            run=_refund,
            offered=lambda return_: return_.refund_is_owed,
            permission=SEND_MONEY,
        ),
        ReturnAction(
            code="reject",
            label="Reject",
            done="rejected",
            run=_reject,
            offered=_is(_States.REQUESTED),
            form_class=AnswerForm,
            danger=True,
        ),
        ReturnAction(
            code="close",
            label="Close without refund",
            done="closed without refund",
            run=_close,
            offered=lambda return_: return_.can_become(_States.CLOSED) and not return_.refund_is_owed,
            form_class=AnswerForm,
            danger=True,
        ),
    )
}
