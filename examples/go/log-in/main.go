// The program logs a Matrix user in to Telegram by phone number. It asks for the number, the code
// and the password, and sends them to version 3 of the provisioning API, step by step.
//
// Usage: GANGWAY_URL=http://127.0.0.1:28917 GANGWAY_SECRET=… go run ./log-in @alice:example.com
package main

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"os"

	"example.com/gangway/gangway"
)

const api = "/_matrix/provision/v3"

type step struct {
	LoginID      string `json:"login_id"`
	Type         string `json:"type"`
	StepID       string `json:"step_id"`
	TxnID        string `json:"txn_id"`
	Instructions string `json:"instructions"`
	UserInput    struct {
		Fields []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"fields"`
	} `json:"user_input"`
	Complete struct {
		UserLoginID string `json:"user_login_id"`
	} `json:"complete"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: log-in @alice:example.com")
		os.Exit(2)
	}
	if err := logIn(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func logIn(userID string) error {
	client := gangway.FromEnvironment("GANGWAY_SECRET")
	lines := bufio.NewScanner(os.Stdin)
	var next step
	if err := client.Post(api+"/login/start/phone", url.Values{"user_id": {userID}}, struct{}{}, &next); err != nil {
		return err
	}
	for next.Type == "user_input" {
		if next.Instructions != "" {
			fmt.Println(next.Instructions)
		}
		answers := map[string]string{}
		for _, field := range next.UserInput.Fields {
			fmt.Printf("%s: ", field.Name)
			if !lines.Scan() {
				return io.ErrUnexpectedEOF
			}
			answers[field.ID] = lines.Text()
		}
		path := api + "/login/step/" + url.PathEscape(next.LoginID) + "/" + url.PathEscape(next.StepID) + "/user_input"
		// With the txn_id, a request whose reply was lost can be repeated.
		query := url.Values{"user_id": {userID}, "txn_id": {next.TxnID}}
		// A wrong code or password is no error: the same step returns, with its instructions.
		next = step{}
		if err := client.Post(path, query, answers, &next); err != nil {
			return err
		}
	}
	fmt.Printf("\nLogged in as %s.\n", next.Complete.UserLoginID)
	return nil
}
