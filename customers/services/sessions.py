"""The browsers in which somebody is signed in."""

from allauth.usersessions.models import UserSession

from customers.models import User


def end_others(user: User, keep_session_key: str) -> int:
    """Sign `user` out of every browser but the one with `keep_session_key` ("" for none of them).

    Deletes the sessions themselves, so a copied cookie opens nothing either. Returns how many.
    """
    others = UserSession.objects.filter(user=user).exclude(session_key=keep_session_key or "")
    ended = 0
    for session in others:
        session.end()
        ended += 1
    return ended
