"""Drives an unmodified Telethon against the sandbox.

Reads one JSON object from standard input: what to do, and where the sandbox is. Prints one line of JSON for each result.
"""

import asyncio
import json
import sys
import urllib.request

from telethon import TelegramClient
from telethon.crypto import rsa
from telethon.errors import SessionPasswordNeededError
from telethon.sessions import StringSession

API_ID = 4242
API_HASH = "0123456789abcdef0123456789abcdef"


def print_line(**values):
    print(json.dumps(values), flush=True)


def create_client(order):
    """Returns a client that knows the key and one data centre of the sandbox, or that continues a session."""
    rsa.add_key(order["public_key"].encode(), old=False)
    session = StringSession(order.get("session"))
    if "session" not in order:
        centre = order["data_centre"]
        session.set_dc(centre["id"], centre["ip"], centre["port"])
    return TelegramClient(session, API_ID, API_HASH)


async def print_user(client):
    me = await client.get_me()
    print_line(
        id=me.id,
        bot=me.bot,
        phone=me.phone,
        username=me.username,
        dc=client.session.dc_id,
        session=client.session.save(),
    )


async def log_in_by_phone(client, order):
    await client.send_code_request(order["phone"])
    try:
        await client.sign_in(order["phone"], order["code"])
    except SessionPasswordNeededError:
        await client.sign_in(password=order["password"])
    await print_user(client)


async def log_in_as_bot(client, order):
    await client.sign_in(bot_token=order["token"])
    await print_user(client)


def post(url, body):
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return response.status


async def log_in_by_qr(client, order):
    login = await client.qr_login()
    waiting = asyncio.ensure_future(login.wait(30))
    # The update that a scan causes is received only once the wait has begun.
    await asyncio.sleep(0)
    token = login.url.split("token=")[1]
    body = {"token": token, "phone": order["phone"]}
    await asyncio.to_thread(post, order["control_url"] + "/accept-login-token", body)
    try:
        await waiting
    except SessionPasswordNeededError:
        await client.sign_in(password=order["password"])
    await print_user(client)


async def continue_session(client, order):
    if not await client.is_user_authorized():
        return print_line(id=None)
    await print_user(client)
    print_line(dialogs=[dialog.name async for dialog in client.iter_dialogs(limit=10)])


async def log_out(client, order):
    print_line(logged_out=await client.log_out())


ACTIONS = {
    "phone": log_in_by_phone,
    "bot": log_in_as_bot,
    "qr": log_in_by_qr,
    "continue": continue_session,
    "log_out": log_out,
}


async def main():
    order = json.load(sys.stdin)
    client = create_client(order)
    await client.connect()
    try:
        await ACTIONS[order["action"]](client, order)
    finally:
        await client.disconnect()


asyncio.run(main())
