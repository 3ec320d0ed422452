"""Continues a session in an unmodified TDLib (libtdjson of the package python-telegram) on the sandbox.

TDLib accepts only Telegram's own RSA keys, so it cannot log in at the sandbox. A session needs no key exchange: this script writes
one into a new database of TDLib. A SOCKS5 proxy leads from Telegram's addresses to the sandbox.
Reads one JSON object from standard input, and prints one line of JSON.
"""

import base64
import ctypes
import hashlib
import hmac
import importlib.util
import json
import os
import pathlib
import socket
import struct
import sys
import tempfile
import threading
import time
import zlib

import pyaes

DEADLINE_SECONDS = 40
# The magic number of values in the binlog (BinlogPmc of TDLib).
VALUE_EVENT = 0x4327


def start_proxy(port):
    """Starts a SOCKS5 proxy that connects to this port of loopback, whatever address is asked for. Returns its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def forward(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            end.close()

    def serve(client):
        client.recv(262)
        client.sendall(b"\x05\x00")
        client.recv(262)
        upstream = socket.create_connection(("127.0.0.1", port))
        client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        threading.Thread(target=forward, args=(client, upstream), daemon=True).start()
        forward(upstream, client)

    def accept():
        while True:
            client, _ = server.accept()
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return server.getsockname()[1]


def pack_bytes(data):
    head = bytes([len(data)]) if len(data) < 254 else b"\xfe" + len(data).to_bytes(3, "little")
    return (head + data).ljust(-(-(len(head) + len(data)) // 4) * 4, b"\0")


def pack_event(number, kind, data):
    event = struct.pack("<IQiiQ", 32 + len(data), number, kind, 0, 0) + data
    return event + struct.pack("<I", zlib.crc32(event))


def write_database(path, dc, key, user_id):
    """Writes a binlog with a login, encrypted under the key that TDLib uses when it is given none."""
    salt, iv = os.urandom(32), os.urandom(16)
    secret = hashlib.pbkdf2_hmac("sha256", b"cucumber", salt, 2, 32)
    check = hmac.new(secret, b"cucumbers everywhere", hashlib.sha256).digest()
    header = pack_event(0, -3, struct.pack("<i", 0) + pack_bytes(salt) + pack_bytes(iv) + pack_bytes(check))
    auth_key = hashlib.sha1(key).digest()[12:20] + struct.pack("<i", 1) + pack_bytes(key)
    values = {b"main_dc_id": b"%d" % dc, b"auth%d" % dc: auth_key, b"my_id": b"%d" % user_id, b"auth": b"ok"}
    events = [
        pack_event(number, VALUE_EVENT, pack_bytes(name) + pack_bytes(value))
        for number, (name, value) in enumerate(values.items(), start=1)
    ]
    counter = pyaes.Counter(int.from_bytes(iv, "big"))
    path.write_bytes(header + pyaes.AESModeOfOperationCTR(secret, counter=counter).encrypt(b"".join(events)))


def load_library():
    package = pathlib.Path(importlib.util.find_spec("telegram").origin).parent
    library = ctypes.CDLL(str(package / "lib" / "libtdjson.so"))
    library.td_create_client_id.restype = ctypes.c_int
    library.td_send.argtypes = [ctypes.c_int, ctypes.c_char_p]
    library.td_receive.argtypes = [ctypes.c_double]
    library.td_receive.restype = ctypes.c_char_p
    library.td_execute.argtypes = [ctypes.c_char_p]
    library.td_execute.restype = ctypes.c_char_p
    return library


def main():
    order = json.load(sys.stdin)
    centre = order["data_centre"]
    library = load_library()
    library.td_execute(b'{"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}')
    with tempfile.TemporaryDirectory() as folder:
        write_database(
            pathlib.Path(folder) / "td.binlog", centre["id"], base64.b64decode(order["auth_key"]), order["user_id"]
        )
        client = library.td_create_client_id()

        def send(**request):
            library.td_send(client, json.dumps(request).encode())

        proxy = {
            "@type": "proxy",
            "server": "127.0.0.1",
            "port": start_proxy(centre["port"]),
            "type": {"@type": "proxyTypeSocks5", "username": "", "password": ""},
        }
        send(**{"@type": "addProxy", "proxy": proxy, "enable": True})
        send(
            **{
                "@type": "setTdlibParameters",
                "database_directory": folder,
                "api_id": 4242,
                "api_hash": "0123456789abcdef0123456789abcdef",
                "system_language_code": "en",
                "device_model": "Test",
                "application_version": "1.0",
            }
        )
        states, user = [], None
        ends_at = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < ends_at:
            received = library.td_receive(1.0)
            update = json.loads(received) if received else {"@type": None}
            if update["@type"] == "updateAuthorizationState":
                states.append(update["authorization_state"]["@type"])
                if states[-1] == "authorizationStateReady":
                    send(**{"@type": "getMe", "@extra": "me"})
                if states[-1] == "authorizationStateClosed":
                    break
            if update.get("@extra") == "me":
                user = update
                send(**{"@type": "close"})
        print(json.dumps({"id": user and user.get("id"), "name": user and user.get("last_name"), "states": states}))


main()
