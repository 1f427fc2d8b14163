"""Keys that bundles are signed with."""

import json

import pytest
from joserfc.jwk import ECKey, OKPKey

from rtp_applications.history.bundle import BundleKey
from rtp_applications.history.keys import NotAKey, thumbprint
from tests.applications.history.examples import KEY


def test_a_key_reads_from_its_pem_and_from_its_jwk() -> None:
    assert BundleKey.from_secret(KEY.to_pem()).kid == KEY.kid
    jwk = OKPKey.import_key(KEY.to_pem()).as_dict(private=True)
    assert BundleKey.from_secret(json.dumps(jwk)).public_jwk == KEY.public_jwk
    assert thumbprint(KEY.public_jwk) == KEY.kid
    assert KEY.public_jwk.keys() == {"kty", "crv", "x", "kid", "use", "alg"}
    assert str(jwk["d"]) not in repr(KEY)


def test_a_thumbprint_is_that_of_rfc_8037() -> None:
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint(jwk) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "{",
        "{}",
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"a":' * 100_000, id="deep object"),
        "-----BEGIN PRIVATE KEY-----",
        json.dumps(KEY.public_jwk),
        json.dumps({"kty": "OKP", "crv": "Ed25519", "x": 5}),
        json.dumps(OKPKey.generate_key("X25519").as_dict(private=True)),
        json.dumps(ECKey.generate_key("P-256").as_dict(private=True)),
        ECKey.generate_key("P-256").as_pem(private=True).decode(),
    ],
)
def test_what_is_no_private_key_of_ours_is_refused(secret: str) -> None:
    with pytest.raises(NotAKey):
        BundleKey.from_secret(secret)
