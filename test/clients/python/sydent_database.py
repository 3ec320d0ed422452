"""Creates the database of an unmodified Sydent, and stores bindings and invites by its own code.

Reads one JSON object from standard input. Prints one line of JSON: the pepper, and the public keys of the invites.
"""

import contextlib
import json
import os
import sys

from nacl.signing import SigningKey
from signedjson.key import encode_verify_key_base64, get_verify_key
from sydent.config import SydentConfig
from sydent.db.hashing_metadata import HashingMetadataStore
from sydent.db.invite_tokens import JoinTokenStore
from sydent.sydent import Sydent
from sydent.threepid.bind import ThreepidBinder
from unpaddedbase64 import encode_base64

CONFIG = """[DEFAULT]
[general]
server.name = id.example.test
pidfile.path = {folder}/sydent.pid
[db]
db.file = {folder}/sydent.db
[http]
replication.https.certfile =
[email]
[sms]
[crypto]
"""


async def notify_no_homeserver(*_):
    """The homeservers of the bindings do not exist."""


def create(order):
    """Returns the values that the database does not show."""
    path = os.path.join(order["folder"], "sydent.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(CONFIG.format(folder=order["folder"]))
    config = SydentConfig()
    config.parse_config_file(path)
    sydent = Sydent(config)
    binder = ThreepidBinder(sydent)
    binder._notify = notify_no_homeserver
    for binding in order["bindings"]:
        binder.addBinding(binding["medium"], binding["address"], binding["mxid"])
    for binding in order["unbound"]:
        binder.removeBinding({"medium": binding["medium"], "address": binding["address"]}, binding["mxid"])
    tokens = JoinTokenStore(sydent)
    keys = []
    for invite in order["invites"]:
        key = SigningKey.generate().verify_key
        tokens.storeEphemeralPublicKey(encode_base64(key.encode(), True))
        tokens.storeToken("email", invite["address"], invite["room_id"], invite["sender"], invite["token"])
        keys.append(encode_base64(key.encode()))
    pepper = HashingMetadataStore(sydent).get_lookup_pepper()
    own = encode_verify_key_base64(get_verify_key(sydent.keyring.ed25519))
    seed = config.crypto.signing_key
    return {"pepper": pepper, "keys": keys, "public_key": own, "seed": encode_base64(seed.encode())}


# Sydent prints warnings to standard output.
with contextlib.redirect_stdout(sys.stderr):
    created = create(json.load(sys.stdin))
print(json.dumps(created))
