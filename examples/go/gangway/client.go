// Package gangway is a client of the JSON APIs of Gangway, with the standard library only.
package gangway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"
)

// APIError is a reply with a status other than 2xx.
type APIError struct {
	Status int
	Code   string `json:"errcode"`
	Text   string `json:"error"`
}

func (e *APIError) Error() string {
	return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Text)
}

// Client sends requests with a secret.
type Client struct {
	URL    string
	Secret string
}

// FromEnvironment returns a client of GANGWAY_URL, with the secret in the given variable.
func FromEnvironment(secret string) Client {
	base := os.Getenv("GANGWAY_URL")
	if base == "" {
		base = "http://127.0.0.1:28917"
	}
	return Client{URL: base, Secret: os.Getenv(secret)}
}

var httpClient = http.Client{Timeout: 90 * time.Second}

// Post sends a POST, and decodes the body of the reply into reply.
func (c Client) Post(path string, query url.Values, body, reply any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	target := c.URL + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	request, err := http.NewRequest(http.MethodPost, target, bytes.NewReader(data))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+c.Secret)
	request.Header.Set("Content-Type", "application/json")
	response, err := httpClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		failure := &APIError{Status: response.StatusCode}
		if err := json.NewDecoder(response.Body).Decode(failure); err != nil {
			return err
		}
		return failure
	}
	return json.NewDecoder(response.Body).Decode(reply)
}
