"""Leases the session of a Telegram account, renews the lease, and releases it.

Usage: GANGWAY_URL=http://127.0.0.1:28917 GANGWAY_CONSUMER_SECRET=... python3 lease_session.py 700021234 telethon
"""

import os
import sys
import uuid
from datetime import datetime, timezone

from gangway import ApiError, call

API = "/_gangway/v1/sessions"


def main(telegram_user_id: str, session_format: str) -> None:
    secret = os.environ["GANGWAY_CONSUMER_SECRET"]
    lease = call(
        secret,
        f"{API}/acquire",
        {
            "telegram_user_id": telegram_user_id,
            "format": session_format,
            "lifetime_seconds": 60,
            # With the same ID, a request whose reply was lost returns the same lease.
            "request_id": str(uuid.uuid4()),
        },
    )
    try:
        until = datetime.fromtimestamp(lease["expires_at"] / 1000, timezone.utc).isoformat()
        print(f"Leased the session of {lease['user_id']} until {until}.")
        # Connect to Telegram with lease["session"] here. Never log out with it. To keep it for longer:
        call(secret, f"{API}/renew", {"lease_id": lease["lease_id"], "lifetime_seconds": 60})
        # Close the connection to Telegram before the release.
    finally:
        call(secret, f"{API}/release", {"lease_id": lease["lease_id"]})
    print("Released it.")


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "telethon")
    except ApiError as error:
        sys.exit(str(error))
