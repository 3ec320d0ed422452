// The program leases the session of a Telegram account, renews the lease, and releases it.
//
// Usage: GANGWAY_URL=http://127.0.0.1:28917 GANGWAY_CONSUMER_SECRET=… go run ./lease-session 700021234
package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"time"

	"example.com/gangway/gangway"
)

const api = "/_gangway/v1/sessions"

type lease struct {
	LeaseID   string `json:"lease_id"`
	ExpiresAt int64  `json:"expires_at"`
	UserID    string `json:"user_id"`
	Session   string `json:"session"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: lease-session 700021234")
		os.Exit(2)
	}
	if err := use(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func use(telegramUserID string) (err error) {
	client := gangway.FromEnvironment("GANGWAY_CONSUMER_SECRET")
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return err
	}
	var taken lease
	// With the same request_id, a request whose reply was lost returns the same lease.
	order := map[string]any{
		"telegram_user_id": telegramUserID, "format": "gotd", "lifetime_seconds": 60, "request_id": hex.EncodeToString(id),
	}
	if err := client.Post(api+"/acquire", nil, order, &taken); err != nil {
		return err
	}
	defer func() {
		released := client.Post(api+"/release", nil, map[string]any{"lease_id": taken.LeaseID}, &struct{}{})
		if err == nil && released == nil {
			fmt.Println("Released it.")
		} else if err == nil {
			err = released
		}
	}()
	until := time.UnixMilli(taken.ExpiresAt).UTC().Format(time.RFC3339)
	fmt.Printf("Leased the session of %s until %s.\n", taken.UserID, until)
	// Connect to Telegram with taken.Session here. Never log out with it. To keep it for longer:
	renewal := map[string]any{"lease_id": taken.LeaseID, "lifetime_seconds": 60}
	if err := client.Post(api+"/renew", nil, renewal, &struct{}{}); err != nil {
		return err
	}
	// Close the connection to Telegram before the release.
	return nil
}
