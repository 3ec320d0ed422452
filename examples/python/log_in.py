"""Logs a Matrix user in to Telegram by phone number.

It asks for the number, the code and the password, and sends them to version 3 of the provisioning
API, step by step.

Usage: GANGWAY_URL=http://127.0.0.1:28917 GANGWAY_SECRET=... python3 log_in.py @alice:example.com
"""

import os
import sys
from urllib.parse import quote

from gangway import ApiError, call

API = "/_matrix/provision/v3"


def main(user_id: str) -> None:
    secret = os.environ["GANGWAY_SECRET"]
    step = call(secret, f"{API}/login/start/phone", user_id=user_id)
    while step["type"] == "user_input":
        if step["instructions"]:
            print(step["instructions"])
        answers = {field["id"]: input(f"{field['name']}: ") for field in step["user_input"]["fields"]}
        # A wrong code or password is no error: the same step returns, with its instructions.
        path = f"{API}/login/step/{quote(step['login_id'])}/{quote(step['step_id'])}/user_input"
        # With the txn_id, a request whose reply was lost can be repeated.
        step = call(secret, path, answers, user_id=user_id, txn_id=step["txn_id"])
    print(f"\nLogged in as {step['complete']['user_login_id']}.")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except ApiError as error:
        sys.exit(f"\n{error}")
