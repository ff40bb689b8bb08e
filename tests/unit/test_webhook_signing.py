"""Signatures: who has no key, another body, another id or a wrong clock is refused."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.notifiers.webhook.signing import WINDOW, Signed, key_of, signature_headers, verify
from tests.helpdesk import sign

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
OURS = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
FORMER = key_of("the key before this one, no base64")


def test_the_vector_of_the_specification_is_reproduced() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signature_headers([OURS], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_what_is_signed_is_known_by_its_id_as_long_as_it_is_fresh() -> None:
    headers = signature_headers([OURS], "k-1", NOW, b"{}")
    for off, wanted in ((0, Signed(id="k-1")), (WINDOW, Signed(id="k-1")), (WINDOW + 1, "stale"), (-301, "stale")):
        assert verify([OURS], headers, b"{}", NOW + timedelta(seconds=off)) == wanted


def test_a_key_is_replaced_without_a_gap() -> None:
    new = key_of("a new key of at least twenty-four")
    both = signature_headers([new, OURS], "k-1", NOW, b"{}")
    for known in ([OURS], [new], [new, OURS]):
        assert verify(known, both, b"{}", NOW) == Signed(id="k-1")
    assert verify([FORMER], both, b"{}", NOW) == "bad_signature"
    assert verify([], both, b"{}", NOW) == "bad_signature"


@pytest.mark.parametrize(
    ("changed", "flaw"),
    [
        ({"webhook-id": "k-2"}, "bad_signature"),
        ({"webhook-timestamp": str(int(NOW.timestamp()) + 1)}, "bad_signature"),
        ({"webhook-signature": "v1,"}, "bad_signature"),
        ({"webhook-signature": "v2,abc"}, "no_signature"),
        ({"webhook-signature": ""}, "no_signature"),
        ({"webhook-timestamp": "soon"}, "no_timestamp"),
        ({"webhook-timestamp": "٣"}, "no_timestamp"),
        ({"webhook-timestamp": "-1"}, "no_timestamp"),
        ({"webhook-timestamp": "9" * 400}, "no_timestamp"),
        ({"webhook-id": ""}, "no_id"),
        ({"webhook-id": "a b"}, "no_id"),
        ({"webhook-id": "к"}, "no_id"),
        ({"webhook-id": "k" * 129}, "no_id"),
    ],
)
def test_anything_that_was_changed_on_the_way_is_refused(changed: dict[str, str], flaw: str) -> None:
    headers = signature_headers([OURS], "k-1", NOW, b"{}") | changed
    assert verify([OURS], headers, b"{}", NOW) == flaw


def test_a_stranger_does_not_learn_how_our_clock_goes() -> None:
    headers = signature_headers([FORMER], "k-1", NOW - timedelta(days=1), b"{}")
    assert verify([OURS], headers, b"{}", NOW) == "bad_signature"


@given(st.binary(max_size=200), st.text("abc-_.019", min_size=1, max_size=40))
def test_every_body_and_id_is_signed_as_others_sign_it(body: bytes, number: str) -> None:
    secret = "whsec_" + base64.b64encode(OURS).decode()
    headers = signature_headers([OURS], number, NOW, body)
    assert headers["webhook-signature"] == sign(secret, number, headers["webhook-timestamp"], body)
    assert verify([OURS], headers, body, NOW) == Signed(id=number)
    assert verify([OURS], headers, body + b" ", NOW) == "bad_signature"


@pytest.mark.parametrize("secret", ["short", "whsec_", "whsec_not base64!", "whsec_MTIz", "x" * 23])
def test_what_is_no_key_is_none(secret: str) -> None:
    with pytest.raises(ValueError, match=r"bytes|base64"):
        key_of(secret)
