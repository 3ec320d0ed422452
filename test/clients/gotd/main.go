// Logs in to a sandbox with an unmodified gotd and prints what happened as one line of JSON.
//
// Reads one job as JSON from standard input. Ends with status 1 and a sentence on standard error if the job fails.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// Address is where a data centre of the sandbox listens.
type Address struct {
	ID   int    `json:"id"`
	IP   string `json:"ip"`
	Port int    `json:"port"`
}

// Job is what to do.
type Job struct {
	// Kind is phone, bot, qr or continue.
	Kind        string    `json:"kind"`
	DataCentres []Address `json:"data_centres"`
	// PublicKey is the RSA key of the sandbox as PEM.
	PublicKey  string `json:"public_key"`
	ControlURL string `json:"control_url"`
	DC         int    `json:"dc"`
	Phone      string `json:"phone"`
	Code       string `json:"code"`
	Password   string `json:"password"`
	BotToken   string `json:"bot_token"`
	// Session is what to continue with, in the form in which gotd stores sessions.
	Session json.RawMessage `json:"session"`
	// LogOut is whether to log out at the end.
	LogOut bool `json:"log_out"`
}

// Report is what happened.
type Report struct {
	UserID   int64  `json:"user_id"`
	Username string `json:"username"`
	// Difference is the constructor that updates.getDifference returned.
	Difference string   `json:"difference"`
	Chats      []string `json:"chats"`
	LoggedOut  bool     `json:"logged_out"`
	// ConnectMs is how long the first connection took until its first answer.
	ConnectMs int64 `json:"connect_ms"`
	// Warnings are what the client logged at the level of warnings or errors.
	Warnings []string `json:"warnings"`
}

const deadline = 60 * time.Second

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	var job Job
	if err := json.NewDecoder(os.Stdin).Decode(&job); err != nil {
		fail(err)
	}
	report, err := run(ctx, job)
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
